"""Giving an assist, and taking it back: reaction, menu, button and command all come here."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.errors import MemberError
from bot.services import access
from bot.services.answers import AnswerService, NativeAnswer
from bot.services.identity import Identity
from bot.services.ledger import settle
from db.engine import Database
from db.models import Answer, Question
from db.repositories import answers, assists, coaches, posts, questions


@dataclass(frozen=True)
class Target:
    """A message that a member wants to credit. ``author_id`` is None where Discord did not say.

    ``by_himself``: its author's own words, and neither a bot's nor Discord's. It is only asked of a message
    that is not recorded.
    """

    thread_id: int
    message_id: int
    author_id: int | None
    by_himself: bool


class AssistService:
    """The rules of crediting."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        answer_service: AnswerService,
        timezone: str,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._answers = answer_service
        self._timezone = timezone

    async def give(self, target: Target, giver_id: int) -> NativeAnswer | None:
        """Credit the answer that a message holds.

        Returns the answer if it was not recorded before, and never whether it counted: that would tell
        that a helper is the asker. Raises MemberError when it cannot be an assist at all.
        """
        written: NativeAnswer | None = None
        async with self._database.read() as session:
            question = await questions.by_thread(session, target.thread_id)
        if question is None:
            raise MemberError("not_an_answer")
        async with self._database.write() as session:
            question = await questions.lock(session, question.id)
            answer = await answers.by_message(session, target.message_id)
            if answer is None:
                answer, written = await self._add(session, question, target)
            await self._credit(session, question, answer, giver_id)
        return written

    async def is_unknown(self, thread_id: int, message_id: int) -> bool:
        """Whether a message in a question's thread is not recorded, as one written while the bot was away."""
        async with self._database.read() as session:
            if await questions.by_thread(session, thread_id) is None:
                return False
            answer = await answers.by_message(session, message_id)
            return answer is None and await posts.by_message(session, message_id) is None

    async def give_by_token(self, token: str, giver_id: int) -> None:
        """Credit an answer by its opaque token. Raises MemberError."""
        async with self._database.read() as session:
            known = await answers.by_token(session, token)
        if known is None:
            raise MemberError("answer_gone")
        async with self._database.write() as session:
            question = await questions.lock(session, known.question_id)
            answer = await answers.by_token(session, token)
            if answer is None:
                raise MemberError("answer_gone")
            await self._credit(session, question, answer, giver_id)

    async def take_back(self, message_id: int, giver_id: int) -> None:
        """Withdraw what a member gave to a message; nothing happens if he gave nothing."""
        async with self._database.read() as session:
            known = await answers.by_message(session, message_id)
        if known is None:
            return
        async with self._database.write() as session:
            question = await questions.lock(session, known.question_id)
            key = self._identity.voter_key(question.token, giver_id)
            await assists.remove_vote(session, known.id, key)
            await settle(session, question, known.player_id, self._clock(), self._timezone)

    async def cleared(self, message_id: int) -> None:
        """Withdraw whatever anyone gave to a message; nothing happens where it is no answer."""
        async with self._database.read() as session:
            known = await answers.by_message(session, message_id)
        if known is None:
            return
        async with self._database.write() as session:
            question = await questions.lock(session, known.question_id)
            await assists.remove_votes(session, known.id)
            await settle(session, question, known.player_id, self._clock(), self._timezone)

    async def _add(
        self, session: AsyncSession, question: Question, target: Target
    ) -> tuple[Answer, NativeAnswer]:
        """An answer that was written while the bot was away."""
        posted = await posts.by_message(session, target.message_id) is not None
        if posted or not target.by_himself or target.author_id is None:
            raise MemberError("not_an_answer")
        return await self._answers.add_native(session, question, target.message_id, target.author_id)

    async def _credit(self, session: AsyncSession, question: Question, answer: Answer, giver_id: int) -> None:
        if answer.removed:
            raise MemberError("answer_gone")
        access.check_open(question)
        player = answer.player
        if player.member_key == self._identity.member_key(question.guild_id, giver_id):
            raise MemberError("assist_self")
        if await coaches.is_coach(session, question.guild_id, player.member_key):
            raise MemberError("assist_coach")
        # The asker, who wrote here under his own name, is credited like anyone: whoever gives an assist could
        # otherwise see from the leaderboard, or from his own data, that this one does not count.
        key = self._identity.voter_key(question.token, giver_id)
        await assists.add_vote(session, answer.id, key, to_the_hour(self._clock()))
        await settle(session, question, answer.player_id, self._clock(), self._timezone)
