"""The names that Discord's events carry, so that the log can leave them out."""

from collections.abc import Iterator
from typing import Any, cast

import discord


def names_in(event: object) -> Iterator[str]:
    """Every name of every person in one part of an event; bots are not persons."""
    if isinstance(event, discord.Interaction):
        interaction = cast("discord.Interaction[discord.Client]", event)
        yield from _of(interaction.user)
        yield from _resolved(cast("dict[str, Any]", interaction.data or {}))
    elif isinstance(event, discord.Message):
        for person in (event.author, *event.mentions):
            yield from _of(person)
    elif isinstance(event, discord.RawReactionActionEvent):
        if event.member is not None:
            yield from _of(event.member)
    elif isinstance(event, discord.Member | discord.User):
        yield from _of(event)


def _of(person: discord.Member | discord.User) -> Iterator[str]:
    if not person.bot:
        nick = person.nick if isinstance(person, discord.Member) else None
        yield from filter(None, (person.name, person.global_name, nick))


def _resolved(data: dict[str, Any]) -> Iterator[str]:
    """Those whom the one who acted chose, or whose message he pointed at."""
    resolved: dict[str, dict[str, dict[str, Any]]] = data.get("resolved") or {}
    for kind in ("users", "members"):
        for person in resolved.get(kind, {}).values():
            if not person.get("bot"):
                yield from filter(None, (person.get(key) for key in ("username", "global_name", "nick")))
