"""Every test here that takes ``database`` runs on SQLite (a file) and on PostgreSQL (a real server)."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg  # pyright: ignore[reportMissingTypeStubs] # ships none
import pytest

from db import migrate
from db.engine import Database
from db.types import Base
from tests.db import postgres
from tests.db.club import Club
from tests.helpers import MovingClock

_SHARED = "mitassist"
_TABLES = [table.name for table in Base.metadata.sorted_tables]


def _apart(work: Coroutine[None, None, None]) -> None:
    """Run to the end without touching the event loop of the tests."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _founded(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database.engine)
    await Club.found(database, MovingClock())
    await database.close()


async def _execute(socket: Path, database: str, statement: str) -> None:
    connection = await asyncpg.connect(host=str(socket), user="postgres", database=database)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with a server that is set up, to copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _apart(_founded(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """A running server. Without one the test is skipped, but not in CI."""
    try:
        with postgres.server() as socket:
            yield socket
    except postgres.NoServerError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs PostgreSQL: {error}")
        pytest.skip(f"not run on PostgreSQL: {error}")


@pytest.fixture(scope="session")
def postgres_founded(postgres_socket: Path) -> str:
    """One PostgreSQL database for all tests, set up, with a copy of that state in the schema ``founded``.

    Making a database for each test takes longer than the test.
    """
    _apart(_execute(postgres_socket, "postgres", f"CREATE DATABASE {_SHARED}"))
    url = postgres.url(postgres_socket, _SHARED)
    _apart(_founded(url))
    copies = [f"CREATE TABLE founded.{name} AS TABLE {name};" for name in _TABLES]
    _apart(_execute(postgres_socket, _SHARED, "CREATE SCHEMA founded;" + "".join(copies)))
    return url


@pytest.fixture
async def postgres_url(postgres_socket: Path, postgres_founded: str) -> str:
    """The PostgreSQL database as it was when it had just been set up."""
    emptied = [f"DELETE FROM {name};" for name in reversed(_TABLES)]
    filled = [f"INSERT INTO {name} SELECT * FROM founded.{name};" for name in _TABLES]
    await _execute(postgres_socket, _SHARED, "".join([*emptied, *filled]))
    return postgres_founded


@pytest.fixture
async def empty_postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """A PostgreSQL database without tables."""
    name = f"test_{uuid.uuid4().hex}"
    await _execute(postgres_socket, "postgres", f"CREATE DATABASE {name}")
    yield postgres.url(postgres_socket, name)
    await _execute(postgres_socket, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite file with a server that is set up."""
    path = tmp_path / "mitassist.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with a server that is set up, of each kind in turn."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of each kind in turn."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def club(database: Database, clock: MovingClock) -> Club:
    """A server that is set up, on each kind of database in turn."""
    return await Club.opened(database, clock)
