"""The asker's own view, and nobody else's."""

import pytest
from sqlalchemy import update

from bot.services.identity import Identity, Keys, new_token
from bot.services.publishing import Failure
from db.models import Question, QuestionState, SummonState
from tests.db.club import ASKER, COACH, GUILD, HELPER, OTHER_GUILD, READER, Club, refusal


async def test_overview_holds_what_is_his_newest_first(club: Club) -> None:
    first = await club.ask(title="Første")
    await club.ask(HELPER, title="En andens")
    await club.draft(title="En kladde")
    second = await club.queue(title="Anden")
    await club.write(first, HELPER)
    items = await club.services.inbox.overview(GUILD, ASKER)
    assert [(item.token, item.title, item.state, item.answers) for item in items] == [
        (second[0], "Anden", QuestionState.QUEUED, 0),
        (first.token, "Første", QuestionState.OPEN, 1),
    ]
    assert await club.services.inbox.overview(OTHER_GUILD, ASKER) == []
    assert await club.services.inbox.overview(GUILD, READER) == []


async def test_question_opens_for_its_asker_alone(club: Club) -> None:
    question = await club.ask(title="Titel", body="Tekst", wants_coach=True)
    own = await club.services.inbox.open(question.token, ASKER)
    assert (own.title, own.body, own.topic, own.wants_coach) == ("Titel", "Tekst", "Skole", True)
    assert (own.guild_id, own.thread_id, own.state) == (GUILD, question.thread_id, QuestionState.OPEN)
    assert (own.summon, own.unread, own.unsent, own.hidden) == (None, 0, [], False)
    with refusal("not_asker"):
        await club.services.inbox.open(question.token, HELPER)
    with refusal("question_gone"):
        await club.services.inbox.open(new_token(), ASKER)


@pytest.mark.parametrize("end", ["withdraw", "gone", "draft"])
async def test_question_that_is_over_or_not_begun_is_not_opened(club: Club, end: str) -> None:
    if end == "draft":
        token = (await club.draft()).token
    else:
        question = await club.ask()
        token = question.token
        if end == "withdraw":
            await club.services.questions.withdraw(token, ASKER)
        else:
            await club.services.questions.mark_gone(question.thread_id)
    with refusal("question_gone"):
        await club.services.inbox.open(token, ASKER)


async def test_hidden_and_failed_questions_stay_in_it(club: Club) -> None:
    question = await club.ask()
    await club.services.moderation.hide_question(question.thread_id)
    assert (await club.services.inbox.open(question.token, ASKER)).hidden
    token, post_id = await club.queue()
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert (await club.services.inbox.open(token, ASKER)).state is QuestionState.FAILED
    assert len(await club.services.inbox.overview(GUILD, ASKER)) == 2


async def test_it_says_how_the_call_for_a_coach_stands(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.call(question)
    for state in (SummonState.PENDING, SummonState.ACCEPTED):
        own = await club.services.inbox.open(question.token, ASKER)
        assert own.summon is not None
        assert (own.summon.coach, own.summon.state) == ("Søren", state)
        (item,) = await club.services.inbox.overview(GUILD, ASKER)
        assert item.coach == "Søren"
        await club.services.summons.accept(token, COACH)


async def test_follow_up_that_discord_refused_is_shown_as_unsent(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    assert (await club.services.inbox.open(question.token, ASKER)).unsent == ["Tak"]


async def test_destroyed_seal_is_nobodys(club: Club) -> None:
    question = await club.ask()
    async with club.database.write() as session:
        await session.execute(update(Question).values(seal=None))
    assert await club.services.inbox.overview(GUILD, ASKER) == []
    with refusal("not_asker"):
        await club.services.inbox.open(question.token, ASKER)


async def test_seal_under_a_lost_key_does_not_close_everyones_inbox(club: Club) -> None:
    lost = await Club.opened(club.database, club.clock, identity=Identity(Keys.new()))
    lost.snowflakes = club.snowflakes
    await lost.ask(title="Under en tabt nøgle")
    await club.ask(title="Min egen")
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.title == "Min egen"
