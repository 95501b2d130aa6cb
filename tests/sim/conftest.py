"""Fixtures: the whole bot in a simulated server that is set up, on a real SQLite file."""

import asyncio
import contextlib
import io
import logging
import shutil
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest
import simcord

from bot.app import MitAssist, prepare_database
from bot.config import QuestionSettings, Settings
from bot.logs import SafeHandler
from bot.play import simulator
from bot.play.world import build, set_up
from bot.services.identity import Keys
from db.engine import Database
from tests.sim import leaks
from tests.sim.server import Clock, LogKeeper, Server

simulator.apply()
# A busy machine is no reason to fail.
_PATIENCE_SECONDS = 60.0
AT_ONCE = Settings(questions=QuestionSettings(delay_min_seconds=0, delay_max_seconds=0))
DELAYED = Settings(questions=QuestionSettings(delay_min_seconds=30, delay_max_seconds=30))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating it for each test would cost more than the test."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    asyncio.run(_migrate(path))
    return path


async def _migrate(path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path.as_posix()}")
    await prepare_database(database)
    await database.close()


@pytest.fixture
async def server(
    tmp_path: Path, empty_database: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Server]:
    """A server that a manager has set up; what is anonymous is posted at once."""
    async with opened(tmp_path, empty_database, AT_ONCE, request) as server:
        await set_up(server.world)
        yield server


@pytest.fixture
async def slow_server(
    tmp_path: Path, empty_database: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Server]:
    """The same, but what is anonymous waits half a minute."""
    async with opened(tmp_path, empty_database, DELAYED, request) as server:
        await set_up(server.world)
        yield server


@pytest.fixture
async def bare_server(
    tmp_path: Path, empty_database: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Server]:
    """A server in which nobody has set anything up."""
    async with opened(tmp_path, empty_database, AT_ONCE, request) as server:
        yield server


@contextlib.asynccontextmanager
async def opened(
    folder: Path, template: Path, settings: Settings, request: pytest.FixtureRequest
) -> AsyncGenerator[Server]:
    """Start the bot; on leaving nothing may have gone wrong, and nobody may know who asked."""
    path = folder / "bot.sqlite3"
    shutil.copyfile(template, path)
    clock, logs, production_log = Clock(), LogKeeper(), io.StringIO()
    make_bot = _maker(path, settings, clock)
    bot = make_bot()
    env = clock.env = simcord.Env(bot, check_errors=False, settle_timeout=_PATIENCE_SECONDS)
    server = Server(build(env), bot, make_bot, logs, production_log)
    leaks.hatch(server)
    with _logging_to(logs, SafeHandler(production_log)):
        try:
            await env.start()
            yield server
            leaked = _leaked(server, request)
        finally:
            await env.shutdown()
            for old in (*server.old_bots, server.bot):
                await old.close()
    server.check_errors()
    assert not leaked, "\n".join(leaked)


def _leaked(server: Server, request: pytest.FixtureRequest) -> list[str]:
    if request.node.get_closest_marker("leaks_on_purpose"):
        return []
    if request.node.get_closest_marker("shows_himself"):
        return leaks.kept(server)
    return leaks.found(server)


@contextlib.contextmanager
def _logging_to(*handlers: logging.Handler) -> Generator[None]:
    """At the lowest levels that production lets through: of our own everything, of libraries INFO."""
    levels = {"": logging.INFO} | dict.fromkeys(("bot", "cogs", "db"), logging.DEBUG)
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for handler in handlers:
        logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
        for handler in handlers:
            logging.getLogger().removeHandler(handler)


def _maker(path: Path, settings: Settings, clock: Clock) -> Callable[[], MitAssist]:
    keys = Keys.new()
    url = f"sqlite+aiosqlite:///{path.as_posix()}"
    return lambda: MitAssist(settings, keys, url, clock=clock, run_scheduler=False)
