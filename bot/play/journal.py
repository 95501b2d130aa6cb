"""simcord's records of all that happened: kept short, and used to notice that something did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simcord

_KEPT = 500


class Journal(list[Any]):
    """A list that tells when something is appended to it, and forgets its oldest half when it is full."""

    def __init__(self, on_append: Callable[[], None]) -> None:
        super().__init__()
        self._on_append = on_append

    def append(self, entry: Any, /) -> None:
        super().append(entry)
        if len(self) > _KEPT:
            del self[: _KEPT // 2]
        self._on_append()


def keep_journals(env: simcord.Env, on_change: Callable[[], None]) -> None:
    """Let `on_change` be called at every event and every request of the bot, also for the ephemeral messages
    that no event tells of. Stock keeps both records for ever; an hour of rehearsal must not."""
    env.backend.transcript = Journal(on_change)
    env.backend.http_requests = Journal(on_change)


def forget_expired_interactions(env: simcord.Env) -> None:
    """Drop the interactions whose token is no longer good for anything."""
    backend = env.backend
    now = backend.now_iso()
    for interaction in list(backend.interactions.values()):
        if interaction.expires_at is not None and interaction.expires_at < now:
            del backend.interactions[interaction.id]
            backend.interaction_tokens.pop(interaction.token, None)
