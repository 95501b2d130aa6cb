"""What is erased stands neither in SQLite's file nor in the journal beside it, while the bot runs on."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.services.identity import Identity, Keys
from bot.services.rotation import rotate
from db.engine import Database
from tests.db.club import ASKER, GUILD, Club, Published
from tests.helpers import MovingClock

OLD = Keys.new()


@pytest_asyncio.fixture(loop_scope="session")
async def filed(founded_url: str, clock: MovingClock) -> AsyncIterator[Club]:
    """A server in a file of its own, held open as by a running bot."""
    database = Database(founded_url)
    yield await Club.opened(database, clock, identity=Identity(OLD))
    await database.close()


def file_of(club: Club) -> Path:
    return Path(club.database.url.database or "")


def journal_of(club: Club) -> Path:
    return Path(f"{file_of(club)}-wal")


def found(club: Club, seal: bytes) -> bool:
    """Whether a seal stands anywhere in the file or in its journal."""
    return any(seal in path.read_bytes() for path in (file_of(club), journal_of(club)))


async def sealed(club: Club) -> tuple[Published, bytes]:
    """A question, and its seal, which is in the files now."""
    question = await club.ask()
    seal = (await club.question(question.token)).seal
    assert seal is not None
    assert found(club, seal)
    return question, seal


async def test_after_an_erasure(filed: Club) -> None:
    question, seal = await sealed(filed)
    await filed.services.erasure.erase(GUILD, ASKER, delete=False)
    assert not found(filed, seal)
    of_nobody = (await filed.question(question.token)).seal
    assert of_nobody is not None
    assert found(filed, of_nobody)


async def test_after_the_rest_of_an_erasure(filed: Club) -> None:
    question, _ = await sealed(filed)
    await filed.services.erasure.erase(GUILD, ASKER, delete=True)
    seal = (await filed.question(question.token)).seal
    assert seal is not None
    filed.clock.move(days=4)
    await filed.services.erasure.finish_due()
    assert not found(filed, seal)


async def test_after_the_clock_of_forgetting(filed: Club) -> None:
    question, seal = await sealed(filed)
    await filed.services.questions.solve(question.token, ASKER)
    filed.clock.move(days=31)
    await filed.services.retention.sweep()
    assert not found(filed, seal)


async def test_after_a_rotation(filed: Club) -> None:
    _, seal = await sealed(filed)
    keys = Keys((Keys.new().seal[0], OLD.seal[0]), OLD.member)
    outcome = await rotate(filed.database, Identity(keys), lambda _: None)
    assert (outcome.resealed, outcome.left) == (1, 0)
    assert not found(filed, seal)


async def test_a_reader_is_not_waited_for_and_the_next_turn_makes_up_for_it(filed: Club) -> None:
    _, seal = await sealed(filed)
    with contextlib.closing(sqlite3.connect(file_of(filed))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM questions").fetchone()
        await filed.services.erasure.erase(GUILD, ASKER, delete=False)
        assert not await filed.database.empty_journal()
        assert found(filed, seal)
    await filed.services.erasure.finish_due()
    assert not found(filed, seal)


async def test_both_databases_have_it(database: Database) -> None:
    assert await database.empty_journal()
