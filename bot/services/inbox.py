"""The asker's own view: everything that waits for him, for his eyes only."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import MemberError
from bot.services import access
from bot.services.appearance import Appearance
from bot.services.identity import Identity
from db.engine import Database
from db.models import Question, QuestionState, Summon, SummonState
from db.repositories import answers, coaches, posts, questions

_SHOWN = 25
_UNSENT = 3


@dataclass(frozen=True)
class InboxItem:
    """One of the member's own questions, in a line."""

    token: str
    title: str
    state: QuestionState
    hidden: bool
    answers: int
    unread: int
    coach: str | None


@dataclass(frozen=True)
class SummonStatus:
    """How the last call for a coach stands."""

    coach: str
    state: SummonState
    taken: bool


@dataclass(frozen=True)
class OwnQuestion:
    """One of the member's own questions, opened."""

    token: str
    guild_id: int
    thread_id: int | None
    title: str
    body: str
    alias: str
    topic: str
    wants_coach: bool
    state: QuestionState
    hidden: bool
    solved: bool
    answers: int
    summon: SummonStatus | None
    unread: int
    unsent: list[str]


class InboxService:
    """Finds a member's questions by opening seals; no column links them."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity

    async def overview(self, guild_id: int, user_id: int) -> list[InboxItem]:
        """The member's questions that still live, newest first."""
        async with self._database.read() as session:
            seals = await questions.live_seals(session, guild_id)
            # A server that has run for years holds enough seals to be felt on the event loop.
            mine = await asyncio.to_thread(self._identity.mine, seals, user_id)
            found = (await questions.by_tokens(session, mine))[:_SHOWN]
            ids = [question.id for question in found]
            counts = await answers.counts(session, ids)
            summons = await coaches.running_of_questions(session, ids)
            unread = await coaches.unseen(session, [summon.id for summon in summons.values()])
        return [
            InboxItem(
                token=question.token,
                title=question.title,
                state=question.state,
                hidden=question.hidden,
                answers=counts.get(question.id, 0),
                unread=unread.get(summons[question.id].id, 0) if question.id in summons else 0,
                coach=summons[question.id].coach.name if question.id in summons else None,
            )
            for question in found
        ]

    async def unsent_answers(self, guild_id: int, user_id: int) -> list[str]:
        """The member's own answers that Discord would not take after he was told they were kept."""
        key = self._identity.member_key(guild_id, user_id)
        async with self._database.read() as session:
            found = await answers.refused(session, guild_id, key, _UNSENT)
        return [answer.post.body or "" for answer in found if answer.post]

    async def open(self, token: str, user_id: int) -> OwnQuestion:
        """One question with all that belongs to it.

        Raises MemberError for anyone else, and when the question is over.
        """
        async with self._database.read() as session:
            question = access.check_asker(self._identity, await questions.by_token(session, token), user_id)
            if question.state not in questions.LIVE:
                raise MemberError("question_gone")
            summon = await coaches.latest_of(session, question.id)
            unread = await coaches.unseen(session, [summon.id]) if summon else {}
            counts = await answers.counts(session, [question.id])
            return OwnQuestion(
                token=question.token,
                guild_id=question.guild_id,
                thread_id=question.thread_id,
                title=question.title,
                body=question.body,
                alias=question.alias,
                topic=question.topic.name,
                wants_coach=question.wants_coach,
                state=question.state,
                hidden=question.hidden,
                solved=question.appearance == Appearance.SOLVED,
                answers=counts.get(question.id, 0),
                summon=_status(summon),
                unread=unread.get(summon.id, 0) if summon else 0,
                unsent=await self._unsent(session, question),
            )

    async def _unsent(self, session: AsyncSession, question: Question) -> list[str]:
        return [post.body or "" for post in await posts.failed_of(session, question.id)]


def _status(summon: Summon | None) -> SummonStatus | None:
    if summon is None:
        return None
    # A call that was taken back before the coach answered never became a line.
    taken = summon.state in (SummonState.ACCEPTED, SummonState.CLOSED) and summon.decided_at is not None
    return SummonStatus(summon.coach.name, summon.state, taken)
