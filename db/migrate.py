"""Bring the database to the newest schema, or refuse."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

_SCRIPTS = Path(__file__).parent / "migrations"
# Any number: it only has to be the same in every process that shares one PostgreSQL.
_ADVISORY_LOCK = 0x4D495441


class NewerDatabaseError(Exception):
    """The database was migrated by a newer version of the bot."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision this code knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("no migrations found")
    return revision


def is_known(revision: str) -> bool:
    """Whether this code has the migration that a database says it is at."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(script.revision == revision for script in scripts)


async def upgrade(engine: AsyncEngine) -> None:
    """Run what is missing. Raises NewerDatabaseError when the database is ahead of the code."""
    async with engine.connect() as connection:
        # SQLite: take the lock first, so that two processes starting at once come one after the other.
        await connection.execution_options(mitassist_write=True)
        await connection.run_sync(_upgrade)
        await connection.commit()


async def current(engine: AsyncEngine) -> str | None:
    """The database's revision; None when it is empty."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two processes starting at once would both create the tables.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
    revision = _current(connection)
    if revision is not None and not is_known(revision):
        raise NewerDatabaseError(revision)
    command.upgrade(_config(connection), "head")
