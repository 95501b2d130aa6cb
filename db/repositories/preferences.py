"""Who wants direct messages. No row means that he does not."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Preference
from db.repositories.upsert import insert


async def get(session: AsyncSession, guild_id: int, member_key: bytes) -> Preference | None:
    """What a member chose."""
    query = select(Preference).where(Preference.guild_id == guild_id, Preference.member_key == member_key)
    return await session.scalar(query)


async def choose(session: AsyncSession, guild_id: int, member_key: bytes, *, direct_messages: bool) -> None:
    """Write down what he chose; an earlier refusal by Discord is forgotten."""
    statement = insert(session, Preference).values(
        guild_id=guild_id, member_key=member_key, direct_messages=direct_messages, refused=False
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["guild_id", "member_key"],
            set_={"direct_messages": direct_messages, "refused": False},
        )
    )


async def set_refused(session: AsyncSession, guild_id: int, member_key: bytes, refused: bool) -> None:
    """Write down whether Discord refused his last message."""
    await session.execute(
        update(Preference)
        .where(Preference.guild_id == guild_id, Preference.member_key == member_key)
        .values(refused=refused)
    )
