"""Breaking the glass: opening who is behind one question, under two people's eyes and on the record.

Whoever asked is never treated differently here: a moderator who is himself behind the question may ask,
decide and review like any other. An exception for him would tell the others who he is.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_month
from bot.config import Settings
from bot.errors import MemberError
from bot.services import access, notices
from bot.services.audit import Action, AuditService
from bot.services.identity import NOBODY, Identity, Purpose, UnknownKeyError
from bot.services.wording import clean
from db.engine import Database
from db.models import Guild, Question, Reveal, RevealReason, RevealState
from db.repositories import guilds, questions, reveals

_log = logging.getLogger(__name__)
EXPLANATION_MIN = 20
EXPLANATION_MAX = 1000
_CHOICES = 25
# Newest questions that the moderator's typing is looked for in.
_SEARCHED = 500


@dataclass(frozen=True)
class Request:
    """What a moderator hands in. ``form`` is the form's own random name: the same one twice is one."""

    form: str
    question: str
    reason: str
    explanation: str
    silent: bool


@dataclass(frozen=True)
class RevealView:
    """A request, as moderators see it. It has no field for the one who asked."""

    token: str
    alias: str
    thread_id: int | None
    reason: RevealReason
    explanation: str
    silent: bool
    state: RevealState
    emergency: bool
    requested_by: int
    decided_by: int | None
    reviewed_by: int | None
    expires_at: datetime
    posted: bool

    @property
    def may_open_alone(self) -> bool:
        """Whether the requester need not wait for a second moderator."""
        return self.reason is RevealReason.LIFE_IN_DANGER and self.state is RevealState.REQUESTED


@dataclass(frozen=True)
class QuestionChoice:
    """A question that a request can be about."""

    token: str
    alias: str
    title: str | None


@dataclass(frozen=True)
class Told:
    """What the boy is told: that it happened, and why; never by whom."""

    token: str
    alias: str
    reason: RevealReason


@dataclass(frozen=True)
class Yearly:
    """The numbers of one year in one server."""

    requested: int
    opened: dict[RevealReason, int]
    alone: int

    @property
    def total(self) -> int:
        """How many times somebody saw who was behind a question."""
        return sum(self.opened.values())


class RevealService:
    """Ask, decide, open, review; and what the boy is told."""

    def __init__(
        self, database: Database, identity: Identity, clock: Clock, settings: Settings, audit: AuditService
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._hours = timedelta(hours=settings.privacy.reveal_hours)
        self._timezone = ZoneInfo(settings.server.timezone)
        self._audit = audit

    async def question_in(self, guild_id: int, thread_id: int) -> str:
        """The token of the question in this thread. Raises MemberError ``not_in_thread``."""
        async with self._database.read() as session:
            question = await questions.by_thread(session, thread_id)
        if question is None or question.guild_id != guild_id:
            raise MemberError("not_in_thread")
        return question.token

    async def find(self, guild_id: int, typed: str) -> str:
        """The token of a question chosen from `choices`, or of one whose alias was typed instead.

        Raises MemberError ``question_gone``.
        """
        wanted = typed.strip().casefold()
        async with self._database.read() as session:
            chosen = await questions.by_token(session, typed)
            if chosen is not None and chosen.guild_id == guild_id and chosen.thread_id is not None:
                return chosen.token
            for token, alias in await reveals.aliases(session, guild_id):
                if alias.casefold() == wanted:
                    return token
        raise MemberError("question_gone")

    async def choices(self, guild_id: int, typed: str) -> list[QuestionChoice]:
        """Questions that a request can be about, newest first. One that was taken back has no title."""
        wanted = typed.casefold()
        async with self._database.read() as session:
            found = await reveals.published(session, guild_id, _SEARCHED)
        listed = [
            QuestionChoice(
                question.token, question.alias, question.title if question.state in access.PUBLISHED else None
            )
            for question in found
        ]
        return [one for one in listed if wanted in f"{one.alias}: {one.title or ''}".casefold()][:_CHOICES]

    async def request(self, guild_id: int, actor: int, request: Request) -> RevealView:
        """Ask to see who is behind a question; nobody but moderators learns of it.

        Whether it can still be opened is not told before somebody opens it: otherwise one could find the
        questions of one boy by looking which links disappeared together.

        Raises MemberError, carrying what was typed.
        """
        try:
            explanation = _explanation(request.explanation)
            async with self._database.write() as session:
                return await self._request(session, guild_id, actor, request, explanation)
        except MemberError as error:
            raise error.with_typed(request.explanation) from None

    async def view(self, guild_id: int, token: str) -> RevealView:
        """One request. Raises MemberError ``reveal_gone``."""
        async with self._database.read() as session:
            return view_of(await self._find(session, guild_id, token))

    async def decide(
        self, guild_id: int, token: str, actor: int, *, approve: bool, silent: bool | None = None
    ) -> RevealView:
        """A second moderator says yes or no; what is decided already stays as it is.

        ``silent`` False tells the boy although the requester would not; nobody makes silent here what was
        asked for openly. None leaves it as it was asked for.
        Raises MemberError ``reveal_own`` for the requester and ``reveal_over`` when it is too late.
        """
        async with self._database.write() as session:
            reveal = await self._find(session, guild_id, token, lock=True)
            if reveal.state is not RevealState.REQUESTED:
                return view_of(reveal)
            if actor == reveal.requested_by:
                raise MemberError("reveal_own")
            self._check_time(reveal)
            reveal.state = RevealState.APPROVED if approve else RevealState.REFUSED
            reveal.decided_by = actor
            action = Action.REVEAL_APPROVED if approve else Action.REVEAL_REFUSED
            if silent is not None:
                reveal.silent = reveal.silent and silent
            await self._audit.append(session, guild_id, actor, action, token, {"silent": reveal.silent})
            return view_of(reveal)

    async def open(self, guild_id: int, token: str, actor: int) -> int:
        """The Discord id of who is behind the question, for the two who agreed on it, within its time.

        Raises MemberError for everyone else, too early, too late, and when the link is destroyed.
        """
        async with self._database.write() as session:
            reveal = await self._find(session, guild_id, token, lock=True)
            if actor not in (reveal.requested_by, reveal.decided_by):
                raise MemberError("reveal_not_yours")
            if reveal.state is RevealState.REQUESTED:
                raise MemberError("reveal_wait")
            if reveal.state not in (RevealState.APPROVED, RevealState.OPENED):
                raise MemberError("reveal_over")
            member = await self._open(session, reveal, actor, alone=reveal.emergency)
        return _found(member)

    async def open_alone(self, guild_id: int, token: str, actor: int) -> int:
        """As `open`, without a second moderator, because a life is in danger: a review must follow.

        Raises MemberError as `open`, and ``reveal_not_urgent`` for any other reason.
        """
        async with self._database.write() as session:
            reveal = await self._find(session, guild_id, token, lock=True)
            if actor != reveal.requested_by:
                raise MemberError("reveal_not_yours")
            if reveal.reason is not RevealReason.LIFE_IN_DANGER:
                raise MemberError("reveal_not_urgent")
            alone = reveal.emergency or reveal.state is RevealState.REQUESTED
            if reveal.state not in (RevealState.REQUESTED, RevealState.APPROVED, RevealState.OPENED):
                raise MemberError("reveal_over")
            member = await self._open(session, reveal, actor, alone=alone)
        return _found(member)

    async def check_review(self, guild_id: int, token: str, actor: int) -> RevealView:
        """What is to be reviewed.

        Raises MemberError ``reveal_own`` for who opened it and ``reveal_reviewed`` when it is done.
        """
        async with self._database.read() as session:
            reveal = await self._find(session, guild_id, token)
            _check_reviewer(reveal, actor)
            return view_of(reveal)

    async def review(
        self, guild_id: int, token: str, actor: int, text: str, *, tell: bool = False
    ) -> RevealView:
        """Somebody else looks at what a lone moderator opened, and with ``tell`` lifts the silence about it.

        Raises MemberError as `check_review`.
        """
        try:
            review = _explanation(text)
            async with self._database.write() as session:
                reveal = await self._find(session, guild_id, token, lock=True)
                _check_reviewer(reveal, actor)
                reveal.reviewed_by, reveal.review = actor, review
                if tell and reveal.silent:
                    reveal.silent = False
                    await notices.owe(session, reveal.question, self._clock())
                detail = {"silent": reveal.silent}
                await self._audit.append(session, guild_id, actor, Action.REVEAL_REVIEWED, token, detail)
                return view_of(reveal)
        except MemberError as error:
            raise error.with_typed(text) from None

    async def expire(self) -> None:
        """End what was not decided or not opened in time."""
        while await self._expire_one():
            pass

    async def drop_older_than(self, days: int) -> None:
        """Delete old requests with their explanations; the audit chain has its own clock."""
        async with self._database.write() as session:
            await reveals.drop_before(session, self._clock() - timedelta(days=days))

    async def tell_asker(self, guild_id: int, user_id: int) -> list[Told]:
        """What this member must still be told, also of questions that he does not see any more.

        Call `told` when he has it before his eyes.
        """
        async with self._database.read() as session:
            found = await reveals.untold(session, guild_id)
            # Not one by one: a seal that no key opens must not close everyone's inbox.
            seals = [(reveal.question.token, reveal.question.seal) for reveal in found]
            mine = await asyncio.to_thread(self._identity.mine, seals, user_id)
            return [_told(reveal, reveal.question) for reveal in found if reveal.question.token in mine]

    async def told_of(self, question_token: str, user_id: int) -> list[Told]:
        """What happened to one of this member's own questions. Raises MemberError for anyone else."""
        async with self._database.read() as session:
            question = await questions.by_token(session, question_token)
            question = access.check_asker(self._identity, question, user_id)
            return [_told(reveal, question) for reveal in await reveals.tellable_of(session, question.id)]

    async def told(self, told: list[Told]) -> None:
        """He has seen it."""
        month = to_the_month(self._clock())
        # A transaction for each: PostgreSQL writes into a row which one changed it last.
        for one in told:
            async with self._database.write() as session:
                await reveals.set_told(session, one.token, month)

    async def yearly(self, guild_id: int, year: int) -> Yearly:
        """The numbers of a year, for the report."""
        start = datetime(year, 1, 1, tzinfo=self._timezone)
        end = datetime(year + 1, 1, 1, tzinfo=self._timezone)
        async with self._database.read() as session:
            return Yearly(
                requested=await reveals.count_requested(session, guild_id, start, end),
                opened=await reveals.opened_by_reason(session, guild_id, start, end),
                alone=await reveals.count_alone(session, guild_id, start, end),
            )

    async def this_year(self, guild_id: int) -> Yearly:
        """The numbers of the year that runs."""
        return await self.yearly(guild_id, self._clock().astimezone(self._timezone).year)

    async def _request(
        self, session: AsyncSession, guild_id: int, actor: int, request: Request, explanation: str
    ) -> RevealView:
        reason = _reason(request.reason)
        question = await questions.by_token(session, request.question, lock=True)
        if question is None or question.guild_id != guild_id or question.thread_id is None:
            raise MemberError("question_gone")
        handed_in = await reveals.by_token(session, request.form)
        if handed_in is not None and (handed_in.requested_by, handed_in.question_id) == (actor, question.id):
            return view_of(handed_in)
        guild = await guilds.get(session, guild_id)
        now = self._clock()
        # When a life is in danger it must work at once, whatever else is going on or was not set up.
        if reason is not RevealReason.LIFE_IN_DANGER:
            _check_channel(guild)
            if await reveals.is_running(session, question.id, now):
                raise MemberError("reveal_running")
        values: dict[str, object] = {
            "token": request.form,
            "guild_id": guild_id,
            "question_id": question.id,
            "reason": reason,
            "explanation": explanation,
            "state": RevealState.REQUESTED,
            "emergency": False,
            "requested_by": actor,
            "silent": request.silent,
            "created_at": now,
            "expires_at": now + self._hours,
            "shown": "",
        }
        if not await reveals.add(session, values):
            raise MemberError("try_again")
        detail = {"reason": reason.value, "silent": request.silent}
        await self._audit.append(session, guild_id, actor, Action.REVEAL_REQUESTED, request.form, detail)
        return view_of(await self._find(session, guild_id, request.form))

    async def _open(self, session: AsyncSession, reveal: Reveal, actor: int, *, alone: bool) -> int | None:
        """The member, NOBODY where the link is gone, None where its key is; it is recorded always."""
        self._check_time(reveal)
        question = reveal.question
        member = self._member(question)
        detail = {"reason": reveal.reason.value, "alone": alone}
        if member is None or member == NOBODY:
            action = Action.REVEAL_NO_LINK
            await self._audit.append(session, reveal.guild_id, actor, action, reveal.token, detail)
            return member
        reveal.state, reveal.emergency = RevealState.OPENED, alone
        if reveal.opened_at is None:
            reveal.opened_at = self._clock()
            if not reveal.silent:
                await notices.owe(session, question, self._clock())
        await self._audit.append(session, reveal.guild_id, actor, Action.REVEAL_OPENED, reveal.token, detail)
        return member

    def _member(self, question: Question) -> int | None:
        if question.seal is None:
            return NOBODY
        try:
            return self._identity.open_member(question.seal, question.token, Purpose.REVEAL)
        except UnknownKeyError:
            _log.error("a link is sealed under a key that is missing in MITASSIST_SEAL_KEYS")
            return None

    async def _expire_one(self) -> bool:
        # One in a transaction: with several, two processes could wait for each other's chains.
        async with self._database.write() as session:
            reveal = await reveals.next_overdue(session, self._clock())
            if reveal is None:
                return False
            reveal.state = RevealState.EXPIRED
            await self._audit.append(session, reveal.guild_id, None, Action.REVEAL_EXPIRED, reveal.token)
            return True

    async def _find(self, session: AsyncSession, guild_id: int, token: str, *, lock: bool = False) -> Reveal:
        reveal = await reveals.by_token(session, token, lock=lock)
        if reveal is None or reveal.guild_id != guild_id:
            raise MemberError("reveal_gone")
        return reveal

    def _check_time(self, reveal: Reveal) -> None:
        if self._clock() >= reveal.expires_at:
            raise MemberError("reveal_over")


def _found(member: int | None) -> int:
    """Raises MemberError ``reveal_no_link`` or ``reveal_no_key``, when the try is recorded."""
    if member is None:
        raise MemberError("reveal_no_key")
    if member == NOBODY:
        raise MemberError("reveal_no_link")
    return member


def _explanation(text: str) -> str:
    explanation = clean(text, EXPLANATION_MAX)
    if len(explanation) < EXPLANATION_MIN:
        raise MemberError("reveal_short", minimum=EXPLANATION_MIN)
    return explanation


def _reason(value: str) -> RevealReason:
    try:
        return RevealReason(value)
    except ValueError:
        raise MemberError("reveal_reason") from None


def _check_channel(guild: Guild | None) -> None:
    """A second moderator must be able to see it. Raises MemberError ``no_staff_channel``."""
    if guild is None or guild.staff_channel_id is None:
        raise MemberError("no_staff_channel")


def _check_reviewer(reveal: Reveal, actor: int) -> None:
    if not reveal.emergency or reveal.reviewed_by is not None:
        raise MemberError("reveal_reviewed")
    if actor == reveal.requested_by:
        raise MemberError("reveal_own")


def view_of(reveal: Reveal) -> RevealView:
    """What moderators may see of a request's row."""
    return RevealView(
        token=reveal.token,
        alias=reveal.question.alias,
        thread_id=reveal.question.thread_id,
        reason=reveal.reason,
        explanation=reveal.explanation,
        silent=reveal.silent,
        state=reveal.state,
        emergency=reveal.emergency,
        requested_by=reveal.requested_by,
        decided_by=reveal.decided_by,
        reviewed_by=reveal.reviewed_by,
        expires_at=reveal.expires_at,
        posted=reveal.message_id is not None,
    )


def _told(reveal: Reveal, question: Question) -> Told:
    return Told(reveal.token, question.alias, reveal.reason)
