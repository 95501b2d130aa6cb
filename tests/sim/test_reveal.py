"""Seeing who asked: what each moderator gets to see, and that everyone else sees nothing at all."""

import re

import discord
import pytest
from simcord import ChannelHandle, InteractionResult
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType
from sqlalchemy import select, update

from bot.play.driver import button_labels, message_text, response, text_of
from db.models import AuditEntry, Question, Reveal
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces

WHY = "Han skriver, at han har en kniv med i skole i morgen."
THREAT, DANGER = da("reveal.reason_threat"), da("reveal.reason_life_in_danger")
EVERYONE = (*OTHERS, "Lars", "Emil")
HOUR = 3600


async def fill(
    form: InteractionResult, server: Server, who: str = "Mette", **values: str
) -> InteractionResult:
    filled = {"reason": THREAT, "explanation": WHY, "silent": da("reveal.silent_no")} | values
    return await server.hands(who).fill(form, **filled)


async def ask_to_see(server: Server, thread: ChannelHandle, **values: str) -> InteractionResult:
    """Mette asks, from the question's thread."""
    return await fill(await server.hands("Mette").slash(thread, "mod reveal"), server, **values)


def board(server: Server) -> list[discord.Message]:
    """What stands in the moderators' channel."""
    seen = server.staff.history(viewer=server.person("Lars"))
    return [message for message in seen if not message.flags.ephemeral]


def notice(server: Server) -> discord.Message:
    """The only message there."""
    (message,) = board(server)
    return message


async def press(server: Server, who: str, label: str) -> InteractionResult:
    """Someone presses a button of that message."""
    return await server.hands(who).press(notice(server), da(f"button.{label}"))


async def decide(server: Server, label: str, who: str = "Lars") -> InteractionResult:
    """A second moderator reads the explanation and decides."""
    read = await press(server, who, "reveal_read")
    assert WHY in text_of(read)
    return await server.hands(who).press(response(read), da(f"button.{label}"))


async def open_alone(server: Server, asked: InteractionResult) -> InteractionResult:
    return await server.hands("Mette").press(response(asked), da("button.reveal_alone"))


async def review(server: Server, text: str = WHY) -> InteractionResult:
    return await server.hands("Lars").fill(await press(server, "Lars", "reveal_review"), text=text)


async def in_another_channel(server: Server, title: str) -> InteractionResult:
    """Mette asks from the moderators' channel, and picks the question from the list."""
    choices = await server.person("Mette").autocomplete(server.staff, "mod reveal", "question", title)
    form = await server.hands("Mette").slash(server.staff, "mod reveal", question=choices[0]["value"])
    return await fill(form, server)


def names_him(text: str, server: Server) -> bool:
    return str(server.person("Jonas").id) in text


def lasting(server: Server, name: str) -> str:
    """What someone can reach, but for what the simulator counts wrongly: private answers are no messages."""
    return re.sub(
        r'"(last_message_id|message_count|total_message_sent)": ("\d+"|\d+)', "", reach(server, name)
    )


async def test_two_moderators_together_see_a_discord_account(server: Server) -> None:
    thread = await server.ask()
    asked = await ask_to_see(server, thread)
    assert response(asked).ephemeral
    assert da("reveal.sent", channel=f"<#{server.staff.id}>") in text_of(asked)
    assert button_labels(server.env, response(asked)) == []
    approved = await decide(server, "reveal_yes")
    assert da("reveal.state_approved") in text_of(approved)
    assert_unseen(server, others=EVERYONE)
    for who in ("Mette", "Lars", "Mette"):
        shown = await press(server, who, "reveal_show")
        assert response(shown).ephemeral
        assert names_him(text_of(shown), server)
        # An account and nothing more.
        assert "jonas" not in text_of(shown).casefold()
    assert_unseen(server, others=tuple(name for name in EVERYONE if name not in ("Mette", "Lars")))
    assert not found_in(message_text(notice(server)), traces(server, "Jonas"))


async def test_the_requester_is_called_to_the_decision(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    first = notice(server)
    assert first.content == ""
    await decide(server, "reveal_yes")
    assert notice(server).id != first.id
    assert notice(server).content == f"<@{server.person('Mette').id}>"


async def test_a_request_is_invisible_to_everyone_but_moderators(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    people = ("Malik", "Emil", "Søren", "Jonas")
    await server.inbox()
    inbox = text_of(await server.inbox())
    before = {name: lasting(server, name) for name in people}
    await ask_to_see(server, thread)
    await decide(server, "reveal_no")
    assert {name: lasting(server, name) for name in people} == before
    assert text_of(await server.inbox()) == inbox


async def test_a_refused_request_shows_nobody_anything(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    refused = await decide(server, "reveal_no")
    assert da("reveal.state_refused") in text_of(refused)
    assert button_labels(server.env, notice(server)) == [da("button.reveal_read")]
    assert_unseen(server, others=EVERYONE)


async def test_the_explanation_stands_in_no_channel(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    for name in EVERYONE:
        assert "kniv" not in reach(server, name)
    read = await press(server, "Lars", "reveal_read")
    assert response(read).ephemeral
    assert "kniv" in reach(server, "Lars")
    assert "kniv" not in reach(server, "Karen")
    assert "kniv" not in server.logs.text


async def test_the_requester_cannot_approve_and_nobody_else_can_open(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    own = await decide(server, "reveal_yes", who="Mette")
    assert da("error.reveal_own") in text_of(own)
    # A manager reads the channel, and is no moderator.
    manager = await press(server, "Karen", "reveal_read")
    assert da("error.not_allowed", role=da("role.moderator")) in text_of(manager)
    await decide(server, "reveal_yes")
    manager = await press(server, "Karen", "reveal_show")
    assert da("error.not_allowed", role=da("role.moderator")) in text_of(manager)
    assert_unseen(server, others=EVERYONE)


async def test_approving_again_changes_nothing(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    read = await press(server, "Lars", "reveal_read")
    again = await press(server, "Lars", "reveal_read")
    await server.hands("Lars").press(response(read), da("button.reveal_yes"))
    late = await server.hands("Lars").press(response(again), da("button.reveal_no"))
    assert da("reveal.state_approved") in text_of(late)
    assert da("button.reveal_show") in button_labels(server.env, notice(server))


async def test_after_its_time_nothing_can_be_opened(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    await decide(server, "reveal_yes")
    await server.env.advance_time(24 * HOUR)
    late = await press(server, "Mette", "reveal_show")
    assert da("error.reveal_over") in text_of(late)
    await server.sweep()
    assert da("reveal.look_expired") in message_text(notice(server))
    assert da("button.reveal_show") not in button_labels(server.env, notice(server))
    assert_unseen(server, others=EVERYONE)


async def test_the_button_goes_when_the_time_is_out(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    await decide(server, "reveal_yes")
    await press(server, "Mette", "reveal_show")
    await server.later(24 * HOUR)
    assert da("button.reveal_show") not in button_labels(server.env, notice(server))


async def test_a_lone_moderator_opens_at_once_and_is_reviewed(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=DANGER)
    assert da("reveal.alone_offer") in text_of(asked)
    shown = await open_alone(server, asked)
    assert names_him(text_of(shown), server)
    assert da("button.reveal_review") in button_labels(server.env, notice(server))
    own = await press(server, "Mette", "reveal_review")
    assert da("error.reveal_own") in text_of(own)
    others = tuple(name for name in EVERYONE if name != "Mette")
    assert_unseen(server, others=others)
    first = notice(server)
    await server.later(11 * HOUR)
    assert notice(server).id == first.id
    for _ in range(2):
        await server.later(12 * HOUR)
        assert notice(server).id != first.id
        first = notice(server)
    short = await review(server, "Fint.")
    assert da("error.reveal_short", minimum=20) in text_of(short)
    assert "Fint." in text_of(short)
    assert da("reveal.review_kept") in text_of(await review(server))
    assert button_labels(server.env, notice(server)) == [da("button.reveal_read")]
    last = notice(server)
    await server.later(48 * HOUR)
    assert notice(server).id == last.id
    assert_unseen(server, others=others)


async def test_only_danger_to_life_can_be_opened_alone(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=THREAT)
    assert button_labels(server.env, response(asked)) == []


async def listed(server: Server, name: str = "Jonas") -> str:
    """What someone's inbox says when he opens it."""
    return text_of(await server.hands(name).slash(server.lobby, "inbox"))


async def test_the_boy_is_told_that_and_why_and_not_by_whom(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=DANGER)
    told = da("reveal.told_here", reason=DANGER)
    assert told not in text_of(await server.inbox())
    await open_alone(server, asked)
    for name in ("Malik", "Emil"):
        assert DANGER not in await listed(server, name)
    first = await listed(server)
    assert DANGER in first
    for word in ("Mette", str(server.person("Mette").id), "kniv"):
        assert word not in first
    # Told once in the list, and always with the question.
    assert DANGER not in await listed(server)
    for _ in range(2):
        assert told in text_of(await server.inbox())


async def test_he_is_told_although_he_took_it_back(server: Server) -> None:
    await ask_to_see(server, await server.ask(), reason=DANGER)
    sure = await server.in_inbox(da("button.withdraw"))
    await server.hands("Jonas").press(response(sure), da("button.withdraw_yes"))
    # The private message went with the thread; the moderators' channel has the button too.
    other = await press(server, "Lars", "reveal_alone")
    assert da("error.reveal_not_yours") in text_of(other)
    assert names_him(text_of(await press(server, "Mette", "reveal_alone")), server)
    assert DANGER in await listed(server)
    assert DANGER not in await listed(server)


async def test_where_it_is_dangerous_he_is_not_told(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=DANGER, silent=da("reveal.silent_yes"))
    await open_alone(server, asked)
    assert da("reveal.silent_yes") in text_of(await press(server, "Lars", "reveal_read"))
    assert DANGER not in await listed(server)
    assert DANGER not in text_of(await server.inbox())


async def test_who_reviews_lifts_the_silence_unless_he_says_no(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=DANGER, silent=da("reveal.silent_yes"))
    await open_alone(server, asked)
    form = await press(server, "Lars", "reveal_review")
    await server.hands("Lars").fill(form, text=WHY, tell=da("reveal.tell_yes"))
    assert DANGER in await listed(server)


@pytest.mark.parametrize(("label", "told"), [("reveal_yes_tell", True), ("reveal_yes_silent", False)])
async def test_who_approves_decides_about_the_silence(server: Server, label: str, told: bool) -> None:
    await ask_to_see(server, await server.ask(), silent=da("reveal.silent_yes"))
    await decide(server, label)
    await press(server, "Mette", "reveal_show")
    assert (THREAT in await listed(server)) is told


@pytest.mark.parametrize("by_role", [False, True], ids=["everyone", "a role"])
async def test_a_channel_that_was_opened_to_others_is_told_nothing(server: Server, by_role: bool) -> None:
    backend = server.env.backend
    role = server.world.guild.create_role("Medlem") if by_role else server.world.guild.default_role
    seen = discord.Permissions(view_channel=True).value
    known = backend.get_channel(server.staff.id).overwrites
    closed = next((one for one in known if one.target_id == role.id), None)
    backend.set_overwrite(server.staff.id, Overwrite(role.id, OverwriteType.ROLE, seen, 0))
    await server.env.settle()
    asked = await ask_to_see(server, await server.ask())
    assert da("reveal.sent_open", channel=f"<#{server.staff.id}>") in text_of(asked)
    assert board(server) == []
    assert "OpenChannelError" in server.logs.text
    backend.set_overwrite(server.staff.id, closed or Overwrite(role.id, OverwriteType.ROLE, 0, seen))
    await server.later(61)
    notice(server)


async def test_he_is_told_again_when_his_inbox_did_not_open(server: Server) -> None:
    server.faults_expected = True
    asked = await ask_to_see(server, await server.ask(), reason=DANGER)
    await open_alone(server, asked)
    server.fail("PATCH", "/webhooks/*", 404, times=None)
    server.fail("POST", "/webhooks/*", 404, times=None)
    await server.hands("Jonas").slash(server.lobby, "inbox")
    server.works_again()
    assert da("reveal.told_here", reason=DANGER) in text_of(await server.inbox())


async def test_what_discord_did_not_show_him_he_is_told_later_also_of_a_question_taken_back(
    server: Server,
) -> None:
    server.faults_expected = True
    await ask_to_see(server, await server.ask(), reason=DANGER)
    await server.withdraw()
    await press(server, "Mette", "reveal_alone")
    for method in ("PATCH", "POST"):
        server.fail(method, "/webhooks/*", 500, times=None)
    await server.hands("Jonas").slash(server.lobby, "inbox")
    server.works_again()
    assert DANGER in await listed(server)
    assert DANGER not in await listed(server)


async def test_it_begins_in_the_thread_or_from_a_list(server: Server) -> None:
    thread = await server.ask()
    await server.ask("Emil", title="En anden")
    nowhere = await server.hands("Mette").slash(server.lobby, "mod reveal")
    assert da("error.not_in_thread") in text_of(nowhere)
    short = await ask_to_see(server, thread, explanation="Fordi.")
    assert da("error.reveal_short", minimum=20) in text_of(short)
    assert "Fordi." in text_of(short)
    await in_another_channel(server, TITLE)
    assert f"<#{thread.id}>" in message_text(notice(server))
    twice = await in_another_channel(server, TITLE)
    assert da("error.reveal_running") in text_of(twice)
    assert WHY in text_of(twice)
    assert_unseen(server, others=EVERYONE)


async def test_an_alias_may_be_typed_instead_of_chosen(server: Server) -> None:
    thread = await server.ask()
    async with server.bot.database.read() as session:
        alias = await session.scalar(select(Question.alias))
    form = await server.hands("Mette").slash(server.staff, "mod reveal", question=f" {(alias or '').upper()}")
    await fill(form, server)
    assert f"<#{thread.id}>" in message_text(notice(server))


@pytest.mark.parametrize("typed", ["Rolig Ulv 123", "x" * 90, "a:b", "ræv"])
async def test_what_is_no_question_is_said_before_anything_is_written(server: Server, typed: str) -> None:
    await server.ask()
    told = await server.hands("Mette").slash(server.staff, "mod reveal", question=typed)
    assert told.modal is None
    assert da("error.question_gone") in text_of(told)


async def test_a_question_taken_back_is_listed_without_its_title(server: Server) -> None:
    await server.ask()
    asked = await server.in_inbox(da("button.withdraw"))
    await server.hands("Jonas").press(response(asked), da("button.withdraw_yes"))
    (choice,) = await server.person("Mette").autocomplete(server.staff, "mod reveal", "question", "")
    assert TITLE not in choice["name"]


async def test_the_buttons_work_after_a_restart(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    await server.restart()
    await decide(server, "reveal_yes")
    await server.restart()
    assert names_him(text_of(await press(server, "Mette", "reveal_show")), server)
    await server.sweep()
    assert da("reveal.reason_threat") in message_text(notice(server))


@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_a_channel_that_fails_gets_it_later_and_once(server: Server, status: int) -> None:
    thread = await server.ask()
    server.fail("POST", f"/channels/{server.staff.id}/messages", status, times=None)
    asked = await ask_to_see(server, thread)
    assert da("reveal.sent_later", channel=f"<#{server.staff.id}>") in text_of(asked)
    assert board(server) == []
    server.works_again()
    await server.later(61)
    notice(server)
    await server.later(61)
    notice(server)


async def test_a_message_whose_answer_was_lost_is_found_again(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    first = notice(server)
    async with server.bot.database.write() as session:
        lost = {"message_id": None, "shown": "", "lease_until": server.env.now()}
        await session.execute(update(Reveal).values(lost))
    await server.later(61)
    assert notice(server).id == first.id
    await decide(server, "reveal_yes")


async def test_a_message_deleted_by_hand_comes_back(server: Server) -> None:
    await ask_to_see(server, await server.ask())
    await decide(server, "reveal_yes")
    read = await press(server, "Mette", "reveal_show")
    assert names_him(text_of(read), server)
    server.env.backend.delete_message(server.staff.id, notice(server).id)
    assert board(server) == []
    await server.later(24 * HOUR)
    assert da("reveal.look_closed", decider=f"<@{server.person('Lars').id}>") in message_text(notice(server))


async def test_without_a_channel_it_is_refused_with_what_to_do(bare_server: Server) -> None:
    server = bare_server
    manager = server.hands("Karen")
    forum = server.world.channels["livet"]
    await manager.slash(server.staff, "admin forum add", channel=forum, topics="Piger")
    thread = await server.ask()
    refused = await ask_to_see(server, thread)
    assert da("error.no_staff_channel") in text_of(refused)
    assert WHY in text_of(refused)
    asked = await ask_to_see(server, thread, reason=DANGER)
    assert da("reveal.sent_nowhere") in text_of(asked)
    assert names_him(text_of(await open_alone(server, asked)), server)
    await server.later(HOUR)
    await manager.slash(server.staff, "admin staff channel", channel=server.staff)
    await server.sweep()
    assert da("button.reveal_review") in button_labels(server.env, notice(server))


async def test_the_channel_must_be_the_moderators_own(server: Server) -> None:
    manager = server.hands("Karen")
    opened = await manager.slash(server.staff, "admin staff channel", channel=server.lobby)
    assert da("error.staff_channel_open", channel=f"<#{server.lobby.id}>") in text_of(opened)
    everyone, karen = server.world.guild.default_role, server.person("Karen")
    hidden = server.world.guild.create_text_channel(
        "uden-botten",
        overwrites={
            everyone: discord.PermissionOverwrite(view_channel=False),
            karen: discord.PermissionOverwrite(view_channel=True),
        },
    )
    refused = await manager.slash(server.staff, "admin staff channel", channel=hidden)
    assert f"<#{hidden.id}>" in text_of(refused)
    assert da("admin.staff_channel", channel=f"<#{server.staff.id}>") in text_of(
        await manager.slash(server.staff, "admin staff channel", channel=server.staff)
    )


async def test_the_record_is_verified_and_counts_the_year(server: Server) -> None:
    asked = await ask_to_see(server, await server.ask(), reason=DANGER)
    await open_alone(server, asked)
    whole = text_of(await server.hands("Lars").slash(server.staff, "mod audit verify"))
    assert da("audit.yearly", requested=1, total=1, alone=1) in whole
    assert DANGER in whole
    assert not names_him(whole, server)
    async with server.bot.database.write() as session:
        entry = (await session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1))).one()
        entry.actor = server.person("Lars").id
        number = entry.seq
    broken = await server.hands("Lars").slash(server.staff, "mod audit verify")
    text = da("audit.broken", entry=number, fault=da("audit.fault_changed"))
    assert text in text_of(broken)
    assert broken.ephemeral or response(broken).ephemeral


async def test_everything_staff_does_is_on_the_record(server: Server) -> None:
    karen, mette = server.person("Karen").id, server.person("Mette").id
    thread = await server.ask(body=BODY)
    await server.answer(thread)
    await server.hands("Karen").slash(server.staff, "admin language", language="da")
    choices = await server.person("Karen").autocomplete(
        server.staff, "admin forum drop-topic", "topic", "Penge"
    )
    await server.hands("Karen").slash(server.staff, "admin forum drop-topic", topic=choices[0]["value"])
    await server.hands("Karen").slash(server.staff, "admin coach remove", member=server.person("Bilal"))
    answers = await server.person("Mette").autocomplete(thread, "mod hide", "answer", "")
    await server.hands("Mette").slash(thread, "mod hide", answer=answers[0]["value"])
    await server.hands("Mette").slash(thread, "mod restore", answer=answers[0]["value"])
    await server.hands("Mette").slash(thread, "mod hide")
    await server.hands("Mette").slash(thread, "mod restore")
    async with server.bot.database.read() as session:
        entries = (await session.scalars(select(AuditEntry).order_by(AuditEntry.seq))).all()
    made = [(entry.action, entry.actor) for entry in entries]
    assert made[:6] == [
        ("admin_forum", karen),
        ("admin_forum", karen),
        ("admin_coach_channel", karen),
        ("admin_staff_channel", karen),
        ("admin_coach_saved", karen),
        ("admin_coach_saved", karen),
    ]
    assert made[6:] == [
        ("admin_language", karen),
        ("admin_topic_removed", karen),
        ("admin_coach_removed", karen),
        ("answer_removed", mette),
        ("answer_restored", mette),
        ("question_hidden", mette),
        ("question_restored", mette),
    ]
    forms = traces(server, "Jonas")
    assert not found_in(" ".join(f"{entry.subject} {entry.detail}" for entry in entries), forms)
