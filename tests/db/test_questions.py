"""Asking: preview, publication, follow-ups, the end of a question."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.config import QuestionSettings, Settings
from bot.services import questions as question_service
from bot.services.identity import new_token
from db.engine import Database
from db.models import Post, PostState, Question, QuestionState, SummonState
from tests.db.club import ASKER, COACH, GUILD, HELPER, OTHER_GUILD, Club, refusal
from tests.helpers import MovingClock


async def test_topics_are_those_that_can_be_asked_about(club: Club) -> None:
    await club.services.servers.remove_topic(GUILD, club.topics["Piger"])
    assert [topic.name for topic in await club.services.questions.topics(GUILD)] == ["Skole"]
    with refusal("no_topics"):
        await club.services.questions.topics(OTHER_GUILD)


async def test_preview_shows_what_the_others_will_see(club: Club) -> None:
    preview = await club.draft(title="  Jeg er   bagud ", body="Hvor\u200b starter man?  @everyone")
    assert preview.title == "Jeg er bagud"
    assert preview.body == "Hvor starter man?  @…"
    assert preview.topic == "Skole"
    assert preview.topic_token == club.topics["Skole"]
    assert preview.alias
    assert (await club.question(preview.token)).state is QuestionState.DRAFT


async def test_preview_can_be_shown_again_to_the_asker_alone(club: Club) -> None:
    preview = await club.draft()
    assert await club.services.questions.preview(preview.token, ASKER) == preview
    with refusal("not_asker"):
        await club.services.questions.preview(preview.token, HELPER)


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"title": "   "}, "empty"),
        ({"body": "\u200b\u200b"}, "empty"),
        ({"title": "x" * 91}, "too_long"),
        ({"body": "x" * 4001}, "too_long"),
        ({"topic": "unknown"}, "topic_gone"),
    ],
)
async def test_refused_form_gives_back_what_was_typed(club: Club, form: dict[str, str], key: str) -> None:
    ask = club.form(**form)
    with refusal(key) as refused:
        await club.services.questions.compose(GUILD, ASKER, ask)
    assert refused.value.typed == f"{ask.title}\n\n{ask.body}"
    assert await club.rows(select(Question)) == []


async def test_topic_of_another_server_is_no_topic(club: Club) -> None:
    with refusal("topic_gone"):
        await club.services.questions.compose(OTHER_GUILD, ASKER, club.form())


async def test_form_sent_twice_makes_one_draft(club: Club) -> None:
    ask = club.form()
    first = await club.services.questions.compose(GUILD, ASKER, ask)
    assert await club.services.questions.compose(GUILD, ASKER, ask) == first


async def test_form_sent_many_times_at_once_makes_one_draft(club: Club) -> None:
    ask = club.form()
    previews = await asyncio.gather(*(club.services.questions.compose(GUILD, ASKER, ask) for _ in range(8)))
    assert len(set(previews)) == 1
    assert len(await club.rows(select(Question))) == 1


async def test_someone_elses_form_cannot_be_taken_over(club: Club) -> None:
    ask = club.form()
    await club.services.questions.compose(GUILD, ASKER, ask)
    with refusal("not_asker"):
        await club.services.questions.compose(GUILD, HELPER, ask)


async def test_alias_that_is_taken_is_drawn_again(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["Rolig Ulv 100", "Rolig Ulv 100", "Rolig Ulv 100", "Sej Ravn 200"])
    monkeypatch.setattr(question_service, "new_alias", lambda: next(drawn))
    assert [(await club.draft()).alias for _ in range(2)] == ["Rolig Ulv 100", "Sej Ravn 200"]


async def test_no_free_alias_is_a_fault(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_service, "new_alias", lambda: "Rolig Ulv 100")
    await club.draft()
    with pytest.raises(RuntimeError, match="alias"):
        await club.draft()


async def test_draft_can_be_revised_and_keeps_its_alias(club: Club) -> None:
    preview = await club.draft()
    ask = club.form(title="Noget andet", topic=club.topics["Piger"], wants_coach=True)
    revised = await club.services.questions.revise(preview.token, ASKER, ask)
    assert (revised.title, revised.topic, revised.wants_coach) == ("Noget andet", "Piger", True)
    assert (revised.token, revised.alias) == (preview.token, preview.alias)
    assert await club.services.questions.preview(preview.token, ASKER) == revised


async def test_revising_is_refused_to_others_after_publication_and_for_a_lost_draft(club: Club) -> None:
    preview = await club.draft()
    ask = club.form(body="Det hele forfra")
    with refusal("not_asker"):
        await club.services.questions.revise(preview.token, HELPER, ask)
    await club.services.questions.publish(preview.token, ASKER)
    with refusal("already_sent") as refused:
        await club.services.questions.revise(preview.token, ASKER, ask)
    assert "Det hele forfra" in (refused.value.typed or "")
    with refusal("draft_gone") as refused:
        await club.services.questions.revise(new_token(), ASKER, ask)
    assert "Det hele forfra" in (refused.value.typed or "")


async def test_discarded_draft_is_gone(club: Club) -> None:
    preview = await club.draft()
    with refusal("not_asker"):
        await club.services.questions.discard(preview.token, HELPER)
    await club.services.questions.discard(preview.token, ASKER)
    await club.services.questions.discard(preview.token, ASKER)
    assert await club.rows(select(Question)) == []
    with refusal("question_gone"):
        await club.services.questions.publish(preview.token, ASKER)


async def test_published_question_cannot_be_discarded(club: Club) -> None:
    token, _ = await club.queue()
    await club.services.questions.discard(token, ASKER)
    assert (await club.question(token)).state is QuestionState.QUEUED


async def test_publishing_queues_and_the_thread_opens_it(club: Club) -> None:
    token, post_id = await club.queue()
    assert (await club.question(token)).state is QuestionState.QUEUED
    thread_id = await club.deliver(post_id)
    question = await club.question(token)
    assert (question.state, question.thread_id) == (QuestionState.OPEN, thread_id)
    assert question.published_at == club.clock.now


async def test_publishing_twice_queues_once(club: Club) -> None:
    preview = await club.draft()
    posts = await asyncio.gather(*(club.services.questions.publish(preview.token, ASKER) for _ in range(6)))
    posts.append(await club.services.questions.publish(preview.token, ASKER))
    await club.deliver(posts[0])
    posts.append(await club.services.questions.publish(preview.token, ASKER))
    assert len(set(posts)) == 1
    assert await club.one(select(func.count(Post.id))) == 1


async def test_only_the_asker_publishes(club: Club) -> None:
    preview = await club.draft()
    with refusal("not_asker"):
        await club.services.questions.publish(preview.token, HELPER)
    with refusal("question_gone"):
        await club.services.questions.publish(new_token(), ASKER)


async def test_topic_removed_meanwhile_gives_back_the_text(club: Club) -> None:
    preview = await club.draft(title="Titel", body="Tekst")
    await club.services.servers.remove_topic(GUILD, club.topics["Skole"])
    with refusal("topic_gone") as refused:
        await club.services.questions.publish(preview.token, ASKER)
    assert refused.value.typed == "Titel\n\nTekst"
    assert (await club.question(preview.token)).state is QuestionState.DRAFT


async def test_publication_waits_a_random_time(database: Database, clock: MovingClock) -> None:
    delays = QuestionSettings(delay_min_seconds=5, delay_max_seconds=40)
    club = await Club.opened(database, clock, Settings(questions=delays))
    waits: list[timedelta] = []
    for _ in range(4):
        _, post_id = await club.queue()
        post = await club.one(select(Post).where(Post.id == post_id))
        waits.append(post.due_at - clock.now)
        assert await club.services.publishing.claim(post_id) is None
    assert all(timedelta(seconds=5) <= wait <= timedelta(seconds=40) for wait in waits)
    assert len(set(waits)) > 1
    clock.move(seconds=40)
    assert len(await club.deliver_all()) == 4


async def test_follow_up_is_posted_under_the_alias(club: Club) -> None:
    question = await club.ask()
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak\u200b.")
    delivery = await club.services.publishing.claim(post_id)
    row = await club.question(question.token)
    assert delivery is not None
    assert vars(delivery) == {
        "envelope": delivery.envelope,
        "thread_id": question.thread_id,
        "alias": row.alias,
        "body": "Tak.",
    }


async def test_follow_up_sent_twice_is_one_post(club: Club) -> None:
    question = await club.ask()
    form = new_token()
    posts = await asyncio.gather(
        *(club.services.questions.follow_up(question.token, ASKER, form, "Tak") for _ in range(5))
    )
    assert len(set(posts)) == 1
    assert len(await club.deliver_all()) == 1


@pytest.mark.parametrize(("text", "key"), [("  ", "empty"), ("x" * 4001, "too_long")])
async def test_refused_follow_up_gives_back_what_was_typed(club: Club, text: str, key: str) -> None:
    question = await club.ask()
    with refusal(key) as refused:
        await club.services.questions.follow_up(question.token, ASKER, new_token(), text)
    assert refused.value.typed == text


async def test_follow_up_by_another_or_in_a_question_that_is_not_open_is_refused(club: Club) -> None:
    question = await club.ask()
    follow_up = club.services.questions.follow_up
    with refusal("not_asker") as refused:
        await follow_up(question.token, HELPER, new_token(), "Tak")
    assert refused.value.typed == "Tak"
    await club.services.moderation.hide_question(question.thread_id)
    with refusal("question_hidden"):
        await follow_up(question.token, ASKER, new_token(), "Tak")
    await club.services.questions.withdraw(question.token, ASKER)
    with refusal("question_gone"):
        await follow_up(question.token, ASKER, new_token(), "Tak")
    assert await club.deliver_all() == []


async def test_buttons_of_any_message_in_the_thread_find_the_question(club: Club) -> None:
    question = await club.ask()
    opening = await club.one(select(Post).where(Post.id == question.post_id))
    await club.services.questions.check_asker(opening.token, ASKER)
    with refusal("not_asker"):
        await club.services.questions.check_asker(opening.token, HELPER)


async def test_solved_question_ends_its_line(club: Club) -> None:
    question = await club.ask()
    await club.on_the_line(question)
    with refusal("not_asker"):
        await club.services.questions.solve(question.token, HELPER)
    await club.services.questions.solve(question.token, ASKER)
    row = await club.question(question.token)
    assert (row.state, row.appearance) == (QuestionState.SOLVED, "solved")
    own = await club.look(question.token, ASKER)
    assert own.summon is not None
    assert own.summon.state is SummonState.CLOSED


async def test_withdrawn_before_publication_is_never_sent(club: Club) -> None:
    token, post_id = await club.queue()
    with refusal("not_asker"):
        await club.services.questions.withdraw(token, HELPER)
    await club.services.questions.withdraw(token, ASKER)
    await club.services.questions.withdraw(token, ASKER)
    assert await club.services.publishing.claim(post_id) is None
    assert await club.services.publishing.state_of(post_id) is PostState.CANCELLED
    assert await club.services.upkeep.threads_to_change() == []


async def test_withdrawn_after_publication_is_to_be_deleted(club: Club) -> None:
    question = await club.ask()
    await club.services.questions.withdraw(question.token, ASKER)
    (look,) = await club.services.upkeep.threads_to_change()
    assert (look.thread_id, look.appearance) == (question.thread_id, "withdrawn")
    await club.services.upkeep.thread_changed(look.question_id, look.appearance)
    assert await club.services.upkeep.threads_to_change() == []


async def test_withdrawing_takes_the_case_away_and_cancels_what_was_waiting(club: Club) -> None:
    question = await club.ask()
    token, thread_id = await club.on_the_line(question)
    follow_up = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Tak")
    await club.services.questions.withdraw(question.token, ASKER)
    assert await club.services.publishing.state_of(follow_up) is PostState.CANCELLED
    assert await club.deliver_all() == []
    assert await club.services.upkeep.cases_to_delete() == [thread_id]
    await club.services.upkeep.case_deleted(thread_id)
    assert await club.services.upkeep.cases_to_delete() == []
    with refusal("case_over"):
        await club.services.lines.from_coach(token, COACH, new_token(), "Hallo?")


async def test_thread_deleted_by_hand_ends_the_question(club: Club) -> None:
    question = await club.ask()
    await club.services.questions.mark_gone(question.thread_id)
    await club.services.questions.mark_gone(question.thread_id)
    await club.services.questions.mark_gone(club.snowflake())
    assert (await club.question(question.token)).state is QuestionState.GONE
    with refusal("question_gone"):
        await club.services.questions.solve(question.token, ASKER)


async def test_old_drafts_are_cleared_and_nothing_else(club: Club) -> None:
    old, published = await club.draft(), await club.ask()
    club.clock.move(hours=23)
    fresh = await club.draft()
    club.clock.move(hours=2)
    await club.services.questions.clear_drafts()
    left = {row.token for row in await club.rows(select(Question))}
    assert left == {published.token, fresh.token}
    with refusal("draft_gone"):
        await club.services.questions.preview(old.token, ASKER)
