"""The main story: a question, answers, assists, a coach, the leaderboard, a moderator."""

from simcord import ChannelHandle

from bot.play.driver import response
from bot.play.tour import Report, Tour
from bot.play.world import COACH_CHANNEL, LOBBY, set_up

_TITLE = "Min far drikker igen"
_BODY = "Han lovede at stoppe. Nu gemmer han flasker i garagen. Hvad gør man?"
_EMOJI = "🤝"


async def _play(report: Report) -> None:
    world = report.world
    report.step("A manager sets the server up: two forums with topics, the coach channel, two coaches")
    await set_up(world)
    thread = await _ask(report)
    await _answer(report, thread)
    await _assist(report, thread)
    await _coach(report, thread)
    await _leaderboard(report, thread)
    await _moderate(report, thread)


async def _ask(report: Report) -> ChannelHandle:
    emil = report.world.driver("Emil")
    report.step("Emil asks. He sees privately what the others will see, and publishes")
    preview = await emil.preview(
        report.world.channels[LOBBY], topic="Hjemme", title=_TITLE, body=_BODY, coach=True
    )
    told = report.told("Emil", preview)
    report.expect(_BODY in told, "the preview holds the question")
    published = await emil.press(response(preview), "Slå op")
    report.told("Emil", published)
    thread = emil.thread_named(_TITLE)
    _nobody_learns(report, thread)
    report.sees("Jonas", thread)
    return thread


async def _answer(report: Report, thread: ChannelHandle) -> None:
    jonas, malik = report.world.driver("Jonas"), report.world.driver("Malik")
    report.step("Jonas answers in the thread; Malik answers under a player name")
    await jonas.actor.send(thread, "Fortæl ham, at du har set dem. Jeg ventede for længe.")
    report.told("Malik", await malik.answer(thread, "Sig det til din mor først.", name="Nordlys"))
    seen = report.sees("Oliver", thread)
    report.expect("Nordlys" in seen, "the answer stands under the player name")
    report.expect("Malik" not in seen, "the player's own name is not shown")


async def _assist(report: Report, thread: ChannelHandle) -> None:
    emil, noah, oliver = (report.world.driver(name) for name in ("Emil", "Noah", "Oliver"))
    report.step("Emil credits Malik by button, Noah credits Jonas by reaction, Oliver by the menu")
    report.told("Emil", await emil.give_by_button(thread))
    written = next(message for message in thread.history() if message.author.name == "jonas")
    await noah.actor.react(written, _EMOJI)
    report.told("Oliver", await oliver.actor.context_menu(thread, "Give assist", written))
    own = await report.world.driver("Jonas").actor.context_menu(thread, "Give assist", written)
    report.expect("dig selv" in report.told("Jonas", own), "nobody credits himself")


async def _coach(report: Report, thread: ChannelHandle) -> None:
    world = report.world
    emil, soren = world.driver("Emil"), world.driver("Søren")
    report.step("Emil follows up as the alias, and calls a coach whom he picks for what he has lived")
    form = await emil.press(emil.starter(thread), "Svar som spørger")
    report.told("Emil", await emil.fill(form, text="Min mor ved det godt. Hun siger ikke noget."))
    coaches = await emil.press(emil.starter(thread), "Tilkald coach")
    report.told("Emil", coaches)
    card = await emil.choose(response(coaches), "Søren")
    report.told("Emil", card)
    report.told("Emil", await emil.press(response(card), "Tilkald Søren"))
    _nobody_learns(report, thread)

    report.step("Søren takes the case in his private thread, is announced, and answers openly")
    case = _case_of(report, "Søren")
    report.sees("Søren", case)
    report.expect(report.sees("Jonas", case) == "", "other boys cannot see the case")
    report.expect(report.sees("Bilal", case) == "", "other coaches cannot see the case")
    report.told("Søren", await soren.press(soren.last_with_button(case, "Tag sagen"), "Tag sagen"))
    await soren.actor.send(thread, "Jeg har selv været ham i garagen. Spørg ham, når han er ædru.")
    report.expect("Coach på: Søren" in report.sees("Jonas", thread), "the coach is announced")

    report.step("Søren and Emil write on the private line")
    form = await soren.press(soren.last_with_button(case, "Svar"), "Svar")
    report.told("Søren", await soren.fill(form, text="Har du et sted at tage hen i aften?"))
    inbox = await emil.slash(world.channels[LOBBY], "inbox")
    report.told("Emil", inbox)
    opened = await emil.choose(response(inbox), _TITLE)
    line = await emil.press(response(opened), "Læs linjen")
    report.expect("sted at tage hen" in report.told("Emil", line), "Emil reads his coach in the inbox")
    form = await emil.press(response(line), "Skriv til coachen")
    await emil.fill(form, text="Ja, hos min moster.")
    seen = report.sees("Søren", case)
    report.expect("hos min moster" in seen, "the coach reads the answer")
    report.expect("Emil" not in seen, "the coach sees only the alias")


async def _leaderboard(report: Report, thread: ChannelHandle) -> None:
    lobby = report.world.channels[LOBBY]
    report.step("Malik looks at the leaderboard; Noah takes his reaction back from Jonas' answer")
    malik, noah = report.world.driver("Malik"), report.world.driver("Noah")
    jonas = report.world.people["Jonas"]
    told = report.told("Malik", await malik.slash(lobby, "leaderboard"))
    report.expect("Nordlys · 1" in told, "Malik has one assist, under his player name")
    report.expect(f"{jonas.mention} · 1" in told, "Jonas has one, though two boys credited him")
    written = next(message for message in thread.history() if message.author.name == "jonas")
    await noah.actor.unreact(written, _EMOJI)
    told = report.told("Malik", await malik.slash(lobby, "leaderboard"))
    report.expect(f"{jonas.mention} · 1" in told, "Oliver's credit still stands")


async def _moderate(report: Report, thread: ChannelHandle) -> None:
    mette = report.world.driver("Mette")
    report.step("Mette, a moderator, hides the question and restores it, without learning who asked")
    report.told("Mette", await mette.slash(thread, "mod hide"))
    report.expect(_BODY not in report.sees("Jonas", thread), "the text is out of sight")
    report.told("Mette", await mette.slash(thread, "mod restore"))
    report.expect(_BODY in report.sees("Jonas", thread), "the text is back")
    _nobody_learns(report, thread)


def _case_of(report: Report, coach: str) -> ChannelHandle:
    """The newest private thread under the coach channel that this coach sees."""
    return report.world.driver(coach).threads(report.world.channels[COACH_CHANNEL])[-1]


def _nobody_learns(report: Report, thread: ChannelHandle) -> None:
    """The promise: boy, coach and moderator read the thread and find no trace of who asked."""
    asker = report.world.people["Emil"]
    for name in ("Jonas", "Søren", "Mette"):
        seen = report.world.driver(name).read(thread)
        traces = (asker.name, "Emil", str(asker.id))
        report.expect(not any(trace in seen for trace in traces), f"{name} does not see who asked")
    handle = report.world.driver("Mette")
    report.expect(asker.id not in handle.members(thread), "the asker is not among the thread's members")
    starter = handle.starter(thread)
    report.expect(starter.interaction_metadata is None, "the post is a message of the bot's own")


STORY = Tour("ask, answer, assist, coach, leaderboard, moderation", _play)
