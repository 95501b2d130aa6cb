"""What is new in a question's thread since somebody looked."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Answer, Player, Post, PostState


@dataclass(frozen=True)
class Seen:
    """A visible answer, and the key of the member who wrote it."""

    question_id: int
    answer_id: int
    member_key: bytes


async def answers(session: AsyncSession, question_ids: list[int]) -> list[Seen]:
    """Every visible answer to these questions."""
    query = (
        select(Answer.question_id, Answer.id, Player.member_key)
        .join(Answer.player)
        .where(Answer.question_id.in_(question_ids), ~Answer.removed, Answer.message_id.is_not(None))
    )
    return [Seen(*row) for row in await session.execute(query)]


async def newest(session: AsyncSession, question_id: int) -> int:
    """Up to where somebody who looks now has seen everything.

    An answer that is still on its way can have a lower number than one that is there: it counts as
    new when it comes, at the price that those after it do so once more.
    """
    there = await session.scalar(
        select(func.max(Answer.id)).where(Answer.question_id == question_id, Answer.message_id.is_not(None))
    )
    on_its_way = await session.scalar(
        select(func.min(Answer.id))
        .join(Answer.post)
        .where(
            Answer.question_id == question_id,
            Answer.message_id.is_(None),
            Post.state == PostState.PENDING,
        )
    )
    return min(there or 0, on_its_way - 1) if on_its_way is not None else there or 0


def new_since(seen: list[Seen], looked_answer_id: int, own_key: bytes) -> int:
    """How many of these somebody has not looked at, and did not write himself."""
    return sum(one.answer_id > looked_answer_id and one.member_key != own_key for one in seen)
