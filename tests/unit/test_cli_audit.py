"""`audit`, typed as the host types it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from bot.app import prepare_database
from bot.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_OK, main
from bot.clock import system_clock
from bot.config import Settings
from bot.services import container, key_check
from bot.services.identity import Identity, Keys
from db.engine import Database
from db.models import AuditEntry

KEYS = Keys.new()
GUILD = 1_100_000_000_000_000_001

Type = Callable[..., int]

pytestmark = pytest.mark.usefixtures("log_left_alone")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with three entries."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'mitassist.sqlite3'}"
    asyncio.run(_fill(url))
    return url


async def _fill(url: str) -> None:
    database, identity = Database(url), Identity(KEYS)
    await prepare_database(database)
    await key_check.confirm(database, identity)
    servers = container.build(database, identity, system_clock, Settings()).servers
    for language in ("da", "en", "da"):
        await servers.set_language(GUILD, language, 1)
    await database.close()


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type the command with these keys in the environment."""

    def typed(keys: Keys = KEYS, database_url: str = url, action: str = "verify") -> int:
        for name, value in {**keys.environment(), "MITASSIST_DATABASE_URL": database_url}.items():
            monkeypatch.setenv(name, value)
        return main(["--env", str(tmp_path / "no.env"), "audit", action])

    return typed


def meddle(url: str, statement: Any) -> None:
    async def run() -> None:
        database = Database(url)
        async with database.write() as session:
            await session.execute(statement)
        await database.close()

    asyncio.run(run())


def test_a_whole_record(run: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == EXIT_OK
    assert f"Server {GUILD}: whole, 3 entries" in capsys.readouterr().out


def test_it_can_be_read(run: Type, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    meddle(url, update(AuditEntry).where(AuditEntry.seq == 2).values(subject="a\x1b[2J"))
    assert run(action="show") == EXIT_OK
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{GUILD} #1 ")
    assert first.endswith(' admin_language server by 1 {"language": "da"}')
    assert "a?[2J" in second, "nobody can write into the reader's terminal"
    assert " #3 " in third


def test_an_empty_record_is_said(tmp_path: Path, run: Type, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"

    async def make() -> None:
        database = Database(url)
        await prepare_database(database)
        await database.close()

    asyncio.run(make())
    assert run(database_url=url, action="show") == EXIT_OK
    assert capsys.readouterr().out == "Nothing is on record yet.\n"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (update(AuditEntry).where(AuditEntry.seq == 2).values(actor=7), "entry 2 (changed)"),
        (delete(AuditEntry).where(AuditEntry.seq == 1), "entry 1 (missing)"),
        (delete(AuditEntry).where(AuditEntry.seq == 3), "entry 3 (missing)"),
    ],
)
def test_a_broken_record_names_its_first_bad_entry(
    run: Type, url: str, capsys: pytest.CaptureFixture[str], statement: Any, said: str
) -> None:
    meddle(url, statement)
    assert run() == EXIT_FAILED
    assert said in capsys.readouterr().out


def test_another_key_is_no_broken_record(run: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Keys.new()) == EXIT_FAILED
    shown = capsys.readouterr()
    assert "MITASSIST_MEMBER_KEY" in shown.err
    assert "BROKEN" not in shown.out


def test_a_database_without_tables_is_explained_and_left_alone(
    run: Type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.sqlite3"
    file.touch()
    assert run(KEYS, f"sqlite+aiosqlite:///{file}") == EXIT_FAILED
    assert "db upgrade" in capsys.readouterr().err


def test_a_mistyped_address_makes_no_database(
    run: Type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(KEYS, f"sqlite+aiosqlite:///{tmp_path / 'mistyped.sqlite3'}") == EXIT_FAILED
    assert "There is no database at" in capsys.readouterr().err
    assert list(tmp_path.glob("mistyped*")) == []


def test_keys_are_needed(run: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in KEYS.environment():
        monkeypatch.delenv(name, raising=False)
    assert main(["--env", str(tmp_path / "no.env"), "audit", "verify"]) == EXIT_CONFIG
