"""A server that is set up, and the short way to what happens in it, without Discord."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import Select, select

from bot.config import CoachSettings, QuestionSettings, Settings
from bot.errors import MemberError
from bot.services import container
from bot.services.assists import Target
from bot.services.deliveries import Delivery
from bot.services.following import FollowedQuestion
from bot.services.identity import Identity, Keys, Purpose, new_token
from bot.services.inbox import OwnQuestion
from bot.services.lines import Line
from bot.services.questions import Ask, Preview
from bot.services.servers import StatusTags
from db.engine import Database
from db.models import (
    Answer,
    Coach,
    LedgerEntry,
    Player,
    Question,
    Reveal,
    RevealReason,
    RevealState,
    Tally,
    Vote,
)
from db.types import Base
from tests.helpers import MovingClock

GUILD = 1_100_000_000_000_000_001
OTHER_GUILD = 1_100_000_000_000_000_002
FORUM_CHANNEL = 1_200_000_000_000_000_001
COACH_CHANNEL = 1_200_000_000_000_000_002
ASKER = 1_300_000_000_000_000_011
HELPER = 1_300_000_000_000_000_022
READER = 1_300_000_000_000_000_033
COACH = 1_300_000_000_000_000_044
SECOND_COACH = 1_300_000_000_000_000_055

STATUS = StatusTags(unanswered=1, answered=2, coach=3, solved=4)
# No delay: what is reserved is due at once. The delay has its own test.
SETTINGS = Settings(
    questions=QuestionSettings(delay_min_seconds=0, delay_max_seconds=0),
    coaches=CoachSettings(summon_hours=6),
)
# One for all tests, so that a server that is set up can be copied from test to test.
IDENTITY = Identity(Keys.new())

Row = TypeVar("Row")
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Published:
    """A question that stands in its thread."""

    token: str
    post_id: int
    thread_id: int


@dataclass
class Club:
    """One server with a forum, two topics and two coaches, and its services."""

    database: Database
    clock: MovingClock
    identity: Identity
    services: container.Services
    settings: Settings
    topics: dict[str, str] = field(default_factory=dict[str, str])
    coaches: dict[int, str] = field(default_factory=dict[int, str])
    snowflakes: Iterator[int] = field(default_factory=lambda: itertools.count(1_400_000_000_000_000_000))

    @classmethod
    async def found(cls, database: Database, clock: MovingClock) -> None:
        """Set a server up, as its manager does."""
        club = cls._of(database, clock, SETTINGS, IDENTITY)
        await club.services.servers.save_forum(GUILD, FORUM_CHANNEL, STATUS, {"Skole": 11, "Piger": 12})
        await club.services.servers.set_coach_channel(GUILD, COACH_CHANNEL)
        for user_id, name in ((COACH, "Søren"), (SECOND_COACH, "Bilal")):
            await club.add_coach(user_id, name)

    @classmethod
    async def opened(
        cls,
        database: Database,
        clock: MovingClock,
        settings: Settings = SETTINGS,
        identity: Identity = IDENTITY,
    ) -> "Club":
        """The server that was set up, as one process of the bot sees it."""
        club = cls._of(database, clock, settings, identity)
        club.topics = {topic.name: topic.token for topic in await club.services.questions.topics(GUILD)}
        club.coaches = {coach.user_id: coach.token for coach in await club.rows(select(Coach))}
        return club

    @classmethod
    def _of(cls, database: Database, clock: MovingClock, settings: Settings, identity: Identity) -> "Club":
        services = container.build(database, identity, clock, settings)
        return cls(database, clock, identity, services, settings)

    def twin(self) -> "Club":
        """Another process of the bot, on the same database and keys."""
        other = self._of(self.database, self.clock, self.settings, self.identity)
        other.topics, other.coaches, other.snowflakes = self.topics, self.coaches, self.snowflakes
        return other

    def snowflake(self) -> int:
        """An id as Discord would give."""
        return next(self.snowflakes)

    async def add_coach(self, user_id: int, name: str) -> str:
        """Put a coach on the list; his token."""
        known = await self.services.coaches.prepare(GUILD, user_id, name)
        saved = await self.services.coaches.save(
            GUILD, known.token, name=name, age="34", topics="Skole", experience="Droppede ud to gange."
        )
        return saved.token

    def form(self, title: str = "Jeg er bagud", body: str = "Hvor starter man?", **other: Any) -> Ask:
        """A filled-in `/ask`."""
        known: dict[str, Any] = {"form": new_token(), "topic": self.topics["Skole"], "wants_coach": False}
        return Ask(title=title, body=body, **known | other)

    async def draft(self, asker: int = ASKER, **form: Any) -> Preview:
        """A question up to its preview."""
        return await self.services.questions.compose(GUILD, asker, self.form(**form))

    async def queue(self, asker: int = ASKER, **form: Any) -> tuple[str, int]:
        """A question up to the outbox: its token and its post."""
        preview = await self.draft(asker, **form)
        return preview.token, await self.services.questions.publish(preview.token, asker)

    async def ask(self, asker: int = ASKER, **form: Any) -> Published:
        """A question that is out."""
        token, post_id = await self.queue(asker, **form)
        return Published(token, post_id, await self.deliver(post_id))

    async def deliver(self, post_id: int) -> int:
        """Discord takes a post; the id of its message."""
        delivery = await self.services.publishing.claim(post_id)
        assert delivery is not None, "the post cannot be sent"
        message_id = self.snowflake()
        await self.services.publishing.sent(post_id, message_id)
        return message_id

    async def deliver_all(self) -> list[int]:
        """Discord takes everything that is due; the ids of the messages."""
        sent: list[int] = []
        while delivery := await self.services.publishing.claim_due():
            sent.append(self.snowflake())
            await self.services.publishing.sent(delivery.envelope.post_id, sent[-1])
        return sent

    async def claimed(self) -> list[Delivery]:
        """Everything that is due, taken by one process."""
        taken: list[Delivery] = []
        while (delivery := await self.services.publishing.claim_due()) is not None:
            taken.append(delivery)
        return taken

    async def write(self, question: Published, author: int = HELPER) -> int:
        """A member writes in the thread under his own name; the id of his message."""
        message_id = self.snowflake()
        await self.services.answers.record_native(question.thread_id, message_id, author)
        return message_id

    async def answer(self, question: Published, helper: int = HELPER, *, name: str | None = None) -> int:
        """A member answers under a player name; the id of the message."""
        player_name = name or f"Spiller {helper % 1000}"
        post_id = await self.services.answers.answer(
            question.token, helper, new_token(), "Tag én aflevering.", player_name
        )
        return await self.deliver(post_id)

    async def give(
        self, question: Published, message_id: int, giver: int = READER, author: int | None = None
    ) -> None:
        """A member gives an assist for a message."""
        target = Target(question.thread_id, message_id, author, by_himself=True)
        await self.services.assists.give(target, giver)

    async def reveal(
        self, question: Published, state: RevealState, *, requested_by: int = READER, silent: bool = False
    ) -> None:
        """A request to see who asked it, in this state, as its row stands."""
        row = await self.question(question.token)
        async with self.database.write() as session:
            session.add(
                Reveal(
                    token=new_token(),
                    guild_id=GUILD,
                    question_id=row.id,
                    reason=RevealReason.THREAT,
                    explanation="Han truer en anden dreng.",
                    state=state,
                    requested_by=requested_by,
                    silent=silent,
                    created_at=self.clock.now,
                    expires_at=self.clock.now + timedelta(hours=24),
                    opened_at=self.clock.now if state is RevealState.OPENED else None,
                    shown="",
                )
            )

    async def look(self, token: str, asker: int = ASKER) -> OwnQuestion:
        """The asker opens one of his questions in his inbox, and Discord shows it to him."""
        own = await self.services.inbox.peek(token, asker)
        await self.services.inbox.looked(own, asker)
        return own

    async def read_line(self, token: str, asker: int = ASKER) -> Line:
        """The asker opens his line, and Discord shows it to him."""
        line = await self.services.lines.read(token, asker)
        await self.services.lines.looked(line, asker)
        return line

    async def look_at_followed(self, token: str, reader: int) -> FollowedQuestion:
        """A follower opens a question, and Discord shows it to him."""
        shown = await self.services.following.open(token, reader)
        await self.services.following.looked(shown, reader)
        return shown

    async def call(self, question: Published, coach: int = COACH, asker: int = ASKER) -> tuple[str, int]:
        """The asker calls a coach, who gets his private thread: the token in it, and the thread's id."""
        post_id = await self.services.summons.call(question.token, self.coaches[coach], asker)
        delivery = await self.services.publishing.claim(post_id)
        assert delivery is not None
        thread_id = self.snowflake()
        await self.services.publishing.case_thread(post_id, thread_id)
        await self.services.publishing.sent(post_id, self.snowflake())
        return delivery.envelope.token, thread_id

    async def on_the_line(
        self, question: Published, coach: int = COACH, asker: int = ASKER
    ) -> tuple[str, int]:
        """As `call`, and the coach has accepted."""
        token, thread_id = await self.call(question, coach, asker)
        await self.services.summons.accept(token, coach)
        return token, thread_id

    async def rows(self, query: Select[Row]) -> Sequence[Row]:
        """What stands in the database."""
        async with self.database.read() as session:
            return (await session.scalars(query)).all()

    async def one(self, query: Select[Row]) -> Row:
        """The only row there is."""
        (row,) = await self.rows(query)
        return row

    async def question(self, token: str) -> Question:
        """A question's row."""
        return await self.one(select(Question).where(Question.token == token))

    async def assists(self, member: int = HELPER) -> tuple[int, int]:
        """A member's assists of this month and of all time, as the board has them."""
        boards = await self.services.leaderboard.boards(GUILD, member)
        return boards.month.own.assists, boards.all_time.own.assists


async def check_ledger(club: Club) -> None:
    """What must hold whatever happened: the ledger alternates, and the tallies are its sum."""
    entries = await club.rows(select(LedgerEntry).order_by(LedgerEntry.id))
    by_pair: dict[tuple[int, int], list[LedgerEntry]] = {}
    expected: dict[tuple[str, int], int] = {}
    for entry in entries:
        by_pair.setdefault((entry.question_id, entry.player_id), []).append(entry)
        change = 1 if entry.seq % 2 else -1
        for period in ("all", entry.month):
            key = (period, entry.player_id)
            expected[key] = expected.get(key, 0) + change
    for pair in by_pair.values():
        assert [entry.seq for entry in pair] == list(range(1, len(pair) + 1))
        for credit, withdrawal in zip(pair[::2], pair[1::2], strict=False):
            assert credit.month == withdrawal.month
    tallies = {(row.period, row.player_id): row.assists for row in await club.rows(select(Tally))}
    assert tallies == expected
    assert all(assists >= 0 for assists in tallies.values())


async def credited(club: Club) -> set[tuple[int, int]]:
    """Each (question, helper) pair that is credited now."""
    entries = await club.rows(select(LedgerEntry).order_by(LedgerEntry.seq))
    last = {(entry.question_id, entry.player_id): entry.seq for entry in entries}
    return {pair for pair, seq in last.items() if seq % 2 == 1}


async def check_nobody_credits_himself(club: Club) -> None:
    """No vote ever goes to the voter himself."""
    questions = {row.id: row for row in await club.rows(select(Question))}
    players = {row.id: row for row in await club.rows(select(Player))}
    answers = {row.id: row for row in await club.rows(select(Answer))}
    votes = await club.rows(select(Vote))
    for vote in votes:
        answer = answers[vote.answer_id]
        player = players[answer.player_id]
        member = club.identity.open_member(player.seal, player.token, Purpose.COMPARE)
        assert vote.giver_key != club.identity.voter_key(questions[answer.question_id].token, member)


async def everything(database: Database) -> Rows:
    """Every row of every table."""
    async with database.read() as session:
        return {
            table.name: [dict(row) for row in (await session.execute(select(table))).mappings()]
            for table in Base.metadata.sorted_tables
        }


def refusal(key: str) -> "pytest.RaisesExc[MemberError]":
    """Expect that a member is refused with this text."""
    return pytest.raises(MemberError, check=lambda error: error.key == f"error.{key}")
