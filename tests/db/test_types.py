"""Moments are stored aware, or not at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from db.engine import Database
from db.types import AwareDateTime

_MOMENTS = Table(
    "moments",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", AwareDateTime, nullable=True),
)


async def _stored(database: Database, moment: datetime | None) -> datetime | None:
    # Never committed: the table is gone afterwards.
    async with database.engine.connect() as connection:
        await connection.run_sync(_MOMENTS.create)
        await connection.execute(insert(_MOMENTS).values(at=moment))
        return await connection.scalar(select(_MOMENTS.c.at))


async def test_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        await _stored(database, datetime(2026, 11, 12, 20, 0))


async def test_moment_comes_back_aware_and_the_same(database: Database) -> None:
    there = datetime(2026, 11, 12, 20, 0, 1, 234567, tzinfo=timezone(timedelta(hours=5)))
    back = await _stored(database, there)
    assert back == there
    assert back is not None
    assert back.tzinfo is UTC


async def test_no_moment_stays_none(database: Database) -> None:
    assert await _stored(database, None) is None
