"""Requests to see who is behind a question."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import Guild, Question, Reveal, RevealReason, RevealState
from db.repositories.upsert import insert_once

WAITING = (RevealState.REQUESTED, RevealState.APPROVED)
# Opened by one moderator alone, and nobody else has looked at it yet.
_UNREVIEWED = and_(Reveal.emergency, Reveal.opened_at.is_not(None), Reveal.reviewed_by.is_(None))
_TELLABLE = and_(Reveal.opened_at.is_not(None), ~Reveal.silent)


async def add(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert; False when the same form was handed in before."""
    return await insert_once(session, Reveal, values)


async def by_token(session: AsyncSession, token: str, *, lock: bool = False) -> Reveal | None:
    """One request, with its question."""
    query = select(Reveal).where(Reveal.token == token).options(joinedload(Reveal.question))
    return await session.scalar(query.with_for_update(of=Reveal) if lock else query)


async def is_running(session: AsyncSession, question_id: int, now: datetime) -> bool:
    """Whether a request for this question waits for a decision or for being opened."""
    query = select(
        exists().where(Reveal.question_id == question_id, Reveal.state.in_(WAITING), Reveal.expires_at > now)
    )
    return bool(await session.scalar(query))


async def running_until(
    session: AsyncSession, question_id: int, now: datetime, asked_by: datetime
) -> datetime | None:
    """How long the requests for this question can still run that were made by a moment."""
    query = select(func.max(Reveal.expires_at)).where(
        Reveal.question_id == question_id,
        Reveal.state.in_(WAITING),
        Reveal.expires_at > now,
        Reveal.created_at <= asked_by,
    )
    return await session.scalar(query)


async def next_overdue(session: AsyncSession, now: datetime) -> Reveal | None:
    """One request whose time is out, in nobody else's hands."""
    query = (
        select(Reveal)
        .where(Reveal.state.in_(WAITING), Reveal.expires_at <= now)
        .order_by(Reveal.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def free(
    session: AsyncSession, settled: Collection[str], now: datetime
) -> Sequence[tuple[Reveal, Guild]]:
    """Requests whose message may have to change, in nobody's hands, where there is a channel for it."""
    query = (
        select(Reveal, Guild)
        .join(Guild, Guild.id == Reveal.guild_id)
        .where(
            Reveal.shown.not_in(settled),
            Guild.staff_channel_id.is_not(None),
            (Reveal.lease_until.is_(None)) | (Reveal.lease_until <= now),
        )
        .options(joinedload(Reveal.question))
        .order_by(Reveal.id)
        .with_for_update(of=Reveal, skip_locked=True)
    )
    return [(reveal, guild) for reveal, guild in await session.execute(query)]


async def lease(session: AsyncSession, tokens: Collection[str], until: datetime) -> None:
    """Take these into one's hands."""
    await session.execute(update(Reveal).where(Reveal.token.in_(tokens)).values(lease_until=until))


async def untold(session: AsyncSession, guild_id: int) -> Sequence[Reveal]:
    """What was opened and must still be told to the one who asked."""
    query = (
        select(Reveal)
        .where(Reveal.guild_id == guild_id, _TELLABLE, Reveal.told_at.is_(None))
        .options(joinedload(Reveal.question))
        .order_by(Reveal.id)
    )
    return (await session.scalars(query)).all()


async def tellable_of(session: AsyncSession, question_id: int) -> Sequence[Reveal]:
    """What was opened of one question and may be told."""
    query = select(Reveal).where(Reveal.question_id == question_id, _TELLABLE).order_by(Reveal.id)
    return (await session.scalars(query)).all()


async def set_told(session: AsyncSession, token: str, moment: datetime) -> None:
    """He has seen it."""
    await session.execute(
        update(Reveal).where(Reveal.token == token, Reveal.told_at.is_(None)).values(told_at=moment)
    )


async def opened_by_reason(
    session: AsyncSession, guild_id: int, start: datetime, end: datetime
) -> dict[RevealReason, int]:
    """How many were opened for the first time within a period, by reason."""
    query = (
        select(Reveal.reason, func.count(Reveal.id).label("number"))
        .where(Reveal.guild_id == guild_id, Reveal.opened_at >= start, Reveal.opened_at < end)
        .group_by(Reveal.reason)
    )
    return {row.reason: row.number for row in await session.execute(query)}


async def count_requested(session: AsyncSession, guild_id: int, start: datetime, end: datetime) -> int:
    """How many were asked for within a period."""
    query = select(func.count(Reveal.id)).where(
        Reveal.guild_id == guild_id, Reveal.created_at >= start, Reveal.created_at < end
    )
    return await session.scalar(query) or 0


async def count_alone(session: AsyncSession, guild_id: int, start: datetime, end: datetime) -> int:
    """How many a lone moderator opened within a period."""
    query = select(func.count(Reveal.id)).where(
        Reveal.guild_id == guild_id, Reveal.emergency, Reveal.opened_at >= start, Reveal.opened_at < end
    )
    return await session.scalar(query) or 0


async def drop_before(session: AsyncSession, moment: datetime) -> None:
    """Delete old requests; one that still lacks its review stays until it has it."""
    await session.execute(delete(Reveal).where(Reveal.created_at < moment, ~_UNREVIEWED))


async def published(session: AsyncSession, guild_id: int, limit: int) -> Sequence[Question]:
    """Questions that others have seen, newest first. Whether one still can be opened is not told here."""
    query = (
        select(Question)
        .where(Question.guild_id == guild_id, Question.thread_id.is_not(None))
        .order_by(Question.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()
