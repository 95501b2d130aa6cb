"""Answers: written in the thread natively, or posted by the bot under a player name."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.errors import MemberError
from bot.services import access, appearance, notices, outbox
from bot.services.disclosure import DisclosureService
from bot.services.identity import Identity, new_token
from bot.services.ledger import settle
from bot.services.players import PlayerService
from bot.services.wording import ANSWER_MAX, clean
from db.engine import Database
from db.models import Answer, Player, Post, PostKind, Question
from db.repositories import answers, assists, posts, questions

_CHOICES = 25


@dataclass(frozen=True)
class AnswerChoice:
    """An answer to pick from a list. ``player_name`` is None for one written natively."""

    token: str
    message_id: int
    player_name: str | None
    excerpt: str


@dataclass(frozen=True)
class NativeAnswer:
    """Someone wrote in a thread himself. ``gave_himself_away``: the asker did, and must be told at once."""

    question_token: str
    gave_himself_away: bool


class AnswerService:
    """What a boy who helps can do."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        players: PlayerService,
        disclosures: DisclosureService,
        timezone: str,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._players = players
        self._disclosures = disclosures
        self._timezone = timezone

    async def question_in(self, thread_id: int) -> str:
        """The token of the question in this thread. Raises MemberError ``not_in_thread``."""
        async with self._database.read() as session:
            question = await questions.by_thread(session, thread_id)
        if question is None:
            raise MemberError("not_in_thread")
        return question.token

    async def needs_name(self, token: str, user_id: int) -> bool:
        """Whether the form must ask for a player name.

        Raises MemberError when this member cannot answer this question.
        """
        async with self._database.read() as session:
            question = await access.open_question(session, token)
            self._check_helper(question, user_id)
            key = self._identity.member_key(question.guild_id, user_id)
            player = await answers.player(session, question.guild_id, key)
        return player is None or player.name is None

    async def answer(
        self,
        token: str,
        user_id: int,
        form: str,
        text: str,
        name: str | None,
        picture: bytes | None = None,
    ) -> int:
        """Answer under the player name, choosing ``name`` first if there is none.

        ``picture`` is one that `bot.services.pictures` made. Returns the post's row id; a form sent
        twice gives the same one. Raises MemberError, carrying the text.
        """
        body = clean(text, ANSWER_MAX)
        try:
            async with self._database.write() as session:
                question = await access.open_question(session, token, lock=True)
                self._check_helper(question, user_id)
                known = await posts.by_form(session, form)
                if known is not None:
                    return known.id
                player = await self._players.ensure(session, question.guild_id, user_id)
                if player.name is None:
                    await self._players.set_name(session, player, name or "")
                post = await self._reserve(session, question, form, body, picture)
                await self._add(session, question, player, post)
                return post.id
        except MemberError as error:
            raise error.with_typed(text) from None

    async def _reserve(
        self, session: AsyncSession, question: Question, form: str, body: str, picture: bytes | None
    ) -> Post:
        post = await outbox.reserve(
            session, PostKind.ANSWER, question.id, self._clock(), form=form, body=body, picture=picture
        )
        if post is None:
            raise RuntimeError("the form was taken while the question was locked")
        return post

    async def _add(self, session: AsyncSession, question: Question, player: Player, post: Post) -> None:
        await answers.add(
            session,
            {
                "token": new_token(),
                "question_id": question.id,
                "player_id": player.id,
                "post_id": post.id,
                "player_name": player.name or "",
                "created_at": self._clock(),
            },
        )

    async def record_native(self, thread_id: int, message_id: int, user_id: int) -> NativeAnswer | None:
        """Note that a member wrote in a thread; None when the thread holds no question.

        The asker's own message is treated like any other: a thread that stays unanswered, or a list
        that leaves the message out, would show everyone that its writer is the asker. So do the rows:
        what is written down of it is the same whoever wrote.
        """
        async with self._database.read() as session:
            question = await questions.by_thread(session, thread_id)
        if question is None:
            return None
        async with self._database.write() as session:
            question = await questions.lock(session, question.id)
            told = await self._add_native(session, question, message_id, user_id)
        return NativeAnswer(question.token, told)

    async def threads(self) -> set[int]:
        """Every thread that holds a question."""
        async with self._database.read() as session:
            return set(await questions.published_threads(session))

    async def unmet(self, message_ids: list[int]) -> set[int]:
        """Which of these messages nobody has told of yet."""
        async with self._database.read() as session:
            return set(message_ids) - set(await answers.known_messages(session, message_ids))

    async def add_native(
        self, session: AsyncSession, question: Question, message_id: int, user_id: int
    ) -> tuple[Answer, NativeAnswer]:
        """Record a native answer within a transaction that holds the question's row."""
        told = await self._add_native(session, question, message_id, user_id)
        answer = await answers.by_message(session, message_id)
        if answer is None:
            raise RuntimeError("an answer row vanished")
        return answer, NativeAnswer(question.token, told)

    async def _add_native(
        self, session: AsyncSession, question: Question, message_id: int, user_id: int
    ) -> bool:
        """Returns whether the asker has given himself away with it; never for a message known before."""
        player = await self._players.ensure(session, question.guild_id, user_id)
        now = self._clock()
        added = await answers.add(
            session,
            {
                "token": new_token(),
                "question_id": question.id,
                "player_id": player.id,
                "message_id": message_id,
                "created_at": now,
            },
        )
        if not added:
            return False
        told = self._disclosures.note(question, message_id, user_id)
        await notices.owe_everyone(session, question, now)
        await appearance.refresh(session, question)
        return told

    async def message_deleted(self, message_id: int) -> None:
        """A message is gone from Discord: its credits go, and a question may be unanswered again."""
        async with self._database.read() as session:
            known = await answers.by_message(session, message_id)
        if known is None:
            return
        async with self._database.write() as session:
            question = await questions.lock(session, known.question_id)
            answer = await answers.by_message(session, message_id)
            await self._disclosures.forget(session, question, message_id)
            if answer is None:
                return
            # Without its message nobody can restore it.
            answer.removed, answer.message_id = True, None
            await session.flush()
            await assists.remove_votes(session, answer.id)
            await settle(session, question, answer.player_id, self._clock(), self._timezone)
            await appearance.refresh(session, question)

    async def choices(self, thread_id: int, *, removed: bool = False) -> list[AnswerChoice]:
        """The newest answers in a thread, for a list to pick from."""
        async with self._database.read() as session:
            question = await questions.by_thread(session, thread_id)
            if question is None:
                return []
            found = await answers.of_question(session, question.id, _CHOICES, removed=removed)
        return [_choice(answer) for answer in found]

    def _check_helper(self, question: Question, user_id: int) -> None:
        if access.is_asker(self._identity, question, user_id):
            raise MemberError("own_question")


def _choice(answer: Answer) -> AnswerChoice:
    return AnswerChoice(
        token=answer.token,
        message_id=answer.message_id or 0,
        player_name=answer.player_name,
        excerpt=(answer.post.body or "") if answer.post else "",
    )
