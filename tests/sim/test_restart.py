"""The bot is killed at the worst moment, and starts again: nothing is lost, nothing is doubled."""

from collections.abc import Callable

import pytest

from bot.play.driver import response, text_of
from tests.sim.server import HELPERS_NAME, Server, case_message, da, press, press_of
from tests.sim.visible import assert_unseen

# Longer than a lease, and longer than Discord remembers a nonce.
LONG = 400
FIRST_RETRY = 6
Cut = Callable[[str], None]


class PowerCutError(Exception):
    """The process died here."""


@pytest.fixture
def cut(server: Server, monkeypatch: pytest.MonkeyPatch) -> Cut:
    """Lets the bot die when it reaches a step of publishing or of upkeep."""

    def at(step: str) -> None:
        async def dies(*_: object) -> None:
            raise PowerCutError(step)

        server.faults_expected = True
        services = server.bot.services
        owner = services.publishing if hasattr(services.publishing, step) else services.upkeep
        monkeypatch.setattr(owner, step, dies)

    return at


# Where it dies: reserved but not sent, and sent but not recorded.
moments = pytest.mark.parametrize("step", ["claim", "sent"])
# How it comes back: a new process finds what the old one left; the same process lets its lease run out.
returns = pytest.mark.parametrize("comes_back", ["at once", "later", "by itself"])


async def come_back(server: Server, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.undo()
    if how == "at once":
        # What the old process had in its hands is free at once: nobody waits a lease out.
        await server.restart()
        await server.later(FIRST_RETRY)
        return
    if how == "later":
        await server.stop()
        await server.env.advance_time(LONG)
        await server.start()
    await server.later(LONG)
    await server.later(LONG)


@moments
@returns
async def test_a_question(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    preview = response(await server.preview())
    cut(step)
    await server.hands("Jonas").press(preview, da("ask.publish"))
    await come_back(server, monkeypatch, comes_back)
    (thread,) = server.posts()
    assert da("inbox.state_open") in text_of(await server.inbox())
    await server.answer(thread)
    assert len(server.texts_in(thread)) == 2
    assert_unseen(server)


@moments
@returns
async def test_a_follow_up(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    thread = await server.ask()
    cut(step)
    await server.follow_up(thread, "Et ord til")
    await come_back(server, monkeypatch, comes_back)
    assert server.count(thread, "Et ord til") == 1


@moments
@returns
async def test_an_answer(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    thread = await server.ask()
    cut(step)
    await server.answer(thread, "Mit svar")
    await come_back(server, monkeypatch, comes_back)
    assert server.count(thread, "Mit svar") == 1
    assert server.tags(thread) == {"Piger", da("tag.answered")}
    await server.hands("Emil").give_by_button(thread)
    assert await server.credited() == 1


@pytest.mark.parametrize("step", ["claim", "case_thread", "sent"])
@returns
async def test_a_case(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    thread = await server.ask()
    card = response(await server.coach_card(thread))
    cut(step)
    await server.hands("Jonas").press(card, da("button.call", name="Søren"))
    await come_back(server, monkeypatch, comes_back)
    (case,) = server.cases("Søren")
    assert len(server.texts_in(case)) == 1
    await server.accept()
    assert server.count(thread, da("coach.announce", name="Søren", age=34)) == 1


@moments
@returns
async def test_a_coach_card(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    thread = await server.ask()
    await server.call(thread)
    cut(step)
    await server.accept()
    await come_back(server, monkeypatch, comes_back)
    assert server.count(thread, da("coach.announce", name="Søren", age=34)) == 1
    assert server.tags(thread) == {"Piger", da("tag.coach")}


@moments
@returns
async def test_a_line_to_the_coach(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    line = response(await server.in_inbox(da("button.line")))
    form = await server.hands("Jonas").press(line, da("button.line_write"))
    cut(step)
    await server.hands("Jonas").fill(form, text="Til dig alene")
    await come_back(server, monkeypatch, comes_back)
    assert server.count(case, "Til dig alene") == 1
    assert text_of(await server.in_inbox(da("button.line"))).count("Til dig alene") == 1


@pytest.mark.parametrize("step", ["claim_due", "sent"])
@returns
async def test_a_note_that_a_case_is_over(
    server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str, comes_back: str
) -> None:
    await server.call(await server.ask())
    case = await server.accept()
    cut(step)
    await server.in_inbox(da("button.end_line"))
    await come_back(server, monkeypatch, comes_back)
    assert server.count(case, da("case.note_closed")) == 1


@pytest.mark.parametrize("step", ["thread_changed", "threads_to_change"])
async def test_hiding(server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    thread = await server.ask()
    cut(step)
    await server.hands("Mette").slash(thread, "mod hide")
    await come_back(server, monkeypatch, "at once")
    assert da("question.hidden") in server.texts_in(thread)[0]
    metadata = server.env.backend.get_channel(thread.id).thread_metadata
    assert metadata is not None
    assert metadata.archived
    assert await server.bot.services.upkeep.threads_to_change() == []


async def test_withdrawing(server: Server, cut: Cut, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.ask()
    cut("thread_changed")
    await server.withdraw()
    await come_back(server, monkeypatch, "at once")
    assert server.posts() == []
    assert await server.bot.services.upkeep.threads_to_change() == []


async def test_a_question_deleted_while_the_bot_was_away(server: Server) -> None:
    thread = await server.ask()
    await server.stop()
    server.env.backend.delete_channel(thread.id)
    await server.start()
    form = await server.in_inbox(da("button.follow_up"))
    told = await server.hands("Jonas").fill(form, text="Er der nogen?")
    assert da("error.not_posted") in text_of(told)
    assert "Er der nogen?" in text_of(told)


async def test_buttons_work_after_a_restart(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.call(thread)
    card = response(await server.inbox())
    await server.restart()
    assert text_of(await server.hands("Emil").give_by_button(thread)) == da("assist.noted")
    await server.accept()
    await server.answer(thread, "Efter genstart", who="Malik")
    solve = press_of(server, "Jonas", card, da("button.solve"))
    (solved,) = await press(server, solve)
    assert da("inbox.solved") in text_of(solved)
    assert server.count(thread, "Efter genstart") == 1


async def test_half_typed_forms_work_after_a_restart(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    hands = {name: server.hands(name) for name in ("Malik", "Jonas", "Emil", "Søren")}
    answer = await hands["Malik"].press(thread.history()[0], da("button.answer"))
    follow_up = await hands["Jonas"].press(thread.history()[0], da("button.follow_up"))
    ask = await hands["Emil"].slash(server.lobby, "ask")
    reply = await hands["Søren"].slash(case, "line reply")
    await server.restart()
    await hands["Malik"].fill(answer, text="Mit svar", name=HELPERS_NAME)
    await hands["Jonas"].fill(follow_up, text="Mit eget ord")
    preview = await hands["Emil"].fill(
        ask, topic="Venner", title="Min tur", body="Må jeg også?", coach=da("ask.coach_no")
    )
    await hands["Søren"].fill(reply, text="Kun til dig")
    await hands["Emil"].press(response(preview), da("ask.publish"))
    assert server.count(thread, "Mit svar") == server.count(thread, "Mit eget ord") == 1
    assert "Min tur" in [post.name for post in server.posts()]
    assert "Kun til dig" in text_of(await server.in_inbox(da("button.line")))
    assert_unseen(server)


async def test_a_draft_survives_a_restart(server: Server) -> None:
    preview = response(await server.preview())
    await server.restart()
    await server.hands("Jonas").press(preview, da("ask.publish"))
    assert len(server.posts()) == 1


async def test_a_queue_survives_a_restart(slow_server: Server) -> None:
    server = slow_server
    await server.hands("Jonas").press(response(await server.preview()), da("ask.publish"))
    await server.restart()
    assert server.posts() == []
    await server.later(31)
    assert len(server.posts()) == 1


async def test_a_call_expires_while_the_bot_is_away(server: Server) -> None:
    await server.call(await server.ask())
    await server.stop()
    await server.env.advance_time(7 * 3600)
    await server.start()
    await server.sweep()
    assert da("inbox.coach_expired", coach="Søren") in text_of(await server.inbox())
    assert server.count(server.case(), da("case.note_expired")) == 1
    assert case_message(server.case()).id
