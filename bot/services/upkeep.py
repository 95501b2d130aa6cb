"""What stands in Discord and does not look as it should, or should not stand there any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import appearance
from bot.services.appearance import Appearance
from db.engine import Database
from db.models import Answer, Guild, Question
from db.repositories import answers, coaches, posts, questions

_BATCH = 20


@dataclass(frozen=True)
class ThreadLook:
    """A question's thread that must be brought to look as it should."""

    question_id: int
    language: str
    thread_id: int
    appearance: Appearance
    # The opening card must be written anew: it is hidden now, or nobody knows what it shows.
    rewrite: bool
    token: str
    tag_ids: tuple[int, ...]
    title: str
    body: str
    alias: str
    topic: str
    wants_coach: bool


@dataclass(frozen=True)
class AnswerLook:
    """An answer's message that must be brought to look as it should. ``token`` None: written natively."""

    answer_id: int
    language: str
    thread_id: int
    message_id: int
    removed: bool
    token: str | None
    player_name: str
    body: str


class UpkeepService:
    """Says what to change, and records that it is done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def threads_to_change(self) -> list[ThreadLook]:
        """Threads that do not look as they should."""
        async with self._database.read() as session:
            found = await questions.unsettled(session, _BATCH)
            tokens = await posts.question_tokens(session, [question.id for question in found])
            return [
                _thread_look(question, tokens.get(question.id, ""), await self._language(session, question))
                for question in found
            ]

    async def thread_changed(self, question_id: int, shown: Appearance) -> None:
        """Discord shows it now."""
        async with self._database.write() as session:
            await questions.set_shown(session, question_id, shown)

    async def cases_to_delete(self) -> Sequence[int]:
        """Coaches' private threads that shall go."""
        async with self._database.read() as session:
            return await coaches.threads_to_delete(session, _BATCH)

    async def case_deleted(self, thread_id: int) -> None:
        """Discord has it no more."""
        async with self._database.write() as session:
            await coaches.thread_deleted(session, thread_id)

    async def answers_to_change(self) -> list[AnswerLook]:
        """Answers that do not look as they should."""
        async with self._database.read() as session:
            found = await answers.unsettled(session, _BATCH)
            return [
                look
                for answer in found
                if (look := _answer_look(answer, await self._language(session, answer.question)))
            ]

    async def answer_changed(self, answer_id: int, removed: bool) -> None:
        """Discord shows it now."""
        async with self._database.write() as session:
            await answers.set_shown(session, answer_id, removed)

    async def _language(self, session: AsyncSession, question: Question) -> str:
        guild = await session.get_one(Guild, question.guild_id)
        return guild.language


def _thread_look(question: Question, token: str, language: str) -> ThreadLook:
    look = Appearance(question.appearance)
    return ThreadLook(
        question_id=question.id,
        language=language,
        thread_id=question.thread_id or 0,
        appearance=look,
        rewrite=question.shown in (Appearance.HIDDEN, appearance.UNKNOWN),
        token=token,
        tag_ids=(question.topic.tag_id, appearance.status_tag(question, look)),
        title=question.title,
        body=question.body,
        alias=question.alias,
        topic=question.topic.name,
        wants_coach=question.wants_coach,
    )


def _answer_look(answer: Answer, language: str) -> AnswerLook | None:
    if answer.message_id is None or answer.question.thread_id is None:
        return None
    return AnswerLook(
        answer_id=answer.id,
        language=language,
        thread_id=answer.question.thread_id,
        message_id=answer.message_id,
        removed=answer.removed,
        token=answer.post.token if answer.post else None,
        player_name=answer.player_name or "",
        body=(answer.post.body or "") if answer.post else "",
    )
