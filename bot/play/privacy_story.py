"""The second story: a boy who nearly gives himself away, two moderators who must know, and an erasure."""

from simcord import ChannelHandle

from bot.play.driver import response, text_of
from bot.play.tour import Report, Tour
from bot.play.world import LOBBY, STAFF, set_up

_TITLE = "De venter på mig efter skole"
_BODY = "Der er tre af dem. En af dem har en kniv. Hvad gør jeg?"
_WHY = "Han skriver, at en af dem har en kniv, og at det sker i morgen. Politiet skal vide hvem."


async def _play(report: Report) -> None:
    report.step("A manager sets the server up, the moderators' channel included")
    await set_up(report.world)
    thread = await _nearly_gives_himself_away(report)
    await _follow(report, thread)
    await _reveal(report, thread)
    await _erase(report, thread)


async def _nearly_gives_himself_away(report: Report) -> ChannelHandle:
    world = report.world
    emil, lobby = world.driver("Emil"), world.channels[LOBBY]
    report.step("Emil asks with his own name in the text. Only he is warned, and writes it anew")
    preview = await emil.preview(lobby, topic="Venner", title=_TITLE, body=f"Jeg hedder Emil. {_BODY}")
    report.expect("røbe" in report.told("Emil", preview), "the preview warns him")
    form = await emil.press(response(preview), "Ret")
    preview = await emil.fill(
        form, topic="Venner", title=_TITLE, body=_BODY, coach="Nej, kun de andre drenge"
    )
    report.told("Emil", await emil.press(response(preview), "Slå op"))
    thread = emil.thread_named(_TITLE)

    report.step("He answers in his own thread under his own name. His inbox says so; one tap takes it down")
    await emil.actor.send(thread, "Det er mig, der spørger.")
    report.expect("Det er mig" in report.sees("Malik", thread), "the others see it")
    listed = await emil.slash(lobby, "inbox")
    report.told("Emil", listed)
    opened = await emil.choose(response(listed), _TITLE)
    report.told("Emil", opened)
    report.told("Emil", await emil.press(response(opened), "Slet min besked"))
    report.expect("Det er mig" not in report.sees("Malik", thread), "it is gone")
    return thread


async def _follow(report: Report, thread: ChannelHandle) -> None:
    world = report.world
    malik, lobby = world.driver("Malik"), world.channels[LOBBY]
    report.step("Malik follows the question, and Noah answers. Only he sees that there is news")
    report.told("Malik", await malik.press(malik.starter(thread), "Følg"))
    await world.driver("Noah").actor.send(thread, "Gå ikke alene. Få din storebror til at hente dig.")
    report.expect("1 nyt svar" in report.told("Malik", await malik.slash(lobby, "inbox")), "he sees the news")


async def _reveal(report: Report, thread: ChannelHandle) -> None:
    world = report.world
    staff, emil = world.channels[STAFF], world.people["Emil"]
    mette, lars = world.driver("Mette"), world.driver("Lars")
    report.step("Mette asks to see who is behind it. Another moderator has to read why and agree")
    form = await mette.slash(thread, "mod reveal")
    told = await mette.fill(
        form, reason="En trussel mod andre", explanation=_WHY, silent="Nej, han får det at vide"
    )
    report.told("Mette", told)
    report.expect(report.sees("Malik", staff) == "", "boys cannot see the moderators' channel")
    card = lars.last_with_button(staff, "Læs begrundelsen")
    read = await lars.press(card, "Læs begrundelsen")
    report.expect(_WHY in report.told("Lars", read), "Lars reads why")
    report.told("Lars", await lars.press(response(read), "Godkend"))
    shown = await mette.press(mette.last_with_button(staff, "Vis"), "Vis")
    report.expect(emil.mention in report.told("Mette", shown), "Mette sees the account")
    report.expect(emil.mention not in report.sees("Lars", staff), "the channel does not hold it")

    report.step("Emil learns that it happened, and why")
    told = report.told("Emil", await world.driver("Emil").slash(world.channels[LOBBY], "inbox"))
    report.expect("En moderator har set" in told, "his inbox tells him")
    report.told("Mette", await mette.slash(staff, "mod audit verify"))


async def _erase(report: Report, thread: ChannelHandle) -> None:
    world = report.world
    emil, lobby = world.driver("Emil"), world.channels[LOBBY]
    report.step("Emil fetches his data, then erases himself and lets the question stand")
    report.told("Emil", await emil.slash(lobby, "mydata export"))
    preview = await emil.slash(lobby, "mydata erase")
    report.told("Emil", preview)
    sure = await emil.press(response(preview), "Behold spørgsmålene")
    report.told("Emil", sure)
    report.told("Emil", await emil.press(response(sure), "Ja, slet"))
    report.expect(_BODY in report.sees("Malik", thread), "the question stands")
    told = text_of(await emil.slash(lobby, "inbox"))
    report.expect(_TITLE not in told, "it is nobody's now, not even his")


PRIVACY = Tour("a warning, a reveal by two moderators, an erasure", _play)
