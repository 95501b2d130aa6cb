"""Calling a coach: one at a time, and everybody knows how it stands."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest
from sqlalchemy import func, select

from bot.errors import MemberError
from bot.services.deliveries import CaseDelivery, CaseTextDelivery, CoachCardDelivery
from bot.services.publishing import Failure
from db.models import Post, PostKind, QuestionState, Summon, SummonState
from tests.db.club import ASKER, COACH, COACH_CHANNEL, GUILD, HELPER, SECOND_COACH, Club, Published, refusal


async def _state(club: Club) -> SummonState:
    return (await club.one(select(Summon).order_by(Summon.id.desc()).limit(1))).state


async def _texts(club: Club) -> list[SummonState | None]:
    return [delivery.ended for delivery in await club.claimed() if isinstance(delivery, CaseTextDelivery)]


async def test_called_coach_gets_the_case_and_not_the_asker(club: Club) -> None:
    question = await club.ask(title="Titel", body="Tekst")
    post_id = await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    delivery = await club.services.publishing.claim(post_id)
    assert isinstance(delivery, CaseDelivery)
    assert (delivery.channel_id, delivery.coach_user_id) == (COACH_CHANNEL, COACH)
    assert (delivery.title, delivery.body, delivery.question_thread_id) == (
        "Titel",
        "Tekst",
        question.thread_id,
    )
    assert str(ASKER) not in repr(delivery)


async def test_only_the_asker_calls_and_only_a_coach_of_the_list(club: Club) -> None:
    question = await club.ask()
    call = club.services.summons.call
    with refusal("not_asker"):
        await call(question.token, club.coaches[COACH], HELPER)
    with refusal("coach_gone"):
        await call(question.token, "unknown", ASKER)
    await club.services.moderation.hide_question(question.thread_id)
    with refusal("question_hidden"):
        await call(question.token, club.coaches[COACH], ASKER)
    assert await club.rows(select(Summon)) == []


async def test_coach_who_asks_cannot_call_himself(club: Club) -> None:
    question = await club.ask(COACH)
    with refusal("coach_self"):
        await club.services.summons.call(question.token, club.coaches[COACH], COACH)


async def test_two_coaches_called_at_once_leave_one_running(club: Club) -> None:
    question = await club.ask()
    called = await asyncio.gather(
        *(
            process.services.summons.call(question.token, club.coaches[coach], ASKER)
            for coach in (COACH, SECOND_COACH)
            for process in (club, club.twin())
        ),
        return_exceptions=True,
    )
    refused = [result for result in called if isinstance(result, MemberError)]
    assert len(refused) == 3
    assert {error.key for error in refused} == {"error.summon_running"}
    assert await club.one(select(func.count(Summon.id))) == 1


async def test_accepting_announces_the_coach_once(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.call(question)
    accepted = await asyncio.gather(*(club.services.summons.accept(token, COACH) for _ in range(5)))
    assert len([post_id for post_id in accepted if post_id is not None]) == 1
    (card,) = await club.claimed()
    assert isinstance(card, CoachCardDelivery)
    assert (card.coach.name, card.coach_user_id, card.thread_id) == ("Søren", COACH, question.thread_id)
    assert (await club.question(question.token)).appearance == "coach"


async def test_case_is_the_called_coachs_alone(club: Club) -> None:
    token, thread_id = await club.call(await club.ask())
    for deed in (club.services.summons.accept, club.services.summons.decline):
        with refusal("not_your_case"):
            await deed(token, SECOND_COACH)
        with refusal("case_over"):
            await deed("unknown", COACH)
    with refusal("not_your_case"):
        await club.services.summons.close_as_coach(thread_id, SECOND_COACH)
    with refusal("not_in_case"):
        await club.services.summons.close_as_coach(club.snowflake(), COACH)
    assert await _state(club) is SummonState.PENDING


async def test_declined_case_makes_room_for_another_coach(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.call(question)
    for _ in range(2):
        await club.services.summons.decline(token, COACH)
    with refusal("case_over"):
        await club.services.summons.accept(token, COACH)
    second, _ = await club.on_the_line(question, SECOND_COACH)
    with refusal("case_over"):
        await club.services.summons.decline(second, SECOND_COACH)


async def test_case_that_nobody_takes_expires(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.call(question)
    club.clock.move(hours=5, minutes=59)
    await club.services.summons.expire_due()
    assert await _state(club) is SummonState.PENDING
    club.clock.move(minutes=1)
    await asyncio.gather(club.services.summons.expire_due(), club.twin().services.summons.expire_due())
    assert await _state(club) is SummonState.EXPIRED
    assert await _texts(club) == [SummonState.EXPIRED]
    with refusal("case_over"):
        await club.services.summons.accept(token, COACH)
    await club.call(question, SECOND_COACH)


async def test_accepted_case_does_not_expire(club: Club) -> None:
    await club.on_the_line(await club.ask())
    club.clock.move(days=30)
    await club.services.summons.expire_due()
    assert await _state(club) is SummonState.ACCEPTED


async def test_coach_closes_his_case(club: Club) -> None:
    question = await club.ask()
    _, thread_id = await club.on_the_line(question)
    await club.services.summons.close_as_coach(thread_id, COACH)
    assert await _state(club) is SummonState.CLOSED
    assert (await club.question(question.token)).appearance == "unanswered"
    with refusal("case_over"):
        await club.services.summons.close_as_coach(thread_id, COACH)


async def test_asker_closes_and_the_coach_is_told(club: Club) -> None:
    question = await club.ask()
    await club.on_the_line(question)
    await club.deliver_all()
    with refusal("not_asker"):
        await club.services.summons.close_as_asker(question.token, HELPER)
    await club.services.summons.close_as_asker(question.token, ASKER)
    assert await _texts(club) == [SummonState.CLOSED]
    with refusal("case_over"):
        await club.services.summons.close_as_asker(question.token, ASKER)


async def test_call_needs_a_channel_for_coaches(club: Club) -> None:
    question = await club.ask()
    async with club.database.write() as session:
        from db.repositories import guilds

        guild = await guilds.get(session, GUILD)
        assert guild is not None
        guild.coach_channel_id = None
    with refusal("no_coach_channel"):
        await club.services.summons.call(question.token, club.coaches[COACH], ASKER)


async def test_case_that_discord_refuses_frees_the_asker(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    assert await club.services.publishing.claim(post_id)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert await _state(club) is SummonState.EXPIRED
    await club.call(question, SECOND_COACH)


async def _accept(club: Club, question: Published, token: str) -> None:
    await club.services.summons.accept(token, COACH)


async def _close_as_coach(club: Club, question: Published, token: str) -> None:
    summon = await club.one(select(Summon))
    await club.services.summons.close_as_coach(summon.thread_id or 0, COACH)


async def _expire(club: Club, question: Published, token: str) -> None:
    await club.services.summons.expire_due()


@pytest.mark.parametrize("deed", [_accept, _close_as_coach, _expire])
async def test_coach_and_asker_acting_at_once_never_block_each_other(
    club: Club, deed: Callable[[Club, Published, str], Coroutine[None, None, None]]
) -> None:
    for _ in range(3):
        question = await club.ask()
        token, _ = await club.call(question)
        if deed is _expire:
            club.clock.move(hours=7)
        done = await asyncio.gather(
            deed(club, question, token),
            club.twin().services.questions.withdraw(question.token, ASKER),
            return_exceptions=True,
        )
        faults = [error for error in done if error is not None and not isinstance(error, MemberError)]
        assert faults == []
        assert (await club.question(question.token)).state is QuestionState.WITHDRAWN
        running = select(func.count(Summon.id)).where(Summon.state.in_(("pending", "accepted")))
        assert await club.one(running) == 0
        async with club.database.write() as session:
            for table in (Post, Summon):
                for row in await session.scalars(select(table)):
                    await session.delete(row)
                await session.flush()


async def test_note_is_not_sent_to_a_coach_who_never_got_the_case(club: Club) -> None:
    question = await club.ask()
    await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    await club.services.questions.withdraw(question.token, ASKER)
    assert await club.claimed() == []
    kinds = [post.kind for post in await club.rows(select(Post)) if post.message_id is not None]
    assert kinds == [PostKind.QUESTION]
