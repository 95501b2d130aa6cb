"""Answers: written in the thread, or given under a player name."""

import pytest

from bot.play.driver import message_text, text_of
from tests.sim.server import HELPERS_NAME, Server, asks_for, da, send_again
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces


async def test_an_answer_with_the_button_stands_under_the_player_name(server: Server) -> None:
    thread = await server.ask()
    told = await server.answer(thread, "Spørg hende én gang.")
    assert da("answer.sent", name=HELPERS_NAME) in text_of(told)
    last = server.texts_in(thread)[-1]
    assert HELPERS_NAME in last
    assert "Spørg hende én gang." in last
    assert server.tags(thread) == {"Piger", da("tag.answered")}
    for name in ("Emil", "Jonas", "Mette", "Karen", "Søren"):
        assert not found_in(reach(server, name), traces(server, "Malik"))
    assert_unseen(server)


async def test_the_player_name_is_asked_for_once(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    form = await server.hands("Malik").slash(thread, "assist answer")
    assert not asks_for(form, "name")
    await server.hands("Malik").fill(form, text="Og en ting til.")
    assert "Og en ting til." in server.texts_in(thread)[-1]
    assert HELPERS_NAME in server.texts_in(thread)[-1]


async def test_an_answer_written_in_the_thread_counts(server: Server) -> None:
    thread = await server.ask()
    await server.person("Malik").send(thread, "Været der.")
    assert server.tags(thread) == {"Piger", da("tag.answered")}
    assert len(server.texts_in(thread)) == 2
    assert "1 svar" in text_of(await server.inbox())
    assert_unseen(server)


async def test_the_asker_does_not_answer_himself(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Jonas")
    for result in (
        await hands.press(hands.starter(thread), da("button.answer")),
        await hands.slash(thread, "assist answer"),
    ):
        assert da("error.own_question") in text_of(result)
        assert result.ephemeral
    assert len(server.texts_in(thread)) == 1
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    assert_unseen(server)


async def test_a_form_sent_twice_is_one_answer(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Malik")
    form = await hands.press(hands.starter(thread), da("button.answer"))
    for result in await send_again(hands, form, text="Kun én gang", name=HELPERS_NAME):
        assert da("answer.sent", name=HELPERS_NAME) in text_of(result)
    assert len([text for text in server.texts_in(thread) if "Kun én gang" in text]) == 1


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("nordlys!", "error.name_taken"),
        ("Søren", "error.name_taken"),
        ("x", "error.name_short"),
        ("\u200b\u200b", "error.empty"),
    ],
)
async def test_a_name_that_cannot_be_had_gives_the_answer_back(server: Server, name: str, key: str) -> None:
    thread = await server.ask()
    await server.answer(thread, who="Malik")
    hands = server.hands("Emil")
    form = await hands.press(hands.starter(thread), da("button.answer"))
    refused = await hands.fill(form, text="Mit lange svar", name=name)
    assert da(key) in text_of(refused)
    assert "Mit lange svar" in text_of(refused)
    assert len(server.texts_in(thread)) == 2


async def test_answering_outside_a_thread_is_explained(server: Server) -> None:
    result = await server.hands("Malik").slash(server.lobby, "assist answer")
    assert da("error.not_in_thread") in text_of(result)
    assert result.ephemeral


async def test_answers_of_others_do_not_show_who_pressed_what(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread, who="Malik")
    for message in thread.history():
        assert message.interaction_metadata is None
        assert message.author == server.env.guild.me
        assert not message.mentions
    assert "Jonas" not in "".join(message_text(message) for message in thread.history())
    assert all(found_in(reach(server, name), traces(server, "Malik")) == [] for name in OTHERS[1:])
