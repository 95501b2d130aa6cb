"""The command line: exit codes, and what it says."""

import asyncio
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_OK, main
from bot.services.identity import Keys
from db import migrate
from db.engine import Database
from tests.unit.walls import ROOT

pytestmark = pytest.mark.usefixtures("log_left_alone")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to run in, with nothing of ours in the environment; what `.env` sets is forgotten."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("MITASSIST_")]:
        del os.environ[name]
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def _env(place: Path, **values: str) -> None:
    lines = [f"{name}={value}" for name, value in values.items()]
    (place / ".env").write_text("\n".join(lines), encoding="utf-8")


def _revision(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    return revision


def test_running_without_configuration_tells_everything_that_is_missing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "config.toml").write_text('[server]\nlanguage = "sv"\n[questions]\ndraft_hours = 0\n')
    _env(place, MITASSIST_DATABASE_URL="mysql://x")
    assert main(["run"]) == EXIT_CONFIG == 2
    said = capsys.readouterr()
    assert said.out == ""
    for key in (
        "server.language",
        "questions.draft_hours",
        "MITASSIST_TOKEN",
        "MITASSIST_SEAL_KEYS",
        "MITASSIST_MEMBER_KEY",
        "MITASSIST_DATABASE_URL",
    ):
        assert f"  {key}: found " in said.err


def test_other_files_can_be_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "other.toml").write_text("[server]\nlanguage = 1\n")
    (place / "other.env").write_text("MITASSIST_TOKEN=x\n")
    assert main(["--config", "other.toml", "--env", "other.env", "run"]) == EXIT_CONFIG
    said = capsys.readouterr().err
    assert "server.language" in said
    assert "MITASSIST_TOKEN" not in said


def test_new_keys_can_be_read(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new"]) == EXIT_OK
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    found = dict(line.split("=", 1) for line in lines)
    keys = Keys.parse(found["MITASSIST_SEAL_KEYS"], found["MITASSIST_MEMBER_KEY"])
    assert keys.environment() == found
    main(["keys", "new"])
    assert found["MITASSIST_MEMBER_KEY"] not in capsys.readouterr().out


def test_database_is_made_where_nothing_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["db", "upgrade"]) == EXIT_OK
    assert f"revision {migrate.head()}" in capsys.readouterr().out
    file = place / "data" / "mitassist.sqlite3"
    assert _revision(file) == migrate.head()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_newer_database_is_refused_with_what_to_do(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = place / "newer.sqlite3"
    _env(place, MITASSIST_DATABASE_URL=f"sqlite+aiosqlite:///{path}")
    assert main(["db", "upgrade"]) == EXIT_OK
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert main(["db", "upgrade"]) == EXIT_FAILED
    said = capsys.readouterr().err
    assert "9999" in said
    assert "Update the bot" in said
    assert "Traceback" not in said
    assert _revision(path) == "9999"


def test_check_names_what_is_wrong(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == EXIT_CONFIG
    said = capsys.readouterr().out
    assert "MEND  MITASSIST_TOKEN" in said
    assert "ok    the database will be migrated" in said


@pytest.mark.parametrize("newer", [True, False])
def test_check_looks_at_the_database(place: Path, capsys: pytest.CaptureFixture[str], newer: bool) -> None:
    path = place / "known.sqlite3"

    async def migrated() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate.upgrade(database.engine)
        await database.close()

    asyncio.run(migrated())
    if newer:
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
    _env(place, MITASSIST_DATABASE_URL=f"sqlite+aiosqlite:///{path}")
    main(["check"])
    said = capsys.readouterr().out
    expected = (
        "MEND  the database is at revision 9999"
        if newer
        else f"ok    the database is at revision {migrate.head()}"
    )
    assert expected in said


@pytest.mark.parametrize(
    ("arguments", "work", "done"),
    [
        (["check"], "bot.check.check", []),
        (["audit", "verify"], "bot.auditing.verify_chains", True),
        (["keys", "rotate"], "bot.rotating.rotate_keys", True),
        (["backup", "copy"], "bot.cli.back_up", None),
    ],
)
def test_what_a_command_logs_names_nobody(
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    work: str,
    done: object,
) -> None:
    def careless(*_: object) -> object:
        logging.getLogger("sqlalchemy.engine").warning("[parameters: (%s)]", 1_300_000_000_000_000_011)
        return done

    async def carelessly(*_: object) -> object:
        return careless()

    monkeypatch.setattr(work, careless if done is None else carelessly)
    assert main(arguments) == EXIT_OK
    said = capsys.readouterr()
    assert "[parameters: ([id])]" in said.err
    assert "1300000000000000011" not in said.err + said.out


@pytest.mark.parametrize("arguments", [[], ["dance"], ["db"], ["keys", "old"], ["play", "--port", "x"]])
def test_unknown_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: mitassist" in capsys.readouterr().err


_WITHOUT_THE_EXTRA = """
import sys
sys.modules["simcord"] = None
from bot.cli import main
sys.exit(main(["play"]))
"""


def test_play_without_its_extra_says_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_THE_EXTRA], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == EXIT_FAILED
    assert "make play" in done.stderr
    assert "Traceback" not in done.stderr


def test_installed_command_is_this_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for command in ("run", "play", "check", "db", "keys"):
        assert f"\n    {command} " in done.stdout
    assert 'mitassist = "bot.cli:main"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
