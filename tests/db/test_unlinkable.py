"""Two questions of one boy cannot be told from two questions of two boys.

The same life is played twice, on fresh tables and under the same clock: everybody does the same, in the
same order and with the same texts; only who asked the second question differs. Both boys live in both
worlds. What they do under their own names (write in threads, follow, play, choose messages) they do in
both, also in the threads of their own questions, so that nothing of it can tell whose those are. All the
way through, whoever holds the database and no key must see the same in both worlds.

Left out is what happens to one member as a whole, for it leaves a trace on his own row or at his own hour,
though never that two questions belong together. So both boys open their inboxes in the same hour and erase
themselves on the same day, and Discord takes all messages.
"""

import asyncio
import contextlib
import inspect
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.errors import MemberError
from bot.services import identity, questions
from bot.services.aliases import new_alias
from bot.services.deliveries import CaseDelivery
from bot.services.identity import Identity, new_token
from bot.services.mydata.erasing import SPREAD
from bot.services.reveals import Request
from db.models import Post, PostState, Question, Reveal, Summon
from tests.db import onlooker, postgres
from tests.db.club import ASKER, COACH, FORUM_CHANNEL, GUILD, HELPER, READER, Club, Published
from tests.db.founding import Founded, found
from tests.helpers import MovingClock

BOY, OTHER_BOY = ASKER, 1_300_000_000_000_000_066
ONE_BOY, TWO_BOYS = (BOY, BOY), (BOY, OTHER_BOY)
BOYS = (BOY, OTHER_BOY)
MODERATOR, SECOND_MODERATOR = 1_300_000_000_000_000_077, 1_300_000_000_000_000_088
WHY = "Han skriver, at han har en kniv med i skole i morgen."

# Looking takes longer than most deeds.
LOOKS_EVERY = 4

Askers = tuple[int, int]


@dataclass
class Life:
    """Two questions, and what happens in them."""

    club: Club
    askers: Askers
    tokens: dict[int, str] = field(default_factory=dict[int, str])
    answers: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    own: list[int] = field(default_factory=list[int])
    native: dict[int, list[tuple[int, int]]] = field(default_factory=dict[int, list[tuple[int, int]]])
    elsewhere: Published | None = None

    async def begin(self) -> None:
        """A question that is neither of theirs, for them to play in."""
        await self.club.services.servers.set_staff_channel(GUILD, FORUM_CHANNEL)
        self.elsewhere = await self.club.ask(READER)

    async def row(self, number: int) -> Question:
        """A question, if there is one. Raises MemberError otherwise, as any deed that is refused."""
        found = await self.club.rows(select(Question).where(Question.token == self.tokens.get(number)))
        if not found:
            raise MemberError("question_gone")
        return found[0]

    async def thread(self, number: int) -> Published:
        """A question that is out. Raises MemberError otherwise."""
        row = await self.row(number)
        if row.thread_id is None:
            raise MemberError("question_gone")
        return Published(row.token, 0, row.thread_id)

    async def newest(self, table: type[Summon] | type[Reveal], number: int) -> str:
        """The token of the newest row of a question. Raises MemberError when there is none."""
        row = await self.row(number)
        query = select(table.token).where(table.question_id == row.id).order_by(table.id.desc()).limit(1)
        found = await self.club.rows(query)
        if not found:
            raise MemberError("case_over")
        return found[0]


Do = Callable[[Life, int], Awaitable[Any]]
DEEDS: dict[str, Do] = {}


def deed(do: Do) -> Do:
    """Something that can happen in, or to, one of the two questions."""
    DEEDS[getattr(do, "__name__", "")] = do
    return do


# What an asker does unseen.


@deed
async def draft(life: Life, number: int) -> None:
    if number not in life.tokens:
        life.tokens[number] = (await life.club.draft(life.askers[number], title=f"Nr. {number}")).token


@deed
async def revise(life: Life, number: int) -> None:
    question = await life.row(number)
    form = life.club.form(title="Rettet")
    await life.club.services.questions.revise(question.token, life.askers[number], form)


@deed
async def publish(life: Life, number: int) -> None:
    question = await life.row(number)
    await life.club.services.questions.publish(question.token, life.askers[number])


@deed
async def follow_up(life: Life, number: int) -> None:
    token = (await life.thread(number)).token
    await life.club.services.questions.follow_up(token, life.askers[number], new_token(), "Tak.")


@deed
async def credit(life: Life, number: int) -> None:
    for message_id in life.answers.get(number, []):
        await life.club.give(await life.thread(number), message_id, life.askers[number])


@deed
async def take_back(life: Life, number: int) -> None:
    for message_id in life.answers.get(number, [])[-1:]:
        await life.club.services.assists.take_back(message_id, life.askers[number])


@deed
async def look(life: Life, number: int) -> None:
    await life.club.look((await life.row(number)).token, life.askers[number])


@deed
async def call(life: Life, number: int) -> None:
    token = (await life.thread(number)).token
    await life.club.services.summons.call(token, life.club.coaches[COACH], life.askers[number])


@deed
async def write_to_coach(life: Life, number: int) -> None:
    token = (await life.thread(number)).token
    await life.club.services.lines.from_asker(token, life.askers[number], new_token(), "Er du der?")


@deed
async def read_the_line(life: Life, number: int) -> None:
    await life.club.read_line((await life.thread(number)).token, life.askers[number])


@deed
async def hang_up(life: Life, number: int) -> None:
    await life.club.services.summons.close_as_asker((await life.row(number)).token, life.askers[number])


@deed
async def promise(life: Life, number: int) -> None:
    await life.club.services.disclosures.promise((await life.row(number)).token, life.askers[number])


@deed
async def solve(life: Life, number: int) -> None:
    await life.club.services.questions.solve((await life.row(number)).token, life.askers[number])


@deed
async def withdraw(life: Life, number: int) -> None:
    await life.club.services.questions.withdraw((await life.row(number)).token, life.askers[number])


# What both boys do under their own names, whoever asked.


@deed
async def write_natively(life: Life, number: int) -> None:
    for boy in BOYS:
        message_id = await life.club.write(await life.thread(number), boy)
        life.own.append(message_id)
        life.native.setdefault(number, []).append((message_id, boy))


@deed
async def credit_the_boys(life: Life, number: int) -> None:
    """What an asker wrote as himself is credited like anyone's."""
    for message_id, boy in life.native.get(number, []):
        await life.club.give(await life.thread(number), message_id, READER, author=boy)


@deed
async def write_natively_once(life: Life, number: int) -> None:
    life.own.append(await life.club.write(await life.thread(number), BOYS[number]))


@deed
async def delete_a_message(life: Life, number: int) -> None:
    if life.own:
        await life.club.services.answers.message_deleted(life.own.pop(-1 - number % len(life.own)))


@deed
async def follow(life: Life, number: int) -> None:
    for boy in BOYS:
        await life.club.services.following.toggle((await life.thread(number)).token, boy)


@deed
async def choose_messages(life: Life, number: int) -> None:
    await life.club.services.notices.choose(GUILD, BOYS[number], wanted=True)


@deed
async def play_elsewhere(life: Life, number: int) -> None:
    assert life.elsewhere is not None
    message_id = await life.club.write(life.elsewhere, BOYS[number])
    await life.club.give(life.elsewhere, message_id, HELPER)


@deed
async def open_inboxes(life: Life, number: int) -> None:
    for boy in BOYS:
        await life.club.services.inbox.overview(GUILD, boy)
        await life.club.services.following.overview(GUILD, boy)
        await life.club.services.reveals.told(await life.club.services.reveals.tell_asker(GUILD, boy))


@deed
async def erase(life: Life, number: int) -> None:
    for boy in BOYS:
        await life.club.services.export.export(GUILD, boy)
        await life.club.services.erasure.erase(GUILD, boy, delete=bool(number))


# What others do.


@deed
async def answer(life: Life, number: int) -> None:
    thread = await life.thread(number)
    life.answers.setdefault(number, []).append(await life.club.write(thread, READER))
    await life.club.services.answers.answer(thread.token, HELPER, new_token(), "Sådan.", "Nordlys")


@deed
async def others_follow(life: Life, number: int) -> None:
    await life.club.services.following.toggle((await life.thread(number)).token, READER)


@deed
async def others_look(life: Life, number: int) -> None:
    for followed in await life.club.services.following.overview(GUILD, READER):
        await life.club.look_at_followed(followed.token, READER)


@deed
async def accept(life: Life, number: int) -> None:
    await life.club.services.summons.accept(await life.newest(Summon, number), COACH)


@deed
async def coach_writes(life: Life, number: int) -> None:
    case = await life.newest(Summon, number)
    await life.club.services.lines.from_coach(case, COACH, new_token(), "Ja.")


@deed
async def hide(life: Life, number: int) -> None:
    thread = await life.thread(number)
    await life.club.services.moderation.hide_question(thread.thread_id, actor=MODERATOR)


@deed
async def restore(life: Life, number: int) -> None:
    await life.club.services.moderation.restore_question(GUILD, (await life.thread(number)).token)


@deed
async def request_reveal(life: Life, number: int) -> None:
    token = (await life.thread(number)).token
    request = Request(form=new_token(), question=token, reason="threat", explanation=WHY, silent=False)
    await life.club.services.reveals.request(GUILD, MODERATOR, request)


@deed
async def reveal(life: Life, number: int) -> None:
    token, reveals = await life.newest(Reveal, number), life.club.services.reveals
    await reveals.decide(GUILD, token, SECOND_MODERATOR, approve=True)
    await reveals.open(GUILD, token, MODERATOR)


# What the bot does.


@deed
async def deliver(life: Life, number: int) -> None:
    publishing = life.club.services.publishing
    pending = select(Post.id).where(Post.state == PostState.PENDING).order_by(Post.id)
    for post_id in await life.club.rows(pending):
        delivery = await publishing.claim(post_id)
        if isinstance(delivery, CaseDelivery):
            await publishing.case_thread(post_id, life.club.snowflake())
        if delivery is not None:
            await publishing.sent(post_id, life.club.snowflake())


@deed
async def some_hours(life: Life, number: int) -> None:
    services = life.club.services
    life.club.clock.move(hours=7, minutes=11 * number)
    for delivery in await services.notices.claim_due():
        await services.notices.sent(delivery)
    await services.notices.write_verdicts()
    await services.summons.expire_due()
    await services.questions.clear_drafts()
    await services.reveals.expire()


@deed
async def a_month(life: Life, number: int) -> None:
    life.club.clock.move(days=31)
    await life.club.services.retention.sweep()


@deed
async def finish_erasing(life: Life, number: int) -> None:
    life.club.clock.now += SPREAD + timedelta(minutes=1)
    await life.club.services.erasure.finish_due()


class Deed(NamedTuple):
    """What happens, in which of the two questions."""

    what: str
    number: int


Deeds = Sequence[Deed]
Watch = Callable[[Askers, Deeds], list[onlooker.View]]


def in_both(*names: str) -> list[Deed]:
    """Each of these in the first question and in the second."""
    return [Deed(name, number) for name in names for number in (0, 1)]


ASKED = in_both("draft", "publish", "deliver")
ANSWERED = [*ASKED, *in_both("answer", "deliver", "credit")]
ON_THE_LINE = in_both("call", "deliver", "accept", "deliver", "write_to_coach", "coach_writes", "deliver")
STORIES = {
    "everything an asker does": [
        *in_both("choose_messages", "draft", "revise", "publish", "deliver", "answer", "deliver"),
        *in_both("follow_up", "credit", "take_back", "credit", "look", "some_hours"),
        *ON_THE_LINE,
        *in_both("read_the_line", "hang_up", "deliver", "open_inboxes", "solve", "a_month"),
    ],
    "under their own names": [
        *in_both("play_elsewhere", "choose_messages"),
        *ANSWERED,
        *in_both("write_natively", "credit_the_boys", "follow", "others_follow", "answer", "deliver"),
        *in_both("promise", "look"),
        *in_both("write_natively_once", "delete_a_message", "some_hours", "some_hours", "others_look"),
        *in_both("follow", "withdraw", "a_month"),
    ],
    "seen by moderators": [
        *ANSWERED,
        *in_both("hide", "restore", "request_reveal", "reveal", "some_hours", "open_inboxes", "look"),
        *in_both("request_reveal", "erase", "finish_erasing", "some_hours"),
    ],
    "erased": [
        *in_both("play_elsewhere", "choose_messages"),
        *ANSWERED,
        *in_both("follow", "write_natively", "answer", "deliver", "credit"),
        *ON_THE_LINE,
        Deed("erase", 0),
        *in_both("finish_erasing", "deliver"),
        Deed("a_month", 0),
    ],
    "erased and deleted": [
        *in_both("draft"),
        Deed("publish", 0),
        *in_both("deliver", "answer", "follow", "credit", "call", "deliver"),
        Deed("erase", 1),
        *in_both("finish_erasing", "deliver", "a_month"),
    ],
}  # fmt: skip


async def _watch(founded: Founded, askers: Askers, deeds: Deeds) -> list[onlooker.View]:
    """Play these on fresh tables; what an onlooker sees every few of them, and in the end."""
    await founded.reset()
    await onlooker.start_counting_anew(founded.database)
    life = Life(await Club.opened(founded.database, MovingClock()), askers)
    await life.begin()
    seen: list[onlooker.View] = []
    for count, one in enumerate(deeds, 1):
        with contextlib.suppress(MemberError):  # refused, as it would be in Discord
            await DEEDS[one.what](life, one.number)
        if count % LOOKS_EVERY == 0 or count == len(deeds):
            seen.append(await onlooker.look(founded.database))
    return seen


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[asyncio.Runner, Founded]]:
    """A database of each kind in turn, and what runs in it."""
    with asyncio.Runner() as runner:
        if request.param == "sqlite":
            url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('unlinkable') / 'world.sqlite3'}"
        else:
            socket: Path = request.getfixturevalue("postgres_socket")
            runner.run(postgres.tell(socket, "CREATE DATABASE unlinkable"))
            url = postgres.url(socket, "unlinkable")
        founded = runner.run(found(url))
        yield runner, founded
        runner.run(founded.database.close())


@pytest.fixture
def watch(world: tuple[asyncio.Runner, Founded]) -> Watch:
    """Plays deeds from the beginning each time."""
    runner, founded = world
    return lambda askers, deeds: runner.run(_watch(founded, askers, deeds))


def links(watch: Watch, deeds: Deeds) -> list[str]:
    """What tells the two worlds apart, when it first shows."""
    worlds = zip(watch(ONE_BOY, deeds), watch(TWO_BOYS, deeds), strict=True)
    for number, (of_one, of_two) in enumerate(worlds):
        found = [
            f"{place}: {of_one.cells.get(place)} / {of_two.cells.get(place)}"
            for place in sorted({*of_one.cells, *of_two.cells})
            if of_one.cells.get(place) != of_two.cells.get(place)
        ]
        found += [f"of one boy: {sorted(places)}" for places in of_one.alike - of_two.alike]
        found += [f"of two boys: {sorted(places)}" for places in of_two.alike - of_one.alike]
        if of_one.counted != of_two.counted:
            found.append(f"{of_one.counted} / {of_two.counted}")
        if found:
            since = number * LOOKS_EVERY
            return [f"within {deeds[since : since + LOOKS_EVERY]}", *found]
    return []


@pytest.mark.parametrize("story", STORIES)
def test_two_questions_of_one_boy_look_like_those_of_two_boys(watch: Watch, story: str) -> None:
    assert links(watch, STORIES[story]) == []


def test_whatever_happens_two_questions_of_one_boy_look_like_those_of_two_boys(watch: Watch) -> None:
    drawn = st.builds(Deed, st.sampled_from(sorted(DEEDS)), st.integers(0, 1))

    @given(start=st.sampled_from([[], ASKED, ANSWERED]), deeds=st.lists(drawn, min_size=4, max_size=12))
    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def check(start: list[Deed], deeds: list[Deed]) -> None:
        assert links(watch, [*start, *deeds]) == []

    check()


def test_every_deed_is_in_a_story() -> None:
    assert {one.what for story in STORIES.values() for one in story} == {*DEEDS}


def test_the_comparison_goes_red_for_a_key_shared_by_two_questions(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shared(self: Identity, question_token: str, user_id: int) -> bytes:
        return self.member_key(GUILD, user_id)

    monkeypatch.setattr(Identity, "voter_key", shared)
    assert any("giver_key" in link for link in links(watch, ANSWERED))


def test_the_comparison_goes_red_for_seals_under_one_nonce(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is bound to its own row, so the seals differ; but not the part that holds the member."""
    known = SimpleNamespace(token_bytes=bytes, token_urlsafe=secrets.token_urlsafe)
    monkeypatch.setattr(identity, "secrets", known)
    assert any("seal" in link for link in links(watch, in_both("draft")))


def test_the_comparison_goes_red_for_a_row_that_asking_leaves_of_the_asker(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave_a_row(life: Life, number: int) -> None:
        await draft(life, number)
        await life.club.services.notices.choose(GUILD, life.askers[number], wanted=False)

    monkeypatch.setitem(DEEDS, "draft", leave_a_row)
    assert any("preferences" in link for link in links(watch, in_both("draft")))


class TestAliases:
    """Never the same twice, and made from nothing but chance."""

    def test_none_is_used_twice_in_a_server(
        self, world: tuple[asyncio.Runner, Founded], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There are 24 here, so that one is often drawn again; withdrawn and erased ones stay taken."""
        runner, founded = world
        drawn: list[str] = []

        def few() -> str:
            drawn.append(f"Rolig Ulv {secrets.randbelow(24)}")
            return drawn[-1]

        monkeypatch.setattr(questions, "new_alias", few)

        async def ask(boys: Sequence[int]) -> set[str]:
            await founded.reset()
            club = await Club.opened(founded.database, MovingClock())
            for number, boy in enumerate(boys):
                asked = await club.ask(boy)
                if number % 2:
                    await club.services.questions.withdraw(asked.token, boy)
                else:
                    await club.services.erasure.erase(GUILD, boy, delete=True)
            return {row.alias for row in await club.rows(select(Question))}

        @given(boys=st.lists(st.sampled_from(BOYS), min_size=4, max_size=8))
        @settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def check(boys: list[int]) -> None:
            assert len(runner.run(ask(boys))) == len(boys)

        check()
        assert len(set(drawn)) < len(drawn), "none was drawn again: nothing was tested"

    def test_same_boy_same_keys_same_moment_same_words_another_alias(
        self, world: tuple[asyncio.Runner, Founded]
    ) -> None:
        runner, founded = world

        async def ask(boy: int) -> list[str]:
            await founded.reset()
            random.seed(7)
            club = await Club.opened(founded.database, MovingClock())
            return [(await club.draft(boy)).alias for _ in range(2)]

        @given(boy=st.integers(1, 2**63 - 1))
        @settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def check(boy: int) -> None:
            # One of two in 1.44 million is no accident.
            assert not set(runner.run(ask(boy))) & set(runner.run(ask(boy)))

        check()

    def test_it_is_given_nothing_to_derive_from(self) -> None:
        assert not inspect.signature(new_alias).parameters

    def test_every_part_of_it_is_as_likely_as_any_other(self) -> None:
        """So that it tells nothing of whoever got it, whatever else is known of him."""
        draws = 40_000
        parts = zip(*(new_alias().split() for _ in range(draws)), strict=True)
        for counts, expected in zip(map(Counter, parts), (40, 40, 900), strict=True):
            mean = draws / expected
            assert len(counts) == expected
            # Seven standard deviations: by chance once in a thousand million runs.
            assert max(abs(count - mean) for count in counts.values()) < 7 * mean**0.5
