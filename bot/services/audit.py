"""What moderators and managers did, in a chain that shows when anyone has meddled with it.

Each server has its own chain. An entry's mac is made with a key that is not in the database, from all its
fields and the mac before it; the head's mac covers where the chain begins and ends. So without the key a
change, a gap, an insertion, a swap or a cut shows. What cannot show is a whole database put back to an
older state: for that, compare the fingerprint of `verify` with one that was noted elsewhere.
"""

import hmac
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.services.identity import Identity
from db.engine import Database
from db.models import AuditEntry, AuditHead
from db.repositories import audit

_GENESIS = bytes(32)
_BATCH = 500
_FINGERPRINT_BYTES = 8
# What stands as the subject of an act that is about the server as a whole.
SERVER = "server"

Detail = Mapping[str, str | int | bool]


class Action(StrEnum):
    """What can be done."""

    QUESTION_HIDDEN = "question_hidden"
    QUESTION_RESTORED = "question_restored"
    ANSWER_REMOVED = "answer_removed"
    ANSWER_RESTORED = "answer_restored"
    REVEAL_REQUESTED = "reveal_requested"
    REVEAL_APPROVED = "reveal_approved"
    REVEAL_REFUSED = "reveal_refused"
    REVEAL_OPENED = "reveal_opened"
    REVEAL_EXPIRED = "reveal_expired"
    REVEAL_REVIEWED = "reveal_reviewed"
    LANGUAGE_SET = "admin_language"
    FORUM_SAVED = "admin_forum"
    TOPIC_REMOVED = "admin_topic_removed"
    COACH_SAVED = "admin_coach_saved"
    COACH_REMOVED = "admin_coach_removed"
    COACH_CHANNEL_SET = "admin_coach_channel"
    STAFF_CHANNEL_SET = "admin_staff_channel"


class Fault(StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    HEAD = "head"


@dataclass(frozen=True)
class Verdict:
    """How a server's chain stands. ``broken_at`` is the number of the first entry that is not right."""

    guild_id: int
    entries: int
    fingerprint: str
    fault: Fault | None = None
    broken_at: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nobody has meddled with it."""
        return self.fault is None


@dataclass(frozen=True)
class Record:
    """One entry, to be read. ``at`` is in UTC; ``actor`` is a Discord id, None the bot itself."""

    guild_id: int
    seq: int
    at: datetime
    actor: int | None
    action: str
    subject: str
    detail: str


class AuditService:
    """Appends, drops what is too old, and verifies."""

    def __init__(self, database: Database, identity: Identity, clock: Clock) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock

    async def append(
        self,
        session: AsyncSession,
        guild_id: int,
        actor: int | None,
        action: Action,
        subject: str = SERVER,
        detail: Detail | None = None,
    ) -> None:
        """Record an act in the transaction that does it; call it last, for it locks the server's chain.

        ``actor`` None is the bot itself. ``subject`` is an opaque token. ``detail`` must hold neither a
        member who asked nor what he wrote.
        """
        head = await self._locked_head(session, guild_id)
        last = await audit.newest(session, guild_id)
        entry = AuditEntry(
            guild_id=guild_id,
            seq=max(head.seq, last.seq if last else 0) + 1,
            at=self._clock(),
            actor=actor,
            action=action,
            subject=subject,
            detail=json.dumps(dict(detail or {}), sort_keys=True, ensure_ascii=False),
        )
        previous = last.mac if last else head.first_mac
        if self._head_holds(head, last):
            entry.mac = self._entry_mac(previous, entry)
        else:
            # Signing on as if nothing had happened would hide that the end was cut off or changed:
            # the chain stays torn here for ever.
            entry.mac = self._identity.chain_mac(b"torn" + previous + _encoded(entry))
        session.add(entry)
        head.seq = entry.seq
        head.mac = self._head_mac(head, entry.mac)
        await session.flush()

    async def drop_before(self, session: AsyncSession, moment: datetime) -> int:
        """Delete each chain's oldest entries; what stays can still be verified. Returns how many went.

        Entries that were meddled with, and all that follows them, are kept as evidence.
        """
        dropped = 0
        for guild_id in await audit.guild_ids(session):
            head = await self._locked_head(session, guild_id)
            last = await audit.newest(session, guild_id)
            if not self._head_holds(head, last):
                continue
            old = await self._old_and_sound(session, head, moment)
            if old is None:
                continue
            await audit.drop_to(session, guild_id, old.seq)
            dropped += old.seq - head.first_seq + 1
            head.first_seq, head.first_mac = old.seq + 1, old.mac
            head.mac = self._head_mac(head, last.mac if last and last.seq > old.seq else old.mac)
            await session.flush()
        return dropped

    async def drop_older_than(self, days: int) -> int:
        """Delete what is older than this. Returns how many entries went."""
        async with self._database.write() as session:
            return await self.drop_before(session, self._clock() - timedelta(days=days))

    async def verify(self, guild_id: int) -> Verdict:
        """Check one server's chain from its first entry to its last."""
        async with self._database.read() as session:
            await audit.one_view(session)
            return await self._verify(session, guild_id)

    async def verify_all(self) -> list[Verdict]:
        """Check every chain there is."""
        async with self._database.read() as session:
            await audit.one_view(session)
            return [await self._verify(session, guild_id) for guild_id in await audit.guild_ids(session)]

    async def records(self) -> AsyncGenerator[Record]:
        """Every entry of every server, oldest first."""
        async with self._database.read() as session:
            await audit.one_view(session)
            for guild_id in await audit.guild_ids(session):
                last: AuditEntry | None = None
                while batch := await audit.entries(session, guild_id, _BATCH, _seq(last)):
                    for last in batch:
                        at = last.at.astimezone(UTC)
                        yield Record(
                            guild_id, last.seq, at, last.actor, last.action, last.subject, last.detail
                        )

    async def _verify(self, session: AsyncSession, guild_id: int) -> Verdict:
        head = await audit.head(session, guild_id)
        count = await audit.count(session, guild_id)
        if head is None:
            fault, broken_at = (Fault.HEAD, 1) if count else (None, None)
            return Verdict(guild_id, count, "", fault, broken_at)
        previous, expected = head.first_mac, head.first_seq
        last: AuditEntry | None = None
        fault: Fault | None = None
        broken_at: int | None = None
        while fault is None and (batch := await audit.entries(session, guild_id, _BATCH, _seq(last))):
            for last in batch:
                fault = self._fault(head, last, previous, expected)
                if fault is not None:
                    broken_at = expected if fault is Fault.MISSING else last.seq
                    break
                previous, expected = last.mac, expected + 1
        if fault is None and expected <= head.seq:
            fault, broken_at = Fault.MISSING, expected
        if fault is None and not (count == expected - head.first_seq and self._head_holds(head, last)):
            fault, broken_at = Fault.HEAD, expected - 1
        return Verdict(guild_id, count, previous[:_FINGERPRINT_BYTES].hex(), fault, broken_at)

    def _fault(self, head: AuditHead, entry: AuditEntry, previous: bytes, expected: int) -> Fault | None:
        """What is wrong with the entry that comes next."""
        if entry.seq < expected or entry.seq > head.seq:
            return Fault.INSERTED
        if entry.seq > expected:
            return Fault.MISSING
        if not hmac.compare_digest(entry.mac, self._entry_mac(previous, entry)):
            return Fault.CHANGED
        return None

    async def _locked_head(self, session: AsyncSession, guild_id: int) -> AuditHead:
        head = await audit.head(session, guild_id, lock=True)
        if head is None:
            fresh = AuditHead(guild_id=guild_id, seq=0, first_seq=1, first_mac=_GENESIS)
            await audit.add_head(
                session,
                {
                    "guild_id": guild_id,
                    "seq": 0,
                    "first_seq": 1,
                    "first_mac": _GENESIS,
                    "mac": self._head_mac(fresh, _GENESIS),
                },
            )
            head = await audit.head(session, guild_id, lock=True)
        if head is None:
            raise RuntimeError("the head of an audit chain vanished")
        return head

    def _head_holds(self, head: AuditHead, last: AuditEntry | None) -> bool:
        """Whether the head says the truth about where the chain ends."""
        end, mac = (last.seq, last.mac) if last else (head.first_seq - 1, head.first_mac)
        return head.seq == end and hmac.compare_digest(head.mac, self._head_mac(head, mac))

    async def _old_and_sound(
        self, session: AsyncSession, head: AuditHead, moment: datetime
    ) -> AuditEntry | None:
        """The last of the entries at the start that are older than this and as they were written."""
        found: AuditEntry | None = None
        while batch := await audit.entries(session, head.guild_id, _BATCH, _seq(found)):
            for entry in batch:
                previous, expected = (found.mac, found.seq + 1) if found else (head.first_mac, head.first_seq)
                if entry.at >= moment or self._fault(head, entry, previous, expected) is not None:
                    return found
                found = entry
        return found

    def _entry_mac(self, previous: bytes, entry: AuditEntry) -> bytes:
        return self._identity.chain_mac(b"entry" + previous + _encoded(entry))

    def _head_mac(self, head: AuditHead, last_mac: bytes) -> bytes:
        numbers = json.dumps([head.guild_id, head.seq, head.first_seq]).encode()
        return self._identity.chain_mac(b"head" + head.first_mac + last_mac + numbers)


def _seq(entry: AuditEntry | None) -> int | None:
    return entry.seq if entry else None


def _encoded(entry: AuditEntry) -> bytes:
    """All fields in one way only: two different entries never have the same encoding."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [entry.guild_id, entry.seq, at, entry.actor, entry.action, entry.subject, entry.detail]
    return json.dumps(fields, separators=(",", ":")).encode()
