"""`keys rotate` and `backup`, typed as the host types them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.app import prepare_database
from bot.cli import EXIT_CONFIG, EXIT_FAILED, EXIT_OK, main
from bot.services.identity import Identity, Keys, new_token
from db.engine import Database
from db.models import Guild, Player, Visibility

OLD, NEW = Keys.new(), Keys.new()
BOTH = Keys((NEW.seal[0], OLD.seal[0]), OLD.member)
PLAYERS = 3

Type = Callable[..., int]


pytestmark = pytest.mark.usefixtures("log_left_alone")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A database with a few players sealed under the old key."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'mitassist.sqlite3'}"
    asyncio.run(_fill(url))
    return url


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type a command with these keys in the environment."""

    def typed(keys: Keys, *arguments: str) -> int:
        environment = {**keys.environment(), "MITASSIST_DATABASE_URL": database_url, "MITASSIST_TOKEN": ""}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return main(["--env", str(tmp_path / "no.env"), *arguments])

    return typed


async def _fill(url: str) -> None:
    database, identity = Database(url), Identity(OLD)
    await prepare_database(database)
    async with database.write() as session:
        session.add(Guild(id=1, language="da"))
        for user_id in range(PLAYERS):
            token = new_token()
            session.add(
                Player(
                    token=token,
                    guild_id=1,
                    member_key=identity.member_key(1, user_id),
                    seal=identity.seal_member(user_id, token),
                    visibility=Visibility.HIDDEN,
                    created_at=datetime(2026, 11, 12, tzinfo=UTC),
                )
            )
    await database.close()


def test_a_rotation_prints_its_progress_and_the_end(run: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(BOTH, "keys", "rotate") == EXIT_OK
    said = capsys.readouterr().out
    assert f"players.seal: {PLAYERS} of {PLAYERS}" in said
    assert "leave only the first in MITASSIST_SEAL_KEYS" in said
    assert "MITASSIST_MEMBER_KEY stays" in said
    # And so it is: the new key alone is enough.
    assert run(Keys(NEW.seal, OLD.member), "keys", "rotate") == EXIT_OK
    assert "0 seals were made anew." in capsys.readouterr().out


def test_the_old_keys_are_not_given_up_while_something_needs_them(
    run: Type, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def damage() -> None:
        database = Database(database_url)
        async with database.write() as session:
            first = await session.scalar(select(Player.id).limit(1))
            await session.execute(update(Player).where(Player.id == first).values(token=new_token()))
        await database.close()

    asyncio.run(damage())
    assert run(BOTH, "keys", "rotate") == EXIT_FAILED
    said = capsys.readouterr().out
    assert "1 cannot be opened" in said
    assert "leave only the first" not in said


def test_a_rotation_without_the_old_key_is_refused(run: Type, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Keys(NEW.seal, OLD.member), "keys", "rotate") == EXIT_FAILED
    assert "MITASSIST_SEAL_KEYS lacks a key" in capsys.readouterr().err


def test_a_rotation_with_the_wrong_member_key_is_refused(
    run: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Keys(BOTH.seal, NEW.member), "keys", "rotate") == EXIT_FAILED
    assert "MITASSIST_MEMBER_KEY is not the key" in capsys.readouterr().err


def test_a_rotation_without_keys_says_which_are_missing(
    run: Type, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("MITASSIST_SEAL_KEYS", raising=False)
    monkeypatch.delenv("MITASSIST_MEMBER_KEY", raising=False)
    monkeypatch.setenv("MITASSIST_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite3'}")
    assert main(["--env", str(tmp_path / "no.env"), "keys", "rotate"]) == EXIT_CONFIG
    said = capsys.readouterr().err
    assert "MITASSIST_SEAL_KEYS" in said
    assert "MITASSIST_MEMBER_KEY" in said


def test_a_database_that_was_never_migrated_is_not_rotated(
    run: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in OLD.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MITASSIST_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite3'}")
    assert main(["--env", str(tmp_path / "no.env"), "keys", "rotate"]) == EXIT_FAILED
    assert "There is no database at" in capsys.readouterr().err
    (tmp_path / "other.sqlite3").touch()
    assert main(["--env", str(tmp_path / "no.env"), "keys", "rotate"]) == EXIT_FAILED
    assert "db upgrade" in capsys.readouterr().err


def test_no_command_prints_a_key_but_the_one_that_makes_them(
    run: Type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for keys in (BOTH, Keys(NEW.seal, OLD.member), NEW):
        for arguments in (["keys", "rotate"], ["check"], ["backup", str(tmp_path / new_token())]):
            run(keys, *arguments)
    printed = "".join(capsys.readouterr())
    assert "MITASSIST_SEAL_KEYS" in printed
    for keys in (OLD, NEW):
        for value in keys.environment().values():
            assert value not in printed


def test_a_backup_says_where_it_is(run: Type, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "backup.sqlite3"
    assert run(OLD, "backup", str(target)) == EXIT_OK
    assert str(target) in capsys.readouterr().out
    assert run(OLD, "backup", str(target)) == EXIT_FAILED
    assert "exists already" in capsys.readouterr().err


def test_a_backup_needs_no_keys(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MITASSIST_SEAL_KEYS", raising=False)
    monkeypatch.setenv("MITASSIST_DATABASE_URL", database_url)
    assert main(["--env", str(tmp_path / "no.env"), "backup", str(tmp_path / "copy")]) == EXIT_OK
    assert asyncio.run(_players(f"sqlite+aiosqlite:///{tmp_path / 'copy'}")) == PLAYERS


async def _players(url: str) -> int:
    database = Database(url)
    async with database.read() as session:
        found = (await session.scalars(select(Player.id))).all()
    await database.close()
    return len(found)
