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
from tests.db import postgres
from tests.db.club import Club
from tests.helpers import MovingClock

_TEMPLATE = "mitassist_template"


def _apart(work: Coroutine[None, None, None]) -> None:
    """Run to the end without touching the event loop of the tests."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database.engine)
    await database.close()


async def admin(socket: Path, statement: str) -> None:
    """Say something to the server itself."""
    connection = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _apart(_migrated(f"sqlite+aiosqlite:///{path}"))
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
def postgres_template(postgres_socket: Path) -> str:
    """A migrated PostgreSQL database to copy."""
    _apart(admin(postgres_socket, f"CREATE DATABASE {_TEMPLATE}"))
    _apart(_migrated(postgres.url(postgres_socket, _TEMPLATE)))
    return _TEMPLATE


@pytest.fixture
async def postgres_url(postgres_socket: Path, postgres_template: str) -> AsyncIterator[str]:
    """A fresh migrated PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    await admin(postgres_socket, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.url(postgres_socket, name)
    await admin(postgres_socket, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """A PostgreSQL database without tables."""
    name = f"test_{uuid.uuid4().hex}"
    await admin(postgres_socket, f"CREATE DATABASE {name}")
    yield postgres.url(postgres_socket, name)
    await admin(postgres_socket, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    path = tmp_path / "mitassist.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind in turn."""
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
    return await Club.founded(database, clock)
