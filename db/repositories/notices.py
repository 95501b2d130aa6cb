"""What is owed as a direct message: one row for each question and each member who wants to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Follower, Guild, Notice, Question


@dataclass(frozen=True)
class Owed:
    """A notice with what is needed to find out whom it is for. ``follower`` None: the asker."""

    notice: Notice
    question: Question
    follower: Follower | None
    language: str


async def of_question(session: AsyncSession, question_id: int) -> Sequence[Notice]:
    """What is owed for a question."""
    return (await session.scalars(select(Notice).where(Notice.question_id == question_id))).all()


async def add(
    session: AsyncSession, question_id: int, follower_ids: Sequence[int | None], now: datetime
) -> None:
    """Owe the asker (None) and these followers a message."""
    if follower_ids:
        rows = [
            {"question_id": question_id, "follower_id": follower_id, "due_at": now, "attempts": 0}
            for follower_id in follower_ids
        ]
        await session.execute(insert(Notice), rows)


async def claimable(
    session: AsyncSession, *, fresh_before: datetime, now: datetime, limit: int
) -> list[Owed]:
    """What may be due and is in nobody's hands, locked against other processes, the oldest first.

    A notice that was never tried is returned when it was owed before ``fresh_before``; one that
    was, when its next try is due.
    """
    fresh = (Notice.attempts == 0) & (Notice.due_at <= fresh_before)
    again = (Notice.attempts > 0) & (Notice.due_at <= now)
    query = (
        _owed()
        .where(fresh | again, Notice.lease_until.is_(None) | (Notice.lease_until <= now))
        .order_by(Notice.due_at)
        .limit(limit)
        .with_for_update(of=Notice, skip_locked=True)
    )
    return [Owed(*row) for row in await session.execute(query)]


async def waiting(session: AsyncSession, guild_id: int, limit: int) -> list[Owed]:
    """What is owed in a server and is in nobody's hands, the oldest first."""
    query = (
        _owed()
        .where(Question.guild_id == guild_id, Notice.lease_until.is_(None))
        .order_by(Notice.due_at)
        .limit(limit)
    )
    return [Owed(*row) for row in await session.execute(query)]


async def remove(session: AsyncSession, notice_id: int, due_at: datetime | None = None) -> bool:
    """Delete one; False when it is gone, or (where ``due_at`` is given) when news has moved it since."""
    query = delete(Notice).where(Notice.id == notice_id)
    if due_at is not None:
        query = query.where(Notice.due_at == due_at)
    return (await session.execute(query.returning(Notice.id))).first() is not None


async def put_off(session: AsyncSession, notice_id: int, due_at: datetime, *, attempts: int) -> None:
    """It is in nobody's hands any more, and due later."""
    await session.execute(
        update(Notice)
        .where(Notice.id == notice_id)
        .values(due_at=due_at, lease_until=None, attempts=attempts)
    )


async def remove_asker(session: AsyncSession, question_id: int) -> None:
    """The asker has looked for himself; what is just being sent is left alone."""
    await session.execute(
        delete(Notice).where(
            Notice.question_id == question_id, Notice.follower_id.is_(None), Notice.lease_until.is_(None)
        )
    )


async def remove_follower(session: AsyncSession, follower_id: int) -> None:
    """The follower has looked for himself, or follows no more."""
    await session.execute(delete(Notice).where(Notice.follower_id == follower_id))


def _owed() -> Select[Notice, Question, Follower, str]:
    return (
        select(Notice, Question, Follower, Guild.language)
        .join(Question, Question.id == Notice.question_id)
        .join(Guild, Guild.id == Question.guild_id)
        .outerjoin(Follower, Follower.id == Notice.follower_id)
    )
