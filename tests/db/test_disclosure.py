"""The asker writing under his own name: he is told, the rows tell nobody, and a promise is kept."""

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from bot.config import PrivacySettings
from bot.services.disclosure import OwnMessages
from bot.services.identity import Identity, Keys
from db.engine import Database
from db.models import Question
from tests.db.club import ASKER, GUILD, HELPER, READER, SETTINGS, Club, Published, everything, refusal
from tests.helpers import MovingClock

NOTHING = OwnMessages((), (), 0)


async def own(club: Club, question: Published) -> OwnMessages:
    return (await club.services.inbox.peek(question.token, ASKER)).own_messages


async def written(club: Club, question: Published, author: int, message_id: int) -> bool:
    noted = await club.services.answers.record_native(question.thread_id, message_id, author)
    assert noted is not None
    assert noted.question_token == question.token
    return noted.gave_himself_away


async def opened(database: Database, clock: MovingClock, take_down_own: str) -> Club:
    privacy = PrivacySettings(take_down_own=take_down_own)
    return await Club.opened(database, clock, replace(SETTINGS, privacy=privacy))


@pytest_asyncio.fixture(loop_scope="session")
async def strict(database: Database, clock: MovingClock) -> Club:
    """A server that deletes such messages by itself."""
    return await opened(database, clock, "delete")


async def test_only_the_asker_gives_himself_away_and_he_is_told_at_once_once(club: Club) -> None:
    question = await club.ask()
    assert not await written(club, question, HELPER, 11)
    assert await own(club, question) == NOTHING
    assert await written(club, question, ASKER, 22)
    assert not await written(club, question, ASKER, 33)
    assert not await written(club, question, ASKER, 22)
    assert await own(club, question) == OwnMessages((22, 33), (), 0)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.gave_himself_away


async def test_another_asker_writing_here_is_like_anyone(club: Club) -> None:
    question = await club.ask()
    await club.ask(READER)
    assert not await written(club, question, READER, 11)


async def test_a_message_found_by_a_reaction_is_noted_too(club: Club) -> None:
    question = await club.ask()
    await club.give(question, 22, READER, author=ASKER)
    assert (await own(club, question)).standing == (22,)


async def test_one_tap_promises_all_and_what_is_deleted_is_forgotten(club: Club) -> None:
    question = await club.ask()
    await written(club, question, ASKER, 22)
    await written(club, question, HELPER, 11)
    await written(club, question, ASKER, 33)
    disclosures = club.services.disclosures
    assert await disclosures.promised() == []
    with refusal("not_asker"):
        await disclosures.promise(question.token, HELPER)
    assert await disclosures.promised() == []
    await disclosures.promise(question.token, ASKER)
    assert [one.message_id for one in await disclosures.promised()] == [22, 33]
    assert {one.thread_id for one in await disclosures.promised()} == {question.thread_id}
    assert await disclosures.waiting(question.token, ASKER)
    for message_id in (22, 33):
        await club.services.answers.message_deleted(message_id)
    assert not await disclosures.waiting(question.token, ASKER)
    assert await own(club, question) == NOTHING


async def test_a_promise_outlives_a_crash(club: Club) -> None:
    question = await club.ask()
    await written(club, question, ASKER, 22)
    await club.services.disclosures.promise(question.token, ASKER)
    other = club.twin()
    assert [one.message_id for one in await other.services.disclosures.promised()] == [22]


async def test_what_he_or_a_moderator_deleted_is_forgotten(club: Club) -> None:
    question = await club.ask()
    await written(club, question, ASKER, 22)
    await written(club, question, ASKER, 33)
    await club.services.answers.message_deleted(22)
    token = await club.services.moderation.answer_at(33)
    await club.services.moderation.remove_answer(GUILD, token)
    await club.services.answers.message_deleted(33)
    assert await own(club, question) == NOTHING


async def test_a_strict_server_deletes_by_itself_and_tells_him_once(strict: Club) -> None:
    question = await strict.ask()
    assert await written(strict, question, ASKER, 22)
    assert [one.message_id for one in await strict.services.disclosures.promised()] == [22]
    assert (await own(strict, question)).promised == (22,)
    await strict.services.answers.message_deleted(22)
    assert await strict.services.disclosures.promised() == []
    assert (await strict.look(question.token, ASKER)).own_messages == OwnMessages((), (), 1)
    assert (await strict.look(question.token, ASKER)).own_messages == NOTHING
    assert await written(strict, question, ASKER, 33)


async def test_more_messages_than_there_is_room_for_keep_the_newest(club: Club) -> None:
    question = await club.ask()
    for message_id in range(1, 31):
        await written(club, question, ASKER, message_id)
    assert (await own(club, question)).standing == tuple(range(23, 31))


async def take_down_all(club: Club) -> list[int]:
    """As the sweep does; what was deleted."""
    deleted: list[int] = []
    while found := await club.services.disclosures.promised():
        for one in found:
            await club.services.answers.message_deleted(one.message_id)
            deleted.append(one.message_id)
    return sorted(deleted)


async def test_those_there_was_no_room_for_are_taken_down_too(club: Club) -> None:
    question = await club.ask()
    for message_id in range(1, 31):
        await written(club, question, ASKER if message_id % 2 else HELPER, message_id)
    await club.services.disclosures.promise(question.token, ASKER)
    # What he writes afterwards, before Discord has deleted anything, pushes no promise out.
    for message_id in range(31, 51):
        await written(club, question, ASKER, message_id)
    assert await take_down_all(club) == list(range(1, 31, 2))
    assert (await own(club, question)).standing == tuple(range(43, 51))
    await club.services.disclosures.promise(question.token, ASKER)
    assert await take_down_all(club) == list(range(31, 51))
    assert await own(club, question) == NOTHING


async def test_those_there_was_no_room_for_move_up_when_he_deletes_some_himself(club: Club) -> None:
    question = await club.ask()
    for message_id in range(1, 11):
        await written(club, question, ASKER, message_id)
    for message_id in range(3, 11):
        await club.services.answers.message_deleted(message_id)
    assert (await own(club, question)).standing == (1, 2)


async def test_a_strict_server_deletes_those_there_was_no_room_for(strict: Club) -> None:
    question = await strict.ask()
    for message_id in range(1, 31):
        await written(strict, question, ASKER, message_id)
    assert await take_down_all(strict) == list(range(1, 31))
    assert (await strict.look(question.token, ASKER)).own_messages.taken_down
    assert await own(strict, question) == NOTHING


async def test_a_question_that_is_over_promises_nothing(club: Club) -> None:
    question = await club.ask()
    await written(club, question, ASKER, 22)
    await club.services.disclosures.promise(question.token, ASKER)
    await club.services.questions.withdraw(question.token, ASKER)
    assert await club.services.disclosures.promised() == []


async def test_a_destroyed_link_is_not_made_again(club: Club) -> None:
    question = await club.ask()
    async with club.database.write() as session:
        await session.execute(update(Question).values(seal=None, disclosed=None))
    assert not await written(club, question, ASKER, 22)
    assert (await club.question(question.token)).disclosed is None


async def test_a_lost_key_does_not_stop_anyone_from_writing(club: Club) -> None:
    question = await club.ask()
    stranger = Identity(Keys.new())
    async with club.database.write() as session:
        await session.execute(
            update(Question).values(
                seal=stranger.seal_member(ASKER, question.token),
                disclosed=stranger.seal_text("s", question.token),
            )
        )
    assert not await written(club, question, HELPER, 11)
    assert await club.services.disclosures.promised() == []


def shapes(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Rows as someone without the key reads them: of bytes the length, and nothing of what is random."""
    random = ("token", "form", "alias", "message_id", "thread_id")
    return {
        name: [
            {
                column: len(value) if isinstance(value, bytes) else value
                for column, value in row.items()
                if column not in random
            }
            for row in rows
        ]
        for name, rows in tables.items()
    }


@pytest.mark.parametrize("take_down_own", ["ask", "delete"])
async def test_the_database_says_the_same_whoever_wrote(
    database: Database, clock: MovingClock, take_down_own: str
) -> None:
    """Two questions, one in which a stranger writes and one in which the asker does: equal rows."""
    club = await opened(database, clock, take_down_own)
    seen: list[dict[str, list[dict[str, Any]]]] = []
    for author in (HELPER, ASKER):
        question = await club.ask()
        row = await club.question(question.token)
        await club.services.answers.record_native(question.thread_id, club.snowflake(), author)
        tables = shapes(await everything(club.database))
        seen.append(
            {
                "questions": [
                    {key: value for key, value in one.items() if key not in ("id", "shown")}
                    for one in tables["questions"]
                    if one["id"] == row.id
                ],
                **{
                    name: [
                        {k: v for k, v in one.items() if not k.endswith("id")}
                        for one in tables[name]
                        if one["question_id"] == row.id
                    ]
                    for name in ("answers", "notices", "followers", "posts")
                },
            }
        )
    assert seen[0] == seen[1]
    assert seen[0]["questions"][0]["disclosed"] is not None
    assert len(seen[0]["notices"]) == 1


async def test_every_change_in_the_thread_seals_it_anew(club: Club) -> None:
    """Otherwise a change of it, seen in two backups, would say that the asker wrote."""

    async def sealed() -> bytes | None:
        return (await club.question(question.token)).disclosed

    question = await club.ask()
    seen = [await sealed()]
    message_id = await club.write(question, HELPER)
    seen.append(await sealed())
    await club.services.answers.message_deleted(message_id)
    seen.append(await sealed())
    await club.look(question.token, ASKER)
    seen.append(await sealed())
    await club.write(question, ASKER)
    seen.append(await sealed())
    await club.services.disclosures.promise(question.token, ASKER)
    seen.append(await sealed())
    assert seen[0] is None
    assert len(set(seen)) == len(seen)
    assert len({len(value) for value in seen if value is not None}) == 1
