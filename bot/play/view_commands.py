"""The commands one person can use in a channel."""

from __future__ import annotations

from typing import Any

from simcord.backend import Backend
from simcord.enums import AppCommandType
from simcord.interactions import command_leaves

from bot.play.wire import part, rows

_LIMITS = ("min_value", "max_value", "min_length", "max_length", "channel_types", "autocomplete")


def localized_name(node: dict[str, Any], locale: str) -> str:
    """The name of a command, option or choice in the person's language."""
    return part(node, "name_localizations").get(locale) or node["name"]


def _localized_description(node: dict[str, Any], locale: str) -> str:
    return part(node, "description_localizations").get(locale) or node.get("description") or ""


def slash_commands_view(backend: Backend, user_id: int, channel_id: int, locale: str) -> list[dict[str, Any]]:
    """The slash commands; a subcommand is listed as a command of its own, as Discord's picker does."""
    commands = backend.visible_commands(user_id=user_id, channel_id=channel_id)
    return [
        {
            "name": " ".join(path),
            "label": _localized_path(command, path, locale),
            "description": _localized_description(leaf, locale),
            "options": [_option_view(option, locale) for option in rows(leaf, "options")],
        }
        for command in commands
        for path, leaf in command_leaves(command)
    ]


def message_commands_view(
    backend: Backend, user_id: int, channel_id: int, locale: str
) -> list[dict[str, Any]]:
    """The commands in the menu of a message."""
    commands = backend.visible_commands(user_id=user_id, channel_id=channel_id, type=AppCommandType.MESSAGE)
    return [{"name": command["name"], "label": localized_name(command, locale)} for command in commands]


def command_names(backend: Backend, guild_id: int, locale: str) -> dict[str, str]:
    """The names of all commands by id, for mentions of them."""
    return {
        str(command["id"]): localized_name(command, locale)
        for scope in (guild_id, None)
        for command in backend.commands.get(scope, {}).values()
    }


def _localized_path(command: dict[str, Any], path: list[str], locale: str) -> str:
    names, node = [localized_name(command, locale)], command
    for step in path[1:]:
        node = next(option for option in node["options"] if option["name"] == step)
        names.append(localized_name(node, locale))
    return " ".join(names)


def _option_view(option: dict[str, Any], locale: str) -> dict[str, Any]:
    return {
        "name": option["name"],
        "label": localized_name(option, locale),
        "description": _localized_description(option, locale),
        "type": option["type"],
        "required": bool(option.get("required")),
        "choices": [
            {"label": localized_name(choice, locale), "value": choice["value"]}
            for choice in rows(option, "choices")
        ],
        **{limit: option[limit] for limit in _LIMITS if option.get(limit) is not None},
    }
