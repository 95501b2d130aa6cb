"""Direct messages that say "there is news for you", and nothing else, to those who asked for them.

A message is *owed* in the transaction that makes the news, for a question and either its asker or one
of its followers; nobody's name is needed for that. It leaves after a random wait, so that its moment
does not tell which news it was for. Only then is the seal opened, and only then is it looked up whether
he wants messages at all.

What is sent is deleted afterwards, so a crash in between sends it once more: none is lost, and there is
at most one too many.

Two rows of one member are never deleted or changed because of each other, for whoever reads the
database (or its journal) would see that they belong together. That a message has covered other news of
his too is remembered in this process alone.
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock, to_the_hour
from bot.config import PrivacySettings
from bot.services.identity import Identity, Purpose, UnknownKeyError
from db.engine import Database
from db.models import Question
from db.repositories import following, guilds, news, notices, preferences, questions
from db.repositories.notices import Owed

LEASE = timedelta(seconds=60)
_BATCH = 200
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=1)
# With the waits above this is a day of trying.
_MAX_ATTEMPTS = 29
# More news on a notice that waits: enough to tell that it is not the one a message has covered.
_TICK = timedelta(microseconds=1)
# That Discord refused a message is written down this much later: at once, it would tie the member's
# row to the question's.
_VERDICT_HOURS = (1.0, 6.0)
# Longer than a notice lives.
_COVERED_KEPT = timedelta(days=2)

Covered = tuple[int, datetime]


@dataclass(frozen=True)
class NoticeDelivery:
    """One message to one member. ``covers`` is what else waits for him and needs no message of its own."""

    user_id: int = field(repr=False)
    member_key: bytes = field(repr=False)
    guild_id: int
    language: str
    was_refused: bool
    notices: tuple[Covered, ...] = ()
    covers: tuple[Covered, ...] = ()
    attempts: int = 0


@dataclass(frozen=True)
class NoticeChoice:
    """What a member chose, and whether Discord let us."""

    wanted: bool
    refused: bool


async def owe(
    session: AsyncSession, question: Question, now: datetime, follower_id: int | None = None
) -> None:
    """There is news in a question for its asker, or for one follower; within the caller's transaction."""
    await _owe(session, question, now, [follower_id])


async def owe_by_the_hour(session: AsyncSession, question: Question, now: datetime) -> None:
    """As `owe`, for news whose moment could tell to the second when the asker himself did something."""
    await owe(session, question, to_the_hour(now) + timedelta(hours=1))


async def owe_everyone(session: AsyncSession, question: Question, now: datetime) -> None:
    """There is news in a question for its asker and for all who follow it.

    The caller holds the question's row, so that nobody stops following meanwhile.
    """
    await _owe(session, question, now, [None, *await following.ids_of(session, question.id)])


async def _owe(session: AsyncSession, question: Question, now: datetime, to: Sequence[int | None]) -> None:
    waiting = {notice.follower_id: notice for notice in await notices.of_question(session, question.id)}
    for follower_id in to:
        if (notice := waiting.get(follower_id)) is not None:
            owed_at = notice.due_at if notice.attempts else min(notice.due_at, now)
            notice.due_at = owed_at + _TICK
    await notices.add(session, question.id, [one for one in to if one not in waiting], now)


class NoticeService:
    """Who is told, and when; and what each member chose."""

    def __init__(
        self, database: Database, identity: Identity, clock: Clock, settings: PrivacySettings
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._shortest = timedelta(minutes=settings.notice_min_minutes)
        self._longest = timedelta(minutes=max(settings.notice_min_minutes, settings.notice_max_minutes))
        self._salt = secrets.token_hex(16)
        self._covered: set[Covered] = set()
        self._hurried: set[str] = set()
        self._verdicts: dict[tuple[int, bytes], tuple[bool, datetime]] = {}

    async def choice(self, guild_id: int, user_id: int) -> NoticeChoice:
        """What a member chose; he gets none unless he asked."""
        key = self._identity.member_key(guild_id, user_id)
        async with self._database.read() as session:
            found = await preferences.get(session, guild_id, key)
        if found is None:
            return NoticeChoice(wanted=False, refused=False)
        refused, _ = self._verdicts.get((guild_id, key), (found.refused, None))
        return NoticeChoice(found.direct_messages, refused)

    async def choose(self, guild_id: int, user_id: int, *, wanted: bool) -> None:
        """A member turns messages on or off. A refusal is forgotten: he may have opened his door since."""
        key = self._identity.member_key(guild_id, user_id)
        async with self._database.write() as session:
            guild = await guilds.get(session, guild_id)
            if guild is not None:
                await preferences.choose(session, guild_id, key, direct_messages=wanted)
        self._verdicts.pop((guild_id, key), None)

    def hurry(self, question_token: str) -> None:
        """Tell the asker at the next turn, without the wait: he has just given himself away.

        Kept in memory alone: in the database it would tell that he has.
        """
        self._hurried.add(question_token)

    async def claim_due(self) -> list[NoticeDelivery]:
        """Take what is due; one message for each member. What nobody wants to know is deleted on the way."""
        hurried, self._hurried = self._hurried, set()
        now = self._clock()
        # Those of rows that went in other ways.
        self._covered = {covered for covered in self._covered if covered[1] > now - _COVERED_KEPT}
        made: dict[tuple[int, int], NoticeDelivery] = {}
        async with self._database.write() as session:
            found = await notices.claimable(session, fresh_before=now - self._shortest, now=now, limit=_BATCH)
            for owed in found:
                if self._is_due(owed, now):
                    await self._claim(session, owed, made, now)
            for token in hurried:
                await self._claim_hurried(session, token, made)
            covers = {guild_id: await self._waiting(session, guild_id) for guild_id, _ in made}
        return [
            replace(delivery, covers=covers[guild_id].get(user_id, ()))
            for (guild_id, user_id), delivery in made.items()
        ]

    async def sent(self, delivery: NoticeDelivery) -> None:
        """Discord has it."""
        self._covered.update(delivery.covers)
        await self._done(delivery)
        self._judge(delivery, refused=False)

    async def refused(self, delivery: NoticeDelivery) -> None:
        """Discord will not bring it to him: his inbox says so, and nothing else changes."""
        await self._done(delivery)
        self._judge(delivery, refused=True)

    async def failed(self, delivery: NoticeDelivery) -> None:
        """Discord could not: again after a growing wait, for a day."""
        wait = min(_FIRST_RETRY * 2 ** min(delivery.attempts - 1, 10), _LONGEST_RETRY)
        for notice_id, due_at in delivery.notices:
            async with self._database.write() as session:
                if delivery.attempts < _MAX_ATTEMPTS or not await notices.remove(session, notice_id, due_at):
                    # Not the same for two of one member: they would be a pair.
                    later = self._clock() + wait * random.SystemRandom().uniform(0.5, 1.5)
                    await notices.put_off(session, notice_id, later, attempts=delivery.attempts)

    async def write_verdicts(self) -> None:
        """Write down, some hours later, whose messages Discord refused or took again."""
        now = self._clock()
        for (guild_id, key), (refused, at) in list(self._verdicts.items()):
            if at <= now:
                async with self._database.write() as session:
                    await preferences.set_refused(session, guild_id, key, refused)
                del self._verdicts[guild_id, key]

    async def _done(self, delivery: NoticeDelivery) -> None:
        # A transaction for each: those of one member are no pair.
        for notice_id, due_at in delivery.notices:
            async with self._database.write() as session:
                if not await notices.remove(session, notice_id, due_at):
                    # More news came while it was being sent: that waits its own time.
                    await notices.put_off(session, notice_id, self._clock(), attempts=0)

    def _is_due(self, owed: Owed, now: datetime) -> bool:
        notice = owed.notice
        if notice.attempts > 0:
            return True
        # Drawn anew for each notice, and the same at each turn of the sweep.
        draw = random.Random(f"{self._salt}:{notice.id}:{int(notice.due_at.timestamp())}")
        return notice.due_at + self._shortest + (self._longest - self._shortest) * draw.random() <= now

    async def _claim(
        self, session: AsyncSession, owed: Owed, made: dict[tuple[int, int], NoticeDelivery], now: datetime
    ) -> None:
        notice = owed.notice
        covered = (notice.id, notice.due_at)
        delivery = None
        if covered in self._covered:
            self._covered.discard(covered)
        elif (user_id := self._member(owed)) is not None:
            delivery = await self._delivery(session, owed.question, user_id, owed.language)
            if delivery is not None and not await self._has_news(session, owed, delivery.member_key):
                delivery = None
        if delivery is None:
            await notices.remove(session, notice.id)
            return
        notice.lease_until = now + LEASE
        notice.attempts += 1
        known = made.get((delivery.guild_id, delivery.user_id), delivery)
        made[delivery.guild_id, delivery.user_id] = replace(
            known, notices=(*known.notices, covered), attempts=max(known.attempts, notice.attempts)
        )

    async def _claim_hurried(
        self, session: AsyncSession, token: str, made: dict[tuple[int, int], NoticeDelivery]
    ) -> None:
        question = await questions.by_token(session, token)
        if question is None or question.seal is None:
            return
        guild = await guilds.get(session, question.guild_id)
        user_id = self._identity.open_member(question.seal, question.token, Purpose.NOTIFY)
        if guild is not None:
            delivery = await self._delivery(session, question, user_id, guild.language)
            if delivery is not None:
                made.setdefault((question.guild_id, user_id), delivery)

    async def _delivery(
        self, session: AsyncSession, question: Question, user_id: int, language: str
    ) -> NoticeDelivery | None:
        """An empty message to a member, if he wants any."""
        key = self._identity.member_key(question.guild_id, user_id)
        chosen = await preferences.get(session, question.guild_id, key)
        if chosen is None or not chosen.direct_messages:
            return None
        return NoticeDelivery(user_id, key, question.guild_id, language, chosen.refused)

    async def _has_news(self, session: AsyncSession, owed: Owed, member_key: bytes) -> bool:
        """Whether a follower would find anything that he has not seen, and did not write himself."""
        if owed.follower is None:
            return True
        if owed.question.hidden:
            return False
        seen = await news.answers(session, [owed.question.id])
        return news.new_since(seen, owed.follower.looked_answer_id, member_key) > 0

    async def _waiting(self, session: AsyncSession, guild_id: int) -> dict[int, tuple[Covered, ...]]:
        """What waits in a server, by member."""
        found: dict[int, tuple[Covered, ...]] = {}
        for owed in await notices.waiting(session, guild_id, _BATCH):
            user_id = self._member(owed)
            if user_id is not None:
                found[user_id] = (*found.get(user_id, ()), (owed.notice.id, owed.notice.due_at))
        return found

    def _member(self, owed: Owed) -> int | None:
        """Whom a notice is for; None where the link is destroyed, or was made under a lost key."""
        row = owed.follower or owed.question
        if row.seal is None:
            return None
        try:
            return self._identity.open_member(row.seal, row.token, Purpose.NOTIFY)
        except UnknownKeyError:
            return None

    def _judge(self, delivery: NoticeDelivery, *, refused: bool) -> None:
        whose = (delivery.guild_id, delivery.member_key)
        if refused is delivery.was_refused:
            self._verdicts.pop(whose, None)
            return
        hours = random.SystemRandom().uniform(*_VERDICT_HOURS)
        self._verdicts[whose] = (refused, self._clock() + timedelta(hours=hours))
