"""Reserving messages that the bot owes Discord. Sending them is `bot.services.publishing`."""

import random
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

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
            "state": PostState.PENDING,
            "due_at": now + delay,
            "created_at": now,
        },
    )
