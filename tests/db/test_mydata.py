"""Taking one's data along, and having it erased: what goes, what stays, and what nobody can link."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select, update

from bot.services.deliveries import AnswerDelivery, QuestionDelivery
from bot.services.identity import NOBODY, Purpose, new_token
from bot.services.mydata import erasing
from bot.services.mydata.erasing import SPREAD, ErasureService
from bot.services.mydata.registry import RIGHTS, Section, Step, unanswered
from bot.services.publishing import Failure
from bot.services.retention import CASE_STAYS
from db.models import (
    Answer,
    AuditEntry,
    Coach,
    Follower,
    LineMessage,
    Notice,
    Player,
    Post,
    PostKind,
    Preference,
    Question,
    QuestionState,
    Reveal,
    RevealReason,
    RevealState,
    Summon,
    SummonState,
    Tally,
    Visibility,
    Vote,
)
from db.repositories import preferences
from db.types import Base
from tests.db.club import (
    ASKER,
    COACH,
    GUILD,
    HELPER,
    OTHER_GUILD,
    READER,
    SECOND_COACH,
    Club,
    Published,
    check_ledger,
    everything,
    refusal,
)

HIS_NAME = "Nordlys"
SECRET = "Min bror må ikke vide det."
FROM_COACH = "Det kender jeg godt."


async def _his_life(club: Club) -> list[Published]:
    """ASKER does everything that a member can do, and others do the same beside him."""
    asked = [await club.ask(title=f"Spørgsmål {number}", body=SECRET) for number in (1, 2)]
    theirs = await club.ask(READER, body="En andens ord.")
    for question in asked:
        message = await club.answer(question, HELPER)
        await club.give(question, message, giver=ASKER)
    await _follow_up(club, asked[0], SECRET)
    token, _ = await club.on_the_line(asked[0])
    await club.services.lines.from_coach(token, COACH, new_token(), FROM_COACH)
    await club.services.lines.from_asker(asked[0].token, ASKER, new_token(), SECRET)
    message = await club.answer(theirs, ASKER, name=HIS_NAME)
    await club.give(theirs, message, giver=HELPER)
    await club.write(theirs, ASKER)
    await club.give(theirs, await club.answer(theirs, HELPER), giver=ASKER)
    await club.services.following.toggle(theirs.token, ASKER)
    await club.answer(theirs, READER + 1)
    async with club.database.write() as session:
        key = club.identity.member_key(GUILD, ASKER)
        await preferences.choose(session, GUILD, key, direct_messages=True)
    await club.draft(ASKER, title="En kladde")
    return asked


async def _follow_up(club: Club, question: Published, text: str) -> None:
    post_id = await club.services.questions.follow_up(question.token, ASKER, new_token(), text)
    await club.deliver(post_id)


async def _export(club: Club, member: int = ASKER) -> dict[str, Any]:
    return json.loads(await club.services.export.export(GUILD, member))


async def _erase(club: Club, member: int = ASKER, *, delete: bool = False) -> None:
    await club.services.erasure.erase(GUILD, member, delete=delete)


async def _asked(club: Club, state: QuestionState) -> Published:
    """A question that stands, or that he has taken back."""
    question = await club.ask()
    if state is QuestionState.WITHDRAWN:
        await club.services.questions.withdraw(question.token, ASKER)
    return question


async def _taken_back(club: Club, asker: int) -> None:
    """One question withdrawn, one deleted by hand, one that Discord would not take."""
    withdrawn, gone = await club.ask(asker, body=SECRET), await club.ask(asker, body=SECRET)
    for question in (withdrawn, gone):
        token, _ = await club.on_the_line(question, asker=asker)
        await club.services.lines.from_coach(token, COACH, new_token(), FROM_COACH)
        await club.services.following.toggle(question.token, HELPER)
        await club.give(question, await club.answer(question), giver=SECOND_COACH)
        await club.write(question, asker)
    await club.services.questions.withdraw(withdrawn.token, asker)
    await club.services.questions.mark_gone(gone.thread_id)
    _, post_id = await club.queue(asker, body=SECRET)
    assert await club.services.publishing.claim(post_id) is not None
    await club.services.publishing.not_sent(post_id, Failure.REFUSED)


def _looks(row: Question) -> tuple[object, ...]:
    """What a question's row shows without the keys."""
    sealed = [None if one is None else len(one) for one in (row.seal, row.disclosed)]
    return (row.state, row.title, row.body, row.closed_at, row.appearance, *sealed)


async def _both_alike(club: Club) -> None:
    """Of two questions each row of the one has its like among those of the other, for who has no key."""
    rows = {
        name: sorted(found, key=lambda row: row.get("id", 0))
        for name, found in (await everything(club.database)).items()
    }
    drawn = {"id", "token", "form", "case_code", "alias", "question_id", "summon_id", "post_id"}
    drawn |= {"thread_id", "message_id"}
    for table in ("questions", "posts", "summons", "line_messages"):
        shown = [
            {
                column: len(value) if isinstance(value, bytes) else value
                for column, value in row.items()
                if column not in drawn or value is None
            }
            for row in rows[table]
        ]
        half = len(shown) // 2
        key = repr
        if table == "posts":
            of_first = rows["questions"][0]["id"]
            firsts = [
                one for one, row in zip(shown, rows[table], strict=True) if row["question_id"] == of_first
            ]
            others = [one for one in shown if not any(one is first for first in firsts)]
        else:
            firsts, others = shown[:half], shown[half:]
        assert sorted(firsts, key=key) == sorted(others, key=key), table


async def _finish(club: Club) -> None:
    club.clock.now += SPREAD + timedelta(minutes=1)
    await club.services.erasure.finish_due()


def _seals(club: Club, rows: dict[str, list[dict[str, Any]]]) -> Iterator[int]:
    """Whom every seal of a member in the database holds."""
    for table in ("questions", "players", "followers"):
        for row in rows[table]:
            if row["seal"] is not None:
                yield club.identity.open_member(row["seal"], row["token"], Purpose.COMPARE)


async def _is_anywhere(club: Club, member: int) -> list[str]:
    """Where the one who holds the keys still finds a member."""
    rows = await everything(club.database)
    found = ["seal"] if member in _seals(club, rows) else []
    key = club.identity.member_key(GUILD, member)
    tokens = [row["token"] for row in rows["questions"]]
    keys_in = (club.identity.voter_key, club.identity.follower_key)
    keys = {key, *(key_in(token, member) for key_in in keys_in for token in tokens)}
    for table, values in rows.items():
        for row in values:
            found += [f"{table}.{name}" for name, value in row.items() if value in (*keys, member)]
    return found


class TestRegistry:
    """Every table answers for its own export and erasure."""

    def test_every_table_answers(self) -> None:
        assert unanswered(Base.metadata.tables) == []

    def test_the_page_for_hosts_names_every_table(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
        assert [name for name in RIGHTS if f"`{name}`" not in page] == []

    def test_a_new_table_does_not(self) -> None:
        metadata = MetaData()
        for table in Base.metadata.tables.values():
            table.to_metadata(metadata)
        Table("diaries", metadata, Column("id", Integer, primary_key=True))
        assert unanswered(metadata.tables) == ["diaries is not in the list"]

    def test_an_answer_must_say_something(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(RIGHTS, "votes", type(RIGHTS["votes"])())
        assert unanswered(Base.metadata.tables) == ["votes does not say why"]

    def test_every_section_and_step_belongs_to_a_table(self) -> None:
        assert {section for rights in RIGHTS.values() for section in rights.exported} == set(Section)
        assert {step for rights in RIGHTS.values() for step in rights.erased} == set(Step)

    async def test_the_file_has_every_section(self, club: Club) -> None:
        assert set(await _export(club)) == {"made", *(str(section) for section in Section)}

    async def test_the_erasure_takes_every_step(self, club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
        taken: list[Step] = []

        async def note(self: ErasureService, step: Step, *_: object, **__: object) -> None:
            taken.append(step)

        monkeypatch.setattr(ErasureService, "_take", note)
        await _erase(club)
        assert taken == list(Step)


class TestExport:
    """Everything of his, and nobody else's."""

    async def test_everything_of_his(self, club: Club) -> None:
        await _his_life(club)
        made = await _export(club)
        first, second, draft = made["questions"]
        assert (first["title"], first["text"], first["state"]) == ("Spørgsmål 1", SECRET, "open")
        assert (first["topic"], first["answers"], second["answers"]) == ("Skole", 1, 1)
        assert [post["text"] for post in first["follow_ups"]] == [SECRET]
        line = first["coaches"][0]["line"]
        assert [(one["from"], one["text"]) for one in line] == [("coach", FROM_COACH), ("you", SECRET)]
        assert first["messages_owed"] == 1
        assert draft["state"] == "draft"
        assert made["player"]["name"] == HIS_NAME
        assert [answer["text"] for answer in made["answers"]] == ["Tag én aflevering.", None]
        assert made["assists"]["totals"]["all"] == 1
        assert len(made["votes"]) == 3
        assert len(made["followed"]) == 1
        assert made["preferences"] == {"direct_messages": True, "refused_by_discord": False}
        assert made["coach"] is None

    async def test_withdrawn_questions_are_his_until_they_are_forgotten(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.withdraw(question.token, ASKER)
        assert [one["state"] for one in (await _export(club))["questions"]] == ["withdrawn"]

    async def test_nothing_of_anyone_else(self, club: Club) -> None:
        await _his_life(club)
        mine = json.dumps(await _export(club), ensure_ascii=False)
        assert not [name for name in (ASKER, HELPER, READER, COACH) if str(name) in mine]
        assert f"Spiller {HELPER % 1000}" not in mine
        assert "En andens ord." not in mine
        other = json.dumps(await _export(club, READER), ensure_ascii=False)
        assert SECRET not in other
        assert HIS_NAME not in other
        assert (await _export(club, READER + 7))["questions"] == []

    async def test_a_coach_takes_his_words_and_not_the_boys(self, club: Club) -> None:
        await _his_life(club)
        made = await _export(club, COACH)
        assert made["coach"]["name"] == "Søren"
        (case,) = made["coach"]["cases"]
        assert [one["text"] for one in case["you_wrote"]] == [FROM_COACH]
        assert SECRET not in json.dumps(made, ensure_ascii=False)
        assert (await _export(club, SECOND_COACH))["coach"]["cases"] == []

    async def test_a_moderator_takes_what_he_did(self, club: Club) -> None:
        question = await club.ask()
        await club.services.moderation.hide_question(question.thread_id, actor=READER)
        await club.reveal(question, RevealState.OPENED)
        made = (await _export(club, READER))["moderation"]
        assert len(made["audit"]) == 1
        assert made["reveals"][0]["your_explanation"] == "Han truer en anden dreng."
        assert (await _export(club, HELPER))["moderation"] == {"audit": [], "reveals": []}

    async def test_he_is_told_what_was_opened_but_not_what_must_be_silent(self, club: Club) -> None:
        question = await club.ask()
        await club.reveal(question, RevealState.OPENED, silent=True)
        assert (await _export(club))["questions"][0]["opened_by_moderators"] == []
        await club.reveal(question, RevealState.OPENED)
        text = json.dumps(await _export(club))
        assert RevealReason.THREAT in text
        assert str(READER) not in text
        assert "truer en anden" not in text

    async def test_another_server_is_another_file(self, club: Club) -> None:
        await _his_life(club)
        made = json.loads(await club.services.export.export(OTHER_GUILD, ASKER))
        assert (made["questions"], made["votes"], made["player"]) == ([], [], None)


class TestErase:
    """Nothing points at him any more, and nothing tells that two things were his."""

    @pytest.mark.parametrize("delete", [False, True])
    async def test_nobody_finds_him_with_every_key(self, club: Club, delete: bool) -> None:
        await _his_life(club)
        assert set(await _is_anywhere(club, ASKER)) >= {"seal", "players.member_key", "votes.giver_key"}
        await _erase(club, delete=delete)
        assert await _is_anywhere(club, ASKER) == []
        await _finish(club)
        assert await _is_anywhere(club, ASKER) == []
        rows = await everything(club.database)
        assert FROM_COACH not in str(rows)
        made = await _export(club)
        empty: dict[str, Any] = {
            "questions": [],
            "player": None,
            "answers": [],
            "assists": None,
            "votes": [],
            "followed": [],
        }
        assert {name: made[name] for name in empty} == empty
        assert made["preferences"] is None

    async def test_kept_questions_stand_as_before(self, club: Club) -> None:
        asked = await _his_life(club)
        before = await club.question(asked[0].token)
        await _erase(club)
        await _finish(club)
        row = await club.question(asked[0].token)
        kept = (row.state, row.title, row.body, row.alias, row.thread_id, row.closed_at)
        assert kept == (
            QuestionState.OPEN,
            "Spørgsmål 1",
            SECRET,
            before.alias,
            before.thread_id,
            before.closed_at,
        )
        assert row.appearance == "answered"
        assert (await club.one(select(Summon))).state is SummonState.CLOSED
        line = await club.one(select(LineMessage))
        assert club.identity.open_text(line.sealed_body, line.form).strip() == ""
        follow_up = await club.one(select(Post).where(Post.kind == PostKind.FOLLOW_UP))
        assert follow_up.body == SECRET, "it stands in the thread, like the question"
        assert len(await club.rows(select(Notice))) > 0, "others still follow their own"

    async def test_a_snapshot_does_not_tell_which_questions_were_erased(self, club: Club) -> None:
        """Neither missing seals nor due times nor lengths stand out in the database."""
        await _his_life(club)
        other = await club.ask(HELPER)
        await _erase(club, delete=True)
        rows = [row for row in await club.rows(select(Question)) if row.state is QuestionState.OPEN]
        assert len(rows) == 4
        assert {(len(row.seal or b""), row.closed_at, row.state) for row in rows} == {
            (len((await club.question(other.token)).seal or b""), None, QuestionState.OPEN)
        }

    async def test_deleted_threads_go_one_by_one_at_their_own_times(
        self, club: Club, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = [await club.ask() for _ in range(3)]
        waits = iter([3600.0, 2 * 3600.0, 30 * 3600.0])

        def drawn(*_: object) -> float:
            return next(waits)

        monkeypatch.setattr(erasing.random.SystemRandom, "uniform", drawn)
        await _erase(club, delete=True)
        gone: list[int] = []
        for _ in range(4):
            await club.services.erasure.finish_due()
            states = [(await club.question(question.token)).state for question in asked]
            gone.append(states.count(QuestionState.WITHDRAWN))
            club.clock.move(hours=1, minutes=1)
        assert gone == [0, 1, 2, 2]
        club.clock.move(hours=30)
        await club.services.erasure.finish_due()
        rows = [await club.question(question.token) for question in asked]
        for row in rows:
            assert (row.state, row.appearance) == (QuestionState.WITHDRAWN, "withdrawn")
            assert (row.title, row.body) == ("", "")

    def test_the_waits_are_random_and_long(self) -> None:
        assert timedelta(hours=24) <= SPREAD <= timedelta(days=7)

    async def test_what_nobody_saw_goes_at_once(self, club: Club) -> None:
        await club.queue(title="På vej ud", body=SECRET)
        token, post_id = await club.queue(title="Kom ikke op", body=SECRET)
        assert await club.services.publishing.claim(post_id) is not None
        await club.services.publishing.not_sent(post_id, Failure.REFUSED)
        taken_back = await club.ask(body=SECRET)
        await club.services.questions.withdraw(taken_back.token, ASKER)
        await club.draft(body=SECRET)
        await _erase(club)
        assert SECRET not in str(await everything(club.database))
        assert token
        assert await club.services.publishing.claim_due() in (None, [])

    async def test_erased_rows_look_like_those_of_others_who_took_theirs_back(self, club: Club) -> None:
        """E2: what was withdrawn, deleted by hand or not taken by Discord, with and without an erasure."""
        for asker in (ASKER, READER):
            await _taken_back(club, asker)
        club.clock.move(hours=5)
        await _erase(club)
        (failed,) = [row for row in await club.rows(select(Question)) if row.state is QuestionState.FAILED]
        await club.services.questions.withdraw(failed.token, READER)
        await _finish(club)
        rows = [_looks(row) for row in await club.rows(select(Question).order_by(Question.id))]
        assert len(rows) == 6
        assert rows[:3] == rows[3:]
        assert await _is_anywhere(club, ASKER) == []
        club.clock.move(days=31)
        await club.services.retention.sweep()
        assert {row.seal for row in await club.rows(select(Question))} == {None}

    @pytest.mark.parametrize("delete", [False, True])
    async def test_the_coachs_thread_goes_too(self, club: Club, delete: bool) -> None:
        """E7: it holds the question and what he wrote on the line."""
        question = await club.ask()
        _, thread_id = await club.on_the_line(question)
        await club.deliver_all()
        await _erase(club, delete=delete)
        assert await club.services.upkeep.cases_to_delete() == []
        await _finish(club)
        if not delete:
            assert await club.services.upkeep.cases_to_delete() == [], "as with any case that was closed"
            assert len(await club.deliver_all()) == 1, "the coach is told that it is over"
            club.clock.now += CASE_STAYS + timedelta(hours=1)
            await club.services.retention.sweep()
        assert await club.services.upkeep.cases_to_delete() == [thread_id]
        assert await club.deliver_all() == [], "nothing is written in a thread that goes"

    async def test_a_kept_question_looks_like_one_whose_asker_closed_his_case(self, club: Club) -> None:
        """One copy, without the keys, showed every question of an erased boy that was kept."""
        asked = [await club.ask(asker) for asker in (ASKER, READER)]
        for question, asker in zip(asked, (ASKER, READER), strict=True):
            await club.deliver(
                await club.services.questions.follow_up(question.token, asker, new_token(), "Mere.")
            )
            case, _ = await club.on_the_line(question, asker=asker)
            await club.services.lines.from_asker(question.token, asker, new_token(), "Hvad gør jeg?")
            await club.services.lines.from_coach(case, COACH, new_token(), FROM_COACH)
            await club.deliver_all()
        await _erase(club)
        await _finish(club)
        await club.services.summons.close_as_asker(asked[1].token, READER)
        await club.look(asked[1].token, READER)
        await club.deliver_all()
        await _both_alike(club)
        for line in await club.rows(select(LineMessage).order_by(LineMessage.id).limit(2)):
            assert club.identity.open_text(line.sealed_body, line.form).strip() == ""
        club.clock.now += CASE_STAYS + timedelta(hours=1)
        await club.services.retention.sweep()
        for thread_id in await club.services.upkeep.cases_to_delete():
            await club.services.upkeep.case_deleted(thread_id)
        await _both_alike(club)

    async def test_what_is_on_its_way_leaves_no_row_and_is_not_sent_again(self, club: Club) -> None:
        """It went out after the erasure; and a cancelled row in a question that stands is an erased boy's."""
        question = await club.ask()
        await club.on_the_line(question)
        await club.deliver_all()
        await club.services.lines.from_asker(question.token, ASKER, new_token(), SECRET)
        held = await club.services.lines.from_asker(question.token, ASKER, new_token(), SECRET)
        refused, late, leased, waiting = [
            await club.services.questions.follow_up(question.token, ASKER, new_token(), SECRET)
            for _ in range(4)
        ]
        assert held
        assert waiting
        club.clock.move(minutes=2)
        for post_id in (held, refused, late, leased):
            assert await club.services.publishing.claim(post_id) is not None
        await club.services.publishing.not_sent(refused, Failure.REFUSED)
        await _erase(club)
        for post_id in (held, leased):
            await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
        await club.services.publishing.not_sent(late, Failure.REFUSED)
        club.clock.move(minutes=11)
        assert await club.services.publishing.claim_due() is None
        await _finish(club)
        kinds = (PostKind.FOLLOW_UP, PostKind.LINE)
        assert await club.rows(select(Post).where(Post.kind.in_(kinds))) == []
        assert await club.rows(select(LineMessage)) == []

    async def test_two_erasures_at_once_leave_no_heir_of_nothing(self, club: Club) -> None:
        """On PostgreSQL both find the same question, and one of them waits for its row."""
        question = await club.ask(READER)
        await club.write(question, ASKER)
        (player,), service = await club.rows(select(Player)), club.services.erasure
        await _erase(club)
        heirs = len(await club.rows(select(Player)))
        number = (await club.question(question.token)).id
        async with club.database.write() as session:
            await service._disinherit(session, player, number, "")  # pyright: ignore[reportPrivateUsage]
        assert len(await club.rows(select(Player))) == heirs

    async def test_his_refused_answer_goes(self, club: Club) -> None:
        """Nobody could read it any more, and it stayed as long as the other boy's question."""
        question = await club.ask(READER)
        post_id = await club.services.answers.answer(question.token, ASKER, new_token(), SECRET, HIS_NAME)
        assert await club.services.publishing.claim(post_id) is not None
        await club.services.publishing.not_sent(post_id, Failure.REFUSED)
        await _erase(club)
        assert SECRET not in str(await everything(club.database))

    @pytest.mark.parametrize("withdrawn", [False, True])
    async def test_a_question_that_may_be_out_is_looked_for(self, club: Club, withdrawn: bool) -> None:
        """E3: its outcome was unknown, and it would have stood there for ever."""
        token, post_id = await club.queue()
        assert await club.services.publishing.claim(post_id) is not None
        await club.services.publishing.not_sent(post_id, Failure.TRANSIENT)
        if withdrawn:
            await club.services.questions.withdraw(token, ASKER)
        await _erase(club, delete=True)
        club.clock.move(minutes=10)
        delivery = await club.services.publishing.claim_due()
        assert isinstance(delivery, QuestionDelivery)
        assert (delivery.wanted, delivery.title) == (False, "")
        await club.services.publishing.sent(post_id, club.snowflake())
        (look,) = await club.services.upkeep.threads_to_change()
        assert look.appearance == "withdrawn"

    async def test_follow_up_on_its_way_is_dropped(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.follow_up(question.token, ASKER, new_token(), SECRET)
        await _erase(club)
        assert SECRET not in str(await everything(club.database))

    async def test_his_credits_to_others_still_count(self, club: Club) -> None:
        await _his_life(club)
        before = await club.assists(HELPER)
        await _erase(club)
        await _finish(club)
        assert await club.assists(HELPER) == before
        await check_ledger(club)

    async def test_he_is_off_the_board_and_the_ledger_agrees(self, club: Club) -> None:
        await _his_life(club)
        for _ in range(2):
            question = await club.ask(READER)
            await club.give(question, await club.answer(question, ASKER), giver=HELPER)
        total = sum(row.assists for row in await club.rows(select(Tally).where(Tally.period == "all")))
        assert (await club.assists(ASKER))[1] == 3
        await _erase(club)
        assert (await club.assists(ASKER))[1] == 0
        await check_ledger(club)
        tallies = await club.rows(select(Tally).where(Tally.period == "all"))
        assert sum(row.assists for row in tallies) == total, "reports still count them"
        board = (await club.services.leaderboard.boards(GUILD, HELPER)).all_time
        assert [line.player_name for line in board.lines] == [f"Spiller {HELPER % 1000}"]
        assert board.own.place == 1

    async def test_his_answers_stand_under_nobodys_name_one_row_each(self, club: Club) -> None:
        await _his_life(club)
        question = await club.ask(READER)
        await club.answer(question, ASKER)
        (player,) = [row for row in await club.rows(select(Player)) if row.name == HIS_NAME]
        his = [row.token for row in await club.rows(select(Answer)) if row.player_id == player.id]
        await _erase(club)
        rows = [row for row in await club.rows(select(Answer)) if row.token in his]
        assert {row.player_name for row in rows} == {"Slettet spiller", None}
        posted = [row for row in rows if row.post_id is not None]
        assert all(row.shown_removed for row in posted), "the upkeep writes them anew"
        assert len({row.player_id for row in posted}) == 2
        heirs = [row for row in await club.rows(select(Player)) if row.id in {one.player_id for one in rows}]
        assert {(row.name, row.visibility) for row in heirs} == {(None, Visibility.HIDDEN)}
        members = [club.identity.open_member(row.seal, row.token, Purpose.COMPARE) for row in heirs]
        assert set(members) == {NOBODY}

    async def test_an_answer_on_its_way_loses_his_name_as_soon_as_it_is_found(self, club: Club) -> None:
        """E4: the name it was sent under stood there for ever."""
        question = await club.ask(READER)
        sent, waiting = [
            await club.services.answers.answer(question.token, ASKER, new_token(), "Tag én.", HIS_NAME)
            for _ in range(2)
        ]
        assert await club.services.publishing.claim(sent) is not None
        await _erase(club)
        message_id = club.snowflake()
        await club.services.publishing.sent(sent, message_id)
        (look,) = await club.services.upkeep.answers_to_change()
        assert (look.message_id, look.player_name, look.removed) == (message_id, "Slettet spiller", False)
        await club.services.upkeep.answer_changed(look.answer_id, look.removed)
        delivery = await club.services.publishing.claim(waiting)
        assert isinstance(delivery, AnswerDelivery)
        assert delivery.player_name == "Slettet spiller"
        await club.services.publishing.sent(waiting, club.snowflake())
        assert await club.services.upkeep.answers_to_change() == []

    async def test_an_answer_of_his_can_still_be_credited_and_moderated(self, club: Club) -> None:
        question = await club.ask(READER)
        message = await club.answer(question, ASKER)
        await _erase(club)
        await club.give(question, message, giver=HELPER)
        await check_ledger(club)
        token = await club.services.moderation.answer_at(message)
        await club.services.moderation.remove_answer(GUILD, token)
        await club.services.moderation.restore_answer(GUILD, token)
        await check_ledger(club)
        assert sum(row.assists for row in await club.rows(select(Tally).where(Tally.period == "all"))) == 1

    async def test_his_name_is_free(self, club: Club) -> None:
        await _his_life(club)
        with refusal("name_taken"):
            await club.services.players.rename(GUILD, READER, HIS_NAME)
        await _erase(club)
        await club.services.players.rename(GUILD, READER, HIS_NAME)

    async def test_he_can_begin_again(self, club: Club) -> None:
        await _his_life(club)
        await _erase(club)
        question = await club.ask(READER)
        await club.give(question, await club.answer(question, ASKER), giver=HELPER)
        assert (await club.assists(ASKER))[1] == 1
        asked = await club.ask(ASKER)
        assert [item.token for item in await club.services.inbox.overview(GUILD, ASKER)] == [asked.token]
        await check_ledger(club)

    @pytest.mark.parametrize("breaks_at", range(1, 9))
    async def test_broken_off_anywhere_asking_again_completes_it(
        self, club: Club, monkeypatch: pytest.MonkeyPatch, breaks_at: int
    ) -> None:
        await _his_life(club)
        writes = 0
        write = type(club.database).write

        def counted(database: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == breaks_at:
                raise OSError("power cut")
            return write(database)

        monkeypatch.setattr(type(club.database), "write", counted)
        with pytest.raises(OSError, match="power cut"):
            await _erase(club, delete=True)
        monkeypatch.undo()
        await _erase(club, delete=True)
        await _finish(club)
        assert await _is_anywhere(club, ASKER) == []
        await check_ledger(club)

    async def test_twice_is_once(self, club: Club) -> None:
        await _his_life(club)
        await _erase(club)
        before = await everything(club.database)
        await _erase(club)
        assert await everything(club.database) == before

    async def test_a_stranger_erases_nothing(self, club: Club) -> None:
        await _his_life(club)
        before = await everything(club.database)
        await _erase(club, READER + 7, delete=True)
        assert await everything(club.database) == before

    async def test_another_server_keeps_its_own(self, club: Club) -> None:
        await _his_life(club)
        before = await everything(club.database)
        await club.services.erasure.erase(OTHER_GUILD, ASKER, delete=True)
        assert await everything(club.database) == before

    async def test_retention_takes_the_seal_of_nobody_too(self, club: Club) -> None:
        question = await club.ask()
        await _erase(club)
        await _finish(club)
        for _ in range(2):
            club.clock.move(days=31)
            await club.services.retention.sweep()
        assert (await club.question(question.token)).seal is None

    async def test_retention_does_not_overtake_a_deletion(self, club: Club) -> None:
        question = await club.ask()
        await club.services.questions.solve(question.token, ASKER)
        club.clock.move(days=30)
        await _erase(club, delete=True)
        club.clock.move(hours=1)
        await club.services.retention.sweep()
        await _finish(club)
        assert (await club.question(question.token)).state is QuestionState.WITHDRAWN

    @pytest.mark.parametrize("state", [QuestionState.OPEN, QuestionState.WITHDRAWN])
    async def test_no_way_out_of_a_reveal_that_is_being_decided(
        self, club: Club, state: QuestionState
    ) -> None:
        """He is gone from everything of his at once, and only the two who decide still find him."""
        question = await _asked(club, state)
        await club.reveal(question, RevealState.APPROVED)
        token = (await club.one(select(Reveal))).token
        await _erase(club, delete=True)
        await club.services.erasure.finish_due()
        assert await _is_anywhere(club, ASKER) == []
        assert await club.services.inbox.overview(GUILD, ASKER) == []
        assert (await _export(club))["questions"] == []
        row = await club.question(question.token)
        assert row.seal is not None
        assert club.identity.open_member(row.seal, row.token, Purpose.NOTIFY) == NOBODY
        assert await club.services.reveals.open(GUILD, token, READER) == ASKER
        assert await club.services.reveals.tell_asker(GUILD, ASKER) == []
        await club.services.erasure.finish_due()
        with refusal("reveal_no_link"):
            await club.services.reveals.open(GUILD, token, READER)

    async def test_a_question_that_is_being_decided_looks_like_any_other(self, club: Club) -> None:
        held, other = await club.ask(), await club.ask(READER)
        await club.reveal(held, RevealState.REQUESTED)
        await _erase(club)
        rows = [await club.question(question.token) for question in (held, other)]
        assert _looks(rows[0]) == _looks(rows[1])

    @pytest.mark.parametrize("state", [QuestionState.OPEN, QuestionState.WITHDRAWN])
    async def test_what_waits_for_a_decision_is_erased_without_asking_again(
        self, club: Club, state: QuestionState
    ) -> None:
        question = await _asked(club, state)
        await club.reveal(question, RevealState.REQUESTED)
        await _erase(club, delete=True)
        first = await club.one(select(Reveal))
        club.clock.move(hours=26)
        await club.services.reveals.expire()
        await club.services.erasure.finish_due()
        async with club.database.write() as session:
            (await session.get_one(Reveal, first.id)).state = RevealState.APPROVED
            (await session.get_one(Reveal, first.id)).expires_at = club.clock.now + timedelta(hours=1)
        with refusal("reveal_no_link"):
            await club.services.reveals.open(GUILD, first.token, READER)
        await _finish(club)
        assert (await club.question(question.token)).state is QuestionState.WITHDRAWN

    async def test_asking_again_every_day_does_not_hold_it(self, club: Club) -> None:
        question = await club.ask()
        await club.reveal(question, RevealState.REQUESTED)
        await _erase(club, delete=True)
        for _ in range(4):
            club.clock.move(hours=20)
            await club.reveal(question, RevealState.REQUESTED)
            await club.services.erasure.finish_due()
        assert (await club.question(question.token)).state is QuestionState.WITHDRAWN

    async def test_after_it_a_reveal_finds_nobody(self, club: Club) -> None:
        question = await club.ask()
        await _erase(club)
        await club.reveal(question, RevealState.APPROVED)
        token = (await club.one(select(Reveal))).token
        with refusal("reveal_no_link"):
            await club.services.reveals.open(GUILD, token, READER)


class TestCoach:
    """A coach who leaves."""

    async def test_running_cases_first(self, club: Club) -> None:
        question = await club.ask()
        _, thread_id = await club.on_the_line(question)
        with refusal("erase_coach_first"):
            await club.services.erasure.extent(GUILD, COACH)
        before = await everything(club.database)
        with refusal("erase_coach_first"):
            await _erase(club, COACH)
        assert await everything(club.database) == before
        await club.services.summons.close_as_coach(thread_id, COACH)
        await _erase(club, COACH)

    async def test_his_profile_is_emptied_and_the_boys_line_stays(self, club: Club) -> None:
        question = await club.ask()
        token, thread_id = await club.on_the_line(question)
        await club.services.lines.from_coach(token, COACH, new_token(), FROM_COACH)
        await club.services.summons.close_as_coach(thread_id, COACH)
        await _erase(club, COACH)
        assert await _is_anywhere(club, COACH) == []
        coach = next(row for row in await club.rows(select(Coach)) if row.user_id < 0)
        assert (coach.name, coach.experience, coach.active) == ("Tidligere coach", "", False)
        line = await club.services.lines.read(question.token, ASKER)
        assert (line.coach, line.entries[0].text) == ("Tidligere coach", FROM_COACH)
        assert [profile.name for profile in await club.services.coaches.all(GUILD)] == ["Bilal"]

    async def test_two_coaches_can_leave(self, club: Club) -> None:
        await _erase(club, COACH)
        await _erase(club, SECOND_COACH)
        await _erase(club, SECOND_COACH)
        assert len(await club.rows(select(Coach))) == 2


class TestModerator:
    """What moderators did has a clock of its own."""

    async def test_the_record_stays(self, club: Club) -> None:
        question = await club.ask()
        await club.services.moderation.hide_question(question.thread_id, actor=READER)
        before = [row.mac for row in await club.rows(select(AuditEntry))]
        await _erase(club, READER)
        assert [row.mac for row in await club.rows(select(AuditEntry))] == before
        assert before


class TestOthers:
    """Erasing one takes nothing from another."""

    async def test_what_others_follow_chose_and_gave(self, club: Club) -> None:
        await _his_life(club)
        question = await club.ask(HELPER)
        await club.services.following.toggle(question.token, READER)
        async with club.database.write() as session:
            key = club.identity.member_key(GUILD, READER)
            await preferences.choose(session, GUILD, key, direct_messages=True)
        await _erase(club, delete=True)
        await _finish(club)
        assert len(await club.rows(select(Follower))) == 1
        assert len(await club.rows(select(Preference))) == 1
        keys = {vote.giver_key for vote in await club.rows(select(Vote))}
        theirs = await club.one(select(Question).where(Question.body == "En andens ord."))
        assert club.identity.voter_key(theirs.token, HELPER) in keys


async def test_a_line_text_that_no_key_opens_does_not_keep_the_rest_from_him(club: Club) -> None:
    question = await club.ask(title="Min titel")
    await club.on_the_line(question)
    await club.services.lines.from_asker(question.token, ASKER, new_token(), "Hej.")
    async with club.database.write() as session:
        await session.execute(update(LineMessage).values(sealed_body=b"1234" + bytes(40)))
    assert "Min titel" in str(await club.services.export.export(GUILD, ASKER))
