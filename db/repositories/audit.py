"""The rows of the audit chain. Making and checking its macs is `bot.services.audit`."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AuditEntry, AuditHead
from db.repositories.upsert import insert_once


async def head(session: AsyncSession, guild_id: int, *, lock: bool = False) -> AuditHead | None:
    """Where a server's chain ends; ``lock`` keeps everyone else from adding to it."""
    query = select(AuditHead).where(AuditHead.guild_id == guild_id)
    if lock:
        # What this session may have read before it got the lock is stale.
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def add_head(session: AsyncSession, values: dict[str, object]) -> None:
    """Begin a chain, unless somebody has begun it."""
    await insert_once(session, AuditHead, values)


async def newest(session: AsyncSession, guild_id: int) -> AuditEntry | None:
    """The last entry there is, whatever the head says."""
    query = select(AuditEntry).where(AuditEntry.guild_id == guild_id).order_by(AuditEntry.seq.desc())
    return await session.scalar(query.limit(1))


async def entries(
    session: AsyncSession, guild_id: int, limit: int, after: int | None = None
) -> Sequence[AuditEntry]:
    """The next entries in their order, from the first one or after a number."""
    query = select(AuditEntry).where(AuditEntry.guild_id == guild_id)
    if after is not None:
        query = query.where(AuditEntry.seq > after)
    return (await session.scalars(query.order_by(AuditEntry.seq).limit(limit))).all()


async def count(session: AsyncSession, guild_id: int) -> int:
    """How many entries a server has."""
    query = select(func.count(AuditEntry.id)).where(AuditEntry.guild_id == guild_id)
    return await session.scalar(query) or 0


async def drop_to(session: AsyncSession, guild_id: int, seq: int) -> None:
    """Delete the entries up to and with this number."""
    await session.execute(delete(AuditEntry).where(AuditEntry.guild_id == guild_id, AuditEntry.seq <= seq))


async def guild_ids(session: AsyncSession) -> Sequence[int]:
    """Every server with a chain, or with what is left of one."""
    query = union(select(AuditHead.guild_id), select(AuditEntry.guild_id))
    return sorted((await session.scalars(query)).all())


async def one_view(session: AsyncSession) -> None:
    """See nothing that is added after the first look. Call it before anything else.

    SQLite does so by itself; PostgreSQL has to be told.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
