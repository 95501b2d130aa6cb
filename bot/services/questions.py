"""Asking: from the private preview to the end of a question."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.config import Settings
from bot.errors import MemberError
from bot.services import access, appearance, endings, outbox
from bot.services.aliases import new_alias
from bot.services.identity import Identity, new_token
from bot.services.summons import SummonService
from bot.services.withdrawing import take_back
from bot.services.wording import BODY_MAX, TITLE_MAX, clean, clean_line
from db.engine import Database
from db.models import PostKind, Question, QuestionState, Topic
from db.repositories import guilds, posts, questions

_ALIAS_ATTEMPTS = 20
_APART = timedelta(seconds=1)


@dataclass(frozen=True)
class TopicChoice:
    """A topic to choose from."""

    token: str
    name: str


@dataclass(frozen=True)
class Ask:
    """What a boy filled in. ``form`` is the random name of the form itself: sent twice, it counts once."""

    form: str
    topic: str
    title: str
    body: str
    wants_coach: bool


@dataclass(frozen=True)
class Preview:
    """What the others will see, and nothing else."""

    token: str
    alias: str
    topic: str
    topic_token: str
    title: str
    body: str
    wants_coach: bool


@dataclass(frozen=True)
class FollowUpPreview:
    """What the others would see of a follow-up."""

    alias: str
    body: str


class QuestionService:
    """What an asker can do with his own question."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        settings: Settings,
        summons: SummonService,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._settings = settings
        self._summons = summons

    async def topics(self, guild_id: int) -> list[TopicChoice]:
        """What one can ask about here. Raises MemberError ``no_topics`` when nothing is set up."""
        async with self._database.read() as session:
            found = await guilds.topics(session, guild_id)
        if not found:
            raise MemberError("no_topics")
        return [TopicChoice(topic.token, topic.name) for topic in found]

    async def compose(self, guild_id: int, user_id: int, ask: Ask) -> Preview:
        """Keep a draft and show what the others will see.

        Raises MemberError for texts that cannot be published and for a topic that is gone; each
        carries what was typed.
        """
        title, body = _clean_ask(ask)
        async with self._database.write() as session:
            existing = await questions.by_form(session, ask.form)
            if existing is not None:
                question = access.check_asker(self._identity, existing, user_id)
                if question.state is QuestionState.DRAFT:
                    # Discord keeps a form open after a hiccup: what he changed in it counts.
                    question.title, question.body, question.wants_coach = title, body, ask.wants_coach
                return _preview(question)
            topic = await self._topic(session, guild_id, ask)
            return _preview(await self._insert(session, guild_id, user_id, ask, title, body, topic))

    async def revise(self, token: str, user_id: int, ask: Ask) -> Preview:
        """Change a draft. Raises MemberError as `compose`, and when it is published already."""
        title, body = _clean_ask(ask)
        async with self._database.write() as session:
            question = await self._draft(session, token, user_id, typed=typed_ask(ask), lock=True)
            topic = await self._topic(session, question.guild_id, ask)
            question.title, question.body, question.wants_coach = title, body, ask.wants_coach
            question.topic = topic
            return _preview(question)

    async def preview(self, token: str, user_id: int) -> Preview:
        """The draft as it stands. Raises MemberError when it is gone or published."""
        async with self._database.read() as session:
            return _preview(await self._draft(session, token, user_id))

    async def discard(self, token: str, user_id: int) -> None:
        """Delete a draft; doing it twice is fine."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token)
            if question is not None:
                access.check_asker(self._identity, question, user_id)
                await questions.remove_draft(session, question.id)

    async def publish(self, token: str, user_id: int) -> int:
        """Put the question in the queue; pressing twice queues once. Returns the post's row id.

        Raises MemberError when the draft or its topic is gone.
        """
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            question = access.check_asker(self._identity, question, user_id)
            if question.state in (QuestionState.QUEUED, *access.PUBLISHED):
                post = await posts.question_post(session, question.id)
                if post is not None:
                    return post.id
            if question.state not in (QuestionState.DRAFT, QuestionState.FAILED):
                raise MemberError("question_gone")
            if not question.topic.active:
                raise MemberError("topic_gone", typed=f"{question.title}\n\n{question.body}")
            question.state, question.closed_at = QuestionState.QUEUED, None
            delay = outbox.anonymous_delay(self._settings.questions)
            post = await outbox.reserve(session, PostKind.QUESTION, question.id, self._clock(), delay=delay)
            if post is None:
                raise RuntimeError("a fresh token was taken")
            return post.id

    async def preview_follow_up(self, token: str, user_id: int, text: str) -> FollowUpPreview:
        """What the others would see of a follow-up; nothing is kept. Raises MemberError as `follow_up`."""
        body = clean(text, BODY_MAX)
        try:
            async with self._database.read() as session:
                question = await access.open_question(session, token)
                return FollowUpPreview(access.check_asker(self._identity, question, user_id).alias, body)
        except MemberError as error:
            raise error.with_typed(text) from None

    async def follow_up(self, token: str, user_id: int, form: str, text: str) -> int:
        """Write in one's own thread as the alias. Returns the post's row id.

        Raises MemberError when the text cannot be published, the thread is gone, or somebody else tries.
        """
        body = clean(text, BODY_MAX)
        try:
            async with self._database.write() as session:
                question = await access.open_question(session, token)
                access.check_asker(self._identity, question, user_id)
                now = self._clock()
                delay = outbox.anonymous_delay(self._settings.questions)
                # Random waits must not turn two follow-ups round.
                if (last := await posts.last_due(session, question.id)) is not None:
                    delay = max(delay, last - now + _APART)
                post = await outbox.reserve(
                    session,
                    PostKind.FOLLOW_UP,
                    question.id,
                    now,
                    form=form,
                    delay=delay,
                    body=body,
                ) or await posts.by_form(session, form)
        except MemberError as error:
            raise error.with_typed(text) from None
        if post is None:
            raise RuntimeError("a form without a post")
        return post.id

    async def check_asker(self, token: str, user_id: int) -> None:
        """Raises MemberError unless the question is open and this member asked it."""
        async with self._database.read() as session:
            access.check_asker(self._identity, await access.open_question(session, token), user_id)

    async def solve(self, token: str, user_id: int) -> None:
        """The asker has what he needs."""
        async with self._database.write() as session:
            question = await access.open_question(session, token, lock=True)
            access.check_asker(self._identity, question, user_id)
            await self._summons.end_running(session, question)
            endings.end(question, QuestionState.SOLVED, self._clock())
            await appearance.refresh(session, question)

    async def withdraw(self, token: str, user_id: int) -> None:
        """Take the question back: before publication nothing leaves, after it the thread is deleted."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            question = access.check_asker(self._identity, question, user_id)
            await take_back(session, self._summons, question, QuestionState.WITHDRAWN, self._clock())
            await appearance.refresh(session, question)

    async def mark_gone(self, thread_id: int) -> None:
        """Somebody deleted the thread by hand."""
        async with self._database.write() as session:
            question = await questions.by_thread(session, thread_id, lock=True)
            if question is None or question.state not in access.PUBLISHED:
                return
            await take_back(session, self._summons, question, QuestionState.GONE, self._clock())

    async def put_away(self, token: str, user_id: int) -> None:
        """The asker knows that his thread was deleted; doing it twice is fine. Raises MemberError."""
        async with self._database.write() as session:
            question = await questions.by_token(session, token, lock=True)
            question = access.check_asker(self._identity, question, user_id)
            if question.state is QuestionState.GONE:
                question.state = QuestionState.WITHDRAWN

    async def clear_drafts(self) -> None:
        """Delete previews that waited too long."""
        # Drafts know only the hour they were made in: none is deleted before its time.
        limit = to_the_hour(self._clock()) - timedelta(hours=self._settings.questions.draft_hours)
        async with self._database.write() as session:
            await questions.remove_drafts_before(session, limit)

    async def _topic(self, session: AsyncSession, guild_id: int, ask: Ask) -> Topic:
        topic = await guilds.topic_by_token(session, guild_id, ask.topic)
        if topic is None:
            raise MemberError("topic_gone", typed=typed_ask(ask))
        return topic

    async def _draft(
        self, session: AsyncSession, token: str, user_id: int, typed: str | None = None, lock: bool = False
    ) -> Question:
        question = await questions.by_token(session, token, lock=lock)
        if question is None:
            raise MemberError("draft_gone", typed=typed)
        access.check_asker(self._identity, question, user_id)
        if question.state not in (QuestionState.DRAFT, QuestionState.FAILED):
            raise MemberError("already_sent", typed=typed)
        return question

    async def _insert(
        self,
        session: AsyncSession,
        guild_id: int,
        user_id: int,
        ask: Ask,
        title: str,
        body: str,
        topic: Topic,
    ) -> Question:
        token = new_token()
        now: datetime = to_the_hour(self._clock())
        for _ in range(_ALIAS_ATTEMPTS):
            await questions.add(
                session,
                {
                    "token": token,
                    "form": ask.form,
                    "guild_id": guild_id,
                    "topic_id": topic.id,
                    "title": title,
                    "body": body,
                    "alias": new_alias(),
                    "wants_coach": ask.wants_coach,
                    "state": QuestionState.DRAFT,
                    "seal": self._identity.seal_member(user_id, token),
                    "created_at": now,
                },
            )
            # Not inserted means that the alias was taken, or the form came twice at the same moment.
            question = await questions.by_form(session, ask.form)
            if question is not None:
                return question
        raise RuntimeError("no free alias found")


def typed_ask(ask: Ask) -> str:
    """What a boy typed, to give back to him."""
    return f"{ask.title}\n\n{ask.body}"


def _clean_ask(ask: Ask) -> tuple[str, str]:
    try:
        return clean_line(ask.title, TITLE_MAX), clean(ask.body, BODY_MAX)
    except MemberError as error:
        raise error.with_typed(typed_ask(ask)) from None


def _preview(question: Question) -> Preview:
    return Preview(
        token=question.token,
        alias=question.alias,
        topic=question.topic.name,
        topic_token=question.topic.token,
        title=question.title,
        body=question.body,
        wants_coach=question.wants_coach,
    )
