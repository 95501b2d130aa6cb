"""Servers, their forums and topics."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import Forum, Guild, Topic
from db.repositories.upsert import insert_once


async def ensure(session: AsyncSession, guild_id: int, language: str) -> Guild:
    """The server's row, made with its defaults when it is new."""
    await insert_once(session, Guild, {"id": guild_id, "language": language})
    return await session.get_one(Guild, guild_id)


async def get(session: AsyncSession, guild_id: int) -> Guild | None:
    """The server's row."""
    return await session.get(Guild, guild_id)


async def set_language(session: AsyncSession, guild_id: int, language: str) -> None:
    """Change what language the server reads."""
    await session.execute(update(Guild).where(Guild.id == guild_id).values(language=language))


async def set_coach_channel(session: AsyncSession, guild_id: int, channel_id: int) -> None:
    """Change where the private threads of coaches are made."""
    await session.execute(update(Guild).where(Guild.id == guild_id).values(coach_channel_id=channel_id))


async def set_staff_channel(session: AsyncSession, guild_id: int, channel_id: int) -> None:
    """Change where moderators are told of what waits for them."""
    await session.execute(update(Guild).where(Guild.id == guild_id).values(staff_channel_id=channel_id))


async def forum_by_channel(session: AsyncSession, channel_id: int) -> Forum | None:
    """The forum that a channel is."""
    return await session.scalar(select(Forum).where(Forum.channel_id == channel_id))


async def forums(session: AsyncSession, guild_id: int) -> Sequence[Forum]:
    """Every forum that holds questions."""
    return (await session.scalars(select(Forum).where(Forum.guild_id == guild_id).order_by(Forum.id))).all()


async def topics(session: AsyncSession, guild_id: int) -> Sequence[Topic]:
    """The topics one can ask about, in the order they were added."""
    query = (
        select(Topic)
        .join(Topic.forum)
        .where(Forum.guild_id == guild_id, Topic.active)
        .options(joinedload(Topic.forum))
        .order_by(Topic.id)
    )
    return (await session.scalars(query)).all()


async def topic_by_token(session: AsyncSession, guild_id: int, token: str) -> Topic | None:
    """One topic that can still be asked about."""
    query = (
        select(Topic)
        .join(Topic.forum)
        .where(Forum.guild_id == guild_id, Topic.token == token, Topic.active)
        .options(joinedload(Topic.forum))
    )
    return await session.scalar(query)


async def forum_topics(session: AsyncSession, forum_id: int) -> Sequence[Topic]:
    """Every topic of a forum, also the removed ones."""
    return (await session.scalars(select(Topic).where(Topic.forum_id == forum_id))).all()


async def count_topics(session: AsyncSession, guild_id: int) -> int:
    """How many topics can be asked about."""
    query = select(func.count(Topic.id)).join(Topic.forum).where(Forum.guild_id == guild_id, Topic.active)
    return await session.scalar(query) or 0


async def deactivate_topic(session: AsyncSession, topic_id: int) -> None:
    """No new questions about it; old ones keep it."""
    await session.execute(update(Topic).where(Topic.id == topic_id).values(active=False))


async def deactivate_topics(session: AsyncSession, forum_id: int) -> None:
    """No new questions about anything in a forum."""
    await session.execute(update(Topic).where(Topic.forum_id == forum_id).values(active=False))
