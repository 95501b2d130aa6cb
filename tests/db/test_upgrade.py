"""A database of the first version, with a life in it, is brought to this one and goes on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert, select

from bot.services.identity import Identity, Keys, new_token
from db import migrate
from db.engine import Database
from db.models import Post, Question, QuestionState, Summon
from tests.db.club import ASKER, COACH, GUILD, HELPER, Club
from tests.helpers import MovingClock

ASKED_AT = datetime(2026, 10, 1, 19, 42, 17, 123456, tzinfo=UTC)
HOUR = ASKED_AT.replace(minute=0, second=0, microsecond=0)
IDENTITY = Identity(Keys.new())


@pytest_asyncio.fixture(loop_scope="session")
async def old(empty_url: str) -> AsyncIterator[Database]:
    """The tables of the first version, with one question that is out and one that was withdrawn."""
    database = Database(empty_url)
    async with database.engine.connect() as connection:
        await connection.execution_options(mitassist_write=True)
        await connection.run_sync(_first_version)
        await connection.commit()
    yield database
    await database.close()


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.__file__).replace("migrate.py", "migrations"))
    config.attributes["connection"] = connection
    return config


def _first_version(connection: Connection) -> None:
    command.upgrade(_alembic(connection), "0001")
    tables = MetaData()
    tables.reflect(connection)

    def add(table: str, **values: Any) -> None:
        connection.execute(insert(tables.tables[table]).values(values))

    at = ASKED_AT.replace(tzinfo=None) if connection.dialect.name == "sqlite" else ASKED_AT
    add("guilds", id=GUILD, language="da", coach_channel_id=5)
    tags = {"tag_unanswered": 1, "tag_answered": 2, "tag_coach": 3, "tag_solved": 4}
    add("forums", id=1, guild_id=GUILD, channel_id=6, **tags)
    add("topics", id=1, token=new_token(), forum_id=1, name="Skole", tag_id=7, active=True)
    for number, state in ((1, "open"), (2, "withdrawn"), (3, "solved")):
        token = f"question-{number}"
        shown = {"appearance": "unanswered", "shown": "unanswered", "hidden": False, "wants_coach": False}
        texts = {"title": f"Nr. {number}", "body": "Det her.", "alias": f"Rolig Ravn {number}"}
        places = {"guild_id": GUILD, "topic_id": 1, "thread_id": 100 + number}
        times = {"created_at": at, "published_at": at}
        row = {"id": number, "token": token, "form": new_token(), "state": state, "seal": _old_seal(token)}
        add("questions", **row, **shown, **texts, **places, **times)
        sent = {"kind": "question", "state": "sent", "attempts": 1, "message_id": 100 + number}
        add("posts", token=new_token(), question_id=number, created_at=at, due_at=at, **sent)
    member = {"guild_id": GUILD, "member_key": IDENTITY.member_key(GUILD, COACH), "user_id": COACH}
    profile = {"name": "Søren", "age": 34, "topics": "Skole", "experience": "Droppede ud.", "active": True}
    add("coaches", id=1, token="coach", created_at=at, **member, **profile)
    case = {"token": "case", "case_code": "ABCDE", "question_id": 1, "coach_id": 1, "state": "accepted"}
    add("summons", id=1, thread_id=9, created_at=at, expires_at=at, decided_at=at, **case)
    line = {"form": "line", "summon_id": 1, "sender": "coach", "created_at": at}
    add("line_messages", id=1, sealed_body=IDENTITY.seal_text("Hvad tænker du?", "line"), **line)


def _old_seal(token: str) -> bytes:
    """As the first version made it: the id and nothing else."""
    return IDENTITY._seal(ASKER.to_bytes(8), f"member:{token}")  # pyright: ignore[reportPrivateUsage]


async def _upgraded(database: Database) -> Club:
    await migrate.upgrade(database.engine)
    clock = MovingClock(ASKED_AT + timedelta(days=1))
    return await Club.opened(database, clock, identity=IDENTITY)


async def test_everything_is_still_there(old: Database) -> None:
    club = await _upgraded(old)
    listed = await club.services.inbox.overview(GUILD, ASKER)
    assert {item.title for item in listed} == {"Nr. 1", "Nr. 3"}
    assert await club.services.inbox.overview(GUILD, HELPER) == []
    line = await club.services.lines.read("question-1", ASKER)
    assert [entry.text for entry in line.entries] == ["Hvad tænker du?"]


async def test_only_hours_are_left(old: Database) -> None:
    club = await _upgraded(old)
    rows = [*await club.rows(select(Question)), *await club.rows(select(Post))]
    moments = {row.created_at for row in rows} | {row.due_at for row in rows if isinstance(row, Post)}
    summon = await club.one(select(Summon))
    assert moments | {summon.created_at, summon.decided_at} == {HOUR}
    assert not summon.forgotten


@pytest.mark.parametrize("number", [2, 3])
async def test_what_had_ended_is_forgotten_in_time(old: Database, number: int) -> None:
    club = await _upgraded(old)
    row = await club.question(f"question-{number}")
    assert row.closed_at is not None
    club.clock.now = row.closed_at + timedelta(days=31)
    await club.services.retention.sweep()
    row = await club.question(f"question-{number}")
    assert not IDENTITY.mine([(row.token, row.seal)], ASKER)
    assert (await club.question("question-1")).state is QuestionState.OPEN


async def test_old_seals_become_as_long_as_new_ones(old: Database) -> None:
    club = await _upgraded(old)
    club.clock.now = datetime.now(UTC)
    await club.services.retention.sweep()
    lengths = {len(row.seal) for row in await club.rows(select(Question)) if row.seal}
    assert lengths == {len(IDENTITY.seal_member(ASKER, "x"))}
    assert IDENTITY.mine([(row.token, row.seal) for row in await club.rows(select(Question))], ASKER)


async def test_the_way_back_keeps_the_rows(old: Database) -> None:
    await migrate.upgrade(old.engine)
    async with old.engine.connect() as connection:
        await connection.execution_options(mitassist_write=True)
        await connection.run_sync(lambda sync: command.downgrade(_alembic(sync), "0001"))
        await connection.commit()
    club = await _upgraded(old)
    assert len(await club.services.inbox.overview(GUILD, ASKER)) == 2
