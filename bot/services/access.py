"""Finding the question that a member acts on, and checking that he may."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import MemberError
from bot.services.identity import Identity
from db.models import Question
from db.repositories import questions

PUBLISHED = questions.PUBLISHED


async def open_question(session: AsyncSession, token: str, *, lock: bool = False) -> Question:
    """A question that takes answers and follow-ups.

    Raises MemberError ``question_gone`` or ``question_hidden``.
    """
    question = await questions.by_token(session, token, lock=lock)
    return check_open(question)


def check_open(question: Question | None) -> Question:
    """Raises MemberError unless the question stands in its thread for all to see."""
    if question is None or question.state not in PUBLISHED or question.thread_id is None:
        raise MemberError("question_gone")
    if question.hidden:
        raise MemberError("question_hidden")
    return question


def is_asker(identity: Identity, question: Question, user_id: int) -> bool:
    """Whether the member asked this question; false for ever once the seal is destroyed."""
    return identity.is_member(question.seal, question.token, user_id)


def check_asker(identity: Identity, question: Question | None, user_id: int) -> Question:
    """Raises MemberError ``not_asker`` for anyone else."""
    if question is None:
        raise MemberError("question_gone")
    if not is_asker(identity, question, user_id):
        raise MemberError("not_asker")
    return question
