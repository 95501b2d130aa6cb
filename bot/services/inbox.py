"""The asker's own view: everything that waits for him, for his eyes only."""

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import MemberError
from bot.services import access
from bot.services.appearance import Appearance
from bot.services.disclosure import DisclosureService, OwnMessages
from bot.services.identity import Identity
from bot.services.publishing import MAX_ATTEMPTS
from db.engine import Database
from db.models import Post, PostKind, Question, QuestionState, Summon, SummonState
from db.repositories import answers, coaches, news, notices, posts, questions

_UNSENT = 3


class Standing(StrEnum):
    """How a question stands, in the one word that its asker reads, with the reason if it is out of sight."""

    DRAFT = "draft"
    QUEUED = "queued"
    OPEN = "open"
    SOLVED = "solved"
    FAILED = "failed"
    # A moderator took it down.
    HIDDEN = "hidden"
    # Somebody deleted its thread in Discord.
    GONE = "gone"


@dataclass(frozen=True)
class InboxItem:
    """One of the member's own questions, in a line. ``new`` counts answers since he last looked."""

    token: str
    title: str
    state: QuestionState
    standing: Standing
    answers: int
    new: int
    unread: int
    coach: str | None
    unsent: bool
    gave_himself_away: bool


@dataclass(frozen=True)
class SummonStatus:
    """How the last call for a coach stands. ``taken``: it became a line. ``reached``: the coach saw it."""

    coach: str
    state: SummonState
    taken: bool
    reached: bool


@dataclass(frozen=True)
class Unsent:
    """What did not get out. ``gave_up``: Discord did not answer for a day; else it refused."""

    kind: PostKind
    text: str
    gave_up: bool


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
    standing: Standing
    hidden: bool
    solved: bool
    answers: int
    new: int
    # Up to where he has seen everything when he has this before his eyes.
    newest_answer_id: int
    summon: SummonStatus | None
    unread: int
    unsent: list[Unsent]
    own_messages: OwnMessages


class InboxService:
    """Finds a member's questions by opening seals; no column links them."""

    def __init__(self, database: Database, identity: Identity, disclosures: DisclosureService) -> None:
        self._database = database
        self._identity = identity
        self._disclosures = disclosures

    async def overview(self, guild_id: int, user_id: int) -> list[InboxItem]:
        """The member's drafts and the questions of his that still live, newest first."""
        async with self._database.read() as session:
            seals = await questions.live_seals(session, guild_id)
            # A server that has run for years holds enough seals to be felt on the event loop.
            mine = await asyncio.to_thread(self._identity.mine, seals, user_id)
            found = await questions.by_tokens(session, mine)
            ids = [question.id for question in found]
            seen = await news.answers(session, ids)
            summons = await coaches.latest_of_questions(session, ids)
            unread = await coaches.unseen(session, [summon.id for summon in summons.values()])
            unsent = await posts.questions_with_failed(session, ids)
        own_key = self._identity.member_key(guild_id, user_id)
        return [
            self._item(
                question,
                [one for one in seen if one.question_id == question.id],
                own_key,
                summons.get(question.id),
                unread,
                unsent=question.id in unsent,
            )
            for question in found
        ]

    async def unsent_answers(self, guild_id: int, user_id: int) -> list[str]:
        """The member's own answers that Discord would not take after he was told they were kept."""
        key = self._identity.member_key(guild_id, user_id)
        async with self._database.read() as session:
            found = await answers.refused(session, guild_id, key, _UNSENT)
        return [answer.post.body or "" for answer in found if answer.post]

    async def peek(self, token: str, user_id: int) -> OwnQuestion:
        """One question with all that belongs to it. Call `looked` when he has it before his eyes.

        Raises MemberError for anyone else, and when it is over.
        """
        async with self._database.read() as session:
            question = self._own(await questions.by_token(session, token), user_id)
            return await self._shown(session, question, user_id)

    async def looked(self, own: OwnQuestion, user_id: int) -> None:
        """He has seen this: what stands in it is not new any more. What came meanwhile still is."""
        async with self._database.write() as session:
            question = await questions.by_token(session, own.token, lock=True)
            if question is None or not access.is_asker(self._identity, question, user_id):
                return  # erased while he looked
            question.looked_answer_id = max(question.looked_answer_id, own.newest_answer_id)
            if await self._shown(session, question, user_id) == replace(own, new=0):
                self._disclosures.look(question)
                await notices.remove_asker(session, question.id)

    def _own(self, question: Question | None, user_id: int) -> Question:
        question = access.check_asker(self._identity, question, user_id)
        if question.state not in questions.IN_INBOX:
            raise MemberError("question_gone")
        return question

    def _item(
        self,
        question: Question,
        seen: list[news.Seen],
        own_key: bytes,
        summon: Summon | None,
        unread: dict[int, int],
        *,
        unsent: bool,
    ) -> InboxItem:
        own_messages = self._disclosures.peek(question)
        new_messages = unread.get(summon.id, 0) if summon else 0
        running = summon is not None and summon.state in coaches.RUNNING
        return InboxItem(
            token=question.token,
            title=_title(question),
            state=question.state,
            standing=_standing(question),
            answers=len(seen),
            new=news.new_since(seen, question.looked_answer_id, own_key),
            unread=new_messages,
            coach=summon.coach.name if summon and (running or new_messages) else None,
            unsent=unsent,
            gave_himself_away=own_messages != OwnMessages((), (), 0),
        )

    async def _shown(self, session: AsyncSession, question: Question, user_id: int) -> OwnQuestion:
        summon = await coaches.latest_of(session, question.id)
        unread = await coaches.unseen(session, [summon.id]) if summon else {}
        seen = await news.answers(session, [question.id])
        own_key = self._identity.member_key(question.guild_id, user_id)
        failed = await posts.failed_of(session, question.id)
        not_reached = {post.summon_id for post in failed if post.kind is PostKind.CASE}
        return OwnQuestion(
            token=question.token,
            guild_id=question.guild_id,
            thread_id=question.thread_id,
            title=_title(question),
            body=question.body,
            alias=question.alias,
            topic=question.topic.name,
            wants_coach=question.wants_coach,
            state=question.state,
            standing=_standing(question),
            hidden=question.hidden,
            solved=question.appearance == Appearance.SOLVED,
            answers=len(seen),
            new=news.new_since(seen, question.looked_answer_id, own_key),
            newest_answer_id=await news.newest(session, question.id),
            summon=_status(summon, not_reached),
            unread=unread.get(summon.id, 0) if summon else 0,
            unsent=[
                Unsent(post.kind, await self._text(session, post), post.attempts >= MAX_ATTEMPTS)
                for post in failed
                if _is_worth_telling(question, post.kind)
            ],
            own_messages=self._disclosures.peek(question),
        )

    async def _text(self, session: AsyncSession, post: Post) -> str:
        if post.kind is not PostKind.LINE:
            return post.body or ""
        message = await coaches.line_message_of_post(session, post.id)
        return self._identity.open_text(message.sealed_body, message.form) if message else ""


def _title(question: Question) -> str:
    """By what its asker knows it, also when its texts are forgotten."""
    return question.title or question.alias


def _standing(question: Question) -> Standing:
    if question.hidden and question.state is not QuestionState.GONE:
        return Standing.HIDDEN
    return Standing(question.state.value)


def _is_worth_telling(question: Question, kind: PostKind) -> bool:
    """A question that got out on another try did get out; how a call went stands with the coach."""
    if kind is PostKind.QUESTION:
        return question.state is QuestionState.FAILED
    return kind is not PostKind.CASE


def _status(summon: Summon | None, not_reached: set[int | None]) -> SummonStatus | None:
    if summon is None:
        return None
    # A call that was taken back before the coach answered never became a line.
    taken = summon.state in (SummonState.ACCEPTED, SummonState.CLOSED) and summon.decided_at is not None
    return SummonStatus(summon.coach.name, summon.state, taken, summon.id not in not_reached)
