"""An asker about to give himself away, or who has: he is told alone, and others see nothing of it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import discord
import pytest
from simcord import ChannelHandle
from sqlalchemy.exc import OperationalError

from bot.config import PrivacySettings
from bot.play.driver import button_labels, response, text_of
from bot.services.answers import AnswerService
from tests.sim.conftest import AT_ONCE, opened, set_up
from tests.sim.server import BODY, EMOJI, TITLE, Server, da, send_again
from tests.sim.test_faults import lose_answers
from tests.sim.test_notices import inbox_of, turn
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces

WARNED = "Jeg hedder Jonas, og hun ghoster mig."
SENTENCE = "Det tog mig et halvt år at fatte, at hun ikke ville mig"


@pytest.fixture
async def strict_server(
    tmp_path: Path, empty_database: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Server]:
    """A server that deletes what an asker writes under his own name."""
    settings = replace(AT_ONCE, privacy=PrivacySettings(take_down_own="delete"))
    async with opened(tmp_path, empty_database, settings, request) as server:
        await set_up(server.world)
        yield server


async def locked(*_: object) -> None:
    raise OperationalError("locked", {}, Exception())


def stands(server: Server, thread: ChannelHandle, text: str) -> bool:
    return any(text in message for message in server.texts_in(thread))


async def test_he_is_told_in_his_inbox_and_takes_it_down_with_one_tap(server: Server) -> None:
    thread = await server.ask()
    await server.person("Malik").send(thread, "Mit eget svar.")
    await server.person("Jonas").send(thread, "Det er mig.")
    listed = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("inbox.gave_away") in listed
    opened_one = await server.inbox()
    assert da("disclosed.title") in text_of(opened_one)
    done = await server.hands("Jonas").press(response(opened_one), da("button.take_down_one"))
    assert text_of(done) == da("disclosed.done")
    assert not stands(server, thread, "Det er mig.")
    assert stands(server, thread, "Mit eget svar.")
    assert da("disclosed.title") not in text_of(await server.inbox())
    assert_gone(server)


def everything_in(folder: Path) -> bytes:
    """The database file and its journal."""
    return b"".join(path.read_bytes() for path in folder.glob("bot.sqlite3*"))


def assert_gone(server: Server) -> None:
    """Nobody can reach anything of him: no audit entry, no reason, no note that a message was deleted."""
    forms = traces(server, "Jonas")
    for name in OTHERS:
        found = found_in(reach(server, name), forms)
        # The thread's list of members keeps whoever wrote there, as it keeps any other who answered.
        assert not found or found == [str(server.person("Jonas").id)], (name, found)


async def test_several_messages_go_together(server: Server) -> None:
    thread = await server.ask()
    for text in ("Det er mig.", "Altså mig."):
        await server.person("Jonas").send(thread, text)
    opened_one = await server.inbox()
    await server.hands("Jonas").press(response(opened_one), da("button.take_down_many"))
    assert not stands(server, thread, "mig.")


async def test_deleted_is_said_when_every_one_of_many_is(server: Server) -> None:
    thread = await server.ask()
    for number in range(11):
        await server.person("Jonas").send(thread, f"Det er mig {number}.")
    opened_one = await server.inbox()
    done = await server.hands("Jonas").press(response(opened_one), da("button.take_down_many"))
    assert text_of(done) == da("disclosed.done")
    assert not stands(server, thread, "Det er mig")
    assert da("disclosed.title") not in text_of(await server.inbox())


async def test_a_boy_who_answers_is_not_warned(server: Server) -> None:
    thread = await server.ask()
    await server.person("Malik").send(thread, "Mit eget svar.")
    assert da("disclosed.title") not in text_of(await server.inbox())
    assert da("inbox.gave_away") not in text_of(await server.hands("Malik").slash(server.lobby, "inbox"))


async def test_others_see_the_same_whoever_wrote(server: Server) -> None:
    """What the bot does in public after a message is one and the same for an asker and for another."""
    seen: list[list[tuple[str, str]]] = []
    for title, writer in (("Den ene", "Oliver"), ("Den anden", "Jonas")):
        await turn(server, "button.notices_on" if writer == "Oliver" else "button.notices_off", "Oliver")
        thread = await server.ask(title=title)
        server.env.http_requests.clear()
        await server.person(writer).send(thread, "Jeg kender det.")
        seen.append(
            [
                (request.method, request.path.replace(str(thread.id), "#"))
                for request in server.env.http_requests
            ]
        )
        seen[-1].append(("tags", ",".join(sorted(server.tags(thread)))))
    assert seen[0] == seen[1]


async def test_he_is_told_at_once_by_a_direct_message_if_he_opted_in(server: Server) -> None:
    await turn(server, "button.notices_on")
    thread = await server.ask()
    await server.person("Jonas").send(thread, "Det er mig.")
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"]
    await server.person("Jonas").send(thread, "Altså mig.")
    await server.later(601)
    assert inbox_of(server, "Jonas") == ["Der er nyt til dig"] * 2


async def test_discord_refusing_the_deletion_is_said_and_tried_again(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask()
    await server.person("Jonas").send(thread, "Det er mig.")
    opened_one = await server.inbox()
    server.fail("DELETE", f"/channels/{thread.id}/messages/*", 500, times=None)
    done = await server.hands("Jonas").press(response(opened_one), da("button.take_down_one"))
    assert text_of(done) == da("disclosed.later")
    assert da("button.take_down_one") not in button_labels(server.env, response(await server.inbox()))
    server.works_again()
    await server.later(120)
    assert not stands(server, thread, "Det er mig.")
    assert not found_in(server.logs.text, traces(server, "Jonas"))


async def test_a_promise_is_kept_after_a_restart(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask()
    await server.person("Jonas").send(thread, "Det er mig.")
    opened_one = await server.inbox()
    server.fail("DELETE", f"/channels/{thread.id}/messages/*", 403, times=None)
    await server.hands("Jonas").press(response(opened_one), da("button.take_down_one"))
    server.works_again()
    await server.restart()
    await server.sweep()
    assert not stands(server, thread, "Det er mig.")


async def test_he_can_be_quicker_than_the_bot(server: Server) -> None:
    thread = await server.ask()
    message = await server.person("Jonas").send(thread, "Det er mig.")
    opened_one = await server.inbox()
    await server.person("Jonas").delete(message)
    done = await server.hands("Jonas").press(response(opened_one), da("button.take_down_one"))
    assert text_of(done) == da("disclosed.done")
    assert da("disclosed.title") not in text_of(await server.inbox())


async def test_nobody_else_can_take_his_message_down(server: Server) -> None:
    thread = await server.ask()
    await server.person("Jonas").send(thread, "Det er mig.")
    opened_one = await server.inbox()
    token = next(
        part["custom_id"].split(":")[1]
        for row in server.env.backend.get_message(
            response(opened_one).channel_id, response(opened_one).id
        ).components
        for part in row["components"]
        if str(part.get("custom_id", "")).startswith("take_down:")
    )
    services = server.bot.services
    with pytest.raises(Exception, match="not_asker"):
        await services.disclosures.promise(token, server.person("Malik").id)
    assert stands(server, thread, "Det er mig.")


async def test_a_strict_server_takes_it_down_by_itself(strict_server: Server) -> None:
    server = strict_server
    thread = await server.ask()
    await server.person("Malik").send(thread, "Mit eget svar.")
    await server.person("Jonas").send(thread, "Det er mig.")
    assert not stands(server, thread, "Det er mig.")
    assert stands(server, thread, "Mit eget svar.")
    assert da("disclosed.taken_down") in text_of(await server.inbox())
    assert da("disclosed.taken_down") not in text_of(await server.inbox())
    assert server.tags(thread) == {"Piger", da("tag.answered")}
    assert_gone(server)


async def test_what_he_wrote_while_the_bot_was_away_is_found_at_the_start(server: Server) -> None:
    thread = await server.ask()
    await server.stop()
    await server.person("Jonas").send(thread, "Det er mig.")
    await server.start()
    await server.later(61)
    assert da("inbox.gave_away") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    await server.hands("Jonas").press(response(await server.inbox()), da("button.take_down_one"))
    assert not stands(server, thread, "Det er mig.")


async def test_an_answer_written_while_the_bot_was_away_counts_once(server: Server) -> None:
    thread = await server.ask()
    await server.person("Emil").send(thread, "Jeg kender det.")
    await server.stop()
    await server.person("Malik").send(thread, "Også mig.")
    await server.start()
    for _ in range(2):
        await server.later(61)
        assert da("inbox.answers_many", count=2) in text_of(await server.inbox())
    await server.restart()
    await server.later(61)
    assert da("inbox.answers_many", count=2) in text_of(await server.inbox())
    assert server.tags(thread) == {"Piger", da("tag.answered")}


async def test_a_thread_that_cannot_be_read_is_read_later(server: Server) -> None:
    thread = await server.ask()
    await server.stop()
    await server.person("Jonas").send(thread, "Det er mig.")
    server.fail("GET", f"/channels/{thread.id}/messages", 500, times=None)
    await server.start()
    server.works_again()
    await server.later(61)
    assert da("inbox.gave_away") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))


@pytest.mark.shows_himself("he writes in his own thread")
async def test_what_was_written_before_a_question_was_recorded_is_found(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults_expected = True
    preview = response(await server.preview())
    lose_answers(monkeypatch, discord.ForumChannel, "create_thread")
    await server.hands("Jonas").press(preview, da("ask.publish"))
    monkeypatch.undo()
    thread = server.posts()[-1]
    await server.person("Malik").send(thread, "Mit eget svar.")
    await server.person("Jonas").send(thread, "Det er mig.")
    await server.later(60)
    await server.later(60)
    assert da("inbox.gave_away") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert da("inbox.answers_many", count=2) in text_of(await server.inbox())
    assert server.tags(thread) == {"Piger", da("tag.answered")}


@pytest.mark.parametrize("method", ["threads", "unmet", "record_native"])
async def test_a_database_that_fails_while_a_thread_is_read_loses_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    server.faults_expected = True
    thread = await server.ask()
    await server.stop()
    await server.person("Jonas").send(thread, "Det er mig.")
    monkeypatch.setattr(AnswerService, method, locked)
    await server.start()
    monkeypatch.undo()
    await server.later(61)
    assert da("inbox.gave_away") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))


async def test_a_message_that_the_database_would_not_take_is_taken_later(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults_expected = True
    thread = await server.ask()
    monkeypatch.setattr(AnswerService, "record_native", locked)
    await server.person("Jonas").send(thread, "Det er mig.")
    monkeypatch.undo()
    await server.later(61)
    assert da("inbox.gave_away") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))


@pytest.mark.shows_himself("Discord's news of a reaction names who wrote the message")
async def test_a_reaction_before_the_bot_has_caught_up_is_no_less_urgent(strict_server: Server) -> None:
    server = strict_server
    thread = await server.ask()
    await server.stop()
    message = await server.person("Jonas").send(thread, "Det er mig.")
    server.fail("GET", f"/channels/{thread.id}/messages", 500, times=None)
    await server.start()
    server.works_again()
    await server.person("Emil").react(message, EMOJI)
    assert not stands(server, thread, "Det er mig.")


async def test_the_same_words_under_another_alias_are_warned_of(server: Server) -> None:
    await server.ask()
    said = "Vi skrev hver dag i en måned"
    assert da("telltale.question", found=said) in text_of(await server.preview(title="Igen"))
    # They are his own alone: a stranger with the same words learns nothing.
    assert da("telltale.title") not in text_of(await server.preview("Oliver", title="Igen"))


async def test_the_same_words_in_the_same_question_tell_nothing(server: Server) -> None:
    thread = await server.ask()
    assert text_of(await server.follow_up(thread, BODY)) == da("follow_up.sent")
    again = await server.ask(title="En anden", body="Noget helt andet.")
    warned = await server.follow_up(again, BODY)
    assert da("telltale.title") in text_of(warned)


async def test_that_it_was_taken_down_is_told_when_discord_lets_it_through(strict_server: Server) -> None:
    server = strict_server
    server.faults_expected = True
    thread = await server.ask()
    await server.person("Jonas").send(thread, "Det er mig.")
    shown = response(await server.hands("Jonas").slash(server.lobby, "inbox"))
    for method in ("PATCH", "POST"):
        server.fail(method, "/webhooks/*", 500, times=None)
    await server.hands("Jonas").choose(shown, TITLE)
    server.works_again()
    assert da("disclosed.taken_down") in text_of(await server.inbox())


@pytest.mark.shows_himself("his name stands in what he asks")
async def test_the_preview_says_what_gives_him_away(server: Server) -> None:
    preview = await server.preview(body=WARNED + " Spørg @malik.")
    shown = text_of(preview)
    assert da("telltale.name", found="Jonas") in shown or da("telltale.name", found="jonas") in shown
    assert da("telltale.mention", found="@malik") in shown
    assert da("telltale.advice") in shown
    assert da("ask.edit") in button_labels(server.env, response(preview))
    await server.hands("Jonas").press(response(preview), da("ask.publish"))
    assert len(server.posts()) == 1
    assert da("telltale.title") not in reach(server, "Malik")


@pytest.mark.shows_himself("his name stands in what he asks")
async def test_a_nick_and_a_player_name_and_an_old_sentence_are_seen_too(server: Server) -> None:
    other = await server.ask("Emil", title="En andens")
    await server.answer(other, SENTENCE + ".", who="Jonas")
    record = server.env.backend.get_guild(server.world.guild.id).members[server.person("Jonas").id]
    record.nick = "Kalle Kanin"
    shown = text_of(await server.preview(body=f"Kanin her, også kendt som Nordlys. {SENTENCE}!"))
    assert da("telltale.name", found="Kanin") in shown
    assert da("telltale.player_name", found="Nordlys") in shown
    assert da("telltale.sentence", found=SENTENCE) in shown
    # A stranger with the same words is not warned of what is not his.
    assert da("telltale.title") not in text_of(await server.preview("Oliver", body="Nordlys og Kalle Kanin."))


async def test_a_text_that_tells_nothing_is_not_warned_of(server: Server) -> None:
    shown = text_of(await server.preview())
    assert da("telltale.title") not in shown
    assert da("ask.style") in shown
    assert da("ask.preview_intro") in shown


async def test_a_follow_up_that_gives_him_away_waits_for_his_word(server: Server) -> None:
    thread = await server.ask()
    warned = await server.follow_up(thread, WARNED)
    assert da("follow_up.not_sent") in text_of(warned)
    assert da("telltale.title") in text_of(warned)
    assert not stands(server, thread, WARNED)
    hands = server.hands("Jonas")
    form = await hands.press(response(warned), da("ask.edit"))
    assert WARNED in str(form.modal)
    await hands.fill(form, text="Hun ghoster mig stadig.")
    assert stands(server, thread, "Hun ghoster mig stadig.")
    assert not stands(server, thread, WARNED)
    assert_unseen(server)


@pytest.mark.shows_himself("his name stands in what he asks")
async def test_he_may_send_it_all_the_same_once_also_after_a_restart(server: Server) -> None:
    thread = await server.ask()
    warned = await server.follow_up(thread, WARNED)
    await server.restart()
    sent = await server.hands("Jonas").press(response(warned), da("button.send_anyway"))
    assert text_of(sent) == da("follow_up.sent")
    assert sum(WARNED in text for text in server.texts_in(thread)) == 1


async def test_a_warned_follow_up_is_stored_nowhere(server: Server, tmp_path: Path) -> None:
    thread = await server.ask()
    await server.follow_up(thread, WARNED)
    held = everything_in(tmp_path)
    assert TITLE.encode() in held
    assert WARNED.encode() not in held
    assert b"jonas" not in held.lower()


@pytest.mark.shows_himself("his name stands in what he asks")
async def test_a_warned_form_handed_in_twice_is_one_follow_up(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Jonas")
    form = await hands.press(hands.starter(thread), da("button.follow_up"))
    first, second = await send_again(hands, form, text=WARNED)
    for warned in (first, second):
        await hands.press(response(warned), da("button.send_anyway"))
    assert sum(WARNED in text for text in server.texts_in(thread)) == 1
