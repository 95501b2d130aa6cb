"""Whatever members do, in whatever order: the ledger and its tallies stay true."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import MemberError
from tests.db.club import (
    GUILD,
    Club,
    Published,
    check_ledger,
    check_nobody_credits_himself,
    credited,
)
from tests.db.founding import Founded, found
from tests.helpers import MovingClock

MEMBERS = tuple(range(1_300_000_000_000_000_100, 1_300_000_000_000_000_104))
DEEDS = ("give", "take_back", "remove", "restore", "delete", "hide", "show", "month")


class Deed(NamedTuple):
    """Who does what to which answer."""

    what: str
    member: int
    answer: int


class Story:
    """Two questions; in each every member has an answer, natively or under a player name."""

    def __init__(self, club: Club) -> None:
        self.club = club
        self.answers: list[tuple[Published, int, str]] = []

    async def begin(self) -> None:
        for asker in MEMBERS[:2]:
            question = await self.club.ask(asker)
            for number, member in enumerate(MEMBERS):
                native = number % 2 == 0 or member == asker
                written = self.club.write(question, member) if native else self.club.answer(question, member)
                message_id = await written
                token = await self.club.services.moderation.answer_at(message_id)
                self.answers.append((question, message_id, token))

    async def do(self, deed: Deed) -> None:
        question, message_id, token = self.answers[deed.answer]
        services, member = self.club.services, MEMBERS[deed.member]
        try:
            match deed.what:
                case "give":
                    await self.club.give(question, message_id, member)
                case "take_back":
                    await services.assists.take_back(message_id, member)
                case "remove":
                    await services.moderation.remove_answer(GUILD, token)
                case "restore":
                    await services.moderation.restore_answer(GUILD, token)
                case "delete":
                    await services.answers.message_deleted(message_id)
                case "hide":
                    await services.moderation.hide_question(question.thread_id)
                case "show":
                    await services.moderation.restore_question(GUILD, question.token)
                case _:
                    self.club.clock.move(days=31)
        except MemberError:
            pass  # refused, as it would be in Discord


def _deeds() -> st.SearchStrategy[list[Deed]]:
    answers = st.integers(0, 2 * len(MEMBERS) - 1)
    members = st.integers(0, len(MEMBERS) - 1)
    # Giving is what everything else undoes: it comes up most.
    kinds = st.sampled_from(("give", "give", "give", *DEEDS))
    return st.lists(st.builds(Deed, kinds, members, answers), min_size=5, max_size=25)


async def _play(founded: Founded, deeds: Sequence[Deed]) -> int:
    """Play them and check after each; how many credits there were at most."""
    await founded.reset()
    club = await Club.opened(founded.database, MovingClock())
    story = Story(club)
    await story.begin()
    most = 0
    for deed in deeds:
        await story.do(deed)
        await check_ledger(club)
        most = max(most, len(await credited(club)))
    await check_nobody_credits_himself(club)
    return most


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[[Sequence[Deed]], int]]:
    """Plays deeds on one SQLite file, from the beginning each time."""
    with asyncio.Runner() as runner:
        founded = runner.run(found(f"sqlite+aiosqlite:///{tmp_path / 'ledger.sqlite3'}"))
        yield lambda deeds: runner.run(_play(founded, deeds))
        runner.run(founded.database.close())


def test_books_are_in_order_after_every_deed(play: Callable[[Sequence[Deed]], int]) -> None:
    @given(deeds=_deeds())
    @example(deeds=[Deed("give", 3, 2), Deed("remove", 0, 2), Deed("take_back", 3, 2), Deed("restore", 0, 2)])
    @example(deeds=[Deed("give", 3, 1), Deed("month", 0, 0), Deed("take_back", 3, 1), Deed("give", 2, 1)])
    @settings(max_examples=10, deadline=None)
    def check(deeds: list[Deed]) -> None:
        play(deeds)

    check()


def test_stories_really_credit(play: Callable[[Sequence[Deed]], int]) -> None:
    """The members are four: nobody can credit himself, in his own question or in another."""
    assert play([Deed("give", member, answer) for member in (2, 3) for answer in range(8)]) == 8
    assert play([Deed("give", 2, answer) for answer in range(8)]) == 6
