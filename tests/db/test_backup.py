"""A backup is a consistent copy made while the bot runs, or nothing at all."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import select

from db import backup
from db.backup import BackupError, back_up
from db.engine import Database
from db.models import LedgerEntry
from tests.db import postgres
from tests.db.club import Club, check_ledger
from tests.helpers import MovingClock

SECRET = "Det her skal ingen læse."


def secret_in(file: str | None) -> bool:
    """Whether a file holds the secret anywhere, also where nothing is stored any more."""
    return SECRET.encode() in Path(file or "").read_bytes()


def address(database: Database) -> str:
    """A database's URL."""
    return database.url.render_as_string(hide_password=False)


async def one_assist(club: Club) -> None:
    """Write what a copy at the wrong moment would tear apart."""
    question = await club.ask()
    await club.give(question, await club.answer(question))


async def write_until(club: Club, stop: asyncio.Event) -> None:
    """Write without pause, and once more at the end."""
    while not stop.is_set():
        await one_assist(club)
    await one_assist(club)


async def credits(club: Club) -> int:
    """How many assists stand in the ledger."""
    return len(await club.rows(select(LedgerEntry.id)))


@contextlib.asynccontextmanager
async def restored(source: Database, target: Path, clock: MovingClock) -> AsyncGenerator[Club]:
    """The backup, put back as README says."""
    if source.is_sqlite:
        url, socket, name = f"sqlite+aiosqlite:///{target}", None, ""
    else:
        socket, name = Path(str(source.url.query["host"])), f"restored_{uuid.uuid4().hex}"
        url = postgres.url(socket, name)
        await asyncio.to_thread(tool, socket, "createdb", name)
        restore = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={name}", str(target)]
        await asyncio.to_thread(tool, socket, *restore)
    database = Database(url)
    yield await Club.opened(database, clock)
    await database.close()
    if socket is not None:
        await asyncio.to_thread(tool, socket, "dropdb", name)


def tool(socket: Path, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's."""
    command = [program, f"--host={socket}", "--username=postgres", *arguments]
    subprocess.run(command, check=True, capture_output=True)


async def test_a_backup_while_writes_go_on_is_whole(club: Club, clock: MovingClock, tmp_path: Path) -> None:
    target, stop = tmp_path / "backup", asyncio.Event()
    await one_assist(club)
    writing = asyncio.create_task(write_until(club, stop))
    await asyncio.to_thread(back_up, address(club.database), target)
    stop.set()
    await writing
    async with restored(club.database, target, clock) as copy:
        await check_ledger(copy)
        assert 1 <= await credits(copy) < await credits(club)


async def test_a_backup_is_one_file_for_its_owner_alone(club: Club, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(address(club.database), folder / "mit assist.backup")
    (only,) = folder.iterdir()
    assert stat.S_IMODE(only.stat().st_mode) == 0o600


async def test_a_sqlite_backup_passes_its_check_and_leaves_what_was_erased_behind(
    founded_url: str, clock: MovingClock, tmp_path: Path
) -> None:
    database = Database(founded_url)
    club = await Club.opened(database, clock)
    await club.draft(body=SECRET)
    await club.database.close()
    with contextlib.closing(sqlite3.connect(database.url.database or "")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM questions")
        connection.commit()
    assert secret_in(database.url.database)
    back_up(founded_url, tmp_path / "backup")
    assert not secret_in(str(tmp_path / "backup"))
    with contextlib.closing(sqlite3.connect(tmp_path / "backup")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_what_the_bot_erases_is_overwritten(founded_url: str, clock: MovingClock) -> None:
    database = Database(founded_url)
    club = await Club.opened(database, clock)
    preview = await club.draft(body=SECRET)
    await club.services.questions.discard(preview.token, 1_300_000_000_000_000_011)
    await database.close()
    assert not secret_in(database.url.database)


async def test_nothing_is_overwritten(club: Club, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("the only other copy")
    with pytest.raises(BackupError, match="exists already"):
        back_up(address(club.database), target)
    assert target.read_text() == "the only other copy"


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(
    founded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "backup"

    def appears(path: Path, mode: int) -> None:
        target.write_text("somebody else's")

    monkeypatch.setattr(backup, "_sync", appears)
    with pytest.raises(BackupError, match="meanwhile"):
        back_up(founded_url, target)
    assert target.read_text() == "somebody else's"
    assert list(tmp_path.glob(".*")) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from db import backup

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "in the copy":
    opened = backup._open
    def opened_to_die(address):
        connection = opened(address)
        connection.set_progress_handler(die, 500)
        return connection
    backup._open = opened_to_die
else:
    backup._publish = die
backup.back_up(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.mark.parametrize("moment", ["in the copy", "before it gets its name"])
def test_a_killed_backup_leaves_nothing_under_its_name(founded_url: str, tmp_path: Path, moment: str) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    target = folder / "backup"
    command = [sys.executable, "-c", _KILLED, founded_url, str(target), moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not target.exists()
    (left,) = folder.glob(".backup.*.part")
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    back_up(founded_url, target)
    assert target.exists()


def test_an_interrupted_backup_tidies_up(
    founded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_publish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        back_up(founded_url, folder / "backup")
    assert list(folder.iterdir()) == []


def test_a_file_system_without_links_gets_its_backup_too(
    founded_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    back_up(founded_url, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_size
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("part", ["no such folder/backup", "a file/backup"])
def test_a_target_that_cannot_be_written_is_said(founded_url: str, tmp_path: Path, part: str) -> None:
    (tmp_path / "a file").touch()
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(founded_url, tmp_path / part)


def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing.sqlite3"
    with pytest.raises(BackupError, match="no database"):
        back_up(f"sqlite+aiosqlite:///{missing}", tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
    with pytest.raises(BackupError):
        back_up(f"sqlite+aiosqlite:///{tmp_path / 'broken.sqlite3'}", tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.sqlite3"]


def test_postgresql_without_pg_dump_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="postgresql-client"):
        back_up("postgresql+asyncpg://bot:secret@localhost/mitassist", tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_pg_dump_gets_the_password_but_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\nenv > '{tmp_path}/env'\necho \"$@\" > '{tmp_path}/arguments'\nexit 3\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("MITASSIST_MEMBER_KEY", "do not tell")
    with pytest.raises(BackupError, match="pg_dump did not succeed"):
        back_up("postgresql+asyncpg://bot:p%40ss@db.example:5433/mit?ssl=require", tmp_path / "backup")
    given = (tmp_path / "env").read_text().splitlines()
    assert {"PGHOST=db.example", "PGPORT=5433", "PGUSER=bot", "PGDATABASE=mit"} <= set(given)
    assert {"PGPASSWORD=p@ss", "PGSSLMODE=require"} <= set(given)
    assert "do not tell" not in "\n".join(given)
    assert "p@ss" not in (tmp_path / "arguments").read_text()
    assert not (tmp_path / "backup").exists()
