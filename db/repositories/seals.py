"""Every sealed column there is, and what its seals are bound to.

Whatever stores bytes is listed here, as a seal or as something else; a test holds the lists against
the models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, SQLColumnExpression, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models import (
    AuditEntry,
    AuditHead,
    Coach,
    Follower,
    KeyCheck,
    LineMessage,
    Player,
    Post,
    Preference,
    Question,
    Vote,
)
from db.repositories.upsert import insert_once

MEMBER_KEY = "member"


@dataclass(frozen=True)
class SealedColumn:
    """A column of seals. ``holds`` ("member" or "text") and the row's ``bound_to`` make a seal's context."""

    column: InstrumentedAttribute[Any]
    holds: str
    bound_to: SQLColumnExpression[str]

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.column.class_.__tablename__}.{self.column.key}"


@dataclass(frozen=True)
class Seal:
    """One seal of a column."""

    row_id: int
    bound_to: str
    value: bytes


SEALED = (
    SealedColumn(Question.seal, "member", Question.token),
    SealedColumn(Question.disclosed, "text", Question.token),
    SealedColumn(Player.seal, "member", Player.token),
    SealedColumn(Follower.seal, "member", Follower.token),
    SealedColumn(LineMessage.sealed_body, "text", LineMessage.form),
)
# Keyed hashes (of members, voters, the audit chain and the keys themselves) and pictures.
NOT_SEALED: tuple[InstrumentedAttribute[Any], ...] = (
    Player.member_key,
    Coach.member_key,
    Preference.member_key,
    Vote.giver_key,
    Follower.follower_key,
    AuditEntry.mac,
    AuditHead.first_mac,
    AuditHead.mac,
    KeyCheck.value,
    Post.picture,
)


async def fingerprints(session: AsyncSession, column: SealedColumn, length: int) -> dict[bytes, int]:
    """How many seals of a column were made under each key, by the fingerprint they begin with."""
    fingerprint = _fingerprint(column, length)
    query = select(fingerprint, func.count()).where(column.column.is_not(None)).group_by(fingerprint)
    return {bytes(found): count for found, count in await session.execute(query)}


async def not_under(
    session: AsyncSession, column: SealedColumn, fingerprint: bytes, after: int, limit: int
) -> Sequence[Seal]:
    """The next seals made under other keys, locked; rows that someone is changing now are left out.

    Waiting for them could end in a deadlock with one who locks rows in another order.
    """
    row_id = column.column.class_.id
    query = (
        select(row_id, column.bound_to, column.column)
        .where(
            column.column.is_not(None),
            _fingerprint(column, len(fingerprint)) != fingerprint,
            row_id > after,
        )
        .order_by(row_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Seal(*row) for row in await session.execute(query)]


async def rows_of(session: AsyncSession, column: SealedColumn) -> Sequence[int]:
    """The rows that hold a seal in a column."""
    return (await session.scalars(select(column.column.class_.id).where(column.column.is_not(None)))).all()


async def held(session: AsyncSession, column: SealedColumn, row_ids: Sequence[int]) -> Sequence[Seal]:
    """The seals of these rows, locked; rows that someone is changing now are left out."""
    row_id = column.column.class_.id
    query = (
        select(row_id, column.bound_to, column.column)
        .where(row_id.in_(row_ids), column.column.is_not(None))
        .with_for_update(skip_locked=True)
    )
    return [Seal(*row) for row in await session.execute(query)]


async def replace(session: AsyncSession, column: SealedColumn, old: Seal, new: bytes) -> bool:
    """Put another seal in the place of one; False when it is not there any more."""
    table = column.column.class_
    query = update(table).where(table.id == old.row_id, column.column == old.value)
    result = await session.execute(query.values({column.column: new}))
    return isinstance(result, CursorResult) and result.rowcount == 1


async def some_player(session: AsyncSession) -> Player | None:
    """A row that holds both a seal and the keyed hash of one member."""
    return await session.scalar(select(Player).order_by(Player.id.desc()).limit(1))


async def member_key_check(session: AsyncSession) -> bytes | None:
    """What the member key was found to be at the first start; None before it."""
    return await session.scalar(select(KeyCheck.value).where(KeyCheck.name == MEMBER_KEY))


async def set_member_key_check(session: AsyncSession, value: bytes) -> None:
    """Record it, unless another process was first."""
    await insert_once(session, KeyCheck, {"name": MEMBER_KEY, "value": value})


def _fingerprint(column: SealedColumn, length: int) -> Any:
    return func.substr(column.column, 1, length, type_=LargeBinary)
