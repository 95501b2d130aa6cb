"""Every test here that takes ``database`` runs on SQLite (a file) and on PostgreSQL (a real server).

One event loop and one open database of each kind serve all tests: opening them takes longer than a test.
Before each test the rows are put back to those of a server that has just been set up.
"""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio

from db.engine import Database
from tests.db import postgres
from tests.db.club import Club
from tests.db.founding import Founded, found
from tests.helpers import MovingClock

_LOOP = pytest.mark.asyncio(loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(_LOOP, append=False)


def _apart(work: Coroutine[None, None, None]) -> None:
    """Run to the end without touching the event loop of the tests."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


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


@pytest_asyncio.fixture(loop_scope="session")
async def postgres_url(postgres_socket: Path) -> AsyncIterator[str]:
    """A PostgreSQL database without tables."""
    name = f"test_{uuid.uuid4().hex}"
    await postgres.tell(postgres_socket, f"CREATE DATABASE {name}")
    yield postgres.url(postgres_socket, name)
    await postgres.tell(postgres_socket, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind in turn."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(scope="session")
def founded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with a server that is set up, to copy."""
    path = tmp_path_factory.mktemp("founded") / "founded.sqlite3"

    async def work() -> None:
        founded = await found(f"sqlite+aiosqlite:///{path}")
        await founded.database.close()

    _apart(work())
    return path


@pytest.fixture
def copied_file(founded_file: Path, tmp_path: Path) -> Path:
    """This test's own copy of it."""
    path = tmp_path / "copied.sqlite3"
    shutil.copy(founded_file, path)
    return path


@pytest.fixture
def founded_url(copied_file: Path) -> str:
    """Its address."""
    return f"sqlite+aiosqlite:///{copied_file}"


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def founded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Founded]:
    """The database of each kind in turn that all tests share."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('shared') / 'shared.sqlite3'}"
    else:
        socket: Path = request.getfixturevalue("postgres_socket")
        await postgres.tell(socket, "CREATE DATABASE shared")
        url = postgres.url(socket, "shared")
    founded = await found(url)
    yield founded
    await founded.database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database(founded: Founded) -> Database:
    """A database of each kind in turn, with a server that is set up."""
    await founded.reset()
    return founded.database


@pytest_asyncio.fixture(loop_scope="session")
async def club(database: Database, clock: MovingClock) -> Club:
    """That server, with its services."""
    return await Club.opened(database, clock)
