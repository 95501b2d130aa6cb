"""Alembic's entry: runs on the connection that `db.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum

from db import models
from db.types import AwareDateTime, Base

_ = models  # imported so that every table is in the metadata


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones, so that a migration does not change when the code does."""
    if kind == "type" and isinstance(item, AwareDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("run `python -m bot db upgrade`")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    # SQLite can roll a migration back: `db.engine` begins its transactions explicitly.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
