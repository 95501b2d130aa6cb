"""Answers: under a player name, written natively, and deleted."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.answers import NativeAnswer
from bot.services.deliveries import AnswerDelivery
from bot.services.identity import new_token
from bot.services.publishing import Failure
from db.models import Answer, Player, Post, Vote
from tests.db.club import ASKER, COACH, GUILD, HELPER, READER, Club, check_ledger, refusal


async def test_thread_is_known_by_its_question(club: Club) -> None:
    question = await club.ask()
    assert await club.services.answers.question_in(question.thread_id) == question.token
    with refusal("not_in_thread"):
        await club.services.answers.question_in(club.snowflake())


async def test_first_answer_asks_for_a_name_and_the_next_does_not(club: Club) -> None:
    question = await club.ask()
    answers = club.services.answers
    assert await answers.needs_name(question.token, HELPER)
    await club.answer(question, name="Nordlys")
    assert not await answers.needs_name(question.token, HELPER)
    with refusal("own_question"):
        await answers.needs_name(question.token, ASKER)


async def test_answer_is_posted_under_the_player_name(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(
        question.token, HELPER, new_token(), "Gør\u200b det", "Nordlys"
    )
    delivery = await club.services.publishing.claim(post_id)
    assert isinstance(delivery, AnswerDelivery)
    assert (delivery.thread_id, delivery.player_name, delivery.body) == (
        question.thread_id,
        "Nordlys",
        "Gør det",
    )


async def test_name_on_an_answer_is_the_one_it_was_written_under(club: Club) -> None:
    question = await club.ask()
    await club.answer(question, name="Nordlys")
    await club.services.players.rename(GUILD, HELPER, "Sydpol")
    (choice,) = await club.services.answers.choices(question.thread_id)
    assert choice.player_name == "Nordlys"


async def test_form_sent_twice_is_one_answer(club: Club) -> None:
    question = await club.ask()
    form = new_token()
    give = club.services.answers.answer
    posts = await asyncio.gather(
        *(give(question.token, HELPER, form, "Gør det", "Nordlys") for _ in range(6))
    )
    assert len(set(posts)) == 1
    assert len(await club.rows(select(Answer))) == 1
    assert len(await club.deliver_all()) == 1


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        (" ", "Nordlys", "empty"),
        ("x" * 2001, "Nordlys", "too_long"),
        ("Gør det", "", "empty"),
        ("Gør det", "!", "name_short"),
        ("Gør det", "n" * 33, "too_long"),
        ("Gør det", "Søren", "name_taken"),
    ],
)
async def test_refused_answer_gives_back_its_text(club: Club, text: str, name: str, key: str) -> None:
    question = await club.ask()
    with refusal(key) as refused:
        await club.services.answers.answer(question.token, HELPER, new_token(), text, name)
    assert refused.value.typed == text
    assert await club.rows(select(Answer)) == []
    assert await club.rows(select(Player)) == []


async def test_asker_cannot_answer_himself_nor_anyone_a_question_that_is_down(club: Club) -> None:
    question = await club.ask()
    give = club.services.answers.answer
    with refusal("own_question"):
        await give(question.token, ASKER, new_token(), "Gør det", "Nordlys")
    await club.services.moderation.hide_question(question.thread_id)
    with refusal("question_hidden"):
        await give(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    await club.services.questions.withdraw(question.token, ASKER)
    with refusal("question_gone"):
        await give(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    assert await club.rows(select(Answer)) == []


async def test_members_who_answer_at_once_are_all_kept(club: Club) -> None:
    question = await club.ask()
    helpers = range(HELPER, HELPER + 12)
    await asyncio.gather(*(club.write(question, helper) for helper in helpers))
    assert len(await club.rows(select(Answer))) == len(await club.rows(select(Player))) == 12


async def test_native_message_counts_once_however_often_it_is_told(club: Club) -> None:
    question = await club.ask()
    message_id = club.snowflake()
    record = club.services.answers.record_native
    told = await asyncio.gather(*(record(question.thread_id, message_id, HELPER) for _ in range(6)))
    assert told == [NativeAnswer(question.token, gave_himself_away=False)] * 6
    assert len(await club.rows(select(Answer))) == 1
    assert (await club.question(question.token)).appearance == "answered"


async def test_asker_writing_natively_looks_like_anyone(club: Club) -> None:
    question = await club.ask()
    assert await club.services.answers.record_native(question.thread_id, club.snowflake(), ASKER)
    assert (await club.question(question.token)).appearance == "answered"
    assert len(await club.services.answers.choices(question.thread_id)) == 1


async def test_message_outside_a_question_is_not_noticed(club: Club) -> None:
    assert not await club.services.answers.record_native(club.snowflake(), club.snowflake(), HELPER)
    assert await club.rows(select(Player)) == []


async def test_deleted_message_takes_its_credit_along(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    await club.give(question, message_id)
    assert await club.assists() == (1, 1)
    for _ in range(2):
        await club.services.answers.message_deleted(message_id)
    await club.services.answers.message_deleted(club.snowflake())
    assert await club.assists() == (0, 0)
    assert await club.rows(select(Vote)) == []
    assert (await club.question(question.token)).appearance == "unanswered"
    assert await club.services.answers.choices(question.thread_id) == []
    await check_ledger(club)


async def test_message_deleted_by_hand_cannot_be_restored(club: Club) -> None:
    question = await club.ask()
    message_id = await club.answer(question)
    token = await club.services.moderation.answer_at(message_id)
    await club.services.answers.message_deleted(message_id)
    assert await club.services.answers.choices(question.thread_id, removed=True) == []
    with refusal("answer_gone"):
        await club.services.moderation.restore_answer(GUILD, token)
    assert (await club.question(question.token)).appearance == "unanswered"


async def test_answer_that_is_removed_and_then_deleted_stays_gone(club: Club) -> None:
    question = await club.ask()
    message_id = await club.answer(question)
    await club.give(question, message_id)
    token = await club.services.moderation.answer_at(message_id)
    await club.services.moderation.remove_answer(GUILD, token)
    await club.services.answers.message_deleted(message_id)
    with refusal("answer_gone"):
        await club.services.moderation.restore_answer(GUILD, token)
    assert await club.assists() == (0, 0)
    assert await club.services.upkeep.answers_to_change() == []


async def test_choices_are_the_newest_first_with_an_excerpt(club: Club) -> None:
    question = await club.ask()
    native = await club.write(question, READER)
    named = await club.answer(question, HELPER, name="Nordlys")
    newest, oldest = await club.services.answers.choices(question.thread_id)
    assert (newest.message_id, newest.player_name, newest.excerpt) == (named, "Nordlys", "Tag én aflevering.")
    assert (oldest.message_id, oldest.player_name, oldest.excerpt) == (native, None, "")
    assert await club.services.answers.choices(club.snowflake()) == []


async def test_answer_that_discord_has_not_taken_is_not_offered(club: Club) -> None:
    question = await club.ask()
    await club.services.answers.answer(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    assert await club.services.answers.choices(question.thread_id) == []
    assert (await club.look(question.token, ASKER)).answers == 0


async def test_coach_in_the_thread_answers_too(club: Club) -> None:
    question = await club.ask()
    await club.write(question, COACH)
    assert (await club.question(question.token)).appearance == "answered"


async def test_opening_post_is_no_answer(club: Club) -> None:
    question = await club.ask()
    post = await club.one(select(Post))
    assert post.message_id == question.thread_id
    with refusal("not_an_answer"):
        await club.services.moderation.answer_at(question.thread_id)


async def test_answer_that_discord_refused_is_given_back_to_its_writer_alone(club: Club) -> None:
    question = await club.ask()
    give = club.services.answers.answer
    post_id = await give(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    assert await club.services.inbox.unsent_answers(GUILD, HELPER) == []
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert await club.services.inbox.unsent_answers(GUILD, HELPER) == ["Gør det"]
    for other in (ASKER, READER):
        assert await club.services.inbox.unsent_answers(GUILD, other) == []
