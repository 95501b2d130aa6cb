"""The clock of forgetting: what ended long ago loses its link, its private texts and its voters' names.

What reports count survives: the ledger, the tallies, the states, how many answered and how many coaches
came. A text that stands in Discord stays for moderators to restore; one that does not is wiped.
"""

from datetime import datetime, timedelta

from bot.clock import Clock, to_the_hour
from bot.config import PrivacySettings
from bot.services import rotation
from bot.services.access import PUBLISHED
from bot.services.audit import AuditService
from bot.services.identity import Identity
from bot.services.mydata.erasing import ErasureService
from bot.services.reveals import RevealService
from bot.services.summons import SummonService
from bot.services.withdrawing import forget_cases
from db.engine import Database
from db.repositories import coaches, questions, retention, reveals

_BATCH = 100
# The same for everyone's: a thread that went at another moment would say that its boy was erased.
CASE_STAYS = timedelta(hours=72)


class RetentionService:
    """Run daily. Every step is short, and doing it again changes nothing."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        clock: Clock,
        settings: PrivacySettings,
        summons: SummonService,
        erasure: ErasureService,
        audit: AuditService,
        reveal_service: RevealService,
    ) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._settings = settings
        self._summons = summons
        self._erasure = erasure
        self._audit = audit
        self._reveals = reveal_service

    async def sweep(self) -> None:
        """Everything that is due to be forgotten."""
        await self._reopen()
        await self._end_quiet()
        await self._unlink_ended()
        await self._forget_cases()
        await self._forget_late()
        await self._audit.drop_older_than(self._settings.audit_days)
        await self._reveals.drop_older_than(self._settings.audit_days)
        await rotation.refresh(self._database, self._identity)
        await self._database.empty_journal()

    async def _end_quiet(self) -> None:
        """A question that everyone left counts as ended from now on; it can still be answered."""
        now = self._clock()
        cutoff = now - timedelta(days=self._settings.quiet_days)
        while True:
            async with self._database.write() as session:
                found = await retention.quiet(session, cutoff, _BATCH)
                for question in found:
                    question.closed_at = to_the_hour(now)
            if len(found) < _BATCH:
                return

    async def _reopen(self) -> None:
        """It was answered after all: its clock stops."""
        while True:
            async with self._database.write() as session:
                found = await retention.stirred(session, _BATCH)
                for question in found:
                    question.closed_at = None
            if len(found) < _BATCH:
                return

    async def _unlink_ended(self) -> None:
        cutoff = self._clock() - timedelta(days=self._settings.link_days)
        after = 0
        while True:
            async with self._database.read() as session:
                found = await retention.ended(session, cutoff, after, _BATCH)
            for after in found:
                await self._unlink(after, cutoff)
            if len(found) < _BATCH:
                return

    async def _unlink(self, question_id: int, cutoff: datetime) -> None:
        """Nobody can tell any more who asked: one transaction, so that a seal that is gone means all is.

        What moderators were about to open when the clock ran out waits until that is decided: asking
        again does not stop it for ever. What is being erased waits until that is done.
        """
        async with self._database.write() as session:
            question = await questions.lock(session, question_id)
            if question.closed_at is None or question.closed_at > cutoff:
                return
            if self._erasure.is_pending(question):
                return
            ran_out = question.closed_at + timedelta(days=self._settings.link_days)
            if await reveals.running_until(session, question.id, self._clock(), asked_by=ran_out):
                return
            await forget_cases(session, self._summons, question)
            await retention.forget_asker(session, question.id)
            await retention.forget_others(session, question.id)
            question.seal = question.disclosed = None
            await session.flush()
            if question.state not in PUBLISHED:
                await retention.wipe_texts(session, question.id)

    async def _forget_cases(self) -> None:
        """Coaches keep no private threads of what is over; the boys still read their lines."""
        async with self._database.write() as session:
            await coaches.forget_old_cases(session, self._clock() - CASE_STAYS)

    async def _forget_late(self) -> None:
        """Votes, followers and texts that came after the link was gone."""
        now = self._clock()
        cutoff = now - timedelta(days=self._settings.link_days)
        faded = _BATCH
        while faded == _BATCH:
            async with self._database.write() as session:
                faded = await retention.fade_late_votes(session, cutoff, _BATCH)
        async with self._database.write() as session:
            await retention.wipe_late_texts(session)
            await retention.remove_late_followers(session, now - timedelta(days=self._settings.quiet_days))
