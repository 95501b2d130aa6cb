"""The outbox: each post reaches Discord once, whatever breaks in between."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.config import QuestionSettings, Settings
from bot.services.deliveries import CaseDelivery, Delivery, FollowUpDelivery, QuestionDelivery
from bot.services.identity import Identity, Keys, new_token
from bot.services.publishing import LEASE, MAX_ATTEMPTS, Failure
from db.engine import Database
from db.models import Notice, Post, PostState, Question, QuestionState, Summon, SummonState
from db.repositories import coaches, posts, questions
from tests.db.club import ASKER, COACH, FORUM_CHANNEL, GUILD, HELPER, Club, refusal
from tests.helpers import MovingClock


async def _post(club: Club, post_id: int) -> Post:
    return await club.one(select(Post).where(Post.id == post_id))


async def _all_due(club: Club) -> list[Delivery]:
    """Claim until nothing is left, giving other processes a chance in between."""
    taken: list[Delivery] = []
    while (delivery := await club.services.publishing.claim_due()) is not None:
        taken.append(delivery)
        await asyncio.sleep(0)
    return taken


async def test_question_is_delivered_without_its_asker(club: Club) -> None:
    token, post_id = await club.queue(title="Titel", body="Tekst", wants_coach=True)
    delivery = await club.services.publishing.claim(post_id)
    assert isinstance(delivery, QuestionDelivery)
    assert (delivery.forum_id, delivery.tag_ids) == (FORUM_CHANNEL, (11, 1))
    assert (delivery.title, delivery.body, delivery.topic, delivery.wants_coach) == (
        "Titel",
        "Tekst",
        "Skole",
        True,
    )
    assert delivery.alias == (await club.question(token)).alias
    assert (delivery.envelope.guild_id, delivery.envelope.language) == (GUILD, "da")
    assert not delivery.envelope.retry
    assert token not in repr(delivery)
    assert str(ASKER) not in repr(delivery)


async def test_processes_that_share_a_database_send_each_post_once(club: Club) -> None:
    expected = {(await club.queue())[1] for _ in range(12)}
    taken = await asyncio.gather(*(_all_due(process) for process in (club, club.twin(), club.twin())))
    claimed = [delivery.envelope.post_id for deliveries in taken for delivery in deliveries]
    assert sorted(claimed) == sorted(expected)


async def test_one_post_wanted_by_many_goes_to_one(club: Club) -> None:
    _, post_id = await club.queue()
    taken = await asyncio.gather(*(club.twin().services.publishing.claim(post_id) for _ in range(8)))
    assert len([delivery for delivery in taken if delivery is not None]) == 1


async def test_claimed_post_is_left_alone_while_it_is_being_sent(club: Club) -> None:
    _, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    club.clock.move(seconds=LEASE.total_seconds() - 1)
    assert await club.services.publishing.claim(post_id) is None
    assert await club.services.publishing.claim_due() is None


@pytest.mark.parametrize("by_sweep", [True, False])
async def test_process_that_died_while_sending_is_followed_by_one_that_looks_first(
    club: Club, by_sweep: bool
) -> None:
    _, post_id = await club.queue()
    first = await club.services.publishing.claim(post_id)
    club.clock.move(seconds=LEASE.total_seconds() + 1)
    publishing = club.twin().services.publishing
    second = await (publishing.claim_due() if by_sweep else publishing.claim(post_id))
    assert first is not None
    assert second is not None
    assert (first.envelope.retry, second.envelope.retry) == (False, True)
    assert second.envelope.token == first.envelope.token


async def test_only_process_takes_up_its_own_work_at_once_after_a_crash(club: Club) -> None:
    _, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    restarted = club.twin().services.publishing
    await restarted.recover()
    delivery = await restarted.claim_due()
    if club.database.is_sqlite:
        assert delivery is not None
        assert delivery.envelope.retry
    else:  # another process may be alive and sending
        assert delivery is None


async def test_told_twice_that_it_is_sent_changes_nothing(club: Club) -> None:
    token, post_id = await club.queue()
    thread_id = await club.deliver(post_id)
    published_at = club.clock.now
    for _ in range(2):
        await club.services.publishing.sent(post_id, thread_id)
    question, post = await club.question(token), await _post(club, post_id)
    assert (question.thread_id, question.state) == (thread_id, QuestionState.OPEN)
    assert question.published_at == published_at
    assert (post.state, post.message_id, post.lease_until) == (PostState.SENT, thread_id, None)
    assert await club.services.publishing.claim_due() is None


async def test_unknown_post(club: Club) -> None:
    publishing = club.services.publishing
    assert await publishing.claim(404) is None
    await publishing.sent(404, 1)
    await publishing.not_sent(404, Failure.REFUSED)
    await publishing.case_thread(404, 1)
    assert await publishing.state_of(404) is PostState.CANCELLED


async def test_refused_question_fails_and_can_be_published_again(club: Club) -> None:
    token, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert await club.services.publishing.state_of(post_id) is PostState.FAILED
    assert (await club.question(token)).state is QuestionState.FAILED
    again = await club.services.questions.publish(token, ASKER)
    assert again != post_id
    assert await club.services.questions.publish(token, ASKER) == again
    await club.deliver(again)
    assert (await club.question(token)).state is QuestionState.OPEN


async def _fail_once(club: Club, post_id: int) -> timedelta:
    """Discord is down once more; how long the post waits after that."""
    assert await club.services.publishing.claim(post_id)
    await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
    wait = (await _post(club, post_id)).due_at - club.clock.now
    club.clock.now += wait
    return wait


async def test_discord_being_down_is_waited_out_longer_and_longer(club: Club) -> None:
    _, post_id = await club.queue()
    waits = [await _fail_once(club, post_id) for _ in range(10)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=5), timedelta(minutes=10))
    assert MAX_ATTEMPTS * waits[-1] > timedelta(hours=12)


async def test_discord_being_down_is_not_waited_out_for_ever(club: Club) -> None:
    token, post_id = await club.queue()
    async with club.database.write() as session:
        await session.execute(update(Post).values(attempts=MAX_ATTEMPTS - 2))
    await _fail_once(club, post_id)
    assert await club.services.publishing.state_of(post_id) is PostState.PENDING
    await _fail_once(club, post_id)
    assert await club.services.publishing.state_of(post_id) is PostState.FAILED
    assert (await club.question(token)).state is QuestionState.FAILED


async def test_withdrawn_while_being_sent_is_deleted_when_it_arrives(club: Club) -> None:
    token, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    await club.services.questions.withdraw(token, ASKER)
    thread_id = club.snowflake()
    await club.services.publishing.sent(post_id, thread_id)
    assert (await club.question(token)).state is QuestionState.WITHDRAWN
    (look,) = await club.services.upkeep.threads_to_change()
    assert (look.thread_id, look.appearance) == (thread_id, "withdrawn")


async def test_withdrawn_while_being_sent_is_not_tried_again(club: Club) -> None:
    token, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    await club.services.questions.withdraw(token, ASKER)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert (await club.question(token)).state is QuestionState.WITHDRAWN
    assert await club.claimed() == []


async def _blocked(database: Database) -> None:
    """Wait until some transaction waits for another."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with database.engine.connect() as connection:
        while not await connection.scalar(waiting):
            pass


@pytest.mark.parametrize("arrived", [True, False])
async def test_withdrawing_at_the_very_moment_of_arrival_wins(club: Club, arrived: bool) -> None:
    """On PostgreSQL what was read before waiting for a lock is out of date after it."""
    if club.database.is_sqlite:
        return
    token, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    publishing = club.services.publishing
    if arrived:
        outcome = publishing.sent(post_id, club.snowflake())
    else:
        outcome = publishing.not_sent(post_id, Failure.REFUSED)
    async with club.database.write() as session:
        question = await questions.by_token(session, token, lock=True)
        assert question is not None
        question.state = QuestionState.WITHDRAWN
        await session.flush()
        recording = asyncio.create_task(outcome)
        await _blocked(club.database)
    await recording
    assert (await club.question(token)).state is QuestionState.WITHDRAWN


async def test_hidden_question_holds_its_posts_back_until_it_is_shown(club: Club) -> None:
    question = await club.ask()
    follow_up = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
    answer = await club.services.answers.answer(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    await club.services.moderation.hide_question(question.thread_id)
    for post_id in (follow_up, answer):
        assert await club.services.publishing.claim(post_id) is None
    assert await club.claimed() == []
    other = await club.ask()
    assert other.thread_id
    await club.services.moderation.restore_question(GUILD, question.token)
    assert len(await club.deliver_all()) == 2


async def test_post_of_a_question_that_ended_is_cancelled(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    assert await club.services.publishing.claim(post_id)
    await club.services.questions.mark_gone(question.thread_id)
    await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
    club.clock.move(minutes=1)
    assert await club.claimed() == []
    assert await club.services.publishing.state_of(post_id) is PostState.CANCELLED


async def test_text_under_a_lost_key_does_not_stop_the_outbox(club: Club) -> None:
    question = await club.ask()
    await club.on_the_line(question)
    await club.deliver_all()
    lost = await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej")
    other_keys = await Club.opened(club.database, club.clock, identity=Identity(Keys.new()))
    other_keys.snowflakes = club.snowflakes
    _, after = await other_keys.queue()
    assert [delivery.envelope.post_id for delivery in await other_keys.claimed()] == [after]
    assert lost is not None
    assert await club.services.publishing.state_of(lost) is PostState.FAILED


async def test_case_thread_is_remembered_before_anything_is_written_in_it(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    first = await club.services.publishing.claim(post_id)
    assert isinstance(first, CaseDelivery)
    assert first.case_thread_id is None
    await club.services.publishing.case_thread(post_id, 77)
    await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
    club.clock.move(minutes=1)
    second = await club.services.publishing.claim(post_id)
    assert isinstance(second, CaseDelivery)
    assert (second.case_thread_id, second.envelope.retry) == (77, True)


async def test_threads_follow_what_happens_in_them(club: Club) -> None:
    question = await club.ask()
    upkeep = club.services.upkeep
    opening = await _post(club, question.post_id)
    tags: list[int] = []

    async def settled() -> None:
        for look in await upkeep.threads_to_change():
            assert look.token == opening.token
            tags.append(look.tag_ids[1])
            await upkeep.thread_changed(look.question_id, look.appearance)

    await settled()
    assert tags == []
    await club.write(question)
    await settled()
    await club.on_the_line(question)
    await settled()
    await club.services.questions.solve(question.token, ASKER)
    await settled()
    await settled()
    assert tags == [2, 3, 4]


async def test_thread_that_changed_again_meanwhile_is_changed_again(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    (look,) = await club.services.upkeep.threads_to_change()
    await club.services.answers.message_deleted(message_id)
    await club.services.upkeep.thread_changed(look.question_id, look.appearance)
    (look,) = await club.services.upkeep.threads_to_change()
    assert look.appearance == "unanswered"


async def test_question_without_a_thread_is_not_looked_at(club: Club) -> None:
    token, _ = await club.queue()
    async with club.database.write() as session:
        await session.execute(update(Question).values(appearance="withdrawn"))
    assert await club.services.upkeep.threads_to_change() == []
    assert (await club.question(token)).shown == ""


async def test_nothing_is_sent_for_a_form_that_was_refused(club: Club) -> None:
    question = await club.ask()
    with refusal("empty"):
        await club.services.questions.follow_up(question.token, ASKER, new_token(), " ")
    assert await club.one(select(func.count(Post.id))) == 1


@pytest.mark.parametrize("found", [True, False])
async def test_withdrawn_after_a_try_that_may_have_worked_is_only_looked_for(club: Club, found: bool) -> None:
    token, post_id = await club.queue()
    assert await club.services.publishing.claim(post_id)
    await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
    await club.services.questions.withdraw(token, ASKER)
    club.clock.move(minutes=1)
    (delivery,) = await club.claimed()
    assert isinstance(delivery, QuestionDelivery)
    assert (delivery.wanted, delivery.envelope.retry) == (False, True)
    if found:
        await club.services.publishing.sent(post_id, club.snowflake())
        (look,) = await club.services.upkeep.threads_to_change()
        assert look.appearance == "withdrawn"
    else:
        await club.services.publishing.dropped(post_id)
        assert await club.services.publishing.state_of(post_id) is PostState.CANCELLED
        assert await club.services.upkeep.threads_to_change() == []
    assert (await club.question(token)).state is QuestionState.WITHDRAWN


async def test_follow_ups_stand_in_the_order_they_were_written(
    database: Database, clock: MovingClock
) -> None:
    delays = QuestionSettings(delay_min_seconds=5, delay_max_seconds=40)
    club = await Club.opened(database, clock, Settings(questions=delays))
    token, _ = await club.queue()
    clock.move(seconds=40)
    await club.deliver_all()
    texts = [str(number) for number in range(6)]
    for written in texts:
        await club.services.questions.follow_up(token, ASKER, new_token(), written)
    clock.move(minutes=5)
    deliveries = await club.claimed()
    assert [delivery.body for delivery in deliveries if isinstance(delivery, FollowUpDelivery)] == texts


async def test_refused_question_can_be_revised_before_it_is_published_again(club: Club) -> None:
    token, post_id = await club.queue()
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    await club.services.questions.revise(token, ASKER, club.form(title="Rettet"))
    delivery = await club.services.publishing.claim(await club.services.questions.publish(token, ASKER))
    assert isinstance(delivery, QuestionDelivery)
    assert delivery.title == "Rettet"


async def test_card_is_written_anew_where_nobody_knows_what_it_shows(club: Club) -> None:
    question = await club.ask()
    upkeep = club.services.upkeep
    await club.write(question)
    (look,) = await upkeep.threads_to_change()
    assert not look.rewrite
    await upkeep.thread_changed(look.question_id, look.appearance)
    await club.services.moderation.hide_question(question.thread_id)
    # It may have reached Discord or not when it is taken back.
    await club.services.moderation.restore_question(GUILD, question.token)
    (look,) = await upkeep.threads_to_change()
    assert (look.appearance, look.rewrite) == ("answered", True)


@pytest.mark.parametrize("table", ["question", "summon", "post"])
async def test_lock_reads_the_row_as_it_is_now(club: Club, table: str) -> None:
    """On PostgreSQL another process can change a row between reading it and holding it."""
    if club.database.is_sqlite:
        return
    question = await club.ask()
    token, _ = await club.call(question)

    async def found(session: AsyncSession, *, lock: bool) -> Question | Summon | Post | None:
        if table == "question":
            return await questions.by_token(session, question.token, lock=lock)
        if table == "summon":
            return await coaches.summon(session, token, lock=lock)
        return await posts.get(session, question.post_id, lock=lock)

    async with club.database.write() as session:
        row = await found(session, lock=False)
        assert row is not None
        before = row.state
        async with club.database.write() as other:
            await other.execute(update(Question).values(state=QuestionState.GONE))
            await other.execute(update(Summon).values(state=SummonState.EXPIRED))
            await other.execute(update(Post).values(state=PostState.CANCELLED))
        assert (await found(session, lock=False)) is row
        assert row.state == before
        assert (await found(session, lock=True)) is row
        assert row.state != before


async def test_a_call_that_was_taken_back_meanwhile_stays_closed(club: Club) -> None:
    """It became one that had run out, and the asker of a withdrawn question was owed a message."""
    question = await club.ask()
    post_id = await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    assert await club.services.publishing.claim(post_id) is not None
    await club.services.questions.withdraw(question.token, ASKER)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    (summon,) = await club.rows(select(Summon))
    assert summon.state is SummonState.CLOSED
    assert await club.rows(select(Notice)) == []
