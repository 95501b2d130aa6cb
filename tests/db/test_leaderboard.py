"""Who gave most assists."""

import pytest

from db.models import Visibility
from tests.db.club import GUILD, HELPER, OTHER_GUILD, READER, Club, check_ledger


async def _credit(club: Club, *helpers: int) -> None:
    """Each of these helpers gets one assist."""
    question = await club.ask()
    for helper in helpers:
        await club.give(question, await club.write(question, helper), READER)


async def test_empty_board(club: Club) -> None:
    boards = await club.services.leaderboard.boards(GUILD, HELPER)
    assert boards.month_name == "2026-11"
    assert boards.month == boards.all_time
    assert boards.month.lines == []
    assert (boards.month.own.assists, boards.month.own.place) == (0, None)


async def test_ties_share_a_place_and_the_next_counts_everyone_above(club: Club) -> None:
    await _credit(club, HELPER, HELPER + 1, HELPER + 2, HELPER + 3)
    await _credit(club, HELPER, HELPER + 2)
    board = (await club.services.leaderboard.boards(GUILD, HELPER + 3)).month
    assert [(line.place, line.user_id, line.assists) for line in board.lines] == [
        (1, HELPER, 2),
        (1, HELPER + 2, 2),
        (3, HELPER + 1, 1),
        (3, HELPER + 3, 1),
    ]
    assert (board.own.assists, board.own.place) == (1, 3)


async def test_month_starts_over_and_all_time_goes_on(club: Club) -> None:
    await _credit(club, HELPER)
    await _credit(club, HELPER)
    club.clock.move(days=30)
    await _credit(club, HELPER)
    boards = await club.services.leaderboard.boards(GUILD, HELPER)
    assert boards.month_name == "2026-12"
    assert (boards.month.own.assists, boards.all_time.own.assists) == (1, 3)
    await check_ledger(club)


@pytest.mark.parametrize(
    ("visibility", "shown"),
    [
        (Visibility.PLAYER_NAME, [("Nordlys", None)]),
        (Visibility.DISCORD_NAME, [(None, HELPER)]),
        (Visibility.HIDDEN, []),
    ],
)
async def test_player_is_shown_as_he_chose(
    club: Club, visibility: Visibility, shown: list[tuple[str | None, int | None]]
) -> None:
    await _credit(club, HELPER)
    await club.services.players.rename(GUILD, HELPER, "Nordlys")
    await club.services.players.show_as(GUILD, HELPER, visibility)
    board = (await club.services.leaderboard.boards(GUILD, HELPER)).all_time
    assert [(line.player_name, line.user_id) for line in board.lines] == shown
    assert (board.own.assists, board.own.place) == (1, 1)


async def test_other_servers_have_their_own(club: Club) -> None:
    await _credit(club, HELPER)
    boards = await club.services.leaderboard.boards(OTHER_GUILD, HELPER)
    assert (boards.all_time.lines, boards.all_time.own.assists) == ([], 0)


async def test_ten_are_shown_and_the_eleventh_sees_his_own_place(club: Club) -> None:
    await _credit(club, *range(HELPER, HELPER + 11))
    await _credit(club, *range(HELPER, HELPER + 10))
    board = (await club.services.leaderboard.boards(GUILD, HELPER + 10)).all_time
    assert len(board.lines) == 10
    assert (board.own.assists, board.own.place) == (1, 11)
