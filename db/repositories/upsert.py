"""INSERT … ON CONFLICT for both databases."""

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.types import Base

Insert = sqlite.Insert | postgresql.Insert


def insert(session: AsyncSession, table: type[Base]) -> Insert:
    """An insert that knows ON CONFLICT in the dialect of this session."""
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def insert_once(session: AsyncSession, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert unless a unique constraint already holds such a row; whether it was inserted."""
    result = await session.execute(insert(session, table).values(values).on_conflict_do_nothing())
    return isinstance(result, CursorResult) and result.rowcount == 1
