"""The database: one engine, short transactions, SQLite by default and PostgreSQL by URL."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 5000
_JOURNAL_PATIENCE_SECONDS = 1.0
_JOURNAL_RETRY_MS = 10


class Database:
    """Opens transactions; knows nothing of what they hold.

    `write` and `read` are the only ways in. Both are short: nothing of Discord is awaited inside.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        # SQLite has one writer: queueing here is fair and never runs into the busy timeout.
        self._writer = asyncio.Lock() if self.is_sqlite else contextlib.nullcontext()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def missing_file(self) -> Path | None:
        """The file of an embedded database that is not there; it would be made by looking into it."""
        path = Path(self.url.database or "")
        return path if self.is_sqlite and not path.is_file() else None

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One transaction, committed on leaving, rolled back on an exception."""
        async with self._writer, self._sessions() as session:
            await session.connection(execution_options={"mitassist_write": True})
            yield session
            await session.commit()

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """One consistent view; nothing is written."""
        async with self._sessions() as session:
            yield session

    async def empty_journal(self) -> bool:
        """On SQLite: what was overwritten still stands in the journal beside the file; leave nothing there.

        Whether it is empty now: a reader who needs it can be in the way. He is waited for, but not for
        long, because nobody can write meanwhile; call it again later. PostgreSQL's journal is its own.
        """
        path = self.url.database
        if not self.is_sqlite or not path or path == ":memory:":
            return True
        async with self._writer:
            return await asyncio.to_thread(_empty_journal, path)

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def _engine(url: str) -> AsyncEngine:
    parsed = make_url(url)
    # An error would otherwise carry what was being written into the log.
    if parsed.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # An error that quotes its statement would quote what a boy wrote.
    engine = create_async_engine(url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _empty_journal(path: str) -> bool:
    with contextlib.closing(sqlite3.connect(path, timeout=_JOURNAL_PATIENCE_SECONDS)) as connection:
        try:
            (blocked, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # another process is writing, or it cannot be reached at all
            return False
    return not blocked


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin by itself, and too late: `_begin_sqlite` does it.
    driver: Any = connection
    driver.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _change_journal(cursor)
    # FULL: what a boy was told is posted survives a power cut.
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is erased is overwritten: a destroyed seal is not to be found in the file's free pages.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _change_journal(cursor: DBAPICursor) -> None:
    # SQLite does not wait here, whatever its timeout: two that change a new file at once would deadlock.
    patience = BUSY_TIMEOUT_MS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if patience <= 0:
                raise
            patience -= _JOURNAL_RETRY_MS
            time.sleep(_JOURNAL_RETRY_MS / 1000)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for the lock: take it at once.
    writes = connection.get_execution_options().get("mitassist_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
