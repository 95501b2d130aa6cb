"""How the rehearsal reaches into simcord's private parts: in one place, and loudly.

Everything here is untyped on purpose: what is replaced is private to simcord, so the types would only be
guesses. A name that has gone missing is an error at once, never a patch that silently does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

from simcord.http import router

Build = Callable[[Any], Any]


class SimulatorChangedError(RuntimeError):
    """The installed simcord no longer has a part that the rehearsal replaces."""


def wrap(owner: Any, name: str, build: Build) -> None:
    """Replace `owner.name` with `build(stock)`.

    Raises:
        SimulatorChangedError: `owner` has no such attribute.
    """
    stock = getattr(owner, name, None)
    if stock is None:
        raise SimulatorChangedError(f"simcord has no {getattr(owner, '__name__', owner)}.{name} any more")
    setattr(owner, name, build(stock))


def wrap_route(method: str, template: str, build: Build) -> None:
    """Replace the handler of one of the simulated REST routes with `build(stock)`.

    Raises:
        SimulatorChangedError: there is no such route.
    """
    table = cast("dict[str, list[tuple[list[str], Any]]]", getattr(router, "_ROUTES", {}))
    routes = table.get(method, [])
    segments = template.strip("/").split("/")
    for index, (known, stock) in enumerate(routes):
        if known == segments:
            routes[index] = (known, build(stock))
            return
    raise SimulatorChangedError(f"simcord has no route {method} {template} any more")


def may(backend: Any, user_id: int, channel: Any, permission: int) -> bool:
    """Whether a user holds a permission in a channel of a server; always false in a direct message."""
    if channel.guild_id is None:
        return False
    return bool(backend.compute_permissions(channel.guild_id, user_id, channel.id) & permission)


@contextmanager
def operation(actor: Any, name: str) -> Generator[Any]:
    """Hold the environment of a simulated person for one operation, as simcord's own verbs do."""
    env = actor._env
    env._begin_operation(name)
    try:
        yield env
    finally:
        env._end_operation()
