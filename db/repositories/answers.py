"""Answers and the players who give them."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import Answer, Player, Post, PostState, Question, Topic
from db.repositories.upsert import insert_once

_FULL = (
    joinedload(Answer.question).joinedload(Question.topic).joinedload(Topic.forum),
    joinedload(Answer.player),
    joinedload(Answer.post),
)


async def player(session: AsyncSession, guild_id: int, member_key: bytes) -> Player | None:
    """The player that a member is."""
    query = select(Player).where(Player.guild_id == guild_id, Player.member_key == member_key)
    return await session.scalar(query)


async def add_player(session: AsyncSession, values: dict[str, object]) -> None:
    """Insert unless the member has a row already."""
    await insert_once(session, Player, values)


async def set_name(session: AsyncSession, player: Player, name: str, key: str) -> bool:
    """Give a player a name; False when another has it, also one who takes it at this moment."""
    try:
        async with session.begin_nested():
            player.name, player.name_key = name, key
    except IntegrityError:
        return False
    return True


async def add(session: AsyncSession, values: dict[str, object]) -> bool:
    """Insert; False when the message is recorded already."""
    return await insert_once(session, Answer, values)


async def by_token(session: AsyncSession, token: str) -> Answer | None:
    """An answer by its own token or by that of its post."""
    posted = select(Post.id).where(Post.token == token)
    query = select(Answer).where((Answer.token == token) | (Answer.post_id == posted.scalar_subquery()))
    return await session.scalar(query.options(*_FULL))


async def by_message(session: AsyncSession, message_id: int) -> Answer | None:
    """The answer that a message holds."""
    return await session.scalar(select(Answer).where(Answer.message_id == message_id).options(*_FULL))


async def known_messages(session: AsyncSession, message_ids: list[int]) -> Sequence[int | None]:
    """Which of these messages are answers that are recorded."""
    query = select(Answer.message_id).where(Answer.message_id.in_(message_ids))
    return (await session.scalars(query)).all()


async def by_post(session: AsyncSession, post_id: int) -> Answer | None:
    """The answer that a post carries."""
    return await session.scalar(select(Answer).where(Answer.post_id == post_id).options(*_FULL))


async def of_question(
    session: AsyncSession, question_id: int, limit: int, *, removed: bool = False
) -> Sequence[Answer]:
    """A question's answers that reached Discord, newest first."""
    query = (
        select(Answer)
        .where(Answer.question_id == question_id, Answer.removed == removed, Answer.message_id.is_not(None))
        .options(*_FULL)
        .order_by(Answer.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def written_by(session: AsyncSession, question_id: int, member_key: bytes) -> Sequence[int]:
    """The messages that a member wrote in a question's thread under his own name, oldest first."""
    query = (
        select(Answer.message_id)
        .join(Answer.player)
        .where(Answer.question_id == question_id, Player.member_key == member_key)
        .where(Answer.post_id.is_(None), Answer.message_id.is_not(None))
        .order_by(Answer.message_id)
    )
    return [message_id for message_id in await session.scalars(query) if message_id is not None]


async def counts(session: AsyncSession, question_ids: list[int]) -> dict[int, int]:
    """How many visible answers each question has."""
    query = (
        select(Answer.question_id, func.count(Answer.id).label("answers"))
        .where(Answer.question_id.in_(question_ids), ~Answer.removed, Answer.message_id.is_not(None))
        .group_by(Answer.question_id)
    )
    return {row.question_id: row.answers for row in await session.execute(query)}


async def refused(session: AsyncSession, guild_id: int, member_key: bytes, limit: int) -> Sequence[Answer]:
    """A member's newest answers that Discord would not take."""
    query = (
        select(Answer)
        .join(Answer.player)
        .join(Answer.post)
        .where(Player.guild_id == guild_id, Player.member_key == member_key, Post.state == PostState.FAILED)
        # Its question was forgotten meanwhile, and the text with it.
        .where(Post.body.is_not(None))
        .options(*_FULL)
        .order_by(Answer.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def unsettled(session: AsyncSession, limit: int) -> Sequence[Answer]:
    """Answers whose message does not yet look as it should."""
    query = (
        select(Answer)
        .where(Answer.removed != Answer.shown_removed, Answer.message_id.is_not(None))
        .options(*_FULL)
        # At random: one that can never be changed does not hold up the rest.
        .order_by(func.random())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def set_shown(session: AsyncSession, answer_id: int, removed: bool) -> None:
    """Record what Discord shows now."""
    await session.execute(update(Answer).where(Answer.id == answer_id).values(shown_removed=removed))


async def texts_of(session: AsyncSession, player_id: int) -> Sequence[str]:
    """What a player has published under his name, as it was posted."""
    query = (
        select(Post.body)
        .join(Answer, Answer.post_id == Post.id)
        .where(Answer.player_id == player_id, Post.state == PostState.SENT, Post.body.is_not(None))
    )
    return [body for body in await session.scalars(query) if body]
