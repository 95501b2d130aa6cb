"""Who follows which question. Nothing here can find a follower: that is the identity service's work."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import Follower, Question, QuestionState, Topic
from db.repositories.upsert import insert_once

_FULL = joinedload(Follower.question).joinedload(Question.topic).joinedload(Topic.forum)
_LIVE = (QuestionState.OPEN, QuestionState.SOLVED)


async def add(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert; False when he follows already."""
    return await insert_once(session, Follower, values)


async def find(session: AsyncSession, question_id: int, follower_key: bytes) -> Follower | None:
    """A member's row in one question."""
    query = select(Follower).where(Follower.question_id == question_id, Follower.follower_key == follower_key)
    return await session.scalar(query)


async def by_token(session: AsyncSession, token: str) -> Follower | None:
    """A follower's row with its question."""
    return await session.scalar(select(Follower).where(Follower.token == token).options(_FULL))


async def ids_of(session: AsyncSession, question_id: int) -> Sequence[int]:
    """Everyone who follows a question."""
    query = select(Follower.id).where(Follower.question_id == question_id).order_by(Follower.id)
    return (await session.scalars(query)).all()


async def keys(session: AsyncSession, guild_id: int) -> list[tuple[int, str, bytes]]:
    """Row, question and key of everyone who follows a question that still lives in a server."""
    query = (
        select(Follower.id, Question.token, Follower.follower_key)
        .join(Follower.question)
        .where(Question.guild_id == guild_id, Question.state.in_(_LIVE))
    )
    return [(row.id, row.token, row.follower_key) for row in await session.execute(query)]


async def by_ids(session: AsyncSession, ids: Sequence[int]) -> Sequence[Follower]:
    """Several rows with their questions, the newest question first."""
    query = select(Follower).where(Follower.id.in_(ids)).options(_FULL).order_by(Follower.question_id.desc())
    return (await session.scalars(query)).all()


async def remove(session: AsyncSession, follower_id: int) -> None:
    """He follows no more. What is owed to him must be removed first."""
    await session.execute(delete(Follower).where(Follower.id == follower_id))
