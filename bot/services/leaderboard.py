"""Who gave most assists: this month and in all."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.services.identity import Identity, Purpose
from bot.services.ledger import ALL_TIME, month_of
from db.engine import Database
from db.models import Player, Visibility
from db.repositories import answers, assists

BOARD_SIZE = 10


@dataclass(frozen=True)
class BoardLine:
    """One place. Either a player name, or the id of a member who plays under his Discord name."""

    place: int
    player_name: str | None
    user_id: int | None
    assists: int


@dataclass(frozen=True)
class OwnPlace:
    """What the member who looks learns of himself."""

    assists: int
    place: int | None


@dataclass(frozen=True)
class Board:
    """One period."""

    lines: list[BoardLine]
    own: OwnPlace


@dataclass(frozen=True)
class Boards:
    """This month and all time, with the month's name as ``2026-11``."""

    month_name: str
    month: Board
    all_time: Board


class LeaderboardService:
    """Reads the tallies."""

    def __init__(self, database: Database, identity: Identity, clock: Clock, timezone: str) -> None:
        self._database = database
        self._identity = identity
        self._clock = clock
        self._timezone = timezone

    async def boards(self, guild_id: int, user_id: int) -> Boards:
        """Top ten of the month and of all time, with the reader's own place."""
        month = month_of(self._clock(), self._timezone)
        async with self._database.read() as session:
            key = self._identity.member_key(guild_id, user_id)
            reader = await answers.player(session, guild_id, key)
            return Boards(
                month,
                await self._board(session, guild_id, month, reader),
                await self._board(session, guild_id, ALL_TIME, reader),
            )

    async def _board(self, session: AsyncSession, guild_id: int, period: str, reader: Player | None) -> Board:
        lines: list[BoardLine] = []
        for row in await assists.top(session, guild_id, period, BOARD_SIZE):
            # Ties share a place, and the next place counts everyone above, as in sport.
            if lines and lines[-1].assists == row.assists:
                place = lines[-1].place
            else:
                place = 1 + await assists.better_than(session, guild_id, period, row.assists)
            lines.append(self._line(place, row))
        own = await assists.total(session, guild_id, period, reader.id) if reader else 0
        own_place = 1 + await assists.better_than(session, guild_id, period, own) if own else None
        return Board(lines, OwnPlace(own, own_place))

    def _line(self, place: int, row: assists.BoardRow) -> BoardLine:
        player = row.player
        if player.visibility is Visibility.PLAYER_NAME and player.name:
            return BoardLine(place, player.name, None, row.assists)
        user_id = self._identity.open_member(player.seal, player.token, Purpose.SHOW_PLAYER)
        return BoardLine(place, None, user_id, row.assists)
