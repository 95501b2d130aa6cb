"""Calling a coach onto a question: pending → accepted | declined | expired, accepted → closed."""

import secrets
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour, to_the_next_hour
from bot.config import CoachSettings
from bot.errors import MemberError
from bot.services import access, appearance, endings, notices, outbox
from bot.services.identity import Identity, new_token
from db.engine import Database
from db.models import PostKind, Question, Summon, SummonState
from db.repositories import coaches, guilds, questions

_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 5
_SWEEP_LIMIT = 50


class SummonService:
    """The way from a boy's choice to a coach's yes."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, settings: CoachSettings) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._settings = settings

    async def call(self, question_token: str, coach_token: str, user_id: int) -> int:
        """The asker calls one coach. Returns the row id of the post that opens the case.

        Raises MemberError when somebody else tries, a summon is running, or the coach is gone.
        """
        async with self._database.write() as session:
            question = await access.open_question(session, question_token, lock=True)
            access.check_asker(self._identity, question, user_id)
            guild = await guilds.get(session, question.guild_id)
            if guild is None or guild.coach_channel_id is None:
                raise MemberError("no_coach_channel")
            coach = await coaches.by_token(session, question.guild_id, coach_token)
            if coach is None:
                raise MemberError("coach_gone")
            if self._identity.is_member(question.seal, question.token, coach.user_id):
                raise MemberError("coach_self")
            running = await coaches.running(session, question.id)
            if running is not None:
                raise MemberError("summon_running", coach=running.coach.name)
            summon = await self._add(session, question.id, coach.id)
            # Somebody is on it again: the clock that forgets who asked starts over when that ends.
            question.closed_at = None
            post = await outbox.reserve(
                session, PostKind.CASE, question.id, self._clock(), summon_id=summon.id
            )
            if post is None:
                raise RuntimeError("a fresh token was taken")
            return post.id

    async def _add(self, session: AsyncSession, question_id: int, coach_id: int) -> Summon:
        now = self._clock()
        token = new_token()
        await coaches.add_summon(
            session,
            {
                "token": token,
                "case_code": "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH)),
                "question_id": question_id,
                "coach_id": coach_id,
                "state": SummonState.PENDING,
                "created_at": to_the_hour(now),
                # Told to the coach, and kept: to the second it would tell when the boy called.
                "expires_at": to_the_next_hour(now + timedelta(hours=self._settings.summon_hours)),
            },
        )
        summon = await coaches.summon(session, token)
        if summon is None:
            # One in 33 million: the case code was drawn before. Pressing again draws another.
            raise MemberError("try_again")
        return summon

    async def accept(self, token: str, user_id: int) -> int | None:
        """The coach takes the case. Returns the row id of the card for the thread; None if done before.

        Raises MemberError for anyone else, and when the case is no longer open.
        """
        async with self._database.write() as session:
            summon = await self._for_coach(session, token, user_id)
            if summon.state is SummonState.ACCEPTED:
                return None
            if summon.state is not SummonState.PENDING:
                raise MemberError("case_over")
            question = access.check_open(summon.question)
            endings.move_call(summon, question, SummonState.ACCEPTED, self._clock())
            await session.flush()
            await appearance.refresh(session, question)
            await notices.owe(session, question, self._clock())
            post = await outbox.reserve(
                session, PostKind.COACH_CARD, question.id, self._clock(), summon_id=summon.id
            )
            return post.id if post else None

    async def decline(self, token: str, user_id: int) -> None:
        """The coach leaves it to another; doing it twice is fine. Raises MemberError."""
        async with self._database.write() as session:
            summon = await self._for_coach(session, token, user_id)
            if summon.state is SummonState.DECLINED:
                return
            if summon.state is not SummonState.PENDING:
                raise MemberError("case_over")
            endings.move_call(summon, summon.question, SummonState.DECLINED, self._clock())
            await notices.owe(session, summon.question, self._clock())

    async def close_as_coach(self, thread_id: int, user_id: int) -> None:
        """The coach ends the case in this thread. Raises MemberError."""
        async with self._database.write() as session:
            known = await coaches.by_thread(session, thread_id)
            if known is None:
                raise MemberError("not_in_case")
            summon = await self._for_coach(session, known.token, user_id)
            await self._close(session, summon)
            await notices.owe(session, summon.question, self._clock())

    async def close_as_asker(self, token: str, user_id: int) -> None:
        """The asker ends the line. Raises MemberError."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            question = access.check_asker(self._identity, question, user_id)
            summon = await coaches.running(session, question.id, lock=True)
            if summon is None:
                raise MemberError("case_over")
            await self._close(session, summon)
            await self._tell_coach(session, summon)

    async def end_running(self, session: AsyncSession, question: Question, *, tell: bool = True) -> None:
        """Close whatever runs on a question that ends, within its transaction.

        ``tell`` False is for a case whose thread goes too.
        """
        summon = await coaches.running(session, question.id, lock=True)
        if summon is not None:
            await self._close(session, summon)
            if tell:
                await self._tell_coach(session, summon)

    async def expire_due(self) -> None:
        """Give back to the asker what no coach took in time."""
        async with self._database.read() as session:
            found = await coaches.overdue(session, self._clock(), _SWEEP_LIMIT)
        for known in found:
            async with self._database.write() as session:
                await questions.lock(session, known.question_id)
                summon = await coaches.summon(session, known.token, lock=True)
                if summon is not None and summon.state is SummonState.PENDING:
                    endings.move_call(summon, summon.question, SummonState.EXPIRED, self._clock())
                    await self._tell_coach(session, summon)
                    # Some hours to the second after he called.
                    await notices.owe_by_the_hour(session, summon.question, self._clock())

    async def _close(self, session: AsyncSession, summon: Summon) -> None:
        if summon.state not in coaches.RUNNING:
            raise MemberError("case_over")
        endings.move_call(summon, summon.question, SummonState.CLOSED, self._clock())
        await session.flush()
        await appearance.refresh(session, summon.question)

    async def _tell_coach(self, session: AsyncSession, summon: Summon) -> None:
        """A note in the private thread, so that he does not answer into the void."""
        await outbox.reserve(
            session, PostKind.CASE_NOTE, summon.question_id, self._clock(), summon_id=summon.id
        )

    async def _for_coach(self, session: AsyncSession, token: str, user_id: int) -> Summon:
        """The coach's own case, held together with its question. Raises MemberError."""
        known = await coaches.summon(session, token)
        if known is None:
            raise MemberError("case_over")
        if known.coach.user_id != user_id:
            raise MemberError("not_your_case")
        await questions.lock(session, known.question_id)
        summon = await coaches.summon(session, known.token, lock=True)
        if summon is None:
            raise MemberError("case_over")
        return summon
