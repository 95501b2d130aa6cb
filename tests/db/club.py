"""A server that is set up, and the short way to what happens in it, without Discord."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from sqlalchemy import Select, Table, select

from bot.config import CoachSettings, QuestionSettings, Settings
from bot.errors import MemberError
from bot.services import container
from bot.services.assists import Target
from bot.services.identity import Identity, Keys, new_token
from bot.services.publishing import PublishingService
from bot.services.questions import Ask, Preview
from bot.services.servers import StatusTags
from db.engine import Database
from db.models import Answer, LedgerEntry, Player, Question, Tally
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

Row = TypeVar("Row")


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
    _snowflakes: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1_400_000_000_000_000_000))

    @classmethod
    async def founded(
        cls,
        database: Database,
        clock: MovingClock,
        *,
        settings: Settings = SETTINGS,
        identity: Identity | None = None,
    ) -> "Club":
        """Set a server up, as its manager does."""
        identity = identity or Identity(Keys.new())
        services = container.build(database, identity, clock, settings)
        club = cls(database, clock, identity, services, settings)
        await services.servers.save_forum(GUILD, FORUM_CHANNEL, STATUS, {"Skole": 11, "Piger": 12})
        await services.servers.set_coach_channel(GUILD, COACH_CHANNEL)
        club.topics = {topic.name: topic.token for topic in await services.questions.topics(GUILD)}
        for user_id, name in ((COACH, "Søren"), (SECOND_COACH, "Bilal")):
            club.coaches[user_id] = await club.add_coach(user_id, name)
        return club

    def twin(self) -> "Club":
        """Another process on the same database and keys."""
        services = container.build(self.database, self.identity, self.clock, self.settings)
        return Club(
            self.database, self.clock, self.identity, services, self.settings, self.topics, self.coaches
        )

    def snowflake(self) -> int:
        """An id as Discord would give."""
        return next(self._snowflakes)

    async def add_coach(self, user_id: int, name: str) -> str:
        """Put a coach on the list; his token."""
        known = await self.services.coaches.prepare(GUILD, user_id, name)
        saved = await self.services.coaches.save(
            GUILD, known.token, name=name, age="34", topics="Skole", experience="Droppede ud to gange."
        )
        return saved.token

    def form(self, title: str = "Jeg er bagud", body: str = "Hvor starter man?", **other: Any) -> Ask:
        """A filled-in `/ask`."""
        values = {"form": new_token(), "topic": self.topics["Skole"], "wants_coach": False} | other
        return Ask(title=title, body=body, **values)

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
        while deliveries := await self.services.publishing.claim_due():
            for delivery in deliveries:
                sent.append(self.snowflake())
                await self.services.publishing.sent(delivery.envelope.post_id, sent[-1])
        return sent

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
        target = Target(question.thread_id, message_id, author, by_bot=False)
        await self.services.assists.give(target, giver)

    async def call(self, question: Published, coach: int = COACH, asker: int = ASKER) -> tuple[str, int]:
        """The asker calls a coach, who gets his private thread: the token in it, and the thread's id."""
        post_id = await self.services.summons.call(question.token, self.coaches[coach], asker)
        delivery = await self.services.publishing.claim(post_id)
        assert delivery is not None
        thread_id = self.snowflake()
        await self.services.publishing.case_thread(post_id, thread_id)
        await self.services.publishing.sent(post_id, self.snowflake())
        return delivery.envelope.token, thread_id

    async def on_the_line(self, question: Published, coach: int = COACH, asker: int = ASKER) -> tuple[str, int]:
        """As `call`, and the coach has accepted."""
        token, thread_id = await self.call(question, coach, asker)
        await self.services.summons.accept(token, coach)
        return token, thread_id

    async def rows(self, query: Select[tuple[Row]]) -> Sequence[Row]:
        """What stands in the database."""
        async with self.database.read() as session:
            return (await session.scalars(query)).all()

    async def one(self, query: Select[tuple[Row]]) -> Row:
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


async def check_nobody_credits_the_asker(club: Club) -> None:
    """No answer, vote or credit is ever recorded for the one who asked."""
    questions = {row.id: row for row in await club.rows(select(Question))}
    players = {row.id: row for row in await club.rows(select(Player))}
    for answer in await club.rows(select(Answer)):
        question, player = questions[answer.question_id], players[answer.player_id]
        for asker in (ASKER, HELPER, READER):
            if club.identity.is_member(question.seal, question.token, asker):
                assert player.member_key != club.identity.member_key(GUILD, asker)


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    tables: Sequence[Table] = Base.metadata.sorted_tables
    async with database.read() as session:
        return {
            table.name: [dict(row) for row in (await session.execute(select(table))).mappings()]
            for table in tables
        }


def refusal(key: str) -> "pytest.RaisesExc[MemberError]":
    """Expect that a member is refused with this text."""
    return pytest.raises(MemberError, check=lambda error: error.key == f"error.{key}")


def new_publishing(club: Club) -> PublishingService:
    """Another process that sends."""
    return PublishingService(club.database, club.identity, club.clock)
