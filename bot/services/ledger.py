"""The ledger of assists: append-only, one running credit for each (question, helper) pair."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import to_the_hour
from db.models import Question
from db.repositories import assists

ALL_TIME = "all"


def month_of(moment: datetime, timezone: str) -> str:
    """The month a moment falls in where the server lives, as ``2026-11``."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m")


async def settle(
    session: AsyncSession, question: Question, player_id: int, now: datetime, timezone: str
) -> bool:
    """Make the ledger say what the votes say, and move the tallies with it.

    The caller holds the question's row, so that two changes of one pair come one after the other.
    Returns whether the helper is credited now.
    """
    last = await assists.latest(session, question.id, player_id)
    credited = last is not None and last.seq % 2 == 1
    wanted = await assists.has_vote(session, question.id, player_id)
    if wanted == credited:
        return credited
    month = last.month if last is not None and credited else month_of(now, timezone)
    written = await assists.append(
        session,
        {
            "guild_id": question.guild_id,
            "question_id": question.id,
            "player_id": player_id,
            "seq": (last.seq if last else 0) + 1,
            "month": month,
            # The asker may be the one who gave it.
            "created_at": to_the_hour(now),
        },
    )
    if written:
        change = 1 if wanted else -1
        await assists.add_to_tallies(session, question.guild_id, player_id, (ALL_TIME, month), change)
    return wanted
