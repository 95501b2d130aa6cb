"""What leaves the bot: claimed here, sent by the cog, recorded here."""

import logging
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.services import appearance, endings, notices, outbox
from bot.services.appearance import Appearance
from bot.services.coaches import profile_of
from bot.services.deliveries import (
    AnswerDelivery,
    CaseDelivery,
    CaseTextDelivery,
    CoachCardDelivery,
    Delivery,
    Envelope,
    FollowUpDelivery,
    QuestionDelivery,
)
from bot.services.identity import Identity, UnknownKeyError
from db.engine import Database
from db.models import Guild, Post, PostKind, PostState, Question, QuestionState, Summon, SummonState
from db.repositories import answers, coaches, guilds, posts, questions

_log = logging.getLogger(__name__)
# Longer than one message can take with every wait and retry in discord.py: nobody else may send it meanwhile.
LEASE = timedelta(minutes=5)
_BATCH = 20
_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=10)
# With the waits above this is a good day of trying.
MAX_ATTEMPTS = 150


class Failure(StrEnum):
    """Why Discord did not take a message."""

    TRANSIENT = "transient"
    REFUSED = "refused"


class PublishingService:
    """Leases out due posts and records what became of them."""

    def __init__(self, database: Database, identity: Identity, clock: Clock) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock

    async def recover(self) -> None:
        """At the start of the only process: what was in its hands is free again, and is looked for first."""
        if self._database.is_sqlite:
            async with self._database.write() as session:
                await posts.release_leases(session)

    async def claim_due(self) -> Delivery | None:
        """Take the post that has been due longest; None when there is none.

        One at a time: the lease of a whole batch could run out while its first half is being sent.
        What cannot be sent any more is cancelled on the way.
        """
        while True:
            async with self._database.write() as session:
                found = await posts.claim_due(session, self._clock(), 1)
                if not found:
                    return None
                if delivery := await self._claim(session, found[0]):
                    return delivery

    async def claim(self, post_id: int) -> Delivery | None:
        """Take one post now, if it is due and nobody else has it."""
        async with self._database.write() as session:
            post = await posts.get(session, post_id, lock=True)
            now = self._clock()
            if post is None or post.state is not PostState.PENDING or post.due_at > now:
                return None
            if post.lease_until is not None and post.lease_until > now:
                return None
            if post.question.hidden and post.kind in posts.IN_THREAD:
                return None
            return await self._claim(session, post)

    async def state_of(self, post_id: int) -> PostState:
        """How a post stands. One that is gone went with its author, who erased himself meanwhile."""
        async with self._database.read() as session:
            post = await posts.get(session, post_id)
        return PostState.CANCELLED if post is None else post.state

    async def case_thread(self, post_id: int, thread_id: int) -> None:
        """The private thread exists, before anything is written in it."""
        async with self._database.write() as session:
            post = await posts.get(session, post_id, lock=True)
            if post is not None and post.summon_id is not None:
                await coaches.set_thread(session, post.summon_id, thread_id)

    async def sent(self, post_id: int, message_id: int) -> None:
        """Discord has it. For a question the message's id is also the thread's."""
        async with self._database.write() as session:
            post = await self._held(session, post_id)
            if post is None:
                return
            outbox.finish(post, PostState.SENT)
            post.message_id = message_id
            question = post.question
            if post.kind is PostKind.QUESTION:
                question.thread_id, question.published_at = message_id, to_the_hour(self._clock())
                question.shown = Appearance.UNANSWERED
                if question.state is QuestionState.QUEUED:
                    question.state = QuestionState.OPEN
            answer = await answers.by_post(session, post.id)
            if answer is not None:
                answer.message_id = message_id
            await session.flush()
            await appearance.refresh(session, question)
            if answer is not None:
                await notices.owe_everyone(session, question, self._clock())

    async def dropped(self, post_id: int) -> None:
        """It is not in Discord, and shall not be."""
        async with self._database.write() as session:
            post = await self._held(session, post_id)
            if post is not None:
                outbox.finish(post, PostState.CANCELLED)

    async def not_sent(self, post_id: int, failure: Failure) -> None:
        """Discord refused, or could not: for good, or to be tried again after a growing wait."""
        async with self._database.write() as session:
            post = await self._held(session, post_id)
            if post is None:
                return
            post.lease_until = None
            if failure is Failure.TRANSIENT and post.attempts < MAX_ATTEMPTS:
                wait = min(_FIRST_RETRY * 2 ** min(post.attempts - 1, 10), _LONGEST_RETRY)
                post.due_at = self._clock() + wait
                return
            outbox.finish(post, PostState.FAILED)
            if post.kind is PostKind.QUESTION and post.question.state is QuestionState.QUEUED:
                endings.end(post.question, QuestionState.FAILED, self._clock())
            lives = post.question.state in questions.LIVE
            if post.kind is PostKind.CASE and post.summon is not None:
                # He may have taken his call back meanwhile.
                lives = lives and post.summon.state is SummonState.PENDING
                if lives:
                    # The coach never saw it: the asker can pick again at once.
                    endings.move_call(post.summon, post.question, SummonState.EXPIRED, self._clock())
            if post.kind in posts.OF_THE_ASKER and lives:
                # The moment it failed can be the moment he pressed.
                await notices.owe_by_the_hour(session, post.question, self._clock())

    async def _held(self, session: AsyncSession, post_id: int) -> Post | None:
        """A post, held together with its question; the question first, as everywhere."""
        known = await posts.get(session, post_id)
        if known is None:
            return None
        await questions.lock(session, known.question_id)
        return await posts.get(session, post_id, lock=True)

    async def _claim(self, session: AsyncSession, post: Post) -> Delivery | None:
        guild = await guilds.get(session, post.question.guild_id)
        try:
            if self._is_erased(post):
                # Its row would say that nobody wrote it.
                await posts.remove(session, [post.id])
                return None
            delivery = await self._delivery(session, post, guild) if guild else None
        except UnknownKeyError:
            # It can never be read: it must not hold up the rest.
            _log.error("post %d is sealed under a key that is missing in MITASSIST_SEAL_KEYS", post.id)
            outbox.finish(post, PostState.FAILED)
            return None
        if delivery is None:
            outbox.finish(post, PostState.CANCELLED)
            return None
        post.lease_until = self._clock() + LEASE
        post.attempts += 1
        return delivery

    def _is_erased(self, post: Post) -> bool:
        """Whether these are words of an asker who was erased while they were on their way."""
        question = post.question
        if post.kind not in posts.WORDS_OF_THE_ASKER or question.seal is None:
            return False
        return self._identity.note_in(question.seal, question.token) is not None

    async def _delivery(self, session: AsyncSession, post: Post, guild: Guild) -> Delivery | None:
        """What to send, or None where the world has moved on and nothing should be."""
        question, summon = post.question, post.summon
        envelope = Envelope(post.id, post.token, post.attempts > 0, guild.id, guild.language)
        if post.kind is PostKind.QUESTION:
            if question.state is QuestionState.QUEUED:
                return _question(envelope, question, wanted=True)
            lost = envelope.retry and question.state is QuestionState.WITHDRAWN
            return _question(envelope, question, wanted=False) if lost else None
        if summon is not None and post.kind in (PostKind.CASE_NOTE, PostKind.LINE):
            return await self._case_text(session, envelope, post, summon)
        if question.state not in (QuestionState.OPEN, QuestionState.SOLVED) or question.thread_id is None:
            return None
        if post.kind is PostKind.FOLLOW_UP:
            return FollowUpDelivery(envelope, question.thread_id, question.alias, post.body or "")
        if post.kind is PostKind.ANSWER:
            answer = await answers.by_post(session, post.id)
            name = answer.player_name if answer else None
            body, picture = post.body or "", post.picture
            return AnswerDelivery(envelope, question.thread_id, name or "", body, picture)
        if summon is None:
            return None
        if post.kind is PostKind.COACH_CARD:
            profile = profile_of(summon.coach)
            return CoachCardDelivery(envelope, question.thread_id, profile, summon.coach.user_id)
        if guild.coach_channel_id is None or summon.state is not SummonState.PENDING:
            return None
        return _case(envelope, question, question.thread_id, summon, guild.coach_channel_id)

    async def _case_text(
        self, session: AsyncSession, envelope: Envelope, post: Post, summon: Summon
    ) -> CaseTextDelivery | None:
        if summon.thread_id is None:
            return None
        if post.kind is PostKind.CASE_NOTE:
            return CaseTextDelivery(envelope, summon.thread_id, post.question.alias, None, summon.state)
        message = await coaches.line_message_of_post(session, post.id)
        if message is None:
            return None
        text = self._identity.open_text(message.sealed_body, message.form)
        return CaseTextDelivery(envelope, summon.thread_id, post.question.alias, text, None)


def _question(envelope: Envelope, question: Question, *, wanted: bool) -> QuestionDelivery:
    return QuestionDelivery(
        envelope=envelope,
        forum_id=question.topic.forum.channel_id,
        tag_ids=(question.topic.tag_id, appearance.status_tag(question, Appearance.UNANSWERED)),
        title=question.title,
        body=question.body,
        alias=question.alias,
        topic=question.topic.name,
        wants_coach=question.wants_coach,
        wanted=wanted,
    )


def _case(
    envelope: Envelope, question: Question, thread_id: int, summon: Summon, channel_id: int
) -> CaseDelivery:
    return CaseDelivery(
        envelope=envelope,
        channel_id=channel_id,
        case_thread_id=summon.thread_id,
        case_code=summon.case_code,
        coach_user_id=summon.coach.user_id,
        coach_name=summon.coach.name,
        question_thread_id=thread_id,
        title=question.title,
        body=question.body,
        alias=question.alias,
        topic=question.topic.name,
        expires_at=int(summon.expires_at.timestamp()),
    )
