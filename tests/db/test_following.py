"""Following a question: private, unlinkable, and the same for the asker as for anybody."""

import asyncio

import pytest
from sqlalchemy import select, update

from bot.services.identity import new_token
from db.models import Follower, Notice, Question
from tests.db.club import ASKER, GUILD, HELPER, OTHER_GUILD, READER, Club, refusal


async def test_pressing_follows_and_pressing_again_stops(club: Club) -> None:
    question = await club.ask()
    toggle = club.services.following.toggle
    assert await toggle(question.token, READER)
    assert len(await club.services.following.overview(GUILD, READER)) == 1
    assert not await toggle(question.token, READER)
    assert await club.services.following.overview(GUILD, READER) == []
    assert await club.rows(select(Follower)) == []


async def test_the_list_holds_what_he_follows_newest_first(club: Club) -> None:
    first, second, third = [await club.ask(title=title) for title in ("En", "To", "Tre")]
    for question in (third, first):
        await club.services.following.toggle(question.token, READER)
    await club.services.following.toggle(second.token, HELPER)
    found = await club.services.following.overview(GUILD, READER)
    assert [one.title for one in found] == ["Tre", "En"]
    assert await club.services.following.overview(OTHER_GUILD, READER) == []


async def test_new_answers_are_counted_since_he_looked_and_not_his_own(club: Club) -> None:
    question = await club.ask()
    await club.write(question)
    await club.services.following.toggle(question.token, READER)
    (one,) = await club.services.following.overview(GUILD, READER)
    assert (one.answers, one.new) == (1, 0)
    await club.write(question)
    await club.answer(question)
    await club.write(question, READER)
    (one,) = await club.services.following.overview(GUILD, READER)
    assert (one.answers, one.new) == (4, 2)
    assert (await club.services.following.open(one.token, READER)).new == 2
    # Whether Discord showed it to him is another matter.
    assert (await club.look_at_followed(one.token, READER)).new == 2
    (one,) = await club.services.following.overview(GUILD, READER)
    assert (one.answers, one.new) == (4, 0)


async def test_the_askers_own_press_is_like_anybodys_but_is_not_listed(club: Club) -> None:
    question = await club.ask()
    assert await club.services.following.toggle(question.token, ASKER)
    assert await club.services.following.overview(GUILD, ASKER) == []
    assert len(await club.services.inbox.overview(GUILD, ASKER)) == 1
    assert not await club.services.following.toggle(question.token, ASKER)


async def test_rows_of_one_follower_cannot_be_told_from_those_of_two(club: Club) -> None:
    for _ in range(2):
        question = await club.ask()
        await club.services.following.toggle(question.token, READER)
        await club.services.following.toggle(question.token, HELPER)
    rows = await club.rows(select(Follower))
    assert len({row.follower_key for row in rows}) == len(rows) == 4
    assert len({row.seal for row in rows}) == 4
    assert len({len(row.seal) for row in rows}) == 1
    member_keys = {club.identity.member_key(GUILD, member) for member in (READER, HELPER)}
    assert not member_keys & {row.follower_key for row in rows}


async def test_a_following_is_its_followers_alone(club: Club) -> None:
    question = await club.ask()
    await club.services.following.toggle(question.token, READER)
    (one,) = await club.services.following.overview(GUILD, READER)
    for token in (one.token, question.token, new_token()):
        with refusal("not_following"):
            await club.services.following.open(token, HELPER)
        await club.services.following.stop(token, HELPER)
    assert len(await club.services.following.overview(GUILD, READER)) == 1
    for _ in range(2):
        await club.services.following.stop(one.token, READER)
    assert await club.services.following.overview(GUILD, READER) == []


async def test_stopping_takes_what_is_owed_along(club: Club) -> None:
    question = await club.ask()
    await club.services.following.toggle(question.token, READER)
    await club.write(question)
    (one,) = await club.services.following.overview(GUILD, READER)
    await club.services.following.stop(one.token, READER)
    assert [notice.follower_id for notice in await club.rows(select(Notice))] == [None]


async def test_what_a_moderator_took_down_has_no_text(club: Club) -> None:
    question = await club.ask(title="Titel", body="Tekst")
    await club.services.following.toggle(question.token, READER)
    await club.write(question)
    await club.services.moderation.hide_question(question.thread_id)
    (one,) = await club.services.following.overview(GUILD, READER)
    opened = await club.services.following.open(one.token, READER)
    for shown in (one, opened):
        assert (shown.hidden, shown.title, shown.body) == (True, "", "")
    await club.services.moderation.restore_question(GUILD, question.token)
    (one,) = await club.services.following.overview(GUILD, READER)
    assert (one.title, one.new) == ("Titel", 1)


@pytest.mark.parametrize("end", ["withdraw", "gone", "hidden"])
async def test_what_is_not_there_cannot_be_followed(club: Club, end: str) -> None:
    question = await club.ask()
    await club.services.following.toggle(question.token, HELPER)
    (one,) = await club.services.following.overview(GUILD, HELPER)
    if end == "withdraw":
        await club.services.questions.withdraw(question.token, ASKER)
    if end == "gone":
        await club.services.questions.mark_gone(question.thread_id)
    if end == "hidden":
        await club.services.moderation.hide_question(question.thread_id)
    with refusal("question_hidden" if end == "hidden" else "question_gone"):
        await club.services.following.toggle(question.token, READER)
    if end != "hidden":
        assert await club.services.following.overview(GUILD, HELPER) == []
        with refusal("question_gone"):
            await club.services.following.open(one.token, HELPER)


async def test_a_draft_is_followed_by_nobody(club: Club) -> None:
    draft = await club.draft()
    with refusal("question_gone"):
        await club.services.following.toggle(draft.token, READER)


async def test_following_stopping_and_answering_at_once_end_whole(club: Club) -> None:
    question = await club.ask()
    other = club.twin()

    async def press() -> None:
        await club.services.following.toggle(question.token, READER)

    async def press_elsewhere() -> None:
        await other.services.following.toggle(question.token, READER)

    async def write() -> None:
        await club.write(question)

    await asyncio.gather(*(work() for _ in range(4) for work in (press, write, press_elsewhere)))
    # Eight presses: on and off four times.
    assert await club.rows(select(Follower)) == []
    assert [notice.follower_id for notice in await club.rows(select(Notice))] == [None]


async def test_a_seal_that_no_key_opens_does_not_close_the_inbox_of_its_followers(club: Club) -> None:
    question = await club.ask()
    await club.services.following.toggle(question.token, READER)
    async with club.database.write() as session:
        await session.execute(update(Question).values(seal=b"1234" + bytes(40)))
    assert len(await club.services.following.overview(GUILD, READER)) == 1
