"""What somebody with the whole database and no key can see, and nothing else.

What is random by design is told by its length, and by where else the same value, or a part of it, stands:
two databases that look alike here can be told apart by nobody who lacks the keys.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal_column, null, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database
from db.types import Base

# Besides everything that is bytes.
_RANDOM = {"token", "form", "subject", "case_code", "alias"}
# So much of two random values is never the same by chance: the nonce of a seal, its text, a part of a hash.
_WINDOW = 8
# Every part of a seal begins at a multiple of it.
_STEP = 4
# Drawn from few words; some are longer than others.
_WORDS = {"alias", "case_code"}

Place = tuple[str, int, str]


@dataclass(frozen=True)
class View:
    """A database, seen without the keys."""

    cells: dict[Place, Any]
    # Places where the same stands, with how far into each it begins.
    alike: set[frozenset[tuple[Place, int]]]
    # Up to where rows are numbered, also those that are gone.
    counted: dict[str, int | None]


async def look(database: Database) -> View:
    """Read every row of every table, in the order of their numbers."""
    cells: dict[Place, Any] = {}
    found: dict[Any, list[tuple[Place, int]]] = defaultdict(list)
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            # The number of the transaction that wrote a row: rows written in one have it in common.
            written: ColumnElement[Any] = null() if database.is_sqlite else literal_column("xmin::text")
            query = select(*table.c, written.label("xmin")).order_by(*table.primary_key)
            for number, row in enumerate((await session.execute(query)).mappings()):
                for column, value in row.items():
                    place = (table.name, number, column)
                    cells[place] = _shown(column, value)
                    for part, start in _parts(column, value):
                        found[part].append((place, start))
        counted = await _counted(session, database)
    return View(cells, {frozenset(places) for places in found.values() if len(places) > 1}, counted)


async def start_counting_anew(database: Database) -> None:
    """Number new rows from the last that is there; SQLite does so by itself."""
    if database.is_sqlite:
        return
    async with database.write() as session:
        for table in Base.metadata.sorted_tables:
            if "id" in table.c:
                newest = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                await session.execute(text(f"SELECT setval({sequence}, {newest}, false)"))


async def _counted(session: AsyncSession, database: Database) -> dict[str, int | None]:
    if database.is_sqlite:
        kept = text("SELECT name, 0 FROM sqlite_master WHERE name = 'sqlite_sequence'")
        assert not (await session.execute(kept)).all(), "SQLite keeps a count of rows: compare it too"
        return {}
    rows = await session.execute(text("SELECT sequencename, last_value FROM pg_sequences"))
    return {row.sequencename: row.last_value for row in rows}


def _is_random(column: str, value: Any) -> bool:
    return isinstance(value, bytes) or (column in _RANDOM and isinstance(value, str))


def _shown(column: str, value: Any) -> Any:
    if column == "xmin":
        return None
    if not _is_random(column, value):
        return value
    return "random words" if column in _WORDS else (type(value).__name__, len(value))


def _parts(column: str, value: Any) -> Iterator[tuple[Any, int]]:
    """What may stand elsewhere too: the whole, and every part of it that is long enough."""
    if column == "xmin":
        yield ("xmin", value), 0
    elif _is_random(column, value):
        yield value, 0
        if column not in _WORDS:
            for start in range(0, len(value) - _WINDOW + 1, _STEP):
                yield (value[start : start + _WINDOW], "part"), start
