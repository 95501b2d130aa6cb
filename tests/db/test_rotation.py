"""Re-sealing under a new key: complete, resumable, and harmless to a bot that is running."""

import asyncio

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, select, update

from bot.services.identity import Identity, Keys, SealKind, UnknownKeyError, new_token
from bot.services.rotation import Outcome, Progress, refresh, rotate
from db.engine import Database
from db.models import Follower, LineMessage, Question, QuestionState
from db.repositories import seals
from db.types import Base
from tests.db.club import ASKER, GUILD, READER, SETTINGS, Club
from tests.helpers import MovingClock

OLD, NEW = Keys.new(), Keys.new()
# As the host has it after he put a new key first.
BOTH = Keys((NEW.seal[0], OLD.seal[0]), OLD.member)
ONLY_NEW = Keys(NEW.seal, OLD.member)
QUESTIONS = 3


def ignored(_: Progress) -> None:
    """For those who do not look at the progress."""


@pytest_asyncio.fixture(loop_scope="session")
async def old(database: Database, clock: MovingClock) -> Club:
    """A club in which something is sealed in every sealed column, under the old key."""
    club = await Club.opened(database, clock, SETTINGS, Identity(OLD))
    for _ in range(QUESTIONS):
        question = await club.ask()
        await club.answer(question)
        token, _ = await club.on_the_line(question)
        await club.services.lines.from_coach(token, club_coach(club), new_token(), "Hej, jeg er her.")
    await fill_the_rest(club)
    return club


def club_coach(club: Club) -> int:
    """The coach that `Club.on_the_line` calls."""
    return next(iter(club.coaches))


async def fill_the_rest(club: Club) -> None:
    """A follower and a disclosed message for each question."""
    for question in await club.rows(select(Question)):
        token = new_token()
        async with club.database.write() as session:
            session.add(
                Follower(
                    token=token,
                    question_id=question.id,
                    follower_key=club.identity.follower_key(question.token, READER),
                    seal=club.identity.seal_member(READER, token),
                )
            )
            disclosed = club.identity.seal_text("1400000000000000001", question.token)
            changed = update(Question).where(Question.id == question.id).values(disclosed=disclosed)
            await session.execute(changed)


async def made_under(database: Database, keys: Keys) -> dict[str, bool]:
    """For each sealed column whether all its seals, of which there are some, open with these keys alone."""
    identity = Identity(keys)
    found: dict[str, bool] = {}
    async with database.read() as session:
        for column in seals.SEALED:
            rows = (await session.execute(select(column.bound_to, column.column))).all()
            found[column.name] = bool(rows) and all(
                opens(identity, bytes(seal), column.holds, bound_to) for bound_to, seal in rows
            )
    return found


def opens(identity: Identity, seal: bytes, holds: str, bound_to: str) -> bool:
    """Whether a seal opens."""
    try:
        identity.reseal(seal, SealKind(holds), bound_to)
    except UnknownKeyError:
        return False
    return True


def test_every_column_of_bytes_is_listed_as_a_seal_or_as_something_else() -> None:
    listed = {column.column.property.columns[0] for column in seals.SEALED}
    listed |= {column.property.columns[0] for column in seals.NOT_SEALED}
    stored = {
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {str(column) for column in stored} == {str(column) for column in listed}
    assert len(listed) == len(seals.SEALED) + len(seals.NOT_SEALED)


async def test_everything_is_sealed_anew_and_says_the_same(old: Club) -> None:
    seen: list[Progress] = []
    outcome = await rotate(old.database, Identity(BOTH), seen.append, batch=2)
    assert outcome == Outcome(resealed=QUESTIONS * 4 + 1, left=0, unreadable=0)
    assert all((await made_under(old.database, ONLY_NEW)).values())
    assert not any((await made_under(old.database, OLD)).values())
    assert {(step.column, step.done) for step in seen} >= {("questions.seal", 2), ("questions.seal", 3)}
    club = await Club.opened(old.database, old.clock, SETTINGS, Identity(ONLY_NEW))
    (question, *_) = await club.rows(select(Question).order_by(Question.id))
    assert club.identity.is_member(question.seal, question.token, ASKER)
    (message, *_) = await club.rows(select(LineMessage))
    assert club.identity.open_text(message.sealed_body, message.form) == "Hej, jeg er her."


async def test_a_rotation_that_was_stopped_is_continued(old: Club) -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        raise StoppedError(progress)

    with pytest.raises(StoppedError):
        await rotate(old.database, Identity(BOTH), stop, batch=2)
    assert not any((await made_under(old.database, ONLY_NEW)).values())
    # Two were done before it was stopped; only the others are left.
    outcome = await rotate(old.database, Identity(BOTH), ignored, batch=2)
    assert outcome == Outcome(resealed=QUESTIONS * 4 + 1 - 2, left=0, unreadable=0)
    assert all((await made_under(old.database, ONLY_NEW)).values())


async def test_a_second_rotation_has_nothing_to_do(old: Club) -> None:
    await rotate(old.database, Identity(BOTH), ignored)
    before = await old.rows(select(Question.seal).order_by(Question.id))
    assert await rotate(old.database, Identity(BOTH), ignored) == Outcome(0, 0, 0)
    assert await old.rows(select(Question.seal).order_by(Question.id)) == before


async def test_every_seal_is_made_anew_so_that_two_copies_do_not_show_what_was_erased_between(
    old: Club,
) -> None:
    async def values() -> list[bytes]:
        found: list[bytes] = []
        async with old.database.read() as session:
            for column in seals.SEALED:
                found += (await session.scalars(select(column.column).order_by(column.bound_to))).all()
        return found

    before = await values()
    await old.services.erasure.erase(GUILD, ASKER, delete=False)
    await refresh(old.database, old.identity, batch=2)
    after = await values()
    assert not set(before) & set(after)
    assert len({len(one) for one in after}) <= len({len(one) for one in before})
    await refresh(old.database, Identity(ONLY_NEW))
    assert await values() == after, "what cannot be opened is left alone"


async def test_seals_of_the_first_version_are_filled_up(old: Club) -> None:
    key = OLD.seal[0]
    (question, *_) = await old.rows(select(Question).order_by(Question.id))
    nonce = bytes(12)
    short = AESGCM(key).encrypt(nonce, ASKER.to_bytes(8), f"member:{question.token}".encode())
    seal = old.identity.current + nonce + short
    assert old.identity.is_member(seal, question.token, ASKER)
    async with old.database.write() as session:
        await session.execute(update(Question).where(Question.id == question.id).values(seal=seal))
    await refresh(old.database, old.identity)
    rows = await old.rows(select(Question))
    assert len({len(row.seal or b"") for row in rows}) == 1
    assert all(old.identity.is_member(row.seal, row.token, ASKER) for row in rows)


async def test_a_destroyed_seal_stays_destroyed(old: Club) -> None:
    async with old.database.write() as session:
        await session.execute(update(Question).values(seal=None, disclosed=None))
    await rotate(old.database, Identity(BOTH), ignored)
    assert await old.rows(select(Question.seal)) == [None] * QUESTIONS


async def test_a_seal_that_changed_meanwhile_is_not_overwritten(old: Club) -> None:
    column = seals.SEALED[0]
    async with old.database.read() as session:
        found = await seals.not_under(session, column, Identity(BOTH).current, 0, 10)
    async with old.database.write() as session:
        await session.execute(update(Question).where(Question.id == found[0].row_id).values(seal=None))
    async with old.database.write() as session:
        assert not await seals.replace(session, column, found[0], b"stale")
        assert await seals.replace(session, column, found[1], b"fresh")
    kept = await old.rows(select(Question.seal).order_by(Question.id))
    assert kept[:2] == [None, b"fresh"]


async def test_a_row_in_use_is_left_for_the_next_run_and_not_waited_for(old: Club) -> None:
    if old.database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody else can hold a row")
    async with old.database.write() as session:
        question = (await session.scalars(select(Question).order_by(Question.id).with_for_update())).first()
        assert question is not None
        question.seal = None
        await session.flush()
        async with asyncio.timeout(20):
            outcome = await rotate(old.database, Identity(BOTH), ignored, batch=2)
        assert outcome.left == QUESTIONS * 2
    assert (await rotate(old.database, Identity(BOTH), ignored)).left == 0
    assert (await old.rows(select(Question.seal).order_by(Question.id)))[0] is None


async def test_what_cannot_be_opened_is_counted_and_left_alone(old: Club) -> None:
    seal = Identity(OLD).seal_member(ASKER, "of another row")
    first = min(await old.rows(select(Question.id)))
    async with old.database.write() as session:
        await session.execute(update(Question).where(Question.id == first).values(seal=seal))
    outcome = await rotate(old.database, Identity(BOTH), ignored, batch=2)
    assert (outcome.left, outcome.unreadable) == (1, 1)
    assert (await old.rows(select(Question.seal).where(Question.id == first))) == [seal]


async def test_a_running_bot_with_both_keys_notices_nothing(old: Club) -> None:
    running = await Club.opened(old.database, old.clock, SETTINGS, Identity(BOTH))
    running.snowflakes = old.snowflakes

    async def live() -> None:
        for _ in range(QUESTIONS):
            question = await running.ask()
            await running.answer(question)
            await running.on_the_line(question)

    rotating = rotate(old.database, Identity(BOTH), ignored, batch=1)
    outcome, _ = await asyncio.gather(rotating, live())
    assert outcome.unreadable == 0
    assert (await rotate(old.database, Identity(BOTH), ignored)).left == 0
    questions = await running.rows(select(Question))
    assert len(questions) == 2 * QUESTIONS
    for question in questions:
        assert question.state is QuestionState.OPEN
        assert running.identity.is_member(question.seal, question.token, ASKER)
