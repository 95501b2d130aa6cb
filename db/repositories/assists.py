"""Votes, the ledger and its tallies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Answer, LedgerEntry, Player, Tally, Visibility, Vote
from db.repositories.upsert import insert, insert_once


@dataclass(frozen=True)
class BoardRow:
    """One player and his number."""

    player: Player
    assists: int


async def add_vote(session: AsyncSession, answer_id: int, giver_key: bytes, now: datetime) -> bool:
    """Record a vote; False when it stands already."""
    return await insert_once(
        session, Vote, {"answer_id": answer_id, "giver_key": giver_key, "created_at": now}
    )


async def remove_vote(session: AsyncSession, answer_id: int, giver_key: bytes) -> None:
    """Take a vote back, if it stands."""
    await session.execute(delete(Vote).where(Vote.answer_id == answer_id, Vote.giver_key == giver_key))


async def remove_votes(session: AsyncSession, answer_id: int) -> None:
    """Take every vote for an answer back."""
    await session.execute(delete(Vote).where(Vote.answer_id == answer_id))


async def has_vote(session: AsyncSession, question_id: int, player_id: int) -> bool:
    """Whether any visible answer of this player in this question has a vote."""
    query = select(
        exists().where(
            Vote.answer_id == Answer.id,
            Answer.question_id == question_id,
            Answer.player_id == player_id,
            ~Answer.removed,
        )
    )
    return bool(await session.scalar(query))


async def latest(session: AsyncSession, question_id: int, player_id: int) -> LedgerEntry | None:
    """The last entry of a (question, player) pair."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.question_id == question_id, LedgerEntry.player_id == player_id)
        .order_by(LedgerEntry.seq.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def append(session: AsyncSession, values: dict[str, object]) -> bool:
    """Append an entry; False when another process wrote the same one."""
    return await insert_once(session, LedgerEntry, values)


async def add_to_tallies(
    session: AsyncSession, guild_id: int, player_id: int, periods: Sequence[str], change: int
) -> None:
    """Move a player's totals, in the database and not on a loaded object."""
    for period in periods:
        statement = insert(session, Tally).values(
            guild_id=guild_id, player_id=player_id, period=period, assists=change
        )
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["guild_id", "period", "player_id"],
                set_={"assists": Tally.assists + statement.excluded.assists},
            )
        )


async def top(session: AsyncSession, guild_id: int, period: str, limit: int) -> list[BoardRow]:
    """The best players who let themselves be shown."""
    query = (
        select(Player, Tally.assists)
        .join(Tally, Tally.player_id == Player.id)
        .where(
            Tally.guild_id == guild_id,
            Tally.period == period,
            Tally.assists > 0,
            Player.visibility != Visibility.HIDDEN,
        )
        .order_by(Tally.assists.desc(), Player.id)
        .limit(limit)
    )
    return [BoardRow(player, assists) for player, assists in await session.execute(query)]


async def total(session: AsyncSession, guild_id: int, period: str, player_id: int) -> int:
    """One player's assists in a period."""
    query = select(Tally.assists).where(
        Tally.guild_id == guild_id, Tally.period == period, Tally.player_id == player_id
    )
    return await session.scalar(query) or 0


async def better_than(session: AsyncSession, guild_id: int, period: str, assists: int) -> int:
    """How many players have more."""
    query = select(func.count()).where(
        Tally.guild_id == guild_id, Tally.period == period, Tally.assists > assists
    )
    return await session.scalar(query) or 0
