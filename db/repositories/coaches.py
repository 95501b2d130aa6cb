"""Coaches, summons and the private lines."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import Coach, LineMessage, LineSender, Post, Question, Summon, SummonState, Topic
from db.repositories.upsert import insert_once

RUNNING = (SummonState.PENDING, SummonState.ACCEPTED)
_FULL = (
    joinedload(Summon.coach),
    joinedload(Summon.question).joinedload(Question.topic).joinedload(Topic.forum),
)


async def add(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert a coach; False when this member is one already."""
    return await insert_once(session, Coach, values)


async def by_user(session: AsyncSession, guild_id: int, user_id: int) -> Coach | None:
    """The coach that a member is, or was."""
    return await session.scalar(select(Coach).where(Coach.guild_id == guild_id, Coach.user_id == user_id))


async def by_token(
    session: AsyncSession, guild_id: int, token: str, *, active: bool | None = True
) -> Coach | None:
    """One coach; ``active`` None also finds those who are not on the list."""
    query = select(Coach).where(Coach.guild_id == guild_id, Coach.token == token)
    return await session.scalar(query if active is None else query.where(Coach.active == active))


async def active(session: AsyncSession, guild_id: int) -> Sequence[Coach]:
    """Those who can be called, by name."""
    query = select(Coach).where(Coach.guild_id == guild_id, Coach.active).order_by(Coach.name, Coach.id)
    return (await session.scalars(query)).all()


async def is_coach(session: AsyncSession, guild_id: int, member_key: bytes) -> bool:
    """Whether a member is an active coach."""
    query = select(exists().where(Coach.guild_id == guild_id, Coach.member_key == member_key, Coach.active))
    return bool(await session.scalar(query))


async def add_summon(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert; False when a summon for the question is running, or the case code is taken."""
    return await insert_once(session, Summon, values)


def _locked(query: Select[Summon]) -> Select[Summon]:
    # Whoever changes the question too holds its row already: in two orders they would block each other.
    return query.with_for_update(of=Summon).execution_options(populate_existing=True)


async def summon(session: AsyncSession, token: str, *, lock: bool = False) -> Summon | None:
    """A summon by its own token or by that of any message in its case."""
    posted = select(Post.summon_id).where(Post.token == token)
    query = (
        select(Summon)
        .where((Summon.token == token) | (Summon.id == posted.scalar_subquery()))
        .options(*_FULL)
    )
    return await session.scalar(_locked(query) if lock else query)


async def by_thread(session: AsyncSession, thread_id: int) -> Summon | None:
    """The summon whose case a private thread holds."""
    return await session.scalar(select(Summon).where(Summon.thread_id == thread_id).options(*_FULL))


async def running(session: AsyncSession, question_id: int, *, lock: bool = False) -> Summon | None:
    """The pending or accepted summon of a question."""
    query = select(Summon).where(Summon.question_id == question_id, Summon.state.in_(RUNNING)).options(*_FULL)
    return await session.scalar(_locked(query) if lock else query)


async def latest_of(session: AsyncSession, question_id: int) -> Summon | None:
    """The last summon of a question, whatever became of it."""
    query = (
        select(Summon)
        .where(Summon.question_id == question_id)
        .options(*_FULL)
        .order_by(Summon.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def running_of_coach(session: AsyncSession, coach_id: int) -> Sequence[Summon]:
    """What a coach has in hand."""
    query = select(Summon).where(Summon.coach_id == coach_id, Summon.state.in_(RUNNING)).options(*_FULL)
    return (await session.scalars(query)).all()


async def overdue(session: AsyncSession, now: datetime, limit: int) -> Sequence[Summon]:
    """Pending summons whose time is up."""
    query = (
        select(Summon)
        .where(Summon.state == SummonState.PENDING, Summon.expires_at <= now)
        .options(*_FULL)
        .order_by(Summon.expires_at)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def latest_of_questions(session: AsyncSession, question_ids: list[int]) -> dict[int, Summon]:
    """The last summon of each question that has one, whatever became of it."""
    query = select(Summon).where(Summon.question_id.in_(question_ids)).options(*_FULL).order_by(Summon.id)
    return {summon.question_id: summon for summon in await session.scalars(query)}


async def set_thread(session: AsyncSession, summon_id: int, thread_id: int) -> None:
    """Record the case's private thread."""
    await session.execute(update(Summon).where(Summon.id == summon_id).values(thread_id=thread_id))


async def forget_cases(session: AsyncSession, question_id: int) -> None:
    """The private threads of a question's cases shall go, also one that is only being made."""
    await session.execute(update(Summon).where(Summon.question_id == question_id).values(forgotten=True))


async def forget_old_cases(session: AsyncSession, cutoff: datetime) -> None:
    """The private threads of cases that ended by then shall go."""
    ended = func.coalesce(Summon.closed_at, Summon.decided_at)
    await session.execute(
        update(Summon)
        .where(Summon.state.not_in(RUNNING), ended <= cutoff, ~Summon.forgotten)
        .values(forgotten=True)
    )


async def threads_to_delete(session: AsyncSession, limit: int) -> Sequence[int]:
    """Private threads that shall go and are, as far as is known, still there."""
    query = (
        select(Summon.thread_id)
        .where(Summon.forgotten, Summon.thread_id.is_not(None))
        # At random: one that can never be deleted does not hold up the rest.
        .order_by(func.random())
        .limit(limit)
    )
    return [thread_id for thread_id in await session.scalars(query) if thread_id is not None]


async def thread_deleted(session: AsyncSession, thread_id: int) -> None:
    """A case's private thread is gone."""
    await session.execute(update(Summon).where(Summon.thread_id == thread_id).values(thread_id=None))


async def add_line(session: AsyncSession, values: dict[str, object]) -> bool:
    """Append to a line; False when the same form did already."""
    return await insert_once(session, LineMessage, values)


async def line(session: AsyncSession, summon_id: int) -> Sequence[LineMessage]:
    """The messages of a line, oldest first."""
    query = select(LineMessage).where(LineMessage.summon_id == summon_id).order_by(LineMessage.id)
    return (await session.scalars(query)).all()


async def line_message_of_post(session: AsyncSession, post_id: int) -> LineMessage | None:
    """The line message that a post carries to the coach."""
    return await session.scalar(select(LineMessage).where(LineMessage.post_id == post_id))


async def unseen(session: AsyncSession, summon_ids: list[int]) -> dict[int, int]:
    """How many of the coach's messages the asker has not read, for each line."""
    query = select(LineMessage.summon_id).where(
        LineMessage.summon_id.in_(summon_ids),
        LineMessage.sender == LineSender.COACH,
        LineMessage.seen_at.is_(None),
    )
    found: dict[int, int] = {}
    for summon_id in await session.scalars(query):
        found[summon_id] = found.get(summon_id, 0) + 1
    return found


async def mark_seen(session: AsyncSession, message_ids: list[int], now: datetime) -> None:
    """The asker has read these."""
    await session.execute(
        update(LineMessage)
        .where(LineMessage.id.in_(message_ids), LineMessage.seen_at.is_(None))
        .values(seen_at=now)
    )
