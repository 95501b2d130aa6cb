"""The outbox: what the bot owes Discord."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import LineMessage, Post, PostKind, PostState, Question, Summon, Topic
from db.repositories.upsert import insert_once

# What an asker owes his words or his call to; he hears of it when Discord does not take them.
OF_THE_ASKER = (PostKind.QUESTION, PostKind.FOLLOW_UP, PostKind.CASE, PostKind.LINE)

# What he wrote after his question.
WORDS_OF_THE_ASKER = (PostKind.FOLLOW_UP, PostKind.LINE)

# These stand in the question's thread, and wait while it is hidden.
IN_THREAD = (PostKind.FOLLOW_UP, PostKind.ANSWER, PostKind.COACH_CARD)

_FULL = (
    joinedload(Post.question).joinedload(Question.topic).joinedload(Topic.forum),
    joinedload(Post.summon).joinedload(Summon.coach),
)


async def add(session: AsyncSession, values: dict[str, object]) -> Post | None:
    """Reserve a post; None when the same form already made one."""
    if not await insert_once(session, Post, values):
        return None
    return await session.scalar(select(Post).where(Post.token == values["token"]))


async def by_form(session: AsyncSession, form: str) -> Post | None:
    """The post that a form made."""
    return await session.scalar(select(Post).where(Post.form == form))


async def get(session: AsyncSession, post_id: int, *, lock: bool = False) -> Post | None:
    """A post with everything that is needed to render it."""
    query = select(Post).where(Post.id == post_id).options(*_FULL)
    if lock:
        # What was read before the wait for the lock may be out of date: read it again.
        query = query.with_for_update(of=Post).execution_options(populate_existing=True)
    return await session.scalar(query)


async def claim_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[Post]:
    """Pending posts that are due and in nobody's hands, locked against other processes."""
    query = (
        select(Post)
        .where(
            Post.state == PostState.PENDING,
            Post.due_at <= now,
            (Post.lease_until.is_(None)) | (Post.lease_until <= now),
            ~(Post.kind.in_(IN_THREAD) & Post.question.has(Question.hidden)),
        )
        .options(*_FULL)
        .order_by(Post.due_at)
        .limit(limit)
        .with_for_update(of=Post, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def release_leases(session: AsyncSession) -> None:
    """After a start of the only process: nobody else is sending."""
    await session.execute(
        update(Post)
        .where(Post.state == PostState.PENDING, Post.lease_until.is_not(None))
        .values(lease_until=None)
    )


async def cancel_pending(session: AsyncSession, question_id: int) -> None:
    """What was not sent yet of a question will not be.

    A question that may have reached Discord stays: it must be found there, to be deleted.
    """
    await session.execute(
        update(Post)
        .where(
            Post.question_id == question_id,
            Post.state == PostState.PENDING,
            Post.lease_until.is_(None),
            (Post.kind != PostKind.QUESTION) | (Post.attempts == 0),
        )
        .values(state=PostState.CANCELLED, picture=None, due_at=Post.created_at)
    )


async def remove(session: AsyncSession, post_ids: Sequence[int]) -> None:
    """Posts of an asker's words, with what they carry to a coach, as if they had never been written."""
    await session.execute(delete(LineMessage).where(LineMessage.post_id.in_(post_ids)))
    await session.execute(delete(Post).where(Post.id.in_(post_ids)))


async def failed_of(session: AsyncSession, question_id: int) -> Sequence[Post]:
    """What an asker wrote or did in a question, and Discord would not take; the newest first."""
    query = (
        select(Post)
        .where(Post.question_id == question_id, Post.state == PostState.FAILED, Post.kind.in_(OF_THE_ASKER))
        .order_by(Post.id.desc())
    )
    return (await session.scalars(query)).all()


async def questions_with_failed(session: AsyncSession, question_ids: list[int]) -> set[int]:
    """Which questions hold a text of their asker's that Discord would not take."""
    query = select(Post.question_id).where(
        Post.question_id.in_(question_ids),
        Post.state == PostState.FAILED,
        Post.kind.in_(WORDS_OF_THE_ASKER),
    )
    return set(await session.scalars(query))


async def question_post(session: AsyncSession, question_id: int) -> Post | None:
    """The post that opens a question's thread."""
    query = select(Post).where(Post.question_id == question_id, Post.kind == PostKind.QUESTION)
    return await session.scalar(query.order_by(Post.id.desc()).limit(1))


async def question_tokens(session: AsyncSession, question_ids: list[int]) -> dict[int, str]:
    """The token of each question's opening post: its buttons carry it."""
    query = select(Post.question_id, Post.token).where(
        Post.question_id.in_(question_ids), Post.kind == PostKind.QUESTION, Post.state == PostState.SENT
    )
    return {row.question_id: row.token for row in await session.execute(query)}


async def failed(session: AsyncSession, post_ids: list[int]) -> set[int]:
    """Which of these Discord would not take."""
    query = select(Post.id).where(
        Post.id.in_(post_ids), Post.state.in_((PostState.FAILED, PostState.CANCELLED))
    )
    return set(await session.scalars(query))


async def last_due(session: AsyncSession, question_id: int) -> datetime | None:
    """When the last of what waits to be posted in a question's thread is due."""
    query = select(func.max(Post.due_at)).where(
        Post.question_id == question_id, Post.state == PostState.PENDING, Post.kind.in_(IN_THREAD)
    )
    return await session.scalar(query)


async def by_message(session: AsyncSession, message_id: int) -> Post | None:
    """The post that became this message."""
    return await session.scalar(select(Post).where(Post.message_id == message_id))
