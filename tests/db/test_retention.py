"""What time takes away, and what it leaves."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.config import PrivacySettings
from bot.services.identity import Identity, Keys, new_token
from bot.services.publishing import Failure
from db.models import (
    Answer,
    Follower,
    LedgerEntry,
    LineMessage,
    Notice,
    Post,
    PostKind,
    PostState,
    Question,
    QuestionState,
    RevealState,
    Summon,
    SummonState,
    Tally,
    Vote,
)
from tests.db.club import ASKER, COACH, GUILD, HELPER, READER, Club, Published, check_ledger
from tests.helpers import MovingClock

LINK = PrivacySettings().link_days
QUIET = PrivacySettings().quiet_days
NOW = datetime(2026, 11, 12, 20, 37, 41, 123456, tzinfo=UTC)
HOUR = datetime(2026, 11, 12, 20, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> MovingClock:
    """Not at a full hour, so that rounding shows."""
    return MovingClock(NOW)


async def _sweep(club: Club, **later: float) -> None:
    club.clock.move(**later)
    await club.services.retention.sweep()


async def _lived(club: Club) -> Published:
    """A question with everything that can hang on one."""
    question = await club.ask()
    message = await club.answer(question)
    await club.give(question, message)
    await club.give(question, message, giver=ASKER)
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), "Det var nemt.")
    await club.deliver(post_id)
    token, _ = await club.on_the_line(question)
    await club.services.lines.from_coach(token, COACH, new_token(), "Hvad skete der så?")
    await club.services.lines.from_asker(question.token, ASKER, new_token(), "Ikke noget.")
    await club.services.following.toggle(question.token, READER)
    await club.answer(question, READER)
    return question


class TestEnding:
    """`closed_at` says when a question ended, to the hour."""

    async def test_solved_and_withdrawn(self, club: Club) -> None:
        solved, withdrawn = await club.ask(), await club.ask()
        await club.services.questions.solve(solved.token, ASKER)
        await club.services.questions.withdraw(withdrawn.token, ASKER)
        assert (await club.question(solved.token)).closed_at == HOUR
        assert (await club.question(withdrawn.token)).closed_at == HOUR

    async def test_withdrawing_later_does_not_prolong_the_link(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=3)
        await club.services.questions.withdraw(question.token, ASKER)
        assert (await club.question(question.token)).closed_at == HOUR

    async def test_gone(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.mark_gone(question.thread_id)
        assert (await club.question(question.token)).closed_at == HOUR

    async def test_failed_until_it_is_tried_again(self, club: Club) -> None:
        token, post_id = await club.queue()
        assert await club.services.publishing.claim(post_id) is not None
        await club.services.publishing.not_sent(post_id, Failure.REFUSED)
        assert (await club.question(token)).closed_at == HOUR
        await club.services.questions.publish(token, ASKER)
        assert (await club.question(token)).closed_at is None

    async def test_open_has_none(self, club: Club) -> None:
        question = await club.ask()
        await club.services.retention.sweep()
        assert (await club.question(question.token)).closed_at is None

    async def test_solved_with_a_coach_on_it_again_has_not_ended(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        token, thread_id = await club.on_the_line(question)
        assert (await club.question(question.token)).closed_at is None
        club.clock.move(days=2)
        await club.services.summons.close_as_coach(thread_id, COACH)
        assert (await club.question(question.token)).closed_at == HOUR + timedelta(days=2)
        assert token

    async def test_quiet_counts_as_ended_and_a_word_opens_it_again(self, club: Club) -> None:
        question = await club.ask()
        await _sweep(club, days=QUIET - 1)
        assert (await club.question(question.token)).closed_at is None
        await _sweep(club, days=2)
        ended = await club.question(question.token)
        assert (ended.closed_at, ended.state) == (HOUR + timedelta(days=QUIET + 1), QuestionState.OPEN)
        club.clock.move(days=5)
        await club.write(question)
        await club.services.retention.sweep()
        assert (await club.question(question.token)).closed_at is None

    async def test_a_line_in_use_is_not_quiet(self, club: Club) -> None:
        question = await club.ask()
        token, _ = await club.on_the_line(question)
        club.clock.move(days=QUIET - 1)
        await club.services.lines.from_coach(token, COACH, new_token(), "Er du der?")
        await _sweep(club, days=2)
        assert (await club.question(question.token)).closed_at is None


class TestRounding:
    """No exact moment of what an asker did is kept."""

    async def test_question_its_posts_and_its_call(self, club: Club) -> None:
        question = await club.ask()
        post_id = await club.services.questions.follow_up(
            question.token, ASKER, new_token(), "Og en ting til."
        )
        await club.deliver(post_id)
        _, thread_id = await club.on_the_line(question)
        await club.services.summons.close_as_coach(thread_id, COACH)
        row = await club.question(question.token)
        summon = await club.one(select(Summon))
        moments = [row.created_at, row.published_at, summon.created_at, summon.decided_at, summon.closed_at]
        assert moments == [HOUR] * 5
        assert summon.expires_at == HOUR + timedelta(hours=7)
        for post in await club.rows(select(Post).where(Post.state == PostState.SENT)):
            assert (post.created_at, post.due_at) == (HOUR, HOUR), post.kind

    async def test_line_votes_and_ledger(self, club: Club) -> None:
        question = await club.ask()
        await club.give(question, await club.answer(question), giver=ASKER)
        token, _ = await club.on_the_line(question)
        await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej.")
        await club.services.lines.from_coach(token, COACH, new_token(), "Hej.")
        await club.read_line(question.token)
        his, coachs = await club.rows(select(LineMessage).order_by(LineMessage.id))
        assert (his.created_at, coachs.created_at, coachs.seen_at) == (HOUR, NOW, HOUR)
        assert (await club.one(select(Vote))).created_at == HOUR
        assert (await club.one(select(LedgerEntry))).created_at == HOUR

    async def test_withdrawn_before_publication(self, club: Club) -> None:
        token, _ = await club.queue()
        await club.services.questions.withdraw(token, ASKER)
        post = await club.one(select(Post))
        assert (post.state, post.created_at, post.due_at) == (PostState.CANCELLED, HOUR, HOUR)

    async def test_a_draft_lives_as_long_as_it_was_promised(self, club: Club) -> None:
        preview = await club.draft()
        club.clock.move(hours=23, minutes=59)
        await club.services.questions.clear_drafts()
        assert await club.services.questions.preview(preview.token, ASKER)
        club.clock.move(hours=1)
        await club.services.questions.clear_drafts()
        assert await club.rows(select(Question)) == []


class TestForgetting:
    """`link_days` after the end nobody can tell who asked, and what reports count is still there."""

    async def test_not_before_its_time(self, club: Club) -> None:
        question = await _lived(club)
        await club.services.questions.solve(question.token, ASKER)
        await _sweep(club, days=LINK - 1)
        assert await club.services.inbox.overview(GUILD, ASKER)
        assert await club.rows(select(LineMessage))

    async def test_link_line_followers_and_voters(self, club: Club) -> None:
        question = await _lived(club)
        voters = {vote.giver_key for vote in await club.rows(select(Vote))}
        await club.services.questions.solve(question.token, ASKER)
        assert await club.rows(select(Notice))
        await _sweep(club, days=LINK, hours=1)
        row = await club.question(question.token)
        assert (row.seal, row.disclosed) == (None, None)
        for table in (LineMessage, Follower, Notice):
            assert await club.rows(select(table)) == []
        left = {vote.giver_key for vote in await club.rows(select(Vote))}
        assert len(left) == len(voters)
        assert not left & voters
        follow_up = await club.one(select(Post).where(Post.kind == PostKind.FOLLOW_UP))
        assert follow_up.body is None

    async def test_votes_and_followers_of_yesterday_go_with_the_link(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=LINK - 1)
        await club.give(question, await club.write(question), author=HELPER)
        await club.services.following.toggle(question.token, READER)
        (vote,) = await club.rows(select(Vote))
        await _sweep(club, days=1, hours=1)
        assert (await club.one(select(Vote))).giver_key != vote.giver_key
        assert await club.rows(select(Follower)) == []

    async def test_figures_and_what_stands_in_discord_survive(self, club: Club) -> None:
        question = await _lived(club)
        await club.services.questions.solve(question.token, ASKER)
        before = await _figures(club)
        await _sweep(club, days=LINK, hours=1)
        assert await _figures(club) == before
        await check_ledger(club)
        row = await club.question(question.token)
        assert (row.title, row.body) == ("Jeg er bagud", "Hvor starter man?")
        assert "Tag én aflevering." in {post.body for post in await club.rows(select(Post))}

    async def test_an_answer_can_be_removed_and_restored_with_its_credit(self, club: Club) -> None:
        question = await _lived(club)
        await club.services.questions.solve(question.token, ASKER)
        await _sweep(club, days=LINK, hours=1)
        answer = (await club.rows(select(Answer).order_by(Answer.id)))[0]
        credit = await club.assists()
        await club.services.moderation.remove_answer(GUILD, answer.token, actor=1)
        assert (await club.assists())[1] == credit[1] - 1
        await club.services.moderation.restore_answer(GUILD, answer.token, actor=1)
        assert (await club.assists())[1] == credit[1]
        await check_ledger(club)

    @pytest.mark.parametrize("how", ["withdrawn", "gone", "failed"])
    async def test_texts_of_what_stands_nowhere_are_wiped(self, club: Club, how: str) -> None:
        if how == "failed":
            token, post_id = await club.queue()
            assert await club.services.publishing.claim(post_id) is not None
            await club.services.publishing.not_sent(post_id, Failure.REFUSED)
        else:
            question = await _lived(club)
            token = question.token
            if how == "withdrawn":
                await club.services.questions.withdraw(token, ASKER)
            else:
                await club.services.questions.mark_gone(question.thread_id)
        kept = await club.question(token)
        assert bool(kept.body) == (how == "failed"), "he can still try that one again"
        await _sweep(club, days=LINK, hours=1)
        row = await club.question(token)
        assert (row.title, row.body, row.state, row.seal) == ("", "", kept.state, None)
        assert {post.body for post in await club.rows(select(Post))} == {None}

    @pytest.mark.parametrize("how", ["withdrawn", "gone"])
    async def test_taken_back_is_wiped_at_once_whoever_asked(self, club: Club, how: str) -> None:
        question = await _lived(club)
        await club.deliver_all()
        on_its_way = await club.services.questions.follow_up(
            question.token, ASKER, new_token(), "Vent, en ting til."
        )
        assert await club.services.publishing.claim(on_its_way) is not None
        refused = await club.services.answers.answer(
            question.token, HELPER, new_token(), "Mit lange svar.", "Spiller 22"
        )
        assert await club.services.publishing.claim(refused) is not None
        await club.services.publishing.not_sent(refused, Failure.REFUSED)
        if how == "withdrawn":
            await club.services.questions.withdraw(question.token, ASKER)
        else:
            await club.services.questions.mark_gone(question.thread_id)
        row = await club.question(question.token)
        assert (row.title, row.body) == ("", "")
        assert await club.rows(select(LineMessage)) == []
        await club.services.publishing.not_sent(on_its_way, Failure.REFUSED)
        await _sweep(club, days=1)
        assert {post.body for post in await club.rows(select(Post))} == {None, "Mit lange svar."}
        assert await club.services.inbox.unsent_answers(GUILD, HELPER) == ["Mit lange svar."]
        await _sweep(club, days=LINK, hours=1)
        assert {post.body for post in await club.rows(select(Post))} == {None}
        assert await club.services.inbox.unsent_answers(GUILD, HELPER) == []

    async def test_the_coachs_thread_goes_three_days_after_its_case(self, club: Club) -> None:
        question = await club.ask()
        _, thread_id = await club.on_the_line(question)
        await club.services.questions.solve(question.token, ASKER)
        await _sweep(club, days=2)
        assert await club.services.upkeep.cases_to_delete() == []
        await _sweep(club, days=1, hours=1)
        assert await club.services.upkeep.cases_to_delete() == [thread_id]

    async def test_a_line_that_still_runs_is_closed(self, club: Club) -> None:
        question = await club.ask()
        await club.on_the_line(question)
        await _sweep(club, days=QUIET + 1)
        await _sweep(club, days=LINK + 1)
        assert (await club.one(select(Summon))).state is SummonState.CLOSED
        assert (await club.question(question.token)).seal is None

    async def test_twice_and_in_two_processes_is_once(self, club: Club) -> None:
        question = await _lived(club)
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=LINK, hours=1)
        await club.services.retention.sweep()
        votes = {vote.giver_key for vote in await club.rows(select(Vote))}
        await club.twin().services.retention.sweep()
        assert {vote.giver_key for vote in await club.rows(select(Vote))} == votes

    async def test_more_than_a_batch(self, club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.services.retention._BATCH", 2)
        for _ in range(5):
            question = await club.ask()
            await club.services.questions.solve(question.token, ASKER)
        await _sweep(club, days=LINK, hours=1)
        assert {row.seal for row in await club.rows(select(Question))} == {None}

    async def test_waits_while_moderators_decide(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=LINK, hours=-1)
        await club.reveal(question, RevealState.REQUESTED)
        await _sweep(club, hours=2)
        assert (await club.question(question.token)).seal is not None
        await _sweep(club, hours=23)
        assert (await club.question(question.token)).seal is None

    async def test_asking_again_and_again_does_not_stop_it(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=LINK, hours=-1)
        await club.reveal(question, RevealState.REQUESTED)
        await _sweep(club, hours=2)
        assert (await club.question(question.token)).seal is not None
        await club.reveal(question, RevealState.REQUESTED)
        await _sweep(club, hours=22)
        assert (await club.question(question.token)).seal is None

    async def test_late_votes_and_followers_go_too(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        await _sweep(club, days=LINK, hours=1)
        message = await club.write(question)
        await club.give(question, message, author=HELPER)
        await club.services.following.toggle(question.token, READER)
        (vote,) = await club.rows(select(Vote))
        assert vote.giver_key == club.identity.voter_key(question.token, READER)
        await _sweep(club, days=LINK + 1)
        (faded,) = await club.rows(select(Vote))
        assert faded.giver_key != vote.giver_key
        assert await club.rows(select(Follower)) == []
        await _sweep(club, days=1)
        assert (await club.one(select(Vote))).giver_key == faded.giver_key
        await check_ledger(club)

    async def test_works_without_the_keys(self, club: Club) -> None:
        """A key that was lost must not keep the links that it protected."""
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        async with club.database.write() as session:
            await session.execute(update(Question).values(seal=b"made under a key that was lost"))
        await _sweep(club, days=LINK, hours=1)
        assert (await club.question(question.token)).seal is None


async def _figures(club: Club) -> list[object]:
    ledger = [(row.player_id, row.seq, row.month) for row in await club.rows(select(LedgerEntry))]
    tallies = [(row.player_id, row.period, row.assists) for row in await club.rows(select(Tally))]
    states = [(row.state, row.alias, row.closed_at) for row in await club.rows(select(Question))]
    posts = [(row.kind, row.state) for row in await club.rows(select(Post))]
    summons = [(row.state, row.coach_id, row.decided_at) for row in await club.rows(select(Summon))]
    answers = [(row.player_id, row.removed) for row in await club.rows(select(Answer))]
    return [
        sorted(ledger),
        sorted(tallies),
        states,
        sorted(posts),
        summons,
        sorted(answers),
        len(await club.rows(select(Vote))),
    ]


def test_the_seal_of_nobody_looks_like_any_other() -> None:
    identity = Identity(Keys.new())
    someone, nobody = identity.seal_member(ASKER, "token"), identity.seal_nobody("token", 7)
    assert len(someone) == len(nobody)
    assert someone[:4] == nobody[:4]
    assert identity.note_in(nobody, "token") == 7
    assert identity.note_in(someone, "token") is None
    assert not identity.is_member(nobody, "token", 7)
