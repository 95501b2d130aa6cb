"""Direct messages: only to who asked for them, with nothing in them, and a refusal changes nothing."""

import pytest

from bot.play.driver import response, text_of
from tests.sim.server import Server, da
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces

LONGEST_SECONDS = 601


def inbox_of(server: Server, name: str) -> list[str]:
    """What someone's private messages from the bot say, whole."""
    channel = server.env.backend.dm_channels.get(server.person(name).id)
    messages = server.env.backend.messages.get(channel, {}).values() if channel else ()
    for message in messages:
        assert (message.embeds, message.components, message.attachments) == ([], [], [])
    return [message.content for message in messages]


async def turn(server: Server, label: str, name: str = "Jonas", command: str = "inbox") -> str:
    hands = server.hands(name)
    return text_of(await hands.press(response(await hands.slash(server.lobby, command)), da(label)))


async def test_nothing_is_sent_unless_he_asked_for_it(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.later(LONGEST_SECONDS)
    for name in server.world.people:
        assert inbox_of(server, name) == []


@pytest.mark.parametrize("command", ["inbox", "profile"])
async def test_he_hears_that_there_is_news_and_nothing_else(server: Server, command: str) -> None:
    assert await turn(server, "button.notices_on", command=command) == da("notice.turned_on")
    thread = await server.ask()
    await server.answer(thread)
    await server.person("Emil").send(thread, "Været der.")
    await server.sweep()
    assert inbox_of(server, "Jonas") == []
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    assert await turn(server, "button.notices_off", command=command) == da("notice.turned_off")
    await server.answer(thread, "En til.")
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]


async def test_nobody_else_can_see_that_he_was_told(server: Server) -> None:
    await turn(server, "button.notices_on")
    thread = await server.ask()
    await server.answer(thread)
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas")
    forms = traces(server, "Jonas")
    for name in OTHERS:
        assert not found_in(reach(server, name), forms), name
        assert da("notice.news") not in reach(server, name)
    assert not found_in(server.logs.text, forms)


@pytest.mark.parametrize(("status", "code"), [(403, 50007), (403, 0), (400, 50007)])
async def test_a_refused_message_is_a_note_in_the_inbox(server: Server, status: int, code: int) -> None:
    server.faults_expected = True
    await turn(server, "button.notices_on")
    thread = await server.ask()
    await server.answer(thread)
    server.fail("POST", "/channels/*/messages", status, code=code)
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == []
    shown = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("notice.refused") in shown
    assert da("inbox.new_one") in shown
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == []
    await server.person("Emil").send(thread, "Været der.")
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    shown = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("notice.refused") not in shown
    assert not found_in(server.logs.text, traces(server, "Jonas"))


@pytest.mark.parametrize("status", [500, 503])
async def test_when_discord_is_down_it_comes_later_and_once(server: Server, status: int) -> None:
    server.faults_expected = True
    await turn(server, "button.notices_on")
    thread = await server.ask()
    await server.answer(thread)
    server.fail("POST", "/users/@me/channels", status, times=None)
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == []
    server.works_again()
    await server.later(3600)
    await server.later(3600)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    shown = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("notice.refused") not in shown


async def test_what_was_owed_before_a_restart_is_sent_after_it(server: Server) -> None:
    await turn(server, "button.notices_on")
    thread = await server.ask()
    await server.answer(thread)
    await server.restart()
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]


async def test_a_coachs_word_and_a_followed_question_are_news_too(server: Server) -> None:
    await turn(server, "button.notices_on")
    await turn(server, "button.notices_on", "Emil")
    thread = await server.ask()
    await server.hands("Emil").press(server.hands("Emil").starter(thread), da("button.follow"))
    await server.call(thread, "Søren")
    case = await server.accept("Søren")
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    await server.hands("Søren").slash(case, "line reply", text="Hvad tænker du selv?")
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"] * 2
    assert inbox_of(server, "Emil") == []
    await server.answer(thread)
    await server.later(LONGEST_SECONDS)
    assert inbox_of(server, "Emil") == ["Der er nyt til dig"]


async def test_turning_them_on_looks_like_nothing_to_others(server: Server) -> None:
    await turn(server, "button.notices_on")
    assert_unseen(server)
