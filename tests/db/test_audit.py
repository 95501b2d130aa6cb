"""The audit chain: what is recorded, and that meddling with the record shows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from bot.services.audit import Action, Fault
from bot.services.identity import Identity, Keys
from db.models import AuditEntry, AuditHead, Question
from tests.db.club import ASKER, GUILD, OTHER_GUILD, STATUS, Club, Published

MODERATOR = 1_300_000_000_000_000_066
MANAGER = 1_300_000_000_000_000_077
# Entries of the chain that is meddled with.
LENGTH = 6

Row = dict[str, Any]
Meddling = Callable[[Club], Awaitable[None]]


async def append(club: Club, action: Action = Action.QUESTION_HIDDEN, subject: str = "t") -> None:
    async with club.database.write() as session:
        await club.services.audit.append(session, GUILD, MODERATOR, action, subject, {"n": 1})


async def entries(club: Club) -> list[AuditEntry]:
    return list(
        await club.rows(select(AuditEntry).where(AuditEntry.guild_id == GUILD).order_by(AuditEntry.seq))
    )


async def actions(club: Club) -> list[tuple[str, int | None]]:
    return [(entry.action, entry.actor) for entry in await entries(club)]


async def only(club: Club, length: int) -> None:
    """A chain of so many entries and no more, in this server and none elsewhere."""
    async with club.database.write() as session:
        await session.execute(delete(AuditEntry))
        await session.execute(delete(AuditHead))
    for number in range(length):
        club.clock.move(minutes=1)
        await append(club, subject=f"token{number}")


async def run(club: Club, *statements: Any) -> None:
    async with club.database.write() as session:
        for statement in statements:
            await session.execute(statement)


def _entry(seq: int) -> Any:
    return (AuditEntry.guild_id == GUILD) & (AuditEntry.seq == seq)


async def test_setting_up_is_recorded(club: Club) -> None:
    before = len(await entries(club))
    servers, coaches = club.services.servers, club.services.coaches
    await servers.set_language(GUILD, "en", MANAGER)
    await servers.save_forum(GUILD, 9, STATUS, {"Hjemme": 1}, MANAGER)
    await servers.remove_topic(GUILD, club.topics["Skole"], MANAGER)
    await servers.set_coach_channel(GUILD, 10, MANAGER)
    await servers.set_staff_channel(GUILD, 11, MANAGER)
    known = await coaches.prepare(GUILD, 12, "Bo")
    await coaches.save(
        GUILD, known.token, name="Bo", age="40", topics="Job", experience="Har prøvet det.", actor=MANAGER
    )
    await coaches.remove(GUILD, 12, MANAGER)
    assert (await actions(club))[before:] == [
        ("admin_language", MANAGER),
        ("admin_forum", MANAGER),
        ("admin_topic_removed", MANAGER),
        ("admin_coach_channel", MANAGER),
        ("admin_staff_channel", MANAGER),
        ("admin_coach_saved", MANAGER),
        ("admin_coach_removed", MANAGER),
    ]
    assert (await club.services.audit.verify(GUILD)).whole


async def test_moderation_is_recorded_once_and_names_no_asker(club: Club) -> None:
    question = await club.ask(title="Min titel", body="Min tekst")
    message_id = await club.answer(question)
    answer = await club.services.moderation.answer_at(message_id)
    before = len(await entries(club))
    moderation = club.services.moderation
    for _ in range(2):
        await moderation.hide_question(question.thread_id, MODERATOR)
    for _ in range(2):
        await moderation.restore_question(GUILD, question.token, MODERATOR)
    for _ in range(2):
        await moderation.remove_answer(GUILD, answer, MODERATOR)
    for _ in range(2):
        await moderation.restore_answer(GUILD, answer, MODERATOR)
    made = (await entries(club))[before:]
    assert [(entry.action, entry.actor, entry.subject) for entry in made] == [
        ("question_hidden", MODERATOR, question.token),
        ("question_restored", MODERATOR, question.token),
        ("answer_removed", MODERATOR, answer),
        ("answer_restored", MODERATOR, answer),
    ]
    for entry in made:
        held = f"{entry.subject} {entry.detail}"
        assert not [one for one in (str(ASKER), "Min titel", "Min tekst") if one in held]


async def _hide_and_break(club: Club, question: Published) -> None:
    async with club.database.write() as session:
        row = await session.get_one(Question, (await club.question(question.token)).id)
        row.hidden = True
        await club.services.audit.append(session, GUILD, MODERATOR, Action.QUESTION_HIDDEN)
        raise RuntimeError


async def test_an_act_that_fails_leaves_no_entry(club: Club) -> None:
    before = await actions(club)
    question = await club.ask()
    with pytest.raises(RuntimeError):
        await _hide_and_break(club, question)
    assert not (await club.question(question.token)).hidden
    assert await actions(club) == before
    assert (await club.services.audit.verify(GUILD)).whole


async def test_two_processes_make_one_chain(club: Club) -> None:
    await only(club, 0)
    other = club.twin()
    await asyncio.gather(*(append(one) for _ in range(15) for one in (club, other)))
    assert [entry.seq for entry in await entries(club)] == list(range(1, 31))
    verdict = await other.services.audit.verify(GUILD)
    assert verdict.whole
    assert verdict.entries == 30


async def test_each_server_has_its_own_chain(club: Club) -> None:
    await only(club, 2)
    await club.services.servers.set_language(OTHER_GUILD, "en", MANAGER)
    found = {verdict.guild_id: verdict.entries for verdict in await club.services.audit.verify_all()}
    assert found == {GUILD: 2, OTHER_GUILD: 1}


async def test_another_key_does_not_fit(club: Club) -> None:
    await only(club, 3)
    stranger = await Club.opened(club.database, club.clock, identity=Identity(Keys.new()))
    verdict = await stranger.services.audit.verify(GUILD)
    assert (verdict.fault, verdict.broken_at) == (Fault.CHANGED, 1)


CHANGES: dict[str, Any] = {
    "at": st.timedeltas(timedelta(microseconds=1), timedelta(days=9)),
    "actor": st.sampled_from([None, 1]),
    "action": st.sampled_from(["question_restored", "", "question_hidden "]),
    "subject": st.sampled_from(["", "token", "token0x"]),
    "detail": st.sampled_from(["", "{}", '{"n": 2}', '{"n":1}']),
    "mac": st.binary(min_size=32, max_size=32),
    "guild_id": st.just(OTHER_GUILD),
    "seq": st.sampled_from([-1, 0, LENGTH + 1, 1000]),
}


@st.composite
def changed_fields(draw: st.DrawFn) -> Meddling:
    """One field of one entry has another value."""
    name, seq = draw(st.sampled_from(sorted(CHANGES))), draw(st.integers(1, LENGTH))
    value: Any = draw(CHANGES[name])

    async def meddle(club: Club) -> None:
        known = (await entries(club))[seq - 1]
        new = known.at + value if name == "at" else value
        await run(club, update(AuditEntry).where(_entry(seq)).values({name: new}))

    return meddle


@st.composite
def removals(draw: st.DrawFn) -> Meddling:
    """Some entries in a row are gone; the head may have been made to fit by someone without the key."""
    first = draw(st.integers(1, LENGTH))
    last = draw(st.integers(first, LENGTH))
    mend, mend_mac = draw(st.booleans()), draw(st.booleans())

    async def meddle(club: Club) -> None:
        known = await entries(club)
        gone = (AuditEntry.guild_id == GUILD) & AuditEntry.seq.between(first, last)
        await run(club, delete(AuditEntry).where(gone))
        head: Row = {}
        if mend and last == LENGTH:
            head = {"seq": first - 1}
        elif mend and first == 1:
            head = {"first_seq": last + 1, "first_mac": known[last - 1].mac}
        if head and mend_mac and first > 1:
            head["mac"] = known[first - 2].mac
        if head:
            await run(club, update(AuditHead).values(head))

    return meddle


@st.composite
def insertions(draw: st.DrawFn) -> Meddling:
    """A copy of an entry is added at the end; the head may have been made to fit."""
    seq, mend = draw(st.integers(1, LENGTH)), draw(st.booleans())

    async def meddle(club: Club) -> None:
        known = (await entries(club))[seq - 1]
        values = {column.name: getattr(known, column.name) for column in AuditEntry.__table__.columns}
        del values["id"]
        await run(club, insert(AuditEntry).values(values | {"seq": LENGTH + 1}))
        if mend:
            await run(club, update(AuditHead).values(seq=LENGTH + 1, mac=known.mac))

    return meddle


@st.composite
def swaps(draw: st.DrawFn) -> Meddling:
    """Two entries have changed places."""
    one = draw(st.integers(1, LENGTH - 1))
    other = draw(st.integers(one + 1, LENGTH))

    async def meddle(club: Club) -> None:
        await run(
            club,
            update(AuditEntry).where(_entry(one)).values(seq=-1),
            update(AuditEntry).where(_entry(other)).values(seq=one),
            update(AuditEntry).where(_entry(-1)).values(seq=other),
        )

    return meddle


@st.composite
def beheadings(draw: st.DrawFn) -> Meddling:
    """The head says something else, or is gone."""
    change: Row | None = draw(
        st.sampled_from(
            [
                None,
                {"seq": LENGTH + 1},
                {"seq": LENGTH - 1},
                {"first_seq": 2},
                {"first_seq": 0},
                {"first_mac": b"x" * 32},
                {"mac": b"x" * 32},
            ]
        )
    )

    async def meddle(club: Club) -> None:
        await run(club, update(AuditHead).values(change) if change else delete(AuditHead))

    return meddle


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(meddle=st.one_of(changed_fields(), removals(), insertions(), swaps(), beheadings()))
async def test_meddling_shows_and_stays_visible(club: Club, meddle: Meddling) -> None:
    await club.services.servers.set_language(OTHER_GUILD, "da")
    await only(club, LENGTH)
    assert (await club.services.audit.verify(GUILD)).whole
    await meddle(club)
    verdict = await club.services.audit.verify(GUILD)
    assert not verdict.whole
    assert verdict.broken_at is not None
    # What the bot writes afterwards must not make it look right again, nor be refused.
    for _ in range(2):
        await append(club)
        assert not (await club.services.audit.verify(GUILD)).whole


@pytest.mark.parametrize(
    ("statement", "fault", "seq"),
    [
        (update(AuditEntry).where(_entry(3)).values(actor=1), Fault.CHANGED, 3),
        (delete(AuditEntry).where(_entry(1)), Fault.MISSING, 1),
        (delete(AuditEntry).where(_entry(4)), Fault.MISSING, 4),
        (delete(AuditEntry).where(_entry(LENGTH)), Fault.MISSING, LENGTH),
        (update(AuditHead).values(seq=LENGTH - 1), Fault.INSERTED, LENGTH),
        (update(AuditHead).values(mac=b"x" * 32), Fault.HEAD, LENGTH),
        (delete(AuditHead), Fault.HEAD, 1),
    ],
)
async def test_the_first_bad_entry_is_named(club: Club, statement: Any, fault: Fault, seq: int) -> None:
    await only(club, LENGTH)
    await run(club, statement)
    verdict = await club.services.audit.verify(GUILD)
    assert (verdict.fault, verdict.broken_at) == (fault, seq)


async def test_old_entries_are_dropped_and_the_rest_holds(club: Club) -> None:
    await only(club, 3)
    club.clock.move(days=10)
    await append(club)
    audit = club.services.audit
    assert await audit.drop_older_than(5) == 3
    assert await audit.drop_older_than(5) == 0
    assert [entry.seq for entry in await entries(club)] == [4]
    assert (await audit.verify(GUILD)).whole
    await append(club)
    assert (await audit.verify(GUILD)).whole
    await run(club, delete(AuditEntry).where(_entry(4)))
    assert (await audit.verify(GUILD)).broken_at == 4


async def test_a_chain_that_is_dropped_whole_goes_on(club: Club) -> None:
    await only(club, 3)
    club.clock.move(days=10)
    audit = club.services.audit
    assert await audit.drop_older_than(5) == 3
    assert (await audit.verify(GUILD)).whole
    await append(club)
    assert [entry.seq for entry in await entries(club)] == [4]
    assert (await audit.verify(GUILD)).whole


async def test_dropping_does_not_wash_away_what_was_meddled_with(club: Club) -> None:
    await only(club, LENGTH)
    await run(club, update(AuditEntry).where(_entry(3)).values(actor=1))
    club.clock.move(days=10)
    assert await club.services.audit.drop_older_than(5) == 2
    assert (await club.services.audit.verify(GUILD)).broken_at == 3
    # An entry made to look old is no longer as it was written, and stays.
    await only(club, LENGTH)
    old = club.clock.now - timedelta(days=30)
    await run(club, update(AuditEntry).where(_entry(1)).values(at=old))
    assert await club.services.audit.drop_older_than(5) == 0
    assert (await club.services.audit.verify(GUILD)).broken_at == 1


async def test_a_long_chain_is_verified_in_pieces(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.audit._BATCH", 2)
    await only(club, 5)
    assert (await club.services.audit.verify(GUILD)).whole
    await run(club, update(AuditEntry).where(_entry(5)).values(detail="{}"))
    assert (await club.services.audit.verify(GUILD)).broken_at == 5
    club.clock.move(days=10)
    assert await club.services.audit.drop_older_than(5) == 4
