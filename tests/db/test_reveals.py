"""Seeing who asked: two people, a reason, a short time, on the record."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.config import PrivacySettings, QuestionSettings, Settings
from bot.errors import MemberError
from bot.services.identity import Identity, Keys, Purpose, new_token
from bot.services.reveals import Request, RevealView
from bot.services.staffroom import REMIND_AFTER, Look
from db.models import AuditEntry, Notice, Question, QuestionState, Reveal, RevealReason, RevealState
from tests.db.club import ASKER, GUILD, OTHER_GUILD, READER, Club, Published, everything, refusal

ONE = 1_300_000_000_000_000_061
OTHER = 1_300_000_000_000_000_062
THIRD = 1_300_000_000_000_000_063
STAFF_CHANNEL = 1_200_000_000_000_000_009
WHY = "Han skriver, at han har en kniv med i skole i morgen."


@pytest_asyncio.fixture(loop_scope="session")
async def staffed(club: Club) -> Club:
    """A server with a channel for its moderators."""
    await club.services.servers.set_staff_channel(GUILD, STAFF_CHANNEL)
    return club


async def ask_to_see(club: Club, question: Published, actor: int = ONE, **values: Any) -> RevealView:
    fields: dict[str, Any] = {"reason": "threat", "explanation": WHY, "silent": False, "form": new_token()}
    request = Request(question=question.token, **(fields | values))
    return await club.services.reveals.request(GUILD, actor, request)


async def approved(club: Club, question: Published, **values: Any) -> RevealView:
    shown = await ask_to_see(club, question, **values)
    return await club.services.reveals.decide(GUILD, shown.token, OTHER, approve=True)


async def row(club: Club, token: str) -> Reveal:
    return await club.one(select(Reveal).where(Reveal.token == token))


async def recorded(club: Club, token: str) -> list[tuple[str, int | None]]:
    query = select(AuditEntry).where(AuditEntry.subject == token).order_by(AuditEntry.seq)
    return [(entry.action, entry.actor) for entry in await club.rows(query)]


async def notices(club: Club) -> int:
    return len(await club.rows(select(Notice)))


async def test_two_moderators_together_see_who_asked(staffed: Club) -> None:
    question = await staffed.ask()
    reveals = staffed.services.reveals
    shown = await ask_to_see(staffed, question)
    for moderator in (ONE, OTHER):
        with pytest.raises(MemberError):
            await reveals.open(GUILD, shown.token, moderator)
    opened = staffed.identity.openings[Purpose.REVEAL]
    decided = await reveals.decide(GUILD, shown.token, OTHER, approve=True)
    assert (decided.state, decided.decided_by) == (RevealState.APPROVED, OTHER)
    for moderator in (ONE, OTHER, ONE):
        assert await reveals.open(GUILD, shown.token, moderator) == ASKER
    assert staffed.identity.openings[Purpose.REVEAL] == opened + 3
    with refusal("reveal_not_yours"):
        await reveals.open(GUILD, shown.token, THIRD)
    assert await recorded(staffed, shown.token) == [
        ("reveal_requested", ONE),
        ("reveal_approved", OTHER),
        ("reveal_opened", ONE),
        ("reveal_opened", OTHER),
        ("reveal_opened", ONE),
    ]
    assert (await staffed.services.audit.verify(GUILD)).whole


async def test_the_record_holds_neither_asker_nor_words(staffed: Club) -> None:
    question = await staffed.ask(title="Min titel", body="Min tekst")
    shown = await approved(staffed, question)
    await staffed.services.reveals.open(GUILD, shown.token, ONE)
    tables = await everything(staffed.database)
    assert str(ASKER) not in str(tables)
    record = str(tables["audit"])
    for word in (WHY, "kniv", "Min titel", "Min tekst", question.token):
        assert word not in record


async def test_the_requester_cannot_approve_himself(staffed: Club) -> None:
    shown = await ask_to_see(staffed, await staffed.ask())
    with refusal("reveal_own"):
        await staffed.services.reveals.decide(GUILD, shown.token, ONE, approve=True)
    with refusal("reveal_wait"):
        await staffed.services.reveals.open(GUILD, shown.token, ONE)
    assert (await row(staffed, shown.token)).state is RevealState.REQUESTED


async def test_refused_shows_nobody_anything(staffed: Club) -> None:
    shown = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger")
    reveals = staffed.services.reveals
    before = staffed.identity.openings[Purpose.REVEAL]
    await reveals.decide(GUILD, shown.token, OTHER, approve=False)
    for moderator in (ONE, OTHER):
        with refusal("reveal_over"):
            await reveals.open(GUILD, shown.token, moderator)
    with refusal("reveal_over"):
        await reveals.open_alone(GUILD, shown.token, ONE)
    # What is decided stays decided.
    assert (await reveals.decide(GUILD, shown.token, THIRD, approve=True)).state is RevealState.REFUSED
    assert staffed.identity.openings[Purpose.REVEAL] == before
    assert await reveals.tell_asker(GUILD, ASKER) == []
    assert await notices(staffed) == 0


async def test_approving_twice_does_nothing(staffed: Club) -> None:
    shown = await ask_to_see(staffed, await staffed.ask())
    other = staffed.twin()
    await asyncio.gather(
        staffed.services.reveals.decide(GUILD, shown.token, OTHER, approve=True),
        other.services.reveals.decide(GUILD, shown.token, THIRD, approve=True),
    )
    actions = [action for action, _ in await recorded(staffed, shown.token)]
    assert actions == ["reveal_requested", "reveal_approved"]
    decided_by = (await row(staffed, shown.token)).decided_by
    left_out = THIRD if decided_by == OTHER else OTHER
    with refusal("reveal_not_yours"):
        await staffed.services.reveals.open(GUILD, shown.token, left_out)


async def test_nothing_can_be_opened_after_its_time(staffed: Club) -> None:
    reveals = staffed.services.reveals
    waiting = await ask_to_see(staffed, await staffed.ask())
    agreed = await approved(staffed, await staffed.ask())
    seen = await approved(staffed, await staffed.ask())
    await reveals.open(GUILD, seen.token, ONE)
    staffed.clock.move(hours=24)
    with refusal("reveal_over"):
        await reveals.decide(GUILD, waiting.token, OTHER, approve=True)
    for late in (agreed, seen):
        for moderator in (ONE, OTHER):
            with refusal("reveal_over"):
                await reveals.open(GUILD, late.token, moderator)
    await reveals.expire()
    await reveals.expire()
    states = [(await row(staffed, one.token)).state for one in (waiting, agreed, seen)]
    assert states == [RevealState.EXPIRED, RevealState.EXPIRED, RevealState.OPENED]
    assert (await recorded(staffed, agreed.token))[-1] == ("reveal_expired", None)
    assert len(await recorded(staffed, agreed.token)) == 3


async def test_a_request_needs_a_reason_and_words(staffed: Club) -> None:
    question = await staffed.ask()
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("reveal_short", {"explanation": "Fordi jeg vil."}),
        ("empty", {"explanation": "  \u200b "}),
        ("reveal_reason", {"reason": "curiosity"}),
    ]
    for key, values in wrong:
        with refusal(key) as caught:
            await ask_to_see(staffed, question, **values)
        assert caught.value.typed == values.get("explanation", WHY)
    assert await staffed.rows(select(Reveal)) == []


async def test_a_form_handed_in_twice_is_one_request(staffed: Club) -> None:
    question, form = await staffed.ask(), new_token()
    first, second = [await ask_to_see(staffed, question, form=form) for _ in range(2)]
    assert first == second
    assert len(await staffed.rows(select(Reveal))) == 1
    with refusal("reveal_running"):
        await ask_to_see(staffed, question, THIRD)
    with refusal("try_again"):
        await ask_to_see(staffed, await staffed.ask(), THIRD, form=form)


async def test_a_request_is_of_one_server(staffed: Club) -> None:
    question = await staffed.ask()
    shown = await ask_to_see(staffed, question)
    reveals = staffed.services.reveals
    with refusal("reveal_gone"):
        await reveals.decide(OTHER_GUILD, shown.token, OTHER, approve=True)
    with refusal("question_gone"):
        await reveals.request(OTHER_GUILD, ONE, Request(new_token(), question.token, "threat", WHY, False))
    with refusal("not_in_thread"):
        await reveals.question_in(OTHER_GUILD, question.thread_id)
    assert await reveals.choices(OTHER_GUILD, "") == []


async def test_without_a_staff_channel_only_danger_to_life_goes_on(club: Club) -> None:
    question = await club.ask()
    with refusal("no_staff_channel") as caught:
        await ask_to_see(club, question)
    assert caught.value.typed == WHY
    shown = await ask_to_see(club, question, reason="life_in_danger")
    assert await club.services.reveals.open_alone(GUILD, shown.token, ONE) == ASKER
    assert await club.services.staffroom.claim_due() == []
    await club.services.servers.set_staff_channel(GUILD, STAFF_CHANNEL)
    (card,) = await club.services.staffroom.claim_due()
    assert card.look is Look.TO_REVIEW


async def test_a_question_that_was_never_seen_cannot_be_opened(staffed: Club) -> None:
    token, _ = await staffed.queue()
    with refusal("question_gone"):
        await ask_to_see(staffed, Published(token, 0, 0))
    assert await staffed.services.reveals.choices(GUILD, "") == []


async def test_a_question_taken_back_can_be_opened_and_has_no_title(staffed: Club) -> None:
    question = await staffed.ask(title="Farvel")
    await staffed.services.questions.withdraw(question.token, ASKER)
    (choice,) = await staffed.services.reveals.choices(GUILD, "")
    assert (choice.token, choice.title) == (question.token, None)
    assert await staffed.services.reveals.choices(GUILD, "farvel") == []
    shown = await approved(staffed, question)
    assert await staffed.services.reveals.open(GUILD, shown.token, ONE) == ASKER
    # His inbox does not list the question any more, so he is told beside the list.
    (told,) = await staffed.services.reveals.tell_asker(GUILD, ASKER)
    assert told.alias == choice.alias


async def test_a_destroyed_link_cannot_be_opened_nor_seen_before(staffed: Club) -> None:
    linked, unlinked, erased, lost = [await staffed.ask() for _ in range(4)]
    nobody = staffed.identity.seal_nobody(erased.token)
    under_a_lost_key = Identity(Keys.new()).seal_member(ASKER, lost.token)
    async with staffed.database.write() as session:
        for question, seal in ((unlinked, None), (erased, nobody), (lost, under_a_lost_key)):
            await session.execute(update(Question).where(Question.token == question.token).values(seal=seal))
    assert len(await staffed.services.reveals.choices(GUILD, "")) == 4
    shown = [await approved(staffed, question) for question in (linked, unlinked, erased, lost)]
    assert len({one.state for one in shown}) == 1
    why = ("reveal_no_link", "reveal_no_link", "reveal_no_key")
    for gone, key in zip(shown[1:], why, strict=True):
        with refusal(key):
            await staffed.services.reveals.open(GUILD, gone.token, ONE)
        assert (await row(staffed, gone.token)).opened_at is None
        # Who looks which links are gone is seen doing it.
        assert (await recorded(staffed, gone.token))[-1] == ("reveal_no_link", ONE)
    assert await staffed.services.reveals.open(GUILD, shown[0].token, ONE) == ASKER


async def test_a_lone_try_for_a_destroyed_link_is_recorded_and_opens_nothing(staffed: Club) -> None:
    question = await staffed.ask()
    async with staffed.database.write() as session:
        await session.execute(update(Question).values(seal=None))
    shown = await ask_to_see(staffed, question, reason="life_in_danger")
    for _ in range(2):
        with refusal("reveal_no_link"):
            await staffed.services.reveals.open_alone(GUILD, shown.token, ONE)
    assert [action for action, _ in await recorded(staffed, shown.token)] == [
        "reveal_requested",
        "reveal_no_link",
        "reveal_no_link",
    ]
    found = await row(staffed, shown.token)
    assert (found.state, found.emergency, found.opened_at) == (RevealState.REQUESTED, False, None)


async def test_a_moderator_who_asked_himself_is_like_any_other(staffed: Club) -> None:
    """Were he not, his refusal would tell the others that he is behind it."""
    seen: list[tuple[object, ...]] = []
    for asker in (ASKER, OTHER):
        question = await staffed.ask(asker)
        shown = await approved(staffed, question)
        review = await ask_to_see(staffed, question, reason="life_in_danger")
        await staffed.services.reveals.open_alone(GUILD, review.token, ONE)
        done = await staffed.services.reveals.review(GUILD, review.token, OTHER, WHY)
        seen.append((shown.state, shown.decided_by, done.reviewed_by))
    assert seen[0] == seen[1]


async def test_a_lone_moderator_opens_only_when_a_life_is_in_danger(staffed: Club) -> None:
    reveals = staffed.services.reveals
    for reason in RevealReason:
        shown = await ask_to_see(staffed, await staffed.ask(), reason=reason.value)
        if reason is RevealReason.LIFE_IN_DANGER:
            assert shown.may_open_alone
            with refusal("reveal_not_yours"):
                await reveals.open_alone(GUILD, shown.token, OTHER)
            assert await reveals.open_alone(GUILD, shown.token, ONE) == ASKER
            assert (await row(staffed, shown.token)).emergency
        else:
            assert not shown.may_open_alone
            with refusal("reveal_not_urgent"):
                await reveals.open_alone(GUILD, shown.token, ONE)


async def test_danger_to_life_does_not_wait_for_another_request(staffed: Club) -> None:
    question = await staffed.ask()
    await ask_to_see(staffed, question)
    shown = await ask_to_see(staffed, question, THIRD, reason="life_in_danger")
    assert await staffed.services.reveals.open_alone(GUILD, shown.token, THIRD) == ASKER


async def test_what_was_opened_alone_is_reviewed_by_another(staffed: Club) -> None:
    reveals = staffed.services.reveals
    shown = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger")
    with refusal("reveal_reviewed"):
        await reveals.review(GUILD, shown.token, OTHER, WHY)
    await reveals.open_alone(GUILD, shown.token, ONE)
    with refusal("reveal_own"):
        await reveals.review(GUILD, shown.token, ONE, WHY)
    with refusal("reveal_short") as caught:
        await reveals.review(GUILD, shown.token, OTHER, "Fint.")
    assert caught.value.typed == "Fint."
    # It has no time limit: it must be done.
    staffed.clock.move(days=9)
    await reveals.expire()
    await reveals.review(GUILD, shown.token, OTHER, WHY)
    with refusal("reveal_reviewed"):
        await reveals.review(GUILD, shown.token, THIRD, WHY)
    assert [action for action, _ in await recorded(staffed, shown.token)] == [
        "reveal_requested",
        "reveal_opened",
        "reveal_reviewed",
    ]
    assert (await row(staffed, shown.token)).review == WHY


async def test_the_boy_is_told_once_and_can_read_it_again(staffed: Club) -> None:
    reveals = staffed.services.reveals
    question = await staffed.ask()
    shown = await approved(staffed, question)
    assert await reveals.tell_asker(GUILD, ASKER) == []
    await reveals.open(GUILD, shown.token, ONE)
    await reveals.open(GUILD, shown.token, OTHER)
    assert await notices(staffed) == 1
    assert await reveals.tell_asker(GUILD, READER) == []
    with refusal("not_asker"):
        await reveals.told_of(question.token, READER)
    told = await reveals.tell_asker(GUILD, ASKER)
    assert [one.reason for one in told] == [RevealReason.THREAT]
    staffed.clock.move(minutes=17)
    await reveals.told(told)
    assert await reveals.tell_asker(GUILD, ASKER) == []
    assert await reveals.told_of(question.token, ASKER) == told
    told_at = (await row(staffed, shown.token)).told_at
    assert told_at is not None
    assert (told_at.day, told_at.hour, told_at.minute, told_at.second) == (1, 0, 0, 0)


async def test_where_telling_is_dangerous_he_is_not_told(staffed: Club) -> None:
    reveals = staffed.services.reveals
    question = await staffed.ask()
    shown = await approved(staffed, question, silent=True)
    await reveals.open(GUILD, shown.token, ONE)
    assert await reveals.tell_asker(GUILD, ASKER) == []
    assert await reveals.told_of(question.token, ASKER) == []
    assert await notices(staffed) == 0


async def test_who_approves_cannot_silence_what_was_asked_for_openly(staffed: Club) -> None:
    reveals = staffed.services.reveals
    shown = await ask_to_see(staffed, await staffed.ask(), silent=False)
    assert not (await reveals.decide(GUILD, shown.token, OTHER, approve=True, silent=True)).silent
    await reveals.open(GUILD, shown.token, ONE)
    assert len(await reveals.tell_asker(GUILD, ASKER)) == await notices(staffed) == 1


@pytest.mark.parametrize("silent", [True, False])
async def test_who_approves_decides_again_whether_he_is_told(staffed: Club, silent: bool) -> None:
    reveals = staffed.services.reveals
    shown = await ask_to_see(staffed, await staffed.ask(), silent=True)
    await reveals.decide(GUILD, shown.token, OTHER, approve=True, silent=silent)
    await reveals.open(GUILD, shown.token, ONE)
    assert len(await reveals.tell_asker(GUILD, ASKER)) == await notices(staffed) == (0 if silent else 1)


@pytest.mark.parametrize("tell", [True, False])
async def test_who_reviews_decides_again_whether_he_is_told(staffed: Club, tell: bool) -> None:
    reveals = staffed.services.reveals
    shown = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger", silent=True)
    await reveals.open_alone(GUILD, shown.token, ONE)
    assert await reveals.tell_asker(GUILD, ASKER) == []
    await reveals.review(GUILD, shown.token, OTHER, WHY, tell=tell)
    assert len(await reveals.tell_asker(GUILD, ASKER)) == await notices(staffed) == int(tell)


async def test_a_request_changes_nothing_of_the_question(staffed: Club) -> None:
    question = await staffed.ask()
    before = await everything(staffed.database)
    await ask_to_see(staffed, question)
    after = await everything(staffed.database)
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert changed == {"reveals", "audit", "audit_heads"}


async def test_the_channel_shows_each_step_once(staffed: Club) -> None:
    room = staffed.services.staffroom
    shown = await ask_to_see(staffed, await staffed.ask())
    (card,) = await room.claim_due()
    assert (card.look, card.channel_id, card.message_id, card.retry) == (
        Look.REQUESTED,
        STAFF_CHANNEL,
        None,
        False,
    )
    assert await staffed.twin().services.staffroom.claim_due() == []
    staffed.clock.move(minutes=2)
    (card,) = await room.claim_due()
    assert card.retry
    await room.shown(shown.token, card.look, 5)
    assert await room.claim_due() == []
    await staffed.services.reveals.decide(GUILD, shown.token, OTHER, approve=True)
    (card,) = await room.claim_due()
    assert (card.look, card.message_id, card.anew) == (Look.APPROVED, 5, True)
    await room.shown(shown.token, card.look, 6)
    await staffed.services.reveals.open(GUILD, shown.token, ONE)
    (card,) = await room.claim_due()
    assert (card.look, card.message_id, card.anew) == (Look.OPENED, 6, False)
    await room.shown(shown.token, card.look, 6)
    staffed.clock.move(hours=24)
    (card,) = await room.claim_due()
    assert card.look is Look.CLOSED
    await room.shown(shown.token, card.look, 6)
    staffed.clock.move(days=30)
    assert await room.claim_due() == []


async def test_a_review_is_asked_for_until_it_is_done(staffed: Club) -> None:
    room, reveals = staffed.services.staffroom, staffed.services.reveals
    shown = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger")
    await reveals.open_alone(GUILD, shown.token, ONE)
    for message_id in (5, 6, 7):
        (card,) = await room.claim_due()
        assert (card.look, card.anew) == (Look.TO_REVIEW, True)
        await room.shown(shown.token, card.look, message_id)
        assert await room.claim_due() == []
        staffed.clock.now += REMIND_AFTER
    await reveals.review(GUILD, shown.token, OTHER, WHY)
    (card,) = await room.claim_due()
    assert (card.look, card.anew) == (Look.REVIEWED, False)
    await room.shown(shown.token, card.look, 7)
    staffed.clock.now += REMIND_AFTER
    assert await room.claim_due() == []


async def test_the_numbers_of_a_year(staffed: Club) -> None:
    reveals = staffed.services.reveals
    for reason, moderators in (("threat", 2), ("threat", 2), ("life_in_danger", 1), ("court_order", 0)):
        shown = await ask_to_see(staffed, await staffed.ask(), reason=reason)
        if moderators == 2:
            await reveals.decide(GUILD, shown.token, OTHER, approve=True)
            await reveals.open(GUILD, shown.token, ONE)
            await reveals.open(GUILD, shown.token, OTHER)
        elif moderators == 1:
            await reveals.open_alone(GUILD, shown.token, ONE)
    year = await reveals.this_year(GUILD)
    assert (year.requested, year.total, year.alone) == (4, 3, 1)
    assert year.opened == {RevealReason.THREAT: 2, RevealReason.LIFE_IN_DANGER: 1}
    assert (await reveals.yearly(GUILD, 2025)).requested == 0
    assert (await reveals.yearly(OTHER_GUILD, 2026)).total == 0
    # A year begins at midnight where the server is: in Copenhagen that is an hour before UTC.
    staffed.clock.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    await ask_to_see(staffed, await staffed.ask())
    assert (await reveals.yearly(GUILD, 2027)).requested == 1


async def test_old_requests_are_dropped_but_not_before_their_review(staffed: Club) -> None:
    reveals = staffed.services.reveals
    done = await ask_to_see(staffed, await staffed.ask())
    owed = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger")
    await reveals.open_alone(GUILD, owed.token, ONE)
    staffed.clock.move(days=400)
    await reveals.drop_older_than(365)
    assert [one.token for one in await staffed.rows(select(Reveal))] == [owed.token]
    with refusal("reveal_gone"):
        await reveals.view(GUILD, done.token)
    await reveals.review(GUILD, owed.token, OTHER, WHY)
    await reveals.drop_older_than(365)
    assert await staffed.rows(select(Reveal)) == []


async def test_the_hours_are_a_setting(staffed: Club) -> None:
    short = Settings(
        questions=QuestionSettings(delay_min_seconds=0, delay_max_seconds=0),
        privacy=PrivacySettings(reveal_hours=2),
    )
    club = await Club.opened(staffed.database, staffed.clock, settings=short)
    shown = await approved(club, await club.ask())
    club.clock.move(hours=2)
    with refusal("reveal_over"):
        await club.services.reveals.open(GUILD, shown.token, ONE)


async def test_two_moderators_opening_at_once_make_one_opening(staffed: Club) -> None:
    """One says yes while the other opens alone: it is either approved or to be reviewed, never neither."""
    shown = await ask_to_see(staffed, await staffed.ask(), reason="life_in_danger")
    other = staffed.twin()
    await asyncio.gather(
        staffed.services.reveals.open_alone(GUILD, shown.token, ONE),
        other.services.reveals.decide(GUILD, shown.token, OTHER, approve=True),
    )
    held = await row(staffed, shown.token)
    assert held.state is RevealState.OPENED
    assert held.emergency == (held.decided_by is None)
    assert (await staffed.question((await staffed.one(select(Question))).token)).state is QuestionState.OPEN


async def test_a_seal_that_no_key_opens_does_not_close_the_inbox_of_others(staffed: Club) -> None:
    broken, whole = await staffed.ask(ASKER), await staffed.ask(READER)
    for question in (broken, whole):
        await staffed.services.reveals.open(GUILD, (await approved(staffed, question)).token, ONE)
    async with staffed.database.write() as session:
        lost = update(Question).where(Question.token == broken.token).values(seal=b"1234" + bytes(40))
        await session.execute(lost)
    assert len(await staffed.services.reveals.tell_asker(GUILD, READER)) == 1
    assert await staffed.services.reveals.tell_asker(GUILD, ASKER) == []
