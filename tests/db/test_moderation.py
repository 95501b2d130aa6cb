"""Out of sight, and back."""

from bot.services.identity import new_token
from db.models import QuestionState
from tests.db.club import ASKER, GUILD, HELPER, OTHER_GUILD, Club, check_ledger, refusal


async def test_hidden_question_is_shown_again(club: Club) -> None:
    question = await club.ask(title="Titel")
    moderation = club.services.moderation
    assert await moderation.hidden_in(question.thread_id) is None
    for _ in range(2):
        await moderation.hide_question(question.thread_id)
    row = await club.question(question.token)
    assert (row.hidden, row.appearance, row.state) == (True, "hidden", QuestionState.OPEN)
    assert await moderation.hidden_in(question.thread_id) == question.token
    (hidden,) = await moderation.hidden_questions(GUILD)
    assert (hidden.token, hidden.alias, hidden.title) == (question.token, row.alias, "Titel")
    assert await moderation.hidden_questions(OTHER_GUILD) == []
    for _ in range(2):
        await moderation.restore_question(GUILD, question.token)
    assert (await club.question(question.token)).appearance == "unanswered"
    assert await moderation.hidden_questions(GUILD) == []


async def test_what_is_no_open_question_cannot_be_hidden_or_restored(club: Club) -> None:
    question = await club.ask()
    moderation = club.services.moderation
    with refusal("not_in_thread"):
        await moderation.hide_question(club.snowflake())
    with refusal("question_gone"):
        await moderation.restore_question(OTHER_GUILD, question.token)
    with refusal("question_gone"):
        await moderation.restore_question(GUILD, new_token())
    await club.services.questions.withdraw(question.token, ASKER)
    with refusal("not_in_thread"):
        await moderation.hide_question(question.thread_id)


async def test_withdrawn_question_is_not_offered_for_restoring(club: Club) -> None:
    question = await club.ask()
    await club.services.moderation.hide_question(question.thread_id)
    await club.services.questions.withdraw(question.token, ASKER)
    assert await club.services.moderation.hidden_questions(GUILD) == []


async def test_removed_answer_loses_its_credit_and_gets_it_back(club: Club) -> None:
    question = await club.ask()
    message_id = await club.answer(question)
    await club.give(question, message_id)
    token = await club.services.moderation.answer_at(message_id)
    for _ in range(2):
        assert await club.services.moderation.remove_answer(GUILD, token)
    assert await club.assists() == (0, 0)
    assert (await club.question(question.token)).appearance == "unanswered"
    (look,) = await club.services.upkeep.answers_to_change()
    assert (look.message_id, look.removed) == (message_id, True)
    await club.services.upkeep.answer_changed(look.answer_id, look.removed)
    assert await club.services.upkeep.answers_to_change() == []
    for _ in range(2):
        await club.services.moderation.restore_answer(GUILD, token)
    assert await club.assists() == (1, 1)
    (look,) = await club.services.upkeep.answers_to_change()
    assert (look.removed, look.body) == (False, "Tag én aflevering.")
    await check_ledger(club)


async def test_vote_for_another_answer_keeps_the_credit(club: Club) -> None:
    question = await club.ask()
    first, second = await club.answer(question), await club.write(question)
    for message_id in (first, second):
        await club.give(question, message_id)
    await club.services.moderation.remove_answer(GUILD, await club.services.moderation.answer_at(first))
    assert await club.assists() == (1, 1)


async def test_native_answer_is_removed_for_good(club: Club) -> None:
    question = await club.ask()
    token = await club.services.moderation.answer_at(await club.write(question))
    assert not await club.services.moderation.remove_answer(GUILD, token)
    with refusal("native_is_gone"):
        await club.services.moderation.restore_answer(GUILD, token)


async def test_answers_of_other_servers_and_unknown_ones_are_out_of_reach(club: Club) -> None:
    question = await club.ask()
    token = await club.services.moderation.answer_at(await club.write(question, HELPER))
    for deed in (club.services.moderation.remove_answer, club.services.moderation.restore_answer):
        with refusal("answer_gone"):
            await deed(OTHER_GUILD, token)
        with refusal("answer_gone"):
            await deed(GUILD, new_token())
