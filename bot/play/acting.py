"""One person about to do one thing: ids from the page become simcord's handles."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import simcord
from simcord.components import walk_components
from simcord.enums import ComponentType, OptionType
from simcord.interactions import command_leaves

from bot.play.wire import rows

Action = Mapping[str, Any]

_ENTITY_SELECTS = {
    ComponentType.USER_SELECT: "user",
    ComponentType.ROLE_SELECT: "role",
    ComponentType.MENTIONABLE_SELECT: "mentionable",
    ComponentType.CHANNEL_SELECT: "channel",
}
_ENTITY_OPTIONS = {
    OptionType.USER: "user",
    OptionType.ROLE: "role",
    OptionType.MENTIONABLE: "mentionable",
    OptionType.CHANNEL: "channel",
}


class ActionError(Exception):
    """The page asked for something that makes no sense; the text is for the person."""


@dataclass(frozen=True)
class Acting:
    """A person, and the form he has open, if any."""

    env: simcord.Env
    guild: simcord.GuildHandle
    actor: simcord.MemberActor
    modal: simcord.InteractionResult | None

    def channel(self, action: Action) -> simcord.ChannelHandle:
        """The channel the action is in.

        Raises:
            ActionError: the action names none.
            BackendError: there is none with that id.
        """
        channel = self.env.backend.get_channel(_id(action, "channel"))
        return simcord.ChannelHandle(self.env, self.guild if channel.guild_id else None, channel)

    def message(self, action: Action, key: str = "message") -> simcord.ResponseMessage:
        """The message the action is about.

        Raises:
            ActionError: the action names none.
            BackendError: there is none with that id.
        """
        stored = self.env.backend.get_message(_id(action, "channel"), _id(action, key))
        return simcord.ResponseMessage(self.env, stored)

    def who(self, action: Action) -> simcord.MemberActor | simcord.UserHandle:
        """The person as he acts in this channel: in a direct message he is no member of anything."""
        return self.actor if self.channel(action).guild else self.actor.user

    def select_values(self, component: dict[str, Any], values: list[str]) -> list[Any]:
        """What was chosen in a select, as simcord wants it."""
        kind = _ENTITY_SELECTS.get(component["type"])
        return [self._entity(kind, value) for value in values] if kind else list(values)

    def component(self, components: list[dict[str, Any]], custom_id: str) -> dict[str, Any]:
        """The component with a custom id.

        Raises:
            ActionError: there is none.
        """
        for component in walk_components(components):
            if component.get("custom_id") == custom_id:
                return component
        raise ActionError("Det findes ikke længere.")

    def modal_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was filled into the open form, as simcord wants it."""
        shown = self.modal.modal if self.modal else None
        if shown is None:
            raise ActionError("Formularen er lukket.")
        ready: dict[str, Any] = {}
        for custom_id, value in values.items():
            component = self.component(shown["components"], custom_id)
            if component["type"] in _ENTITY_SELECTS:
                ready[custom_id] = self.select_values(component, value)
            elif component["type"] == ComponentType.FILE_UPLOAD:
                ready[custom_id] = [_file(upload) for upload in value]
            else:
                ready[custom_id] = value
        return ready

    def options(self, action: Action) -> dict[str, Any]:
        """The options of a slash command, as simcord wants them.

        Raises:
            ActionError: a value is not of the option's kind, or there is no such command.
        """
        declared = self._declared_options(action)
        given: dict[str, Any] = action.get("options") or {}
        return {
            name: self._option(declared[name], value)
            for name, value in given.items()
            if name in declared and value not in (None, "")
        }

    def _declared_options(self, action: Action) -> dict[str, dict[str, Any]]:
        path = str(action["name"]).split()
        commands = self.env.backend.visible_commands(user_id=self.actor.id, channel_id=_id(action, "channel"))
        for command in commands:
            for names, leaf in command_leaves(command):
                if names == path:
                    return {option["name"]: option for option in rows(leaf, "options")}
        raise ActionError("Kommandoen findes ikke her.")

    def _option(self, option: dict[str, Any], value: Any) -> Any:
        kind = OptionType(option["type"])
        try:
            if kind in _ENTITY_OPTIONS:
                return self._entity(_ENTITY_OPTIONS[kind], str(value))
            if kind == OptionType.INTEGER:
                return int(value)
            if kind == OptionType.NUMBER:
                return float(str(value).replace(",", "."))
            return _file(value) if kind == OptionType.ATTACHMENT else value
        except ValueError as error:
            raise ActionError(f"»{value}« passer ikke i {option['name']}.") from error

    def _entity(self, kind: str, raw: str) -> Any:
        number = int(raw)
        backend = self.env.backend
        if kind == "channel":
            return simcord.ChannelHandle(self.env, self.guild, backend.get_channel(number))
        guild = backend.get_guild(self.guild.id)
        if kind == "role" or (kind == "mentionable" and number in guild.roles):
            return simcord.RoleHandle(self.env, self.guild, backend.get_role(guild.id, number))
        user = simcord.UserHandle(self.env, backend.get_user(number))
        return simcord.MemberActor(self.env, self.guild, user) if number in guild.members else user


def _id(action: Action, key: str) -> int:
    try:
        return int(action[key])
    except (KeyError, TypeError, ValueError) as error:
        raise ActionError(f"Handlingen mangler {key}.") from error


def _file(upload: Mapping[str, Any]) -> tuple[str, bytes]:
    try:
        return str(upload["name"]), base64.b64decode(upload["data"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise ActionError("Filen kunne ikke læses.") from error
