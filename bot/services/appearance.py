"""How a question's thread should look: one word, computed here, shown by the cog."""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.servers import StatusTags
from db.models import Question, QuestionState
from db.repositories import questions

# Stands in `Question.shown` while a change is on its way and may or may not have reached Discord.
UNKNOWN = ""


class Appearance(StrEnum):
    """What Discord should show of a question."""

    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    COACH = "coach"
    SOLVED = "solved"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


async def refresh(session: AsyncSession, question: Question) -> None:
    """Write down how the question should look after what this transaction changed."""
    question.appearance = await _appearance(session, question)
    await session.flush()


async def _appearance(session: AsyncSession, question: Question) -> Appearance:
    if question.state is QuestionState.WITHDRAWN:
        return Appearance.WITHDRAWN
    if question.hidden:
        return Appearance.HIDDEN
    if question.state is QuestionState.SOLVED:
        return Appearance.SOLVED
    if await questions.has_coach(session, question.id):
        return Appearance.COACH
    if await questions.has_visible_answer(session, question.id):
        return Appearance.ANSWERED
    return Appearance.UNANSWERED


def status_tag(question: Question, look: Appearance) -> int:
    """The tag of a forum that shows how a question stands; a solved one's for whatever has none."""
    forum = question.topic.forum
    tags = StatusTags(forum.tag_unanswered, forum.tag_answered, forum.tag_coach, forum.tag_solved)
    return {
        Appearance.UNANSWERED: tags.unanswered,
        Appearance.ANSWERED: tags.answered,
        Appearance.COACH: tags.coach,
    }.get(look, tags.solved)
