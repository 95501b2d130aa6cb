"""Everything that concerns one member, found by what his keys and seals say; nothing here opens either."""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from db.models import (
    Answer,
    AuditEntry,
    Follower,
    LedgerEntry,
    LineMessage,
    Notice,
    Player,
    Post,
    PostKind,
    PostState,
    Preference,
    Question,
    Reveal,
    Summon,
    Tally,
    Topic,
    Visibility,
    Vote,
)
from db.repositories import posts

_ANY_KEY_BYTES = 32


async def seals(session: AsyncSession, guild_id: int) -> list[tuple[str, bytes]]:
    """Token and seal of every question or draft that has one, whatever became of it."""
    query = select(Question.token, Question.seal).where(
        Question.guild_id == guild_id, Question.seal.is_not(None)
    )
    return [(token, seal) for token, seal in await session.execute(query) if seal is not None]


async def all_seals(session: AsyncSession) -> list[tuple[str, bytes]]:
    """The same in every server, where others can see the question."""
    query = (
        select(Question.token, Question.seal)
        .where(Question.seal.is_not(None), Question.thread_id.is_not(None))
        .order_by(Question.id)
    )
    return [(token, seal) for token, seal in await session.execute(query) if seal is not None]


async def questions(session: AsyncSession, tokens: Collection[str]) -> Sequence[Question]:
    """Several questions, oldest first."""
    query = (
        select(Question)
        .where(Question.token.in_(tokens))
        .options(joinedload(Question.topic).joinedload(Topic.forum))
        .order_by(Question.id)
    )
    return (await session.scalars(query)).all()


async def follow_ups(session: AsyncSession, question_ids: Collection[int]) -> Sequence[Post]:
    """What askers wrote on in their threads."""
    query = select(Post).where(Post.question_id.in_(question_ids), Post.kind == PostKind.FOLLOW_UP)
    return (await session.scalars(query.order_by(Post.id))).all()


async def summons(session: AsyncSession, question_ids: Collection[int]) -> Sequence[Summon]:
    """Every call for a coach on these questions."""
    query = select(Summon).where(Summon.question_id.in_(question_ids)).options(joinedload(Summon.coach))
    return (await session.scalars(query.order_by(Summon.id))).all()


async def cases(session: AsyncSession, coach_id: int) -> Sequence[Summon]:
    """Every call that a coach got."""
    query = select(Summon).where(Summon.coach_id == coach_id)
    return (await session.scalars(query.order_by(Summon.id))).all()


async def lines(session: AsyncSession, summon_ids: Collection[int]) -> Sequence[LineMessage]:
    """Every message on these lines."""
    query = select(LineMessage).where(LineMessage.summon_id.in_(summon_ids))
    return (await session.scalars(query.order_by(LineMessage.id))).all()


async def notices(session: AsyncSession, question_ids: Collection[int]) -> Sequence[Notice]:
    """What is owed to the askers of these questions."""
    query = select(Notice).where(Notice.question_id.in_(question_ids), Notice.follower_id.is_(None))
    return (await session.scalars(query)).all()


async def reveals_told(session: AsyncSession, question_ids: Collection[int]) -> Sequence[Reveal]:
    """Openings of these questions that their askers may know of."""
    query = select(Reveal).where(
        Reveal.question_id.in_(question_ids), Reveal.opened_at.is_not(None), ~Reveal.silent
    )
    return (await session.scalars(query.order_by(Reveal.id))).all()


async def answers_of(session: AsyncSession, player_id: int) -> Sequence[Answer]:
    """Everything a player answered."""
    query = (
        select(Answer)
        .where(Answer.player_id == player_id)
        .options(joinedload(Answer.post), joinedload(Answer.question))
        .order_by(Answer.id)
    )
    return (await session.scalars(query)).all()


async def ledger_of(session: AsyncSession, player_id: int) -> Sequence[LedgerEntry]:
    """Every credit and withdrawal of a player."""
    query = select(LedgerEntry).where(LedgerEntry.player_id == player_id)
    return (await session.scalars(query.order_by(LedgerEntry.id))).all()


async def tallies_of(session: AsyncSession, player_id: int) -> Sequence[Tally]:
    """A player's totals."""
    return (await session.scalars(select(Tally).where(Tally.player_id == player_id))).all()


async def vote_keys(session: AsyncSession, guild_id: int) -> list[tuple[int, str, bytes]]:
    """Row, question and key of every vote in a server."""
    query = (
        select(Vote.id, Question.token, Vote.giver_key)
        .join(Answer, Answer.id == Vote.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.guild_id == guild_id)
    )
    return [(row.id, row.token, row.giver_key) for row in await session.execute(query)]


async def follower_keys(session: AsyncSession, guild_id: int) -> list[tuple[int, str, bytes]]:
    """Row, question and key of everyone who follows anything in a server."""
    query = (
        select(Follower.id, Question.token, Follower.follower_key)
        .join(Question, Question.id == Follower.question_id)
        .where(Question.guild_id == guild_id)
    )
    return [(row.id, row.token, row.follower_key) for row in await session.execute(query)]


async def votes(session: AsyncSession, ids: Collection[int]) -> list[tuple[Vote, str]]:
    """Votes, each with the alias of the question it was given in."""
    query = (
        select(Vote, Question.alias)
        .join(Answer, Answer.id == Vote.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Vote.id.in_(ids))
        .order_by(Vote.id)
    )
    return [(vote, alias) for vote, alias in await session.execute(query)]


async def followed(session: AsyncSession, ids: Collection[int]) -> Sequence[Follower]:
    """Rows of a follower, with their questions."""
    query = select(Follower).where(Follower.id.in_(ids)).options(joinedload(Follower.question))
    return (await session.scalars(query.order_by(Follower.id))).all()


async def audit_of(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[AuditEntry]:
    """What a moderator did."""
    query = select(AuditEntry).where(AuditEntry.guild_id == guild_id, AuditEntry.actor == user_id)
    return (await session.scalars(query.order_by(AuditEntry.seq))).all()


async def reveals_by(session: AsyncSession, guild_id: int, user_id: int) -> Sequence[Reveal]:
    """Requests that a moderator made, decided or reviewed."""
    his = or_(Reveal.requested_by == user_id, Reveal.decided_by == user_id, Reveal.reviewed_by == user_id)
    query = select(Reveal).where(Reveal.guild_id == guild_id, his).order_by(Reveal.id)
    return (await session.scalars(query)).all()


async def forget_voter(session: AsyncSession, vote_id: int) -> None:
    """A vote of nobody: it still counts, and cannot be told from anyone else's."""
    key = secrets.token_bytes(_ANY_KEY_BYTES)
    await session.execute(update(Vote).where(Vote.id == vote_id).values(giver_key=key))


async def remove_follower(session: AsyncSession, follower_id: int) -> None:
    """He follows this no more."""
    await session.execute(delete(Notice).where(Notice.follower_id == follower_id))
    await session.execute(delete(Follower).where(Follower.id == follower_id))


async def remove_preference(session: AsyncSession, guild_id: int, member_key: bytes) -> None:
    """What he chose is forgotten."""
    await session.execute(
        delete(Preference).where(Preference.guild_id == guild_id, Preference.member_key == member_key)
    )


async def remove_unsent(session: AsyncSession, question_id: int) -> None:
    """What he wrote and what is not out, as if he had not; what is on its way is left alone.

    Cancelled or empty rows in a question that stands would say that its asker is erased.
    """
    waiting = and_(Post.state == PostState.PENDING, Post.lease_until.is_(None))
    ended = and_(Post.kind == PostKind.FOLLOW_UP, Post.state.in_((PostState.FAILED, PostState.CANCELLED)))
    found = select(Post.id).where(
        Post.question_id == question_id, Post.kind.in_(posts.WORDS_OF_THE_ASKER), or_(waiting, ended)
    )
    await posts.remove(session, (await session.scalars(found)).all())


async def next_question_of(session: AsyncSession, player_id: int) -> int | None:
    """Any question in which a player still has an answer or a credit."""
    answered = select(Answer.question_id).where(Answer.player_id == player_id)
    credited = select(LedgerEntry.question_id).where(LedgerEntry.player_id == player_id)
    return await session.scalar(answered.union(credited).limit(1))


async def is_in(session: AsyncSession, player_id: int, question_id: int) -> bool:
    """Whether a player has an answer or a credit in a question."""
    his = or_(
        exists().where(Answer.question_id == question_id, Answer.player_id == player_id),
        exists().where(LedgerEntry.question_id == question_id, LedgerEntry.player_id == player_id),
    )
    return bool(await session.scalar(select(his)))


async def move_answers(
    session: AsyncSession, question_id: int, player_id: int, heir_id: int, name: str
) -> None:
    """Hand a player's answers in one question to another row. What the bot posted is shown under ``name``."""
    his = (Answer.question_id == question_id, Answer.player_id == player_id)
    posted = Answer.post_id.is_not(None)
    # Saying that Discord shows something else makes the upkeep write the message anew, as soon as it is
    # known: one that is on its way may stand there already, under the name it was sent with.
    tried = Answer.post_id.in_(select(Post.id).where(Post.question_id == question_id, Post.attempts > 0))
    await session.execute(update(Answer).where(*his, tried, ~Answer.removed).values(shown_removed=True))
    await session.execute(update(Answer).where(*his, posted).values(player_name=name))
    # What Discord refused was kept for him alone to take back.
    written = select(Answer.post_id).where(*his, posted)
    await session.execute(
        update(Post)
        .where(Post.id.in_(written), Post.state.in_((PostState.FAILED, PostState.CANCELLED)))
        .values(body=None, picture=None)
    )
    await session.execute(update(Answer).where(*his).values(player_id=heir_id))


async def ledger_in(session: AsyncSession, question_id: int, player_id: int) -> Sequence[LedgerEntry]:
    """A player's entries in one question."""
    query = select(LedgerEntry).where(
        LedgerEntry.question_id == question_id, LedgerEntry.player_id == player_id
    )
    return (await session.scalars(query.order_by(LedgerEntry.seq))).all()


async def move_ledger(session: AsyncSession, question_id: int, player_id: int, heir_id: int) -> None:
    """Hand a player's entries in one question to another row; the tallies are the caller's to move."""
    await session.execute(
        update(LedgerEntry)
        .where(LedgerEntry.question_id == question_id, LedgerEntry.player_id == player_id)
        .values(player_id=heir_id)
    )


async def nameless(session: AsyncSession, player_id: int) -> None:
    """A player's name is free, and the board does not show him."""
    await session.execute(
        update(Player)
        .where(Player.id == player_id)
        .values(name=None, name_key=None, visibility=Visibility.HIDDEN)
    )


async def remove_player(session: AsyncSession, player_id: int) -> bool:
    """Delete a player on whom nothing hangs any more; whether that was so."""
    hanging = or_(
        exists().where(Answer.player_id == player_id), exists().where(LedgerEntry.player_id == player_id)
    )
    if await session.scalar(select(hanging)):
        return False
    await session.execute(delete(Tally).where(Tally.player_id == player_id))
    await session.execute(delete(Player).where(Player.id == player_id))
    return True


async def player(session: AsyncSession, token: str) -> int:
    """The row id of a player. Raises NoResultFound when there is none."""
    return (await session.scalars(select(Player.id).where(Player.token == token))).one()
