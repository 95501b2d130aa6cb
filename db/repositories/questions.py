"""Questions. Nothing here can find a question by its asker: that is the identity service's work."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import (
    Answer,
    Post,
    PostKind,
    PostState,
    Question,
    QuestionState,
    Summon,
    SummonState,
    Topic,
)
from db.repositories.upsert import insert_once

_FULL = joinedload(Question.topic).joinedload(Topic.forum)
PUBLISHED = (QuestionState.OPEN, QuestionState.SOLVED)
LIVE = (QuestionState.QUEUED, QuestionState.OPEN, QuestionState.SOLVED, QuestionState.FAILED)
# One whose thread somebody else deleted stays there until its asker has put it away.
IN_INBOX = (QuestionState.DRAFT, *LIVE, QuestionState.GONE)


async def add(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert; False when the form or the alias is already taken."""
    return await insert_once(session, Question, values)


async def by_form(session: AsyncSession, form: str) -> Question | None:
    """The question that a form made."""
    return await session.scalar(select(Question).where(Question.form == form).options(_FULL))


async def by_token(session: AsyncSession, token: str, *, lock: bool = False) -> Question | None:
    """A question by its own token or by that of any message posted for it."""
    posted = select(Post.question_id).where(Post.token == token)
    query = (
        select(Question)
        .where(or_(Question.token == token, Question.id == posted.scalar_subquery()))
        .options(_FULL)
    )
    return await session.scalar(_locked(query) if lock else query)


async def by_thread(session: AsyncSession, thread_id: int, *, lock: bool = False) -> Question | None:
    """The question that a thread holds."""
    query = select(Question).where(Question.thread_id == thread_id).options(_FULL)
    return await session.scalar(_locked(query) if lock else query)


def _locked(query: Select[Question]) -> Select[Question]:
    # What was read before the wait for the lock may be out of date: read it again.
    return query.with_for_update(of=Question).execution_options(populate_existing=True)


async def lock(session: AsyncSession, question_id: int) -> Question:
    """The row, held until the transaction ends (PostgreSQL; SQLite has one writer anyway)."""
    query = select(Question).where(Question.id == question_id).options(_FULL)
    return (await session.scalars(_locked(query))).one()


async def live_seals(session: AsyncSession, guild_id: int) -> list[tuple[str, bytes | None]]:
    """Token and seal of each question or draft that somebody may still call his."""
    query = select(Question.token, Question.seal).where(
        Question.guild_id == guild_id, Question.state.in_(IN_INBOX), Question.seal.is_not(None)
    )
    return [(token, seal) for token, seal in await session.execute(query)]


async def seen_seals(session: AsyncSession, guild_id: int) -> list[tuple[str, bytes | None]]:
    """Token and seal of each question that others have seen, also one that was taken back."""
    query = select(Question.token, Question.seal).where(
        Question.guild_id == guild_id, Question.thread_id.is_not(None), Question.seal.is_not(None)
    )
    return [(token, seal) for token, seal in await session.execute(query)]


async def follow_ups(session: AsyncSession, question_ids: list[int]) -> Sequence[str]:
    """What was posted as a follow-up of these."""
    query = select(Post.body).where(
        Post.question_id.in_(question_ids),
        Post.kind == PostKind.FOLLOW_UP,
        Post.state == PostState.SENT,
        Post.body.is_not(None),
    )
    return [body for body in await session.scalars(query) if body]


async def by_tokens(session: AsyncSession, tokens: set[str]) -> Sequence[Question]:
    """Several questions, newest first."""
    query = select(Question).where(Question.token.in_(tokens)).options(_FULL).order_by(Question.id.desc())
    return (await session.scalars(query)).all()


async def remove_draft(session: AsyncSession, question_id: int) -> None:
    """Delete what was never published."""
    await session.execute(
        delete(Question).where(Question.id == question_id, Question.state == QuestionState.DRAFT)
    )


async def remove_drafts_before(session: AsyncSession, moment: datetime) -> None:
    """Delete previews that nobody came back to."""
    await session.execute(
        delete(Question).where(Question.state == QuestionState.DRAFT, Question.created_at < moment)
    )


async def unsettled(session: AsyncSession, limit: int) -> Sequence[Question]:
    """Questions whose thread does not yet look as it should."""
    query = (
        select(Question)
        .where(Question.appearance != Question.shown, Question.thread_id.is_not(None))
        .options(_FULL)
        # At random: one that can never be changed does not hold up the rest.
        .order_by(func.random())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def set_shown(session: AsyncSession, question_id: int, shown: str) -> None:
    """Record what Discord shows now."""
    await session.execute(update(Question).where(Question.id == question_id).values(shown=shown))


async def has_visible_answer(session: AsyncSession, question_id: int) -> bool:
    """Whether anyone has answered."""
    query = select(
        exists().where(Answer.question_id == question_id, ~Answer.removed, Answer.message_id.is_not(None))
    )
    return bool(await session.scalar(query))


async def has_coach(session: AsyncSession, question_id: int) -> bool:
    """Whether a coach is on it."""
    query = select(exists().where(Summon.question_id == question_id, Summon.state == SummonState.ACCEPTED))
    return bool(await session.scalar(query))


async def hidden(session: AsyncSession, guild_id: int, limit: int) -> Sequence[Question]:
    """Questions that moderators took out of sight, newest first."""
    query = (
        select(Question)
        .where(Question.guild_id == guild_id, Question.hidden, Question.state.in_(PUBLISHED))
        .order_by(Question.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def published_threads(session: AsyncSession) -> Sequence[int]:
    """The threads of all questions that stand."""
    query = select(Question.thread_id).where(Question.thread_id.is_not(None), Question.state.in_(PUBLISHED))
    return [thread_id for thread_id in await session.scalars(query) if thread_id is not None]


async def with_disclosed(session: AsyncSession) -> Sequence[Question]:
    """Published questions in whose thread someone has written; what is in the seal is not for SQL."""
    query = select(Question).where(
        Question.disclosed.is_not(None),
        Question.thread_id.is_not(None),
        Question.state.in_((QuestionState.OPEN, QuestionState.SOLVED)),
    )
    return (await session.scalars(query)).all()
