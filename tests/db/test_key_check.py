"""A wrong or missing key is refused at start; and no key is ever written anywhere."""

import asyncio
import base64
import contextlib
import io
import logging
import shutil
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, select

from bot import check, logs
from bot.app import MitAssist
from bot.config import Settings
from bot.errors import StartError
from bot.services import key_check
from bot.services.identity import Identity, Keys, new_token
from db.backup import back_up
from db.engine import Database
from db.models import KeyCheck, Player
from tests.db.club import ASKER, GUILD, HELPER, SETTINGS, Club
from tests.helpers import MovingClock

RIGHT, WRONG = Keys.new(), Keys.new()
MEMBER, SEAL = "MITASSIST_MEMBER_KEY", "MITASSIST_SEAL_KEYS"


@pytest_asyncio.fixture(loop_scope="session")
async def used(database: Database, clock: MovingClock) -> Club:
    """A club with a question, an answer and a line."""
    club = await Club.opened(database, clock, SETTINGS, Identity(RIGHT))
    question = await club.ask()
    await club.answer(question)
    token, _ = await club.on_the_line(question)
    await club.services.lines.from_coach(token, next(iter(club.coaches)), new_token(), "Hej.")
    return club


async def refused(database: Database, keys: Keys) -> str:
    """What the refusal says."""
    with pytest.raises(StartError) as refusal:
        await key_check.confirm(database, Identity(keys))
    return str(refusal.value)


async def recorded(database: Database) -> list[bytes]:
    """The values in the database that keys are compared with."""
    async with database.read() as session:
        return list(await session.scalars(select(KeyCheck.value)))


async def test_the_same_keys_are_accepted_again_and_again(used: Club) -> None:
    for _ in range(3):
        await key_check.confirm(used.database, Identity(RIGHT))
    assert await recorded(used.database) == [Identity(RIGHT).key_check()]


async def test_an_unused_database_takes_any_keys_and_then_only_those(database: Database) -> None:
    await key_check.confirm(database, Identity(RIGHT))
    said = await refused(database, Keys(RIGHT.seal, WRONG.member))
    assert MEMBER in said
    assert SEAL not in said
    assert await recorded(database) == [Identity(RIGHT).key_check()]


async def test_another_member_key_is_refused(used: Club) -> None:
    await key_check.confirm(used.database, Identity(RIGHT))
    said = await refused(used.database, Keys(RIGHT.seal, WRONG.member))
    assert MEMBER in said
    assert SEAL not in said


async def test_a_missing_sealing_key_is_refused_and_says_what_needs_it(used: Club) -> None:
    await key_check.confirm(used.database, Identity(RIGHT))
    said = await refused(used.database, Keys(WRONG.seal, RIGHT.member))
    assert SEAL in said
    assert "1 in questions.seal, 1 in players.seal, 1 in line_messages.sealed_body" in said
    assert MEMBER not in said


async def test_everything_that_is_wrong_is_said_at_once(used: Club) -> None:
    await key_check.confirm(used.database, Identity(RIGHT))
    said = await refused(used.database, WRONG)
    assert SEAL in said
    assert MEMBER in said
    for key in (*WRONG.seal, *RIGHT.seal, WRONG.member, RIGHT.member):
        assert not [form for form in forms_of(key) if form in said.encode()]


async def test_a_key_that_is_not_the_first_is_held_all_the_same(used: Club) -> None:
    await key_check.confirm(used.database, Identity(Keys((WRONG.seal[0], RIGHT.seal[0]), RIGHT.member)))


async def test_a_database_from_before_the_check_shows_a_wrong_member_key_by_its_players(used: Club) -> None:
    assert MEMBER in await refused(used.database, Keys(RIGHT.seal, WRONG.member))
    assert await recorded(used.database) == []
    await key_check.confirm(used.database, Identity(RIGHT))


async def test_a_player_whose_member_was_erased_proves_nothing(used: Club) -> None:
    async with used.database.write() as session:
        for player in await session.scalars(select(Player)):
            player.seal, player.member_key = used.identity.seal_nobody(player.token), b"random"
    assert await key_check.problems(used.database, Identity(RIGHT)) == []


async def test_two_processes_that_start_first_at_once_cannot_disagree(database: Database) -> None:
    async with database.write() as session:
        await session.execute(delete(Player))
    others = [Keys(RIGHT.seal, RIGHT.member), Keys(RIGHT.seal, WRONG.member)] * 4
    databases = [Database(database.url.render_as_string(hide_password=False)) for _ in others]
    starts = [key_check.confirm(one, Identity(keys)) for one, keys in zip(databases, others, strict=True)]
    results = await asyncio.gather(*starts, return_exceptions=True)
    for one in databases:
        await one.close()
    (kept,) = await recorded(database)
    for keys, result in zip(others, results, strict=True):
        assert (result is None) == (Identity(keys).key_check() == kept)
        assert result is None or isinstance(result, StartError)
    assert results.count(None) == 4


async def test_looking_for_problems_writes_nothing(used: Club) -> None:
    assert await key_check.problems(used.database, Identity(RIGHT)) == []
    assert await recorded(used.database) == []


async def test_the_bot_does_not_start_with_a_wrong_key(used: Club, clock: MovingClock) -> None:
    await key_check.confirm(used.database, Identity(RIGHT))
    url = used.database.url.render_as_string(hide_password=False)
    bot = MitAssist(Settings(), WRONG, url, clock=clock, run_scheduler=False)
    with pytest.raises(StartError, match=MEMBER):
        await bot.setup_hook()
    assert not bot.extensions
    await bot.close()


async def test_check_says_it_too(used: Club, tmp_path: Path) -> None:
    url = used.database.url.render_as_string(hide_password=False)
    nothing = tmp_path / "config.toml"
    for keys, mend in ((RIGHT, False), (WRONG, True)):
        environment = {"MITASSIST_DATABASE_URL": url, **keys.environment()}
        findings = [str(finding) for finding in await check.check(nothing, environment)]
        of_keys = [line for line in findings if SEAL in line or "the keys are those" in line]
        assert [line.startswith("MEND") for line in of_keys] == [mend]


def forms_of(key: bytes) -> list[bytes]:
    """A key in every way it could be written."""
    plain, url_safe = base64.b64encode(key), base64.urlsafe_b64encode(key)
    escaped = repr(key)[2:-1].encode()
    found = [key, plain, url_safe, plain.rstrip(b"="), url_safe.rstrip(b"="), escaped]
    return [*found, key.hex().encode(), key.hex().upper().encode(), base64.b32encode(key)]


@contextlib.contextmanager
def logged(environment: dict[str, str]) -> Generator[io.StringIO]:
    """What the bot's own handler writes, with every logger at its loudest."""
    stream = io.StringIO()
    handler = logs.SafeHandler(stream)
    logs.redactor.hide(logs.secrets_in(environment))
    root = logging.getLogger()
    level, ours = root.level, logging.getLogger("bot").level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("bot").setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        logging.getLogger("bot").setLevel(ours)
        logs.redactor.hide(set())


async def test_no_key_is_in_the_database_the_log_a_dump_or_a_backup(
    founded_url: str, clock: MovingClock, tmp_path: Path
) -> None:
    environment = RIGHT.environment()
    database = Database(founded_url)
    path = Path(database.url.database or "")
    with logged(environment) as log:
        club = await Club.opened(database, clock, SETTINGS, Identity(RIGHT))
        await key_check.confirm(database, club.identity)
        question = await club.ask()
        await club.give(question, await club.answer(question))
        assert "MEMBER_KEY" in await refused(database, WRONG)
        logging.getLogger("bot.test").debug("%s %s %s", environment, RIGHT.seal[0], environment[SEAL])
        try:
            raise StartError(f"with the keys {environment} {RIGHT.member!r}")
        except StartError:
            logging.getLogger("bot.test").exception("it fails")
        back_up(founded_url, tmp_path / "backup.sqlite3")
        places = files_of(path, tmp_path) | {"log": log.getvalue().encode()}
    await database.close()
    assert b"it fails" in places["log"]
    assert b'INSERT INTO "questions"' in places["dump"]
    for place, content in places.items():
        for key in (*RIGHT.seal, RIGHT.member):
            assert not [form for form in forms_of(key) if form in content], place
    # The search can find something: the pseudonym of a member is there.
    assert Identity(RIGHT).member_key(GUILD, HELPER) in places["backup"]
    assert ASKER.to_bytes(8) not in places["backup"]


def files_of(path: Path, folder: Path) -> dict[str, bytes]:
    """What someone could steal."""
    wal = path.with_name(path.name + "-wal").read_bytes()
    assert wal
    dump, backup = dump_of(path, folder), (folder / "backup.sqlite3").read_bytes()
    return {"database": path.read_bytes(), "wal": wal, "dump": dump, "backup": backup}


def dump_of(path: Path, folder: Path) -> bytes:
    """The database as SQL."""
    copy = folder / "copy.sqlite3"
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{copy}{ending}")
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        return "\n".join(connection.iterdump()).encode()
