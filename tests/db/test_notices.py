"""Who is told that there is news, when, and what the rows say about it: nothing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.config import PrivacySettings
from bot.services.identity import Identity, Keys, Purpose, new_token
from bot.services.notices import LEASE, NoticeDelivery
from bot.services.publishing import Failure
from db.engine import Database
from db.models import Follower, Notice, Preference, Question
from tests.db.club import ASKER, COACH, GUILD, HELPER, READER, SETTINGS, Club
from tests.helpers import MovingClock

LONGEST = PrivacySettings().notice_max_minutes
A_DAY_OF_TRIES = 40
# A wait is drawn between half and one and a half of itself: together they are never outside these.
SHORTEST_DAY_HOURS, LONGEST_DAY_HOURS = 11, 36


async def opt_in(club: Club, *members: int) -> None:
    for member in members:
        await club.services.notices.choose(GUILD, member, wanted=True)


async def due(club: Club) -> list[NoticeDelivery]:
    """Everything that leaves within the longest wait."""
    club.clock.move(minutes=LONGEST)
    return await club.services.notices.claim_due()


async def owed(club: Club) -> Sequence[Notice]:
    return await club.rows(select(Notice))


async def test_the_asker_hears_of_a_new_answer_once(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question)
    await club.answer(question)
    await club.write(question, READER)
    assert await club.services.notices.claim_due() == []
    (delivery,) = await due(club)
    assert (delivery.user_id, delivery.guild_id, delivery.language) == (ASKER, GUILD, "da")
    await club.services.notices.sent(delivery)
    assert await owed(club) == []
    assert await due(club) == []


async def test_who_did_not_ask_for_messages_gets_none_and_owes_no_row(club: Club) -> None:
    await opt_in(club, HELPER, READER)
    question = await club.ask()
    await club.write(question)
    assert await due(club) == []
    assert await owed(club) == []
    await opt_in(club, ASKER)
    assert await due(club) == []


async def test_the_wait_lies_between_the_bounds_and_differs(club: Club) -> None:
    await opt_in(club, ASKER, HELPER, READER, COACH)
    askers = (ASKER, HELPER, READER, COACH)
    for asker in askers:
        await club.write(await club.ask(asker), author=1)
    waited: list[int] = []
    for seconds in range(0, 60 * LONGEST + 1, 5):
        for delivery in await club.services.notices.claim_due():
            waited.append(seconds)
            await club.services.notices.sent(delivery)
        club.clock.move(seconds=5)
    assert len(waited) == len(askers)
    assert min(waited) >= 60 * PrivacySettings().notice_min_minutes
    assert len(set(waited)) > 1


@pytest.mark.parametrize("event", ["accept", "decline", "line", "close", "failed", "call_failed"])
async def test_other_news_for_the_asker(club: Club, event: str) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    services = club.services
    if event == "failed":
        post_id = await services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
        await services.publishing.not_sent(post_id, Failure.REFUSED)
    elif event == "call_failed":
        post_id = await services.summons.call(question.token, club.coaches[COACH], ASKER)
        await services.publishing.not_sent(post_id, Failure.REFUSED)
    else:
        token, thread_id = await club.call(question)
        assert await owed(club) == []
        if event == "decline":
            await services.summons.decline(token, COACH)
        else:
            await services.summons.accept(token, COACH)
        if event in ("line", "close"):
            (delivery,) = await due(club)
            await services.notices.sent(delivery)
        if event == "line":
            await services.lines.from_coach(token, COACH, new_token(), "Hvad tænker du?")
        if event == "close":
            await services.summons.close_as_coach(thread_id, COACH)
    club.clock.move(hours=1)
    (delivery,) = await due(club)
    assert delivery.user_id == ASKER


async def test_what_his_own_action_timed_does_not_tell_the_moment(club: Club) -> None:
    club.clock.move(minutes=17, seconds=3)
    question = await club.ask()
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    (notice,) = await owed(club)
    assert (notice.due_at.minute, notice.due_at.second) == (0, 0)
    await club.write(question)
    (notice,) = await owed(club)
    assert notice.due_at < club.clock.now.replace(microsecond=999)


async def test_a_line_message_sent_twice_owes_once(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.on_the_line(question)
    before = [notice.due_at for notice in await owed(club)]
    form = new_token()
    await club.services.lines.from_coach(token, COACH, form, "Hvad tænker du?")
    moved = [notice.due_at for notice in await owed(club)]
    await club.services.lines.from_coach(token, COACH, form, "Hvad tænker du?")
    assert before < moved == [notice.due_at for notice in await owed(club)]


async def test_news_in_several_questions_makes_one_message(club: Club) -> None:
    await opt_in(club, ASKER)
    first, second = await club.ask(), await club.ask()
    await club.write(first)
    club.clock.move(minutes=LONGEST - 0.5)
    await club.write(second)
    club.clock.move(minutes=0.5)
    (delivery,) = await club.services.notices.claim_due()
    await club.services.notices.sent(delivery)
    # The row of the other question stays until its own time: together they would be a pair.
    (left,) = await owed(club)
    assert await due(club) == []
    assert await owed(club) == []
    await club.write(second)
    (again,) = await due(club)
    assert again.user_id == ASKER
    assert left.question_id != (await club.question(first.token)).id


async def test_news_after_the_message_is_told_in_a_message_of_its_own(club: Club) -> None:
    await opt_in(club, ASKER)
    first, second = await club.ask(), await club.ask()
    await club.write(first)
    club.clock.move(minutes=LONGEST - 0.5)
    await club.write(second)
    club.clock.move(minutes=0.5)
    (delivery,) = await club.services.notices.claim_due()
    await club.services.notices.sent(delivery)
    await club.write(second)
    assert len(await due(club)) == 1


async def test_news_while_it_is_being_sent_is_not_lost(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question)
    (delivery,) = await due(club)
    await club.write(question, READER)
    await club.services.notices.sent(delivery)
    assert await club.services.notices.claim_due() == []
    assert len(await due(club)) == 1


async def test_a_crash_before_the_row_is_deleted_sends_once_more_and_loses_nothing(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    assert len(await due(club)) == 1
    other = club.twin()
    assert await other.services.notices.claim_due() == []
    club.clock.move(seconds=LEASE.total_seconds())
    (delivery,) = await other.services.notices.claim_due()
    await other.services.notices.sent(delivery)
    assert await due(club) == []


async def test_two_processes_tell_him_once(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    club.clock.move(minutes=LONGEST)
    other = club.twin()
    taken = [*await club.services.notices.claim_due(), *await other.services.notices.claim_due()]
    assert len(taken) == 1


async def test_when_discord_is_down_it_is_tried_for_a_day_and_then_dropped(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    start, tries = club.clock.now, 0
    (delivery,) = await due(club)
    for _ in range(A_DAY_OF_TRIES):
        tries += 1
        await club.services.notices.failed(delivery)
        if not (rows := await owed(club)):
            break
        assert await club.services.notices.claim_due() == []
        club.clock.now = rows[0].due_at
        (delivery,) = await club.services.notices.claim_due()
    assert await owed(club) == []
    assert SHORTEST_DAY_HOURS < (club.clock.now - start).total_seconds() / 3600 < LONGEST_DAY_HOURS
    assert tries < A_DAY_OF_TRIES


async def test_after_an_outage_one_message_covers_all(club: Club) -> None:
    await opt_in(club, ASKER)
    for question in (await club.ask(), await club.ask()):
        await club.write(question)
    (delivery,) = await due(club)
    assert len(delivery.notices) == 2
    await club.services.notices.failed(delivery)
    first, second = [row.due_at for row in await owed(club)]
    assert abs((first - second).total_seconds()) > 0.001
    club.clock.now = min(first, second)
    (delivery,) = await club.services.notices.claim_due()
    await club.services.notices.sent(delivery)
    club.clock.now = max(first, second)
    assert await due(club) == []
    assert await owed(club) == []


async def test_a_refused_message_is_a_note_in_the_inbox_and_nothing_else(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    (delivery,) = await due(club)
    await club.services.notices.refused(delivery)
    choice = await club.services.notices.choice(GUILD, ASKER)
    assert (choice.wanted, choice.refused) == (True, True)
    assert await owed(club) == []
    assert not (await club.services.notices.choice(GUILD, HELPER)).refused


async def test_a_refusal_is_written_down_hours_later_and_ends_with_a_success(club: Club) -> None:
    async def written() -> bool:
        await club.services.notices.write_verdicts()
        return (await club.one(select(Preference))).refused

    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question)
    (delivery,) = await due(club)
    await club.services.notices.refused(delivery)
    # At the same moment as the question's row goes, it would say whose question it was.
    assert not await written()
    club.clock.move(hours=6)
    assert await written()
    await club.write(question)
    (delivery,) = await due(club)
    await club.services.notices.sent(delivery)
    assert not (await club.services.notices.choice(GUILD, ASKER)).refused
    club.clock.move(hours=6)
    assert not await written()


async def test_opting_in_again_forgets_the_refusal(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    (delivery,) = await due(club)
    await club.services.notices.refused(delivery)
    club.clock.move(hours=6)
    await club.services.notices.write_verdicts()
    await opt_in(club, ASKER)
    assert not (await club.services.notices.choice(GUILD, ASKER)).refused
    assert not (await club.one(select(Preference))).refused


async def test_who_turned_them_off_before_it_was_due_gets_none(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    await club.services.notices.choose(GUILD, ASKER, wanted=False)
    assert await due(club) == []


async def test_who_has_looked_for_himself_is_not_told(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question)
    await club.services.inbox.peek(question.token, ASKER)
    assert len(await owed(club)) == 1
    await club.look(question.token, ASKER)
    assert await due(club) == []


async def test_seals_are_opened_only_for_what_is_sent(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    before = club.identity.openings[Purpose.NOTIFY]
    await club.write(question)
    await club.services.notices.claim_due()
    assert club.identity.openings[Purpose.NOTIFY] == before
    assert len(await due(club)) == 1
    assert club.identity.openings[Purpose.NOTIFY] == before + 1


async def test_a_destroyed_or_foreign_seal_holds_up_nobody(club: Club) -> None:
    await opt_in(club, ASKER, READER)
    lost, foreign, fine = await club.ask(), await club.ask(), await club.ask(READER)
    stranger = Identity(Keys.new()).seal_member(ASKER, foreign.token)
    async with club.database.write() as session:
        await session.execute(update(Question).where(Question.token == lost.token).values(seal=None))
    for question in (lost, foreign, fine):
        await club.write(question)
    async with club.database.write() as session:
        await session.execute(update(Question).where(Question.token == foreign.token).values(seal=stranger))
    (delivery,) = await due(club)
    assert delivery.user_id == READER
    await club.services.notices.sent(delivery)
    assert await owed(club) == []


async def test_a_hurried_message_leaves_no_row_of_its_own_and_comes_once(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question, ASKER)
    rows = await owed(club)
    club.services.notices.hurry(question.token)
    (delivery,) = await club.services.notices.claim_due()
    assert (delivery.user_id, delivery.notices) == (ASKER, ())
    assert [(row.id, row.due_at, row.lease_until) for row in await owed(club)] == [
        (row.id, row.due_at, row.lease_until) for row in rows
    ]
    await club.services.notices.sent(delivery)
    assert await due(club) == []


async def test_a_hurried_message_that_failed_comes_in_its_time(club: Club) -> None:
    await opt_in(club, ASKER)
    question = await club.ask()
    await club.write(question, ASKER)
    club.services.notices.hurry(question.token)
    (delivery,) = await club.services.notices.claim_due()
    await club.services.notices.failed(delivery)
    assert len(await due(club)) == 1


async def test_nobody_is_hurried_who_did_not_opt_in(club: Club) -> None:
    question = await club.ask()
    await club.write(question, ASKER)
    club.services.notices.hurry(question.token)
    assert await club.services.notices.claim_due() == []


async def test_a_delivery_does_not_print_whom_it_is_for(club: Club) -> None:
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    (delivery,) = await due(club)
    assert str(ASKER) not in repr(delivery)
    assert repr(delivery.member_key) not in repr(delivery)


async def test_bounds_the_wrong_way_round_are_no_crash(database: Database, clock: MovingClock) -> None:
    settings = replace(SETTINGS, privacy=PrivacySettings(notice_min_minutes=5, notice_max_minutes=0))
    club = await Club.opened(database, clock, settings)
    await opt_in(club, ASKER)
    await club.write(await club.ask())
    clock.move(minutes=5)
    assert len(await club.services.notices.claim_due()) == 1


async def test_followers_hear_of_answers_and_of_nothing_else(club: Club) -> None:
    await opt_in(club, ASKER, READER)
    question = await club.ask()
    await club.services.following.toggle(question.token, READER)
    await club.on_the_line(question)
    (delivery,) = await due(club)
    assert delivery.user_id == ASKER
    await club.services.notices.sent(delivery)
    await club.answer(question)
    assert {delivery.user_id for delivery in await due(club)} == {ASKER, READER}
    assert await club.rows(select(Follower))


@pytest.mark.parametrize("reason", ["own", "looked", "removed", "hidden", "stopped"])
async def test_a_follower_with_nothing_to_find_is_left_in_peace(club: Club, reason: str) -> None:
    await opt_in(club, READER)
    question = await club.ask()
    await club.services.following.toggle(question.token, READER)
    message_id = await club.write(question, READER if reason == "own" else HELPER)
    if reason == "looked":
        (followed,) = await club.services.following.overview(GUILD, READER)
        await club.look_at_followed(followed.token, READER)
    if reason == "removed":
        await club.services.answers.message_deleted(message_id)
    if reason == "hidden":
        await club.services.moderation.hide_question(question.thread_id)
    if reason == "stopped":
        await club.services.following.toggle(question.token, READER)
    assert await due(club) == []
    assert await owed(club) == []
