"""The asker's own view, and nobody else's."""

from sqlalchemy import update

from bot.services.identity import Identity, Keys, new_token
from bot.services.inbox import Standing
from bot.services.publishing import MAX_ATTEMPTS, Failure
from db.models import Post, PostKind, Question, QuestionState, SummonState
from tests.db.club import ASKER, COACH, GUILD, HELPER, OTHER_GUILD, READER, Club, refusal


async def test_overview_holds_what_is_his_newest_first_drafts_too(club: Club) -> None:
    first = await club.ask(title="Første")
    await club.ask(HELPER, title="En andens")
    draft = await club.draft(title="En kladde")
    await club.draft(HELPER, title="En andens kladde")
    second = await club.queue(title="Anden")
    await club.write(first, HELPER)
    items = await club.services.inbox.overview(GUILD, ASKER)
    assert [(item.token, item.title, item.standing, item.answers) for item in items] == [
        (second[0], "Anden", Standing.QUEUED, 0),
        (draft.token, "En kladde", Standing.DRAFT, 0),
        (first.token, "Første", Standing.OPEN, 1),
    ]
    assert await club.services.inbox.overview(OTHER_GUILD, ASKER) == []
    assert await club.services.inbox.overview(GUILD, READER) == []


async def test_there_is_no_end_to_the_list(club: Club) -> None:
    for _ in range(27):
        await club.draft()
    assert len(await club.services.inbox.overview(GUILD, ASKER)) == 27


async def test_question_opens_for_its_asker_alone(club: Club) -> None:
    question = await club.ask(title="Titel", body="Tekst", wants_coach=True)
    for read in (club.look, club.services.inbox.peek):
        own = await read(question.token, ASKER)
        assert (own.title, own.body, own.topic, own.wants_coach) == ("Titel", "Tekst", "Skole", True)
        assert (own.guild_id, own.thread_id, own.state) == (GUILD, question.thread_id, QuestionState.OPEN)
        assert (own.summon, own.unread, own.unsent, own.hidden) == (None, 0, [], False)
        with refusal("not_asker"):
            await read(question.token, HELPER)
        with refusal("question_gone"):
            await read(new_token(), ASKER)


async def test_a_draft_is_opened_too(club: Club) -> None:
    draft = await club.draft(title="En kladde")
    own = await club.look(draft.token, ASKER)
    assert (own.title, own.standing, own.thread_id) == ("En kladde", Standing.DRAFT, None)
    with refusal("not_asker"):
        await club.look(draft.token, HELPER)


async def test_question_that_is_over_is_not_opened(club: Club) -> None:
    question = await club.ask()
    await club.services.questions.withdraw(question.token, ASKER)
    with refusal("question_gone"):
        await club.look(question.token, ASKER)


async def test_what_somebody_else_deleted_stays_until_he_puts_it_away_or_its_clock_runs_out(
    club: Club,
) -> None:
    inbox, asking = club.services.inbox, club.services.questions
    questions = [await club.ask() for _ in range(2)]
    for question in questions:
        await asking.mark_gone(question.thread_id)
    listed = await inbox.overview(GUILD, ASKER)
    assert [one.standing for one in listed] == [Standing.GONE] * 2
    assert all(one.title for one in listed)
    assert await inbox.overview(GUILD, HELPER) == []
    assert (await club.look(questions[0].token, ASKER)).standing is Standing.GONE
    with refusal("not_asker"):
        await asking.put_away(questions[0].token, HELPER)
    for _ in range(2):
        await asking.put_away(questions[0].token, ASKER)
    assert [one.token for one in await inbox.overview(GUILD, ASKER)] == [questions[1].token]
    club.clock.move(days=club.settings.privacy.link_days + 1)
    await club.services.retention.sweep()
    assert await inbox.overview(GUILD, ASKER) == []


async def test_only_what_was_deleted_can_be_put_away(club: Club) -> None:
    question = await club.ask()
    await club.services.questions.put_away(question.token, ASKER)
    assert (await club.question(question.token)).state is QuestionState.OPEN


async def test_new_answers_are_those_since_he_opened_it(club: Club) -> None:
    question, other = await club.ask(), await club.ask()
    await club.write(other)
    await club.write(question)
    await club.answer(question)

    async def new() -> int:
        items = await club.services.inbox.overview(GUILD, ASKER)
        return next(item.new for item in items if item.token == question.token)

    assert await new() == 2
    await club.services.inbox.peek(question.token, ASKER)
    assert await new() == 2
    assert (await club.look(question.token, ASKER)).new == 2
    assert await new() == 0
    message_id = await club.write(question, READER)
    assert await new() == 1
    await club.services.answers.message_deleted(message_id)
    assert await new() == 0


async def test_his_own_message_is_no_news_to_him(club: Club) -> None:
    question = await club.ask()
    await club.write(question, ASKER)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert (item.answers, item.new) == (1, 0)


async def test_an_answer_that_was_held_up_is_new_when_it_comes(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(question.token, HELPER, new_token(), "Først", "Nordlys")
    await club.write(question, READER)
    await club.look(question.token, ASKER)
    await club.deliver(post_id)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.new >= 1
    await club.look(question.token, ASKER)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.new == 0


async def test_an_answer_that_never_came_does_not_keep_others_new(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.answers.answer(question.token, HELPER, new_token(), "Først", "Nordlys")
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    await club.write(question, READER)
    await club.look(question.token, ASKER)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert (item.answers, item.new) == (1, 0)


async def test_hidden_and_failed_questions_stay_in_it_and_say_why(club: Club) -> None:
    question = await club.ask()
    await club.services.moderation.hide_question(question.thread_id)
    own = await club.look(question.token, ASKER)
    assert (own.hidden, own.standing) == (True, Standing.HIDDEN)
    token, post_id = await club.queue()
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    own = await club.look(token, ASKER)
    assert own.standing is Standing.FAILED
    assert [(one.kind, one.gave_up) for one in own.unsent] == [(PostKind.QUESTION, False)]
    standings = {item.token: item.standing for item in await club.services.inbox.overview(GUILD, ASKER)}
    assert standings == {question.token: Standing.HIDDEN, token: Standing.FAILED}
    await club.deliver(await club.services.questions.publish(token, ASKER))
    assert (await club.look(token, ASKER)).unsent == []


async def test_it_says_how_the_call_for_a_coach_stands(club: Club) -> None:
    question = await club.ask()
    token, _ = await club.call(question)
    for state in (SummonState.PENDING, SummonState.ACCEPTED):
        own = await club.look(question.token, ASKER)
        assert own.summon is not None
        assert (own.summon.coach, own.summon.state, own.summon.reached) == ("Søren", state, True)
        (item,) = await club.services.inbox.overview(GUILD, ASKER)
        assert item.coach == "Søren"
        await club.services.summons.accept(token, COACH)


async def test_a_coach_who_was_never_reached_did_not_fail_to_answer(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.summons.call(question.token, club.coaches[COACH], ASKER)
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    own = await club.look(question.token, ASKER)
    assert own.summon is not None
    assert (own.summon.state, own.summon.reached, own.unsent) == (SummonState.EXPIRED, False, [])


async def test_what_a_coach_wrote_before_he_closed_the_line_is_still_new(club: Club) -> None:
    question = await club.ask()
    token, thread_id = await club.on_the_line(question)
    await club.services.lines.from_coach(token, COACH, new_token(), "Held og lykke")
    await club.services.summons.close_as_coach(thread_id, COACH)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert (item.coach, item.unread) == ("Søren", 1)
    await club.read_line(question.token)
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert (item.coach, item.unread) == (None, 0)


async def test_texts_that_did_not_get_out_are_given_back_with_the_reason(club: Club) -> None:
    question = await club.ask()
    await club.on_the_line(question)
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)
    line_id = await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej coach")
    assert line_id is not None
    async with club.database.write() as session:
        await session.execute(update(Post).where(Post.id == line_id).values(attempts=MAX_ATTEMPTS))
    await club.services.publishing.not_sent(line_id, Failure.TRANSIENT)
    own = await club.look(question.token, ASKER)
    assert [(one.kind, one.text, one.gave_up) for one in own.unsent] == [
        (PostKind.LINE, "Hej coach", True),
        (PostKind.FOLLOW_UP, "Tak", False),
    ]
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.unsent


async def test_destroyed_seal_is_nobodys(club: Club) -> None:
    question = await club.ask()
    async with club.database.write() as session:
        await session.execute(update(Question).values(seal=None))
    assert await club.services.inbox.overview(GUILD, ASKER) == []
    with refusal("not_asker"):
        await club.look(question.token, ASKER)


async def test_seal_under_a_lost_key_does_not_close_everyones_inbox(club: Club) -> None:
    lost = await Club.opened(club.database, club.clock, identity=Identity(Keys.new()))
    lost.snowflakes = club.snowflakes
    await lost.ask(title="Under en tabt nøgle")
    await club.ask(title="Min egen")
    (item,) = await club.services.inbox.overview(GUILD, ASKER)
    assert item.title == "Min egen"
