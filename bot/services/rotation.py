"""Re-sealing under the current key, so that an old one can be thrown away.

Done in short transactions while the bot runs. Nothing is remembered between them: what is not under the
current key yet is what is left to do, so a rotation that was stopped is continued by starting it again.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.identity import FINGERPRINT_BYTES, Identity, SealKind, UnknownKeyError
from db.engine import Database
from db.repositories import seals
from db.repositories.seals import Seal, SealedColumn

_BATCH = 200


@dataclass(frozen=True)
class Progress:
    """How far one column is."""

    column: str
    done: int
    total: int


@dataclass(frozen=True)
class Outcome:
    """What a rotation did; ``left`` are under older keys, ``unreadable`` of them cannot be opened."""

    resealed: int
    left: int
    unreadable: int


async def rotate(
    database: Database, identity: Identity, tell: Callable[[Progress], None], batch: int = _BATCH
) -> Outcome:
    """Re-seal everything that is not under the current key, and count what is left."""
    resealed = unreadable = 0
    for column in seals.SEALED:
        total, done, after = await _left(database, identity, column), 0, 0
        while total:
            last, changed, failed = await _batch(database, identity, column, after, batch)
            if last is None:
                break
            after, done, unreadable = last, done + changed, unreadable + failed
            tell(Progress(column.name, done, total))
        resealed += done
    await database.empty_journal()
    left = sum([await _left(database, identity, column) for column in seals.SEALED])
    return Outcome(resealed, left, unreadable)


async def refresh(database: Database, identity: Identity, batch: int = _BATCH) -> None:
    """Seal everything anew, in random order.

    Otherwise a copy of the database beside an older one, or the places of the rows within it, would show
    which seals an erasure replaced together.
    """
    for column in seals.SEALED:
        async with database.read() as session:
            row_ids = list(await seals.rows_of(session, column))
        random.SystemRandom().shuffle(row_ids)
        for start in range(0, len(row_ids), batch):
            async with database.write() as session:
                found = list(await seals.held(session, column, row_ids[start : start + batch]))
                random.SystemRandom().shuffle(found)
                await _reseal(session, identity, column, found)


async def _batch(
    database: Database, identity: Identity, column: SealedColumn, after: int, size: int
) -> tuple[int | None, int, int]:
    """The last row looked at (None when there was none), how many were re-sealed, how many cannot be."""
    async with database.write() as session:
        found = await seals.not_under(session, column, identity.current, after, size)
        changed, failed = await _reseal(session, identity, column, found)
    return (found[-1].row_id if found else None), changed, failed


async def _reseal(
    session: AsyncSession, identity: Identity, column: SealedColumn, found: Sequence[Seal]
) -> tuple[int, int]:
    """How many were sealed anew, and how many cannot be."""
    changed = failed = 0
    for old in found:
        try:
            new = identity.reseal(old.value, SealKind(column.holds), old.bound_to)
        except UnknownKeyError:
            failed += 1
            continue
        changed += await seals.replace(session, column, old, new)
    return changed, failed


async def _left(database: Database, identity: Identity, column: SealedColumn) -> int:
    async with database.read() as session:
        made_under = await seals.fingerprints(session, column, FINGERPRINT_BYTES)
    return sum(count for fingerprint, count in made_under.items() if fingerprint != identity.current)
