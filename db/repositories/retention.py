"""What time takes away: the links, private texts and keys of questions that ended long ago."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Answer,
    Follower,
    LineMessage,
    Notice,
    Post,
    PostKind,
    PostState,
    Question,
    QuestionState,
    Summon,
    Vote,
)

_PUBLISHED = (QuestionState.OPEN, QuestionState.SOLVED)
_TAKEN_BACK = (QuestionState.WITHDRAWN, QuestionState.GONE)
_UNSENT_ANSWER = and_(Post.kind == PostKind.ANSWER, Post.state == PostState.FAILED)
_KEY_BYTES = 32
# The key of a vote whose giver is forgotten begins like this, so that the sweep does not take it up again.
_FADED = bytes(_KEY_BYTES // 2)
_LAST_FADED = _FADED + b"\xff" * (_KEY_BYTES - len(_FADED))


async def quiet(session: AsyncSession, cutoff: datetime, limit: int) -> Sequence[Question]:
    """Questions that nobody ended, and that nobody has written in since."""
    query = (
        select(Question)
        .where(
            Question.state.in_(_PUBLISHED),
            Question.closed_at.is_(None),
            Question.published_at <= cutoff,
            ~_stirred_since(cutoff),
        )
        .limit(limit)
        .with_for_update(of=Question, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def stirred(session: AsyncSession, limit: int) -> Sequence[Question]:
    """Questions that counted as ended because they were quiet, and in which someone wrote again."""
    query = (
        select(Question)
        .where(
            Question.state == QuestionState.OPEN,
            Question.closed_at.is_not(None),
            Question.seal.is_not(None),
            _stirred_since(Question.closed_at),
        )
        .limit(limit)
        .with_for_update(of=Question, skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def ended(session: AsyncSession, cutoff: datetime, after: int, limit: int) -> Sequence[int]:
    """Questions whose link must go, from the one after ``after`` on."""
    query = (
        select(Question.id)
        .where(Question.closed_at <= cutoff, Question.seal.is_not(None), Question.id > after)
        .order_by(Question.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def forget_lines(session: AsyncSession, question_id: int) -> None:
    """Delete what was written on the private lines of a question."""
    summons = select(Summon.id).where(Summon.question_id == question_id)
    await session.execute(delete(LineMessage).where(LineMessage.summon_id.in_(summons)))


async def forget_notices(session: AsyncSession, question_id: int) -> None:
    """Nothing is owed to the asker of a question any more."""
    await session.execute(
        delete(Notice).where(Notice.question_id == question_id, Notice.follower_id.is_(None))
    )


async def forget_asker(session: AsyncSession, question_id: int) -> None:
    """Delete what only the asker could read or had not published yet."""
    await forget_lines(session, question_id)
    await forget_notices(session, question_id)
    await session.execute(
        update(Post)
        .where(
            Post.question_id == question_id,
            # A follow-up stands in its thread for all to read; what never got out has no other place.
            or_(
                Post.kind == PostKind.FOLLOW_UP,
                Post.state.in_((PostState.FAILED, PostState.CANCELLED)),
            ),
            Post.state != PostState.PENDING,
        )
        .values(body=None, picture=None)
    )


async def forget_others(session: AsyncSession, question_id: int) -> None:
    """Forget who followed a question and who voted in it; the votes and the ledger stay."""
    await session.execute(delete(Notice).where(Notice.question_id == question_id))
    await session.execute(delete(Follower).where(Follower.question_id == question_id))
    votes = select(Vote.id).join(Answer, Answer.id == Vote.answer_id).where(Answer.question_id == question_id)
    await _fade(session, (await session.scalars(votes.where(Vote.giver_key > _LAST_FADED))).all())


async def fade_late_votes(session: AsyncSession, cutoff: datetime, limit: int) -> int:
    """Forget who voted, long ago, in questions whose link was gone by then. Returns how many."""
    query = (
        select(Vote.id)
        .join(Answer, Answer.id == Vote.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.seal.is_(None), Vote.created_at <= cutoff, Vote.giver_key > _LAST_FADED)
        .limit(limit)
    )
    found = (await session.scalars(query)).all()
    await _fade(session, found)
    return len(found)


async def remove_late_followers(session: AsyncSession, cutoff: datetime) -> None:
    """Nobody follows a question that was forgotten and has been quiet since."""
    silent = select(Question.id).where(Question.seal.is_(None), ~_stirred_since(cutoff))
    await session.execute(delete(Notice).where(Notice.question_id.in_(silent)))
    await session.execute(delete(Follower).where(Follower.question_id.in_(silent)))


async def wipe_late_texts(session: AsyncSession) -> None:
    """Texts that were still on their way to Discord when their question was taken back or forgotten."""
    forgotten = select(Question.id).where(Question.seal.is_(None))
    standing = select(Question.id).where(Question.state.in_(_PUBLISHED))
    taken_back = select(Question.id).where(Question.state.in_(_TAKEN_BACK))
    await session.execute(
        update(Post)
        .where(
            Post.body.is_not(None),
            Post.state != PostState.PENDING,
            or_(
                and_(
                    Post.question_id.in_(forgotten),
                    or_(Post.kind == PostKind.FOLLOW_UP, Post.question_id.not_in(standing)),
                ),
                and_(Post.question_id.in_(taken_back), ~_UNSENT_ANSWER),
            ),
        )
        .values(body=None, picture=None)
    )


async def wipe_texts(session: AsyncSession, question_id: int) -> None:
    """Empty a question that stands nowhere any more, and everything that was written in it.

    What is on its way, and answers whose writers still have to be given their texts, go with
    `wipe_late_texts`.
    """
    await session.execute(update(Question).where(Question.id == question_id).values(title="", body=""))
    await session.execute(
        update(Post)
        .where(Post.question_id == question_id, Post.state != PostState.PENDING, ~_UNSENT_ANSWER)
        .values(body=None, picture=None)
    )


async def _fade(session: AsyncSession, vote_ids: Sequence[int]) -> None:
    """Deleting a vote would take the credit away as soon as the ledger is settled again."""
    for vote_id in vote_ids:
        key = _FADED + secrets.token_bytes(_KEY_BYTES - len(_FADED))
        await session.execute(update(Vote).where(Vote.id == vote_id).values(giver_key=key))


def _stirred_since(moment: datetime | SQLColumnExpression[datetime | None]) -> ColumnElement[bool]:
    """Whether anyone has written in a question, in its thread or on a line, at or after a moment."""
    line = (
        select(LineMessage.id)
        .join(Summon, Summon.id == LineMessage.summon_id)
        .where(Summon.question_id == Question.id, LineMessage.created_at >= moment)
        .exists()
    )
    return or_(
        exists().where(Answer.question_id == Question.id, Answer.created_at >= moment),
        exists().where(Post.question_id == Question.id, Post.created_at >= moment),
        line,
    )
