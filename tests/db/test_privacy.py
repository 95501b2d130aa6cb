"""A stolen database: who asked is nowhere in it, and nothing links two questions of one boy."""

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.services.identity import new_token
from db.engine import Database
from db.models import Coach
from tests.db.club import ASKER, COACH, GUILD, HELPER, READER, Club, Published, Rows, everything
from tests.helpers import MovingClock


async def _whole_story(club: Club, asker: int, *, natively: bool = False) -> Published:
    """All that a boy can do around one question of his; ``natively`` also under his own name."""
    services = club.services
    preview = await club.draft(asker)
    await services.questions.revise(preview.token, asker, club.form(title="Rettet"))
    post_id = await services.questions.publish(preview.token, asker)
    question = Published(preview.token, post_id, await club.deliver(post_id))
    if natively:
        await club.write(question, asker)
    native, named = await club.write(question, HELPER), await club.answer(question, READER)
    await club.give(question, native, asker)
    await services.assists.give_by_token(await services.moderation.answer_at(named), asker)
    await services.assists.take_back(named, asker)
    await services.questions.follow_up(question.token, asker, new_token(), "Tak")
    token, _ = await club.on_the_line(question, COACH, asker)
    await services.lines.from_asker(question.token, asker, new_token(), "Er du der?")
    await services.lines.from_coach(token, COACH, new_token(), "Ja.")
    await club.read_line(question.token, asker)
    await services.inbox.overview(GUILD, asker)
    await club.deliver_all()
    await services.questions.solve(question.token, asker)
    await club.deliver_all()
    return question


def _forms(member: int) -> list[bytes]:
    """Every way a snowflake could stand in a file."""
    raw = [member.to_bytes(8, order) for order in ("big", "little")]
    texts = [str(member), f"{member:x}", *(form.hex() for form in raw)]
    return [*raw, *(text.encode() for text in texts), *(text.upper().encode() for text in texts)]


def _files(path: Path) -> bytes:
    """The database with what still stands beside it."""
    return b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))


async def test_file_does_not_hold_the_asker(copied_file: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{copied_file}")
    club = await Club.opened(database, MovingClock())
    await _whole_story(club, ASKER, natively=True)
    # He plays as well, under his own name and under another.
    other = await club.ask(READER)
    await club.write(other, ASKER)
    await club.answer(other, ASKER)
    await club.services.leaderboard.boards(GUILD, ASKER)
    held_open = _files(copied_file)
    await database.close()
    for held in (held_open, _files(copied_file)):
        assert not [form for form in _forms(ASKER) if form in held]
        # A coach is a known person; his id shows that the search finds one.
        assert [form for form in _forms(COACH) if form in held]


async def test_no_column_holds_the_asker(club: Club) -> None:
    await _whole_story(club, ASKER, natively=True)
    forms = _forms(ASKER)
    for table, rows in (await everything(club.database)).items():
        for row in rows:
            for column, value in row.items():
                shown = value if isinstance(value, bytes) else str(value).encode()
                assert not any(form in shown for form in forms), f"{table}.{column}"
    assert (await club.one(select(Coach.user_id).where(Coach.user_id == COACH))) == COACH


def _of_question(rows: Rows, token: str) -> set[tuple[str, str, Any]]:
    """Every (table, column, value) in the rows that belong to one question, and how long each value is."""
    (question,) = [row for row in rows["questions"] if row["token"] == token]
    belonging = {"questions": [question]}
    for table in ("summons", "answers", "posts", "ledger"):
        belonging[table] = [row for row in rows[table] if row["question_id"] == question["id"]]
    for table, column, parent in (
        ("votes", "answer_id", "answers"),
        ("line_messages", "summon_id", "summons"),
    ):
        parents = {row["id"] for row in belonging[parent]}
        belonging[table] = [row for row in rows[table] if row[column] in parents]
    values = {
        (table, column, value)
        for table, its_rows in belonging.items()
        for row in its_rows
        for column, value in row.items()
    }
    lengths = {
        (table, f"length of {column}", len(value))
        for table, column, value in values
        if isinstance(value, bytes | str)
    }
    return values | lengths


def _shared(rows: Rows, first: Published, second: Published) -> Counter[tuple[str, str]]:
    """In which columns two questions have values in common, and how many."""
    common = _of_question(rows, first.token) & _of_question(rows, second.token)
    # An alias is random and short: two may be of one length by chance.
    return Counter((table, column) for table, column, _ in common if column != "length of alias")


async def test_two_questions_of_one_boy_share_no_more_than_those_of_two_boys(club: Club) -> None:
    one, two, others = [await _whole_story(club, asker) for asker in (ASKER, ASKER, ASKER + 1)]
    rows = await everything(club.database)
    assert _shared(rows, one, two) == _shared(rows, one, others)
    # The helpers are the same members in all three: the comparison does see links.
    assert _shared(rows, one, two)["answers", "player_id"] == 2
    assert ("votes", "giver_key") not in _shared(rows, one, two)


async def test_boy_who_writes_in_his_threads_is_a_player_there_and_nothing_more(club: Club) -> None:
    one, two, others = [await _whole_story(club, asker, natively=True) for asker in (ASKER, ASKER, ASKER + 1)]
    rows = await everything(club.database)
    of_one_boy, of_two_boys = _shared(rows, one, two), _shared(rows, one, others)
    assert of_one_boy - of_two_boys == Counter({("answers", "player_id"): 1})


async def test_seals_are_of_one_length_and_never_alike(club: Club) -> None:
    rows = await everything(club.database)
    assert rows["questions"] == []
    for asker in (ASKER, ASKER, 1, 2**63 - 1):
        await club.draft(asker)
    seals = [row["seal"] for row in (await everything(club.database))["questions"]]
    assert len(set(seals)) == 4
    assert len({len(seal) for seal in seals}) == 1
