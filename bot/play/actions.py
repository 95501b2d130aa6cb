"""The verbs of the page, carried out by simcord's public actors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import simcord
from simcord.backend.errors import BackendError, SetupError

from bot.play.acting import Acting, Action, ActionError
from bot.play.simulator import post_as
from bot.play.wire import texts

Outcome = simcord.InteractionResult | list[dict[str, Any]] | None
"""How the bot answered an interaction, the choices of an autocompletion, or nothing of interest."""

_DANISH = {
    10003: "Kanalen findes ikke længere.",
    10008: "Beskeden findes ikke længere.",
    40067: "Vælg mindst ét tag.",
    50001: "Du har ikke adgang til det.",
    50013: "Det har du ikke lov til.",
    50083: "Tråden er arkiveret eller låst.",
}


async def perform(acting: Acting, action: Action) -> Outcome:
    """Do what the page asks, as the person.

    Raises:
        ActionError: the action makes no sense.
        BackendError, SetupError: Discord would not let the person do it.
    """
    verb = _VERBS.get(str(action.get("type")))
    if verb is None:
        raise ActionError("Ukendt handling.")
    return await verb(acting, action)


def explain(error: Exception) -> str:
    """Say to the person at the page why it did not work."""
    if isinstance(error, ActionError):
        return str(error)
    if isinstance(error, BackendError):
        return _DANISH.get(error.code, f"Discord siger nej: {error.message}")
    if isinstance(error, SetupError):
        return f"Det kan man ikke i Discord: {error}"
    if isinstance(error, TimeoutError):
        return "Botten blev ikke færdig i tide."
    return f"Noget gik galt: {type(error).__name__}"


async def _send(acting: Acting, action: Action) -> Outcome:
    channel, text = acting.channel(action), str(action.get("text", ""))
    if not text.strip():
        raise ActionError("Skriv noget først.")
    if channel.guild is None:
        await acting.actor.user.send_dm(text)
        return None
    reply_to = acting.message(action, "reply_to") if action.get("reply_to") else None
    await acting.actor.send(channel, text, reply_to=reply_to)
    return None


async def _edit(acting: Acting, action: Action) -> Outcome:
    await acting.who(action).edit(acting.message(action), str(action.get("text", "")))
    return None


async def _delete(acting: Acting, action: Action) -> Outcome:
    await acting.who(action).delete(acting.message(action))
    return None


async def _post(acting: Acting, action: Action) -> Outcome:
    title, text = str(action.get("title", "")).strip(), str(action.get("text", "")).strip()
    if not title or not text:
        raise ActionError("Et opslag skal have både titel og tekst.")
    tags = [int(tag) for tag in texts(action, "tags")]
    await post_as(acting.actor, acting.channel(action), title, text, tags)
    return None


async def _react(acting: Acting, action: Action) -> Outcome:
    message, emoji, reacted = acting.message(action), str(action["emoji"]), bool(action.get("on", True))
    await acting.who(action).set_reaction(message, emoji, reacted=reacted)
    return None


async def _slash(acting: Acting, action: Action) -> Outcome:
    channel, name, options = acting.channel(action), str(action["name"]), acting.options(action)
    if channel.guild is None:
        return await acting.actor.user.slash(name, **options)
    return await acting.actor.slash(channel, name, **options)


async def _autocomplete(acting: Acting, action: Action) -> Outcome:
    channel, name, option = acting.channel(action), str(action["name"]), str(action["option"])
    filled = {key: value for key, value in acting.options(action).items() if key != option}
    value = str(action.get("value", ""))
    if channel.guild is None:
        return await acting.actor.user.autocomplete(name, option, value, **filled)
    return await acting.actor.autocomplete(channel, name, option, value, **filled)


async def _context(acting: Acting, action: Action) -> Outcome:
    return await acting.actor.context_menu(
        acting.channel(action), str(action["name"]), acting.message(action)
    )


async def _click(acting: Acting, action: Action) -> Outcome:
    return await acting.who(action).click(acting.message(action), custom_id=str(action["custom_id"]))


async def _select(acting: Acting, action: Action) -> Outcome:
    message, custom_id = acting.message(action), str(action["custom_id"])
    component = acting.component(message.components, custom_id)
    values = acting.select_values(component, texts(action, "values"))
    return await acting.who(action).select(message, values, custom_id=custom_id)


async def _submit(acting: Acting, action: Action) -> Outcome:
    if acting.modal is None:
        raise ActionError("Formularen er lukket.")
    in_guild = acting.channel(action).guild is not None
    values = acting.modal_values(action.get("values") or {})
    who = acting.actor if in_guild else acting.actor.user
    return await who.submit_modal(acting.modal, values)


_VERBS: dict[str, Callable[[Acting, Action], Awaitable[Outcome]]] = {
    "send": _send,
    "edit": _edit,
    "delete": _delete,
    "post": _post,
    "react": _react,
    "slash": _slash,
    "autocomplete": _autocomplete,
    "context": _context,
    "click": _click,
    "select": _select,
    "submit": _submit,
}
