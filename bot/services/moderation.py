"""Taking questions and answers out of sight, and back. Moderators act on texts, never on a person."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import MemberError
from bot.services import access, appearance
from bot.services.audit import Action, AuditService
from bot.services.ledger import settle
from db.engine import Database
from db.models import Question
from db.repositories import answers, questions

_CHOICES = 25


@dataclass(frozen=True)
class HiddenQuestion:
    """A question that can be restored."""

    token: str
    alias: str
    title: str


class ModerationService:
    """Hide, remove, restore. Doing any of them twice changes nothing.

    ``actor`` is the moderator, for the audit; None is the bot itself.
    """

    def __init__(self, database: Database, clock: Clock, timezone: str, audit: AuditService) -> None:
        self._database = database
        self._clock = clock
        self._timezone = timezone
        self._audit = audit

    async def hide_question(self, thread_id: int, actor: int | None = None) -> None:
        """Take the question in this thread out of sight. Raises MemberError ``not_in_thread``."""
        async with self._database.write() as session:
            question = await questions.by_thread(session, thread_id, lock=True)
            if question is None or question.state not in access.PUBLISHED:
                raise MemberError("not_in_thread")
            await self._set_hidden(session, question, actor, hidden=True)

    async def restore_question(self, guild_id: int, token: str, actor: int | None = None) -> int:
        """Show a hidden question again. Returns its thread; raises MemberError ``question_gone``."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            if question is None or question.guild_id != guild_id or question.state not in access.PUBLISHED:
                raise MemberError("question_gone")
            await self._set_hidden(session, question, actor, hidden=False)
            return question.thread_id or 0

    async def hidden_questions(self, guild_id: int) -> list[HiddenQuestion]:
        """What `restore_question` can take."""
        async with self._database.read() as session:
            found = await questions.hidden(session, guild_id, _CHOICES)
        return [HiddenQuestion(question.token, question.alias, question.title) for question in found]

    async def hidden_in(self, thread_id: int) -> str | None:
        """The token of the hidden question in this thread, if it is one."""
        async with self._database.read() as session:
            question = await questions.by_thread(session, thread_id)
        return question.token if question and question.hidden else None

    async def remove_answer(self, guild_id: int, token: str, actor: int | None = None) -> bool:
        """Take an answer away, and its credit. Returns whether it can be restored.

        Raises MemberError ``answer_gone``.
        """
        return await self._set_removed(guild_id, token, actor, removed=True)

    async def restore_answer(self, guild_id: int, token: str, actor: int | None = None) -> None:
        """Show an answer again, and give its credit back.

        Raises MemberError: a message that was written natively is deleted for good.
        """
        await self._set_removed(guild_id, token, actor, removed=False)

    async def answer_at(self, message_id: int) -> str:
        """The token of the answer in a message. Raises MemberError ``not_an_answer``."""
        async with self._database.read() as session:
            answer = await answers.by_message(session, message_id)
        if answer is None:
            raise MemberError("not_an_answer")
        return answer.token

    async def _set_hidden(
        self, session: AsyncSession, question: Question, actor: int | None, *, hidden: bool
    ) -> None:
        if question.hidden != hidden:
            # An earlier change may have come through unheard: whatever Discord shows is written anew.
            question.hidden, question.shown = hidden, appearance.UNKNOWN
            action = Action.QUESTION_HIDDEN if hidden else Action.QUESTION_RESTORED
            await self._audit.append(session, question.guild_id, actor, action, question.token)
        await appearance.refresh(session, question)

    async def _set_removed(self, guild_id: int, token: str, actor: int | None, *, removed: bool) -> bool:
        async with self._database.read() as session:
            known = await answers.by_token(session, token)
        if known is None or known.question.guild_id != guild_id:
            raise MemberError("answer_gone")
        async with self._database.write() as session:
            question = await questions.lock(session, known.question_id)
            answer = await answers.by_token(session, token)
            if answer is None or answer.message_id is None:
                raise MemberError("answer_gone")
            if not removed and answer.post is None:
                raise MemberError("native_is_gone")
            changed = answer.removed != removed
            # Also where Discord seems to show it: an earlier change may have come through unheard.
            answer.removed, answer.shown_removed = removed, not removed
            await session.flush()
            await settle(session, question, answer.player_id, self._clock(), self._timezone)
            await appearance.refresh(session, question)
            if changed:
                action = Action.ANSWER_REMOVED if removed else Action.ANSWER_RESTORED
                await self._audit.append(session, guild_id, actor, action, answer.token)
            return answer.post is not None
