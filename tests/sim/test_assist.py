"""Giving an assist, in every way there is, and taking it back."""

from collections.abc import Awaitable, Callable

import discord
import pytest
from simcord import ChannelHandle, InteractionResult

from bot.play.driver import text_of
from tests.sim.server import EMOJI, HELPERS_NAME, Server, da
from tests.sim.visible import assert_unseen

MENU = "Give assist"
NOTED = da("assist.noted")
Give = Callable[[Server, str, ChannelHandle], Awaitable[InteractionResult]]


async def by_reaction(server: Server, who: str, thread: ChannelHandle) -> None:
    await server.person(who).react(thread.history()[-1], EMOJI)


async def by_menu(server: Server, who: str, thread: ChannelHandle) -> InteractionResult:
    return await server.person(who).context_menu(thread, MENU, thread.history()[-1])


async def by_button(server: Server, who: str, thread: ChannelHandle) -> InteractionResult:
    return await server.hands(who).give_by_button(thread)


async def by_command(server: Server, who: str, thread: ChannelHandle) -> InteractionResult:
    choices = await server.person(who).autocomplete(thread, "assist give", "answer", "")
    return await server.hands(who).slash(thread, "assist give", answer=choices[0]["value"])


@pytest.mark.parametrize("give", [by_menu, by_button, by_command])
@pytest.mark.parametrize("giver", ["Jonas", "Emil"])
async def test_each_way_credits_once(server: Server, give: Give, giver: str) -> None:
    thread = await server.ask()
    await server.answer(thread)
    for _ in range(2):
        result = await give(server, giver, thread)
        assert text_of(result) == NOTED
        assert result.ephemeral
    assert await server.credited() == 1
    assert_unseen(server)


async def test_a_reaction_credits_and_taking_it_away_takes_the_credit(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await by_reaction(server, "Emil", thread)
    assert await server.credited() == 1
    await server.person("Emil").unreact(thread.history()[-1], EMOJI)
    assert await server.credited() == 0
    await by_reaction(server, "Emil", thread)
    assert await server.credited() == 1


async def test_the_credit_stays_while_one_giver_stands_by_it(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await by_reaction(server, "Emil", thread)
    await by_reaction(server, "Noah", thread)
    assert await server.credited() == 1
    await server.person("Emil").unreact(thread.history()[-1], EMOJI)
    assert await server.credited() == 1
    await server.person("Noah").unreact(thread.history()[-1], EMOJI)
    assert await server.credited() == 0


async def test_two_answers_of_one_helper_are_one_assist(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread, "Det første")
    await by_reaction(server, "Emil", thread)
    await server.answer(thread, "Det andet")
    await by_reaction(server, "Noah", thread)
    await by_button(server, "Jonas", thread)
    assert await server.credited() == 1


async def test_another_question_is_another_assist(server: Server) -> None:
    for title in ("Den ene", "Den anden"):
        thread = await server.ask(title=title)
        await server.answer(thread)
        await by_button(server, "Jonas", thread)
    assert await server.credited() == 2


async def test_other_emoji_do_nothing(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.person("Emil").react(thread.history()[-1], "👍")
    assert await server.credited() == 0


@pytest.mark.parametrize("give", [by_menu, by_button, by_command])
async def test_nobody_credits_himself(server: Server, give: Give) -> None:
    thread = await server.ask()
    await server.answer(thread)
    result = await give(server, "Malik", thread)
    assert text_of(result) == da("error.assist_self")
    await by_reaction(server, "Malik", thread)
    assert await server.credited() == 0


async def test_the_question_and_follow_ups_take_no_assist(server: Server) -> None:
    thread = await server.ask()
    await server.follow_up(thread, "Tak for svarene")
    for message in thread.history():
        result = await server.person("Emil").context_menu(thread, MENU, message)
        assert text_of(result) == da("error.not_an_answer")
        await server.person("Emil").react(message, EMOJI)
    assert da("board.nobody") in await server.board()


async def test_a_message_elsewhere_takes_no_assist(server: Server) -> None:
    message = await server.person("Malik").send(server.lobby, "Hej")
    result = await server.person("Emil").context_menu(server.lobby, MENU, message)
    assert text_of(result) == da("error.not_an_answer")
    await server.person("Emil").react(message, EMOJI)
    assert da("board.nobody") in await server.board()


@pytest.mark.shows_himself("he writes in his thread under his own name")
async def test_the_asker_who_wrote_as_himself_is_credited_like_anyone(server: Server) -> None:
    thread = await server.ask()
    await server.person("Malik").send(thread, "Hold ud.")
    counted = await by_menu(server, "Emil", thread)
    await server.person("Jonas").send(thread, "Hold da op, det kender jeg godt.")
    asker = await by_menu(server, "Emil", thread)
    await by_reaction(server, "Emil", thread)
    assert text_of(asker) == text_of(counted) == NOTED
    assert [r.ephemeral for r in (asker, counted)] == [True, True]
    board = await server.board()
    assert server.person("Malik").mention in board
    assert server.person("Jonas").mention in board


async def test_an_answer_written_while_the_bot_was_away_can_be_credited(server: Server) -> None:
    thread = await server.ask()
    await server.stop()
    message = await server.person("Malik").send(thread, "Skrevet mens botten sov")
    await server.start()
    await server.person("Emil").react(message, EMOJI)
    assert server.person("Malik").mention in await server.board()
    await server.sweep()
    assert server.tags(thread) == {"Piger", da("tag.answered")}


@pytest.mark.shows_himself("he writes in his thread under his own name")
async def test_the_askers_message_written_while_the_bot_was_away_can_too(server: Server) -> None:
    thread = await server.ask()
    await server.stop()
    message = await server.person("Jonas").send(thread, "Mig selv")
    await server.start()
    await server.person("Emil").react(message, EMOJI)
    assert server.person("Jonas").mention in await server.board()


async def test_a_deleted_answer_takes_its_credit_along(server: Server) -> None:
    thread = await server.ask()
    message = await server.person("Malik").send(thread, "Det her sletter jeg igen")
    await server.person("Emil").react(message, EMOJI)
    assert server.person("Malik").mention in await server.board()
    await server.person("Malik").delete(message)
    assert da("board.nobody") in await server.board()
    await server.sweep()
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}


async def test_a_coach_is_thanked_not_credited(server: Server) -> None:
    thread = await server.ask()
    await server.person("Søren").send(thread, "Jeg har prøvet det.")
    result = await by_menu(server, "Jonas", thread)
    assert text_of(result) == da("error.assist_coach")
    assert da("board.nobody") in await server.board()


async def test_the_list_of_answers_names_their_writers(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread, "Det ene svar")
    await server.person("Emil").send(thread, "Det andet svar")
    choices = await server.person("Jonas").autocomplete(thread, "assist give", "answer", "")
    names = [choice["name"] for choice in choices]
    assert any("Emil" in name for name in names)
    assert any(HELPERS_NAME in name and "Det ene svar" in name for name in names)
    narrowed = await server.person("Jonas").autocomplete(thread, "assist give", "answer", "nordl")
    assert len(narrowed) == 1


async def test_an_invented_answer_is_refused(server: Server) -> None:
    thread = await server.ask()
    result = await server.hands("Emil").slash(thread, "assist give", answer="noget-helt-andet")
    assert text_of(result) == da("error.answer_gone")


@pytest.mark.parametrize("way", ["menu", "reaction"])
async def test_what_discord_wrote_in_somebodys_name_is_no_answer(server: Server, way: str) -> None:
    """That he pinned something, or gave the thread a name."""
    thread = await server.ask()
    await server.stop()
    message = await server.person("Malik").send(thread, "x")
    record = server.env.backend.get_message(thread.id, message.id)
    record.type = discord.MessageType.pins_add.value
    await server.start()
    if way == "menu":
        told = await server.person("Emil").context_menu(thread, MENU, thread.history()[-1])
        assert da("error.not_an_answer") in text_of(told)
    else:
        await server.person("Emil").react(thread.history()[-1], EMOJI)
    assert server.person("Malik").mention not in await server.board()
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
