"""Discord took it and the answer was lost on the way, and then somebody changed his mind."""

from typing import Any

import discord
import pytest

from bot.play.driver import button_labels, response, text_of
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.test_faults import lose_answers, messages_path


async def test_a_question_withdrawn_while_nobody_knows_whether_it_is_out_is_deleted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = response(await server.preview())
    lose_answers(monkeypatch, discord.ForumChannel, "create_thread")
    await server.hands("Jonas").press(preview, da("ask.publish"))
    monkeypatch.undo()
    assert len(server.posts()) == 1
    await server.withdraw()
    await server.later(600)
    assert server.posts() == []


async def test_a_question_withdrawn_before_it_came_out_never_does(server: Server) -> None:
    preview = response(await server.preview())
    server.fail("POST", f"/channels/{server.world.channels['livet'].id}/threads", 500)
    await server.hands("Jonas").press(preview, da("ask.publish"))
    await server.withdraw()
    await server.later(600)
    await server.later(600)
    assert server.posts() == []


async def test_a_request_that_discord_heard_twice_leaves_one_post(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    create: Any = discord.ForumChannel.create_thread

    async def heard_twice(forum: discord.ForumChannel, **values: object) -> object:
        await create(forum, **values)
        return await create(forum, **values)

    monkeypatch.setattr(discord.ForumChannel, "create_thread", heard_twice)
    await server.ask()
    assert len(server.posts()) == 1
    await server.answer(server.posts()[0])
    assert "1 svar" in text_of(await server.inbox())


@pytest.mark.parametrize("step", ["edit", "lock"])
async def test_a_hide_that_broke_half_way_and_is_taken_back_leaves_the_question_whole(
    server: Server, step: str
) -> None:
    thread = await server.ask()
    path = f"/channels/{thread.id}" if step == "lock" else f"{messages_path(thread)}/{thread.id}"
    mette = server.hands("Mette")
    server.fail("PATCH", path, 429, times=1)
    await mette.slash(thread, "mod hide")
    server.works_again()
    await mette.slash(thread, "mod restore")
    await server.later(60)
    starter = mette.starter(thread)
    assert BODY in server.texts_in(thread)[0]
    assert da("button.answer") in button_labels(server.env, starter)
    await server.hands("Malik").actor.send(thread, "Jeg kan skrive her igen.")


async def test_a_hidden_question_is_closed_to_others_even_when_its_title_cannot_be_changed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await server.ask()
    edit: Any = discord.Thread.edit

    async def no_new_name(self: discord.Thread, **values: object) -> object:
        if "name" in values:
            raise discord.RateLimited(600)
        return await edit(self, **values)

    monkeypatch.setattr(discord.Thread, "edit", no_new_name)
    told = await server.hands("Mette").slash(thread, "mod hide")
    assert da("mod.later") in text_of(told)
    assert BODY not in "".join(server.texts_in(thread))
    metadata = server.env.backend.get_thread(thread.id).thread_metadata
    assert metadata is not None
    assert metadata.locked
    monkeypatch.undo()
    await server.later(60)
    assert server.env.backend.get_thread(thread.id).name == da("question.hidden_title")


async def test_a_question_called_like_a_hidden_one_can_be_hidden_and_restored(server: Server) -> None:
    thread = await server.ask(title=da("question.hidden_title"))
    mette = server.hands("Mette")
    await mette.slash(thread, "mod hide")
    await mette.slash(thread, "mod restore")
    assert BODY in server.texts_in(thread)[0]


async def test_a_removed_answer_whose_edit_was_not_confirmed_comes_back_when_restored(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await server.ask()
    await server.answer(thread, "Spørg hende én gang.")
    mette = server.hands("Mette")
    (choice,) = await mette.actor.autocomplete(thread, "mod hide", "answer", "")
    lose_answers(monkeypatch, discord.PartialMessage, "edit")
    await mette.slash(thread, "mod hide", answer=choice["value"])
    monkeypatch.undo()
    assert server.count(thread, "Spørg hende én gang.") == 0
    await mette.slash(thread, "mod restore", answer=choice["value"])
    await server.later(60)
    assert server.count(thread, "Spørg hende én gang.") == 1


async def test_follow_ups_keep_their_order_whatever_their_random_waits(slow_server: Server) -> None:
    server = slow_server
    preview = response(await server.preview())
    await server.hands("Jonas").press(preview, da("ask.publish"))
    await server.later(60)
    thread = server.posts()[0]
    for number in range(4):
        await server.follow_up(thread, f"Følger op nummer {number}")
    await server.later(600)
    texts = [text for text in server.texts_in(thread) if "Følger op" in text]
    assert [text[-1] for text in texts] == ["0", "1", "2", "3"]


async def test_a_line_message_that_never_arrived_is_marked_so(server: Server) -> None:
    thread = await server.ask()
    await server.call(thread)
    case = await server.accept()
    line = await server.in_inbox(da("button.line"))
    form = await server.hands("Jonas").press(response(line), da("button.line_write"))
    server.fail("POST", messages_path(case), 403)
    await server.hands("Jonas").fill(form, text="Er du der?")
    again = text_of(await server.in_inbox(da("button.line")))
    assert "Er du der?" in again
    assert da("line.failed") in again
    assert server.count(case, "Er du der?") == 0


async def test_an_answer_that_is_refused_after_all_is_found_in_its_writers_inbox(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread, "Det første svar.")
    server.fail("POST", messages_path(thread), 500)
    await server.answer(thread, "Det andet svar.")
    server.fail("POST", messages_path(thread), 403)
    await server.later(60)
    assert "Det andet svar." in text_of(await server.hands("Malik").slash(server.lobby, "inbox"))
    assert "Det andet svar." not in text_of(await server.hands("Noah").slash(server.lobby, "inbox"))


async def test_clearing_the_reactions_takes_the_assist_back(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    answer = thread.history()[-1]
    await server.hands("Noah").actor.react(answer, "🤝")
    assert await server.credited() == 1
    server.env.backend.clear_reactions(thread.id, answer.id)
    await server.env.settle()
    assert await server.credited() == 0


async def test_a_deleted_forum_offers_nothing_and_a_kept_question_finds_another(server: Server) -> None:
    preview = response(await server.preview())
    server.env.backend.delete_channel(server.world.channels["livet"].id)
    await server.env.settle()
    told = await server.hands("Jonas").press(preview, da("ask.publish"))
    assert da("error.topic_gone") in text_of(told)
    form = await server.hands("Jonas").slash(server.lobby, "ask")
    assert "Piger" not in str(form.modal)
    changed = await server.hands("Jonas").press(preview, da("ask.edit"))
    again = await server.hands("Jonas").fill(
        changed, topic="Skole", title=TITLE, body=BODY, coach=da("ask.coach_no")
    )
    await server.hands("Jonas").press(response(again), da("ask.publish"))
    assert [thread.name for thread in server.posts()] == [TITLE]


async def test_a_member_is_answered_even_when_the_database_is_not(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults_expected = True

    async def gone(*_: object) -> str:
        raise OSError("no database")

    monkeypatch.setattr(type(server.bot.services.servers), "language", gone)
    told = await server.hands("Jonas").slash(server.lobby, "inbox")
    assert "Noget gik galt hos os" in text_of(told)


async def test_a_server_without_settings_lets_a_boy_choose_his_name(bare_server: Server) -> None:
    hands = bare_server.hands("Malik")
    profile = await hands.slash(bare_server.lobby, "profile")
    form = await hands.press(response(profile), da("button.rename"))
    assert "Nordlys" in text_of(await hands.fill(form, name="Nordlys"))


async def test_a_form_that_stayed_open_and_was_changed_counts_as_it_is_now(server: Server) -> None:
    hands = server.hands("Jonas")
    form = await hands.slash(server.lobby, "ask")
    values = {"topic": "Piger", "title": TITLE, "coach": da("ask.coach_no")}
    await hands.fill(form, body="Sådan her.", **values)
    form._interaction.modal_consumed = False  # pyright: ignore[reportPrivateUsage]
    again = await hands.fill(form, body="Nej, sådan her.", **values)
    assert "Nej, sådan her." in text_of(again)
    await hands.press(response(again), da("ask.publish"))
    assert len(server.posts()) == 1
    assert "Nej, sådan her." in server.texts_in(server.posts()[0])[0]


@pytest.mark.parametrize("emoji", ["🤝", "🤝🏽"])
async def test_a_handshake_of_any_colour_is_an_assist(server: Server, emoji: str) -> None:
    thread = await server.ask()
    await server.answer(thread)
    answer = thread.history()[-1]
    await server.hands("Noah").actor.react(answer, emoji)
    assert await server.credited() == 1
    await server.hands("Noah").actor.unreact(answer, emoji)
    assert await server.credited() == 0
