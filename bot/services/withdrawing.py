"""A question that stands nowhere any more, and what goes with it.

Nothing here may depend on why it went: an erased boy's question must look like any that was withdrawn.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import endings
from bot.services.summons import SummonService
from db.models import Question, QuestionState
from db.repositories import coaches, posts, retention


async def take_back(
    session: AsyncSession, summons: SummonService, question: Question, state: QuestionState, now: datetime
) -> None:
    """End it, with the coach's case and every text of it, within a transaction that holds its row."""
    await posts.cancel_pending(session, question.id)
    endings.end(question, state, now)
    await forget_cases(session, summons, question)
    await retention.forget_lines(session, question.id)
    await session.flush()
    await retention.wipe_texts(session, question.id)


async def forget_cases(session: AsyncSession, summons: SummonService, question: Question) -> None:
    """The coaches keep nothing but that they had a case: what runs is closed, and their threads go."""
    await summons.end_running(session, question, tell=False)
    await coaches.forget_cases(session, question.id)
