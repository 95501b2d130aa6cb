"""From nothing to the newest schema, on both databases, once and at once."""

import asyncio
import contextlib
import sqlite3
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.app import prepare_database
from bot.errors import StartError
from db import migrate, models
from db.engine import Database
from db.types import Base


@pytest_asyncio.fixture(loop_scope="session")
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """An empty database of each kind in turn."""
    database = Database(empty_url)
    yield database
    await database.close()


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_empty_database_is_brought_to_head(empty: Database) -> None:
    assert await migrate.current(empty.engine) is None
    await migrate.upgrade(empty.engine)
    assert await migrate.current(empty.engine) == migrate.head()
    async with empty.engine.connect() as connection:
        tables = await connection.run_sync(_tables)
    assert tables == {*Base.metadata.tables, "alembic_version"}
    assert models.Question.__tablename__ in tables


async def test_models_match_migrations(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_comparison_sees_a_difference(empty: Database) -> None:
    await migrate.upgrade(empty.engine)
    async with empty.engine.begin() as connection:
        await connection.execute(text("DROP TABLE votes"))
        assert await connection.run_sync(_differences) != []


async def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    await migrate.upgrade(empty.engine)
    await migrate.upgrade(empty.engine)
    assert await migrate.current(empty.engine) == migrate.head()


async def test_newer_database_is_refused_and_left_alone(empty: Database) -> None:
    await migrate.upgrade(empty.engine)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match=r"revision 9999.*Update the bot"):
        await prepare_database(empty)
    assert await migrate.current(empty.engine) == "9999"


_UPGRADE = """
import asyncio, sys
from db.engine import Database
from db.migrate import upgrade

asyncio.run(upgrade(Database(sys.argv[1]).engine))
"""


async def _upgrade_in_a_process(url: str) -> str:
    """Everything that a process of its own says while it upgrades."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _UPGRADE, url, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()
    return output.decode()


async def test_processes_that_start_at_once_do_not_collide(empty_url: str, empty: Database) -> None:
    assert await asyncio.gather(*(_upgrade_in_a_process(empty_url) for _ in range(2))) == [""] * 2
    assert await migrate.current(empty.engine) == migrate.head()


async def test_a_new_file_that_another_process_holds_is_waited_for(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(sqlite_url)
    with contextlib.closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (id)")
        other.execute("BEGIN IMMEDIATE")
        waits: list[float] = []

        def give_way(seconds: float) -> None:
            waits.append(seconds)
            other.execute("COMMIT")

        monkeypatch.setattr("db.engine.time.sleep", give_way)
        async with database.engine.connect() as connection:
            assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert len(waits) == 1
    await database.close()


async def test_sqlite_survives_a_power_cut_and_keeps_its_references(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    async with database.engine.connect() as connection:
        found = {name: await connection.scalar(text(f"PRAGMA {name}")) for name in pragmas}
    await database.close()
    assert found == pragmas


async def test_sqlite_folder_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new' / 'folder' / 'bot.sqlite3'}")
    await migrate.upgrade(database.engine)
    await database.close()
    assert (tmp_path / "new" / "folder" / "bot.sqlite3").exists()
