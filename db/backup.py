"""A consistent copy of the database while the bot runs.

The copy is written beside its target under another name, checked, and only then given its name: a backup
that was stopped leaves nothing under the name that was asked for.
"""

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL, make_url

from db.engine import BUSY_TIMEOUT_MS

_PG_DUMP = "pg_dump"


class BackupError(Exception):
    """There is no backup; the message says why and what to do."""


def back_up(url: str, target: Path) -> None:
    """Write a copy to a new file that only its owner can read. Raises BackupError that says what to do."""
    parsed = make_url(url)
    if os.path.lexists(target):
        raise BackupError(f"{target} exists already, and a backup overwrites nothing. Choose another name.")
    try:
        part = _reserve(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from error
    try:
        if parsed.get_backend_name() == "sqlite":
            _copy_sqlite(parsed, part)
        else:
            _dump_postgresql(parsed, part)
        _sync(part, os.O_RDWR)
        _publish(part, target)
    finally:
        part.unlink(missing_ok=True)
    # Folders cannot be opened on Windows, and need not be.
    with contextlib.suppress(PermissionError):
        _sync(target.parent, os.O_RDONLY)


def _reserve(target: Path) -> Path:
    """An empty file beside the target, readable by its owner alone from its first byte on."""
    part = target.parent / f".{target.name}.{secrets.token_hex(4)}.part"
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return part


def _copy_sqlite(url: URL, part: Path) -> None:
    # VACUUM INTO rather than a copy of pages: what was erased stays behind in the pages that are free.
    source = Path(url.database or "")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}. Is MITASSIST_DATABASE_URL the bot's own?")
    address = f"{source.resolve().as_uri()}?mode=rw"
    try:
        with contextlib.closing(_open(address)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        with contextlib.closing(_open(f"{part.resolve().as_uri()}?mode=ro")) as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error.sqlite_errorname}.") from error
    if verdict != "ok":
        raise BackupError("The copy is damaged, so the database or the disk is: keep the older backups.")


def _open(address: str) -> sqlite3.Connection:
    timeout = BUSY_TIMEOUT_MS / 1000
    return sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)


def _dump_postgresql(url: URL, part: Path) -> None:
    program = shutil.which(_PG_DUMP)
    if program is None:
        raise BackupError(
            "Backing PostgreSQL up needs its program pg_dump, which is not installed here "
            "(Debian: postgresql-client). It must not be older than the server."
        )
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}"]
    done = subprocess.run(command, env=_surroundings(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"pg_dump did not succeed: {done.stderr.strip()}")


def _surroundings(url: URL) -> dict[str, str]:
    """pg_dump's environment: our own without the secrets, and the database.

    Arguments could be listed by anyone on the machine.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MITASSIST_")}
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    values = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("ssl") or query.get("sslmode"),
    }
    return kept | {name: value for name, value in values.items() if value}


def _publish(part: Path, target: Path) -> None:
    """Give the copy its name, at once and never over another file."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise BackupError(f"{target} was made by someone else meanwhile. Choose another name.") from error
    except OSError:
        # A file system without links: here only the check before stands against another file.
        part.rename(target)


def _sync(path: Path, mode: int) -> None:
    """Survive a power cut."""
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
