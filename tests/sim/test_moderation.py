"""Moderators take texts down and put them back, without learning who wrote them."""

import pytest
from simcord import ChannelHandle, InteractionResult

from bot.play.driver import button_labels, text_of
from tests.sim.server import BODY, HELPERS_NAME, TITLE, Server, da
from tests.sim.test_permissions import open_to_all
from tests.sim.visible import assert_unseen, reach


async def hide_answer(server: Server, thread: ChannelHandle) -> InteractionResult:
    """The moderator removes the newest answer."""
    choices = await server.person("Mette").autocomplete(thread, "mod hide", "answer", "")
    return await server.hands("Mette").slash(thread, "mod hide", answer=choices[0]["value"])


async def restore_question(server: Server) -> InteractionResult:
    """The moderator puts the newest hidden question back, from another channel."""
    choices = await server.person("Mette").autocomplete(server.staff, "mod restore", "question", "")
    return await server.hands("Mette").slash(server.staff, "mod restore", question=choices[0]["value"])


async def test_a_hidden_question_is_out_of_sight_and_comes_back(server: Server) -> None:
    thread = await server.ask()
    before = server.texts_in(thread)[0]
    hidden = await server.hands("Mette").slash(thread, "mod hide")
    assert text_of(hidden) == da("mod.hidden")
    assert hidden.ephemeral
    assert BODY not in reach(server, "Malik").split('"embeds"', 1)[1]
    assert TITLE not in server.texts_in(thread)[0]
    assert button_labels(server.env, thread.history()[0]) == []
    assert da("inbox.state_hidden") in text_of(await server.inbox())
    assert text_of(await restore_question(server)) == da("mod.shown")
    assert server.texts_in(thread)[0] == before
    assert thread.name == TITLE
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    await server.answer(thread)
    assert_unseen(server)


async def test_a_hidden_question_takes_nothing(server: Server) -> None:
    thread = await server.ask()
    answer = await server.hands("Malik").press(thread.history()[0], da("button.answer"))
    follow_up = await server.hands("Jonas").press(thread.history()[0], da("button.follow_up"))
    await server.hands("Mette").slash(thread, "mod hide")
    late = await server.hands("Malik").fill(answer, text="Mit svar", name=HELPERS_NAME)
    assert da("error.question_hidden") in text_of(late)
    assert "Mit svar" in text_of(late)
    late = await server.hands("Jonas").fill(follow_up, text="Mit svar som spørger")
    assert da("error.question_hidden") in text_of(late)
    assert "Mit svar som spørger" in text_of(late)
    assert len(server.texts_in(thread)) == 1


async def test_hiding_twice_and_restoring_twice_change_nothing(server: Server) -> None:
    thread = await server.ask()
    for _ in range(2):
        assert text_of(await server.hands("Mette").slash(thread, "mod hide")) == da("mod.hidden")
    choices = await server.person("Mette").autocomplete(server.staff, "mod restore", "question", TITLE)
    for _ in range(2):
        shown = await server.hands("Mette").slash(server.staff, "mod restore", question=choices[0]["value"])
        assert text_of(shown) == da("mod.shown")
    assert BODY in server.texts_in(thread)[0]


async def test_a_question_in_a_sleeping_thread_can_be_hidden(server: Server) -> None:
    thread = await server.ask()
    let_sleep(server, thread)
    await server.hands("Mette").slash(thread, "mod hide")
    assert BODY not in server.texts_in(thread)[0]
    channel = server.env.backend.get_channel(thread.id)
    assert channel.thread_metadata is not None
    assert channel.thread_metadata.locked


async def test_a_removed_answer_loses_its_credit_and_gets_it_back(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread, "Et dumt svar")
    await server.hands("Emil").give_by_button(thread)
    assert text_of(await hide_answer(server, thread)) == da("mod.removed")
    assert "Et dumt svar" not in reach(server, "Oliver")
    assert da("answer.removed") in server.texts_in(thread)[-1]
    assert await server.credited() == 0
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}
    choices = await server.person("Mette").autocomplete(thread, "mod restore", "answer", "")
    restored = await server.hands("Mette").slash(thread, "mod restore", answer=choices[0]["value"])
    assert text_of(restored) == da("mod.restored")
    assert "Et dumt svar" in server.texts_in(thread)[-1]
    assert await server.credited() == 1
    assert server.tags(thread) == {"Piger", da("tag.answered")}
    assert_unseen(server)


async def test_a_native_answer_is_deleted_for_good(server: Server) -> None:
    thread = await server.ask()
    message = await server.person("Malik").send(thread, "Et dumt svar")
    await server.person("Emil").react(message, "🤝")
    assert text_of(await hide_answer(server, thread)) == da("mod.removed_for_good")
    assert "Et dumt svar" not in reach(server, "Oliver")
    assert len(server.texts_in(thread)) == 1
    assert da("board.nobody") in await server.board()
    assert await server.person("Mette").autocomplete(thread, "mod restore", "answer", "") == []


async def test_answers_deleted_in_bulk_take_their_credits_along(server: Server) -> None:
    thread = await server.ask()
    messages = [await server.person(name).send(thread, "Spam") for name in ("Malik", "Oliver")]
    for message in messages:
        await server.person("Emil").react(message, "🤝")
    server.env.backend.bulk_delete_messages(thread.id, [message.id for message in messages])
    await server.env.settle()
    await server.sweep()
    assert da("board.nobody") in await server.board()
    assert server.tags(thread) == {"Piger", da("tag.unanswered")}


async def test_the_wrong_place_is_explained(server: Server) -> None:
    mette = server.hands("Mette")
    assert text_of(await mette.slash(server.lobby, "mod hide")) == da("error.not_in_thread")
    assert text_of(await mette.slash(server.lobby, "mod restore")) == da("error.nothing_chosen")
    invented = await mette.slash(server.lobby, "mod restore", question="findes-ikke")
    assert text_of(invented) == da("error.question_gone")
    invented = await mette.slash(server.lobby, "mod hide", answer="findes-ikke")
    assert text_of(invented) == da("error.answer_gone")


async def test_the_audit_log_names_the_bot_alone(server: Server) -> None:
    thread = await server.ask()
    await server.hands("Mette").slash(thread, "mod hide")
    await restore_question(server)
    await server.withdraw()
    bot_id = server.env.backend.bot_user.id
    entries = server.env.backend.get_guild(server.world.guild.id).audit_log_entries
    assert entries
    assert {entry.user_id for entry in entries} == {bot_id}
    assert_unseen(server)


def let_sleep(server: Server, thread: ChannelHandle) -> None:
    """Discord archives a thread in which nothing has happened for a week."""
    metadata = server.env.backend.get_channel(thread.id).thread_metadata
    assert metadata is not None
    server.env.backend.edit_channel(thread.id, {}, thread_metadata={"archived": True})


@pytest.mark.parametrize(
    ("command", "option", "who"),
    [
        ("mod restore", "question", "Mette"),
        ("mod restore", "answer", "Mette"),
        ("mod reveal", "question", "Mette"),
        ("mod hide", "answer", "Mette"),
        ("admin forum drop-topic", "topic", "Karen"),
    ],
)
async def test_lists_are_for_those_who_may_use_the_command(
    server: Server, command: str, option: str, who: str
) -> None:
    """A server can let anyone run a command; discord.py asks nobody before it fills in a list."""
    open_to_all(server, command.split()[0])
    thread = await server.ask()
    await server.answer(thread)
    if command == "mod restore":
        await hide_answer(server, thread)
        await server.hands("Mette").slash(thread, "mod hide")
    assert await server.person(who).autocomplete(thread, command, option, "")
    assert await server.person("Malik").autocomplete(thread, command, option, "") == []
