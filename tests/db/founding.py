"""A server that is set up, and the way back to it."""

from dataclasses import dataclass

from sqlalchemy import delete, insert

from db import migrate
from db.engine import Database
from db.types import Base
from tests.db.club import Club, Rows, everything
from tests.helpers import MovingClock


@dataclass(frozen=True)
class Founded:
    """A database, and its rows when the server in it had just been set up."""

    database: Database
    rows: Rows

    async def reset(self) -> None:
        """Put those rows back."""
        async with self.database.write() as session:
            for table in reversed(Base.metadata.sorted_tables):
                await session.execute(delete(table))
            for table in Base.metadata.sorted_tables:
                if self.rows[table.name]:
                    await session.execute(insert(table), self.rows[table.name])


async def found(url: str) -> Founded:
    """Migrate a database and set a server up in it."""
    database = Database(url)
    await migrate.upgrade(database.engine)
    await Club.found(database, MovingClock())
    return Founded(database, await everything(database))
