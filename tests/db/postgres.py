"""A real PostgreSQL server for the tests: unprivileged, on a unix socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

_PROGRAMS = ("initdb", "pg_ctl", "postgres")
# Nothing here has to survive a power cut.
_OPTIONS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "deadlock_timeout": "100ms",
}


class NoServerError(Exception):
    """PostgreSQL is not installed here, or does not work."""


def binaries() -> list[Path]:
    """Folders that hold a server's programs, the newest version first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if (asked := shutil.which("pg_config")) is not None:
        found = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(found.stdout.strip() or "/nowhere"))
    if (on_path := shutil.which("initdb")) is not None:
        folders += [Path(on_path).parent, Path(on_path).resolve().parent]
    unique = dict.fromkeys(folders)
    return [folder for folder in unique if all((folder / program).exists() for program in _PROGRAMS)]


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: who it runs as instead."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in known else "nobody")


def _run(command: list[str], folder: Path) -> None:
    runs_as = _unprivileged()
    # Not a pipe: the server inherits it and would keep it open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=runs_as.pw_uid if runs_as else None,
            group=runs_as.pw_gid if runs_as else None,
            extra_groups=[] if runs_as else None,
        )
        if done.returncode != 0:
            output.seek(0)
            raise NoServerError(f"{command[0]} failed: {output.read().strip()}")


def _start(bin_folder: Path, home: Path) -> None:
    data, log = str(home / "data"), str(home / "log")
    initdb = [str(bin_folder / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
    _run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], home)
    options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
    pg_ctl = [str(bin_folder / "pg_ctl"), "-D", data, "-l", log, "-w"]
    _run([*pg_ctl, "-o", f"-k {home} {options}", "start"], home)


@contextmanager
def _ended_with_us(bin_folder: Path, home: Path) -> Generator[None]:
    """Stop the server and remove its folder at the end, also when this process is killed.

    A shell waits for its input to close, which happens in either case.
    """
    stop = f"'{bin_folder / 'pg_ctl'}' -D '{home / 'data'}' -m immediate -w stop"
    runs_as = _unprivileged()
    with subprocess.Popen(
        ["sh", "-c", f"read -r _; {stop}; rm -rf '{home}'"],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        user=runs_as.pw_uid if runs_as else None,
        group=runs_as.pw_gid if runs_as else None,
        extra_groups=[] if runs_as else None,
    ):
        yield


@contextmanager
def server() -> Generator[Path]:
    """Run a server; gives the folder of its socket. Raises NoServerError when there is none that works."""
    problems: list[str] = []
    for bin_folder in binaries():
        home = Path(tempfile.mkdtemp(prefix="mitassist-pg-"))
        if (runs_as := _unprivileged()) is not None:
            shutil.chown(home, runs_as.pw_uid)
        try:
            _start(bin_folder, home)
        except (NoServerError, OSError) as error:
            problems.append(str(error))
            shutil.rmtree(home, ignore_errors=True)
            continue
        with _ended_with_us(bin_folder, home):
            yield home
        return
    raise NoServerError("; ".join(problems) or "no PostgreSQL server is installed")


def url(socket: Path, database: str) -> str:
    """The address of one database of the server."""
    return f"postgresql+asyncpg://postgres@/{database}?host={socket}"


async def tell(socket: Path, statement: str) -> None:
    """Run a statement that stands above all databases, as one that makes one."""
    engine = create_async_engine(url(socket, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
