"""Following somebody else's question, as privately as asking one.

The asker who follows his own is told the same as anybody, for somebody may be looking over his shoulder.
"""

import asyncio
import hmac
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import MemberError
from bot.services import access
from bot.services.identity import Identity, new_token
from db.engine import Database
from db.models import Follower, Question, QuestionState
from db.repositories import following, news, notices, questions


@dataclass(frozen=True)
class FollowedQuestion:
    """A question that a member follows. What a moderator took down has neither title nor text."""

    token: str
    guild_id: int
    thread_id: int | None
    title: str
    body: str
    alias: str
    topic: str
    solved: bool
    hidden: bool
    answers: int
    new: int
    # Up to where he has seen everything when he has this before his eyes.
    newest_answer_id: int = 0


class FollowingService:
    """Finds what a member follows by his key in each question; no column links two of them."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity

    async def toggle(self, token: str, user_id: int) -> bool:
        """Follow the question, or stop; whether he follows it now. Raises MemberError when it is gone."""
        async with self._database.write() as session:
            question = await access.open_question(session, token, lock=True)
            key = self._identity.follower_key(question.token, user_id)
            known = await following.find(session, question.id, key)
            if known is not None:
                await self._remove(session, known)
                return False
            own_token = new_token()
            return await following.add(
                session,
                {
                    "token": own_token,
                    "question_id": question.id,
                    "follower_key": key,
                    "seal": self._identity.seal_member(user_id, own_token),
                    "looked_answer_id": await news.newest(session, question.id),
                },
            )

    async def stop(self, token: str, user_id: int) -> None:
        """Follow no more, by the token of the following itself; doing it twice is fine."""
        async with self._database.write() as session:
            known = await following.by_token(session, token)
            if known is not None and self._is_his(known, user_id):
                # Whoever holds the question's row may owe its followers a message.
                await questions.lock(session, known.question_id)
                await self._remove(session, known)

    async def overview(self, guild_id: int, user_id: int) -> list[FollowedQuestion]:
        """What a member follows and did not ask himself, the newest question first."""
        async with self._database.read() as session:
            keys = await following.keys(session, guild_id)
            mine = await asyncio.to_thread(self._mine, keys, user_id)
            followed = await following.by_ids(session, mine)
            # Not one by one: a seal that no key opens must not close his inbox.
            seals = [(follower.question.token, follower.question.seal) for follower in followed]
            asked = self._identity.mine(seals, user_id)
            found = [follower for follower in followed if follower.question.token not in asked]
            seen = await news.answers(session, [follower.question_id for follower in found])
        own_key = self._identity.member_key(guild_id, user_id)
        return [_followed(follower, seen, own_key) for follower in found]

    async def open(self, token: str, user_id: int) -> FollowedQuestion:
        """One of them. Call `looked` when he has it before his eyes. Raises MemberError ``not_following``."""
        async with self._database.read() as session:
            follower = await following.by_token(session, token)
            if follower is None or not self._is_his(follower, user_id):
                raise MemberError("not_following")
            question = follower.question
            if question.state not in access.PUBLISHED:
                raise MemberError("question_gone")
            seen = await news.answers(session, [question.id])
            own_key = self._identity.member_key(question.guild_id, user_id)
            newest = await news.newest(session, question.id)
            return replace(_followed(follower, seen, own_key), newest_answer_id=newest)

    async def looked(self, shown: FollowedQuestion, user_id: int) -> None:
        """He has seen this: what stands in it is not new any more. What came meanwhile still is."""
        if shown.hidden:
            return
        async with self._database.write() as session:
            follower = await following.by_token(session, shown.token)
            if follower is None or not self._is_his(follower, user_id):
                return  # he stopped, or it is gone
            # Whoever holds the question's row may owe its followers a message.
            question = await questions.lock(session, follower.question_id)
            follower.looked_answer_id = max(follower.looked_answer_id, shown.newest_answer_id)
            seen = await news.answers(session, [question.id])
            own_key = self._identity.member_key(question.guild_id, user_id)
            if not news.new_since(seen, follower.looked_answer_id, own_key):
                await notices.remove_follower(session, follower.id)

    async def _remove(self, session: AsyncSession, follower: Follower) -> None:
        await notices.remove_follower(session, follower.id)
        await following.remove(session, follower.id)

    def _mine(self, keys: list[tuple[int, str, bytes]], user_id: int) -> list[int]:
        return [
            follower_id
            for follower_id, token, key in keys
            if hmac.compare_digest(key, self._identity.follower_key(token, user_id))
        ]

    def _is_his(self, follower: Follower, user_id: int) -> bool:
        key = self._identity.follower_key(follower.question.token, user_id)
        return hmac.compare_digest(follower.follower_key, key)


def _followed(follower: Follower, seen: list[news.Seen], own_key: bytes) -> FollowedQuestion:
    question: Question = follower.question
    here = [one for one in seen if one.question_id == question.id]
    return FollowedQuestion(
        token=follower.token,
        guild_id=question.guild_id,
        thread_id=question.thread_id,
        title="" if question.hidden else question.title,
        body="" if question.hidden else question.body,
        alias=question.alias,
        topic=question.topic.name,
        solved=question.state is QuestionState.SOLVED,
        hidden=question.hidden,
        answers=len(here),
        new=news.new_since(here, follower.looked_answer_id, own_key),
    )
