"""Commands that work on the database of a bot beside it, running or not."""

import contextlib
from collections.abc import AsyncGenerator, Mapping

from bot import config
from bot.errors import StartError
from db import migrate
from db.engine import Database


@contextlib.asynccontextmanager
async def opened(environment: Mapping[str, str]) -> AsyncGenerator[Database]:
    """The database that is there already.

    Raises ConfigError, and StartError when there is none, or one of another version.
    """
    database = Database(config.load_database_url(environment))
    try:
        if database.missing_file is not None:
            raise StartError(
                f"There is no database at {database.missing_file}. Is MITASSIST_DATABASE_URL the bot's own?"
            )
        if await migrate.current(database.engine) != migrate.head():
            raise StartError("The database has another schema: start this version once, or `db upgrade`.")
        yield database
    finally:
        await database.close()
