"""Reserving messages that the bot owes Discord. Sending them is `bot.services.publishing`."""

import random
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import to_the_hour
from bot.config import QuestionSettings
from bot.services.identity import new_token
from db.models import Post, PostKind, PostState
from db.repositories import posts


def anonymous_delay(settings: QuestionSettings) -> timedelta:
    """A random wait, so that nobody can match a post to who was online at that second."""
    seconds = random.SystemRandom().uniform(settings.delay_min_seconds, settings.delay_max_seconds)
    return timedelta(seconds=seconds)


async def reserve(
    session: AsyncSession,
    kind: PostKind,
    question_id: int,
    now: datetime,
    *,
    form: str | None = None,
    delay: timedelta = timedelta(),
    body: str | None = None,
    picture: bytes | None = None,
    token: str | None = None,
    summon_id: int | None = None,
) -> Post | None:
    """Write the row that a message comes from; None when ``form`` was handed in before."""
    return await posts.add(
        session,
        {
            "token": token or new_token(),
            "form": form,
            "kind": kind,
            "question_id": question_id,
            "summon_id": summon_id,
            "body": body,
            "picture": picture,
            "state": PostState.PENDING,
            "due_at": now + delay,
            "created_at": to_the_hour(now),
        },
    )


def finish(post: Post, state: PostState) -> None:
    """It will not be sent again: it is out of everyone's hands, and its picture is dropped."""
    post.state, post.lease_until, post.picture = state, None, None
    # When it was due is within seconds of when its author pressed.
    post.due_at = post.created_at
