"""Crediting: who may, what counts, and that everything comes back when it is taken back."""

import asyncio
import json

import pytest
from sqlalchemy import func, select

from bot.services.assists import Target
from bot.services.identity import new_token
from bot.services.mydata.registry import Section
from db.models import LedgerEntry, Player, Vote
from tests.db.club import (
    ASKER,
    COACH,
    GUILD,
    HELPER,
    READER,
    Club,
    Published,
    check_ledger,
    check_nobody_credits_himself,
    refusal,
)


async def _answer_token(club: Club, message_id: int) -> str:
    return await club.services.moderation.answer_at(message_id)


async def test_reaction_button_and_command_credit_the_same_way(club: Club) -> None:
    question = await club.ask()
    native, named = await club.write(question, HELPER), await club.answer(question, READER)
    await club.give(question, native, ASKER)
    await club.services.assists.give_by_token(await _answer_token(club, named), ASKER)
    assert await club.assists(HELPER) == await club.assists(READER) == (1, 1)


async def test_button_under_a_posted_answer_carries_the_posts_own_token(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(question.token, HELPER, new_token(), "Gør det", "Nordlys")
    delivery = await club.services.publishing.claim(post_id)
    assert delivery is not None
    await club.services.publishing.sent(post_id, club.snowflake())
    await club.services.assists.give_by_token(delivery.envelope.token, READER)
    assert await club.assists() == (1, 1)


async def test_several_givers_and_several_answers_are_one_assist(club: Club) -> None:
    question = await club.ask()
    first, second = await club.write(question), await club.answer(question)
    for giver in (ASKER, READER, READER):
        await club.give(question, first, giver)
        await club.give(question, second, giver)
    assert await club.assists() == (1, 1)
    assert await club.one(select(func.count(LedgerEntry.id))) == 1


async def test_each_question_counts_for_itself(club: Club) -> None:
    for _ in range(3):
        question = await club.ask()
        await club.give(question, await club.write(question))
    assert await club.assists() == (3, 3)


async def test_twenty_members_at_once_make_one_credit(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    await asyncio.gather(*(club.give(question, message_id, READER + n) for n in range(20)))
    assert await club.assists() == (1, 1)
    assert await club.one(select(func.count(LedgerEntry.id))) == 1
    assert await club.one(select(func.count(Vote.id))) == 20


async def test_giving_and_taking_back_at_once_leaves_the_books_in_order(club: Club) -> None:
    questions = [await club.ask() for _ in range(3)]
    messages = [await club.write(question) for question in questions]
    process = club.twin()
    for _ in range(3):
        await asyncio.gather(
            *(
                club.give(question, message, READER)
                for question, message in zip(questions, messages, strict=True)
            ),
            *(process.services.assists.take_back(message, READER) for message in messages),
            *(
                process.give(question, message, ASKER)
                for question, message in zip(questions, messages, strict=True)
            ),
            *(club.services.assists.take_back(message, ASKER) for message in messages),
        )
        await check_ledger(club)


async def test_taking_back_the_last_vote_takes_the_credit(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    await club.give(question, message_id, READER)
    await club.give(question, message_id, ASKER)
    take_back = club.services.assists.take_back
    await take_back(message_id, READER)
    assert await club.assists() == (1, 1)
    await take_back(message_id, ASKER)
    await take_back(message_id, ASKER)
    await take_back(club.snowflake(), ASKER)
    assert await club.assists() == (0, 0)
    await check_ledger(club)


async def test_credit_taken_back_in_the_next_month_leaves_that_months_board_alone(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    await club.give(question, message_id)
    club.clock.move(days=30)
    assert await club.assists() == (0, 1)
    await club.services.assists.take_back(message_id, READER)
    assert await club.assists() == (0, 0)
    await club.give(question, message_id)
    assert await club.assists() == (1, 1)
    await check_ledger(club)


async def test_month_begins_where_the_server_lives(club: Club) -> None:
    question = await club.ask()
    message_id = await club.write(question)
    # 00:30 on the first of December in Copenhagen, still November in UTC.
    club.clock.now = club.clock.now.replace(month=11, day=30, hour=23, minute=30)
    await club.give(question, message_id)
    assert (await club.one(select(LedgerEntry))).month == "2026-12"


async def test_nobody_credits_himself(club: Club) -> None:
    question = await club.ask()
    known, unknown = await club.write(question), club.snowflake()
    with refusal("assist_self"):
        await club.give(question, known, HELPER)
    with refusal("assist_self"):
        await club.give(question, unknown, HELPER, author=HELPER)
    assert await club.rows(select(Vote)) == []


async def test_coach_gets_thanks_and_no_credit(club: Club) -> None:
    question = await club.ask()
    with refusal("assist_coach"):
        await club.give(question, await club.write(question, COACH))
    assert await club.rows(select(Vote)) == []


async def test_message_written_while_the_bot_was_away_is_recorded_when_credited(club: Club) -> None:
    question = await club.ask()
    message_id = club.snowflake()
    assert await club.services.assists.is_unknown(question.thread_id, message_id)
    await club.give(question, message_id, READER, author=HELPER)
    assert not await club.services.assists.is_unknown(question.thread_id, message_id)
    assert await club.assists() == (1, 1)


async def test_what_the_bot_posted_is_known(club: Club) -> None:
    question = await club.ask()
    assert not await club.services.assists.is_unknown(question.thread_id, question.thread_id)
    assert not await club.services.assists.is_unknown(club.snowflake(), club.snowflake())


@pytest.mark.parametrize("by_himself", [True, False])
async def test_what_is_no_answer_cannot_be_credited(club: Club, by_himself: bool) -> None:
    question = await club.ask()
    elsewhere = Target(club.snowflake(), club.snowflake(), HELPER, by_himself=by_himself)
    bots_own = Target(question.thread_id, club.snowflake(), None, by_himself=by_himself)
    opening = Target(question.thread_id, question.thread_id, HELPER, by_himself=by_himself)
    for target in (elsewhere, bots_own, opening):
        with refusal("not_an_answer"):
            await club.services.assists.give(target, READER)
    assert await club.rows(select(Player)) == []


async def test_removed_answer_and_unknown_token_cannot_be_credited(club: Club) -> None:
    question = await club.ask()
    message_id = await club.answer(question)
    token = await _answer_token(club, message_id)
    await club.services.moderation.remove_answer(GUILD, token)
    with refusal("answer_gone"):
        await club.services.assists.give_by_token(token, READER)
    with refusal("answer_gone"):
        await club.give(question, message_id)
    with refusal("answer_gone"):
        await club.services.assists.give_by_token(new_token(), READER)


async def _asker_and_helper_write(club: Club) -> tuple[Published, int, int]:
    question = await club.ask()
    return question, await club.write(question, ASKER), await club.write(question, HELPER)


async def test_crediting_the_askers_own_message_looks_like_crediting_anyones(club: Club) -> None:
    question, askers, helpers = await _asker_and_helper_write(club)
    await club.give(question, askers, READER, author=ASKER)
    await club.give(question, helpers, READER, author=HELPER)
    await check_nobody_credits_himself(club)
    assert await club.assists(ASKER) == await club.assists(HELPER) == (1, 1)
    given = json.loads(await club.services.export.export(GUILD, READER))[Section.VOTES]
    assert len(given) == 2
    await club.services.assists.take_back(askers, READER)
    await club.services.assists.take_back(helpers, READER)
    with refusal("assist_self"):
        await club.give(question, askers, ASKER, author=ASKER)
    with refusal("assist_self"):
        await club.give(question, helpers, HELPER, author=HELPER)


@pytest.mark.parametrize("end", ["hide", "withdraw", "gone"])
async def test_question_that_is_down_does_not_tell_whose_message_is_the_askers(club: Club, end: str) -> None:
    question, askers, helpers = await _asker_and_helper_write(club)
    if end == "hide":
        await club.services.moderation.hide_question(question.thread_id)
    elif end == "withdraw":
        await club.services.questions.withdraw(question.token, ASKER)
    else:
        await club.services.questions.mark_gone(question.thread_id)
    key = "question_hidden" if end == "hide" else "question_gone"
    for message_id, author in ((askers, ASKER), (helpers, HELPER)):
        with refusal(key):
            await club.give(question, message_id, READER, author=author)


async def test_coach_who_asks_is_not_told_apart_from_a_coach_who_answers(club: Club) -> None:
    question = await club.ask(COACH)
    with refusal("assist_coach"):
        await club.give(question, club.snowflake(), READER, author=COACH)


async def test_clearing_all_reactions_takes_every_vote(club: Club) -> None:
    question = await club.ask()
    message_id, other = await club.write(question), await club.write(question, READER)
    for giver in (READER, ASKER):
        await club.give(question, message_id, giver)
    await club.give(question, other, ASKER)
    for _ in range(2):
        await club.services.assists.cleared(message_id)
    await club.services.assists.cleared(club.snowflake())
    assert await club.assists(HELPER) == (0, 0)
    assert await club.assists(READER) == (1, 1)
    await check_ledger(club)
