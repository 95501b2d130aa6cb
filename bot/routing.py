"""Where a press or a filled-in form goes.

Everything needed to handle an interaction stands in its custom id: an action's name and an opaque
token. Nothing is kept in memory, so buttons and half-typed forms outlive a restart of the bot.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import discord

from bot.errors import MemberError
from bot.services.identity import new_token

_PRESS = re.compile(r"(?P<action>[a-z_]{1,30}):(?P<token>[\w-]{1,22})(?::(?P<detail>[\w-]{1,22}))?")
_FORM = re.compile(r"form:(?P<action>[a-z_]{1,30}):(?P<token>[\w-]{1,22}):(?P<nonce>[\w-]{1,22})")
_FILE_UPLOAD = discord.ComponentType.file_upload.value
# Stands where an action needs no token.
NO_TOKEN = "0"


@dataclass(frozen=True)
class Press:
    """A button pressed, or values chosen in a select menu.

    ``detail`` is what a few buttons need beside their token: another token, or a page number.
    """

    token: str
    detail: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Upload:
    """A file in a form: where Discord keeps it. Its own name stops here, for it can tell who made it."""

    url: str
    size: int


@dataclass(frozen=True)
class Filled:
    """A form handed in. ``nonce`` is the form's own random name: the same one twice is one form."""

    token: str
    nonce: str
    values: dict[str, str]
    files: dict[str, Upload] = field(default_factory=dict[str, Upload])


PressHandler = Callable[[discord.Interaction, Press], Awaitable[None]]
FormHandler = Callable[[discord.Interaction, Filled], Awaitable[None]]


def press_id(action: str, token: str = NO_TOKEN, detail: str = "") -> str:
    """The custom id of a button or select menu."""
    return f"{action}:{token}:{detail}" if detail else f"{action}:{token}"


def form_id(action: str, token: str = NO_TOKEN) -> str:
    """The custom id of a fresh form."""
    return f"form:{action}:{token}:{new_token()}"


class Router:
    """Knows who handles which action; cogs register themselves."""

    def __init__(self) -> None:
        self._presses: dict[str, PressHandler] = {}
        self._forms: dict[str, FormHandler] = {}

    def press(self, action: str, handler: PressHandler) -> None:
        """Handle a button or select menu. Raises ValueError when the action is taken."""
        if action in self._presses:
            raise ValueError(action)
        self._presses[action] = handler

    def form(self, action: str, handler: FormHandler) -> None:
        """Handle a form. Raises ValueError when the action is taken."""
        if action in self._forms:
            raise ValueError(action)
        self._forms[action] = handler

    async def dispatch(self, interaction: discord.Interaction) -> None:
        """Pass an interaction to its handler; commands are none of ours.

        Raises whatever the handler raises, and MemberError for a button or form of a forgotten kind.
        """
        data = cast("dict[str, Any]", interaction.data or {})
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component and (found := _PRESS.fullmatch(custom_id)):
            handler = self._presses.get(found["action"])
            if handler is None:
                raise MemberError("question_gone")
            values = tuple(str(value) for value in data.get("values", ()))
            await handler(interaction, Press(found["token"], found["detail"] or "", values))
        elif interaction.type is discord.InteractionType.modal_submit:
            values_by_name = dict(_values(data.get("components", ())))
            found = _FORM.fullmatch(custom_id)
            form = self._forms.get(found["action"]) if found else None
            if found is None or form is None:
                raise MemberError("question_gone", typed="\n\n".join(values_by_name.values()))
            files = dict(_files(data.get("components", ()), data.get("resolved", {}).get("attachments", {})))
            await form(interaction, Filled(found["token"], found["nonce"], values_by_name, files))


def typed_in(interaction: discord.Interaction) -> str:
    """What a member wrote into the form that he handed in; nothing where it is no form."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    data = cast("dict[str, Any]", interaction.data or {})
    return "\n\n".join(text for text in _texts(data.get("components", ())) if text.strip())


def _texts(components: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Each field of a submitted form that was written in, not chosen."""
    for component in components:
        if "component" in component:
            yield from _texts([component["component"]])
        elif "components" in component:
            yield from _texts(component["components"])
        elif component.get("value") is not None:
            yield str(component["value"])


def _values(components: Iterable[dict[str, Any]]) -> Iterable[tuple[str, str]]:
    """Each field of a submitted form: the first of several values, as text."""
    for component in components:
        if "component" in component:
            yield from _values([component["component"]])
        elif "components" in component:
            yield from _values(component["components"])
        elif "custom_id" in component and component.get("type") != _FILE_UPLOAD:
            values: list[Any] = component.get("values") or [component.get("value")]
            yield component["custom_id"], "" if values[0] is None else str(values[0])


def _files(
    components: Iterable[dict[str, Any]], attachments: dict[str, dict[str, Any]]
) -> Iterable[tuple[str, Upload]]:
    """Each file field of a submitted form that was used: the first of several files."""
    for component in components:
        if "component" in component:
            yield from _files([component["component"]], attachments)
        elif component.get("type") == _FILE_UPLOAD and component.get("values"):
            sent = attachments[component["values"][0]]
            yield component["custom_id"], Upload(str(sent["url"]), int(sent["size"]))
