"""Who is who, as Discord shows it: names, colours, initials."""

from __future__ import annotations

from typing import Any

from simcord.backend import Backend
from simcord.backend.models import Guild

_AVATARS = ("#5865f2", "#3ba55c", "#faa61a", "#ed4245", "#eb459e", "#00a8b5", "#9b59b6", "#e67e22")

_GONE = "#80848e"


def display_name(backend: Backend, guild: Guild, user_id: int) -> str:
    """A member's name in this server; of someone who is gone, the name of the account."""
    member = guild.members.get(user_id)
    if member is not None and member.nick:
        return member.nick
    user = backend.users.get(user_id)
    if user is None:
        return "Ukendt"
    return user.global_name or user.name


def name_color(guild: Guild, user_id: int) -> str | None:
    """The colour of the member's highest coloured role, if any."""
    member = guild.members.get(user_id)
    roles = [guild.roles[role_id] for role_id in member.role_ids if role_id in guild.roles] if member else []
    colored = [role for role in roles if role.color]
    return hex_color(max(colored, key=lambda role: role.position).color) if colored else None


def hex_color(value: int) -> str:
    """A colour as Discord stores it, as CSS writes it."""
    return f"#{value:06x}"


def user_view(backend: Backend, guild: Guild, user_id: int) -> dict[str, Any]:
    """A user as the page draws him. There are no pictures: a coloured circle with his initial."""
    user = backend.users.get(user_id)
    member = guild.members.get(user_id)
    name = display_name(backend, guild, user_id)
    return {
        "id": str(user_id),
        "name": name,
        "initial": (name.strip() or "?")[0].upper(),
        "avatar": _AVATARS[list(guild.members).index(user_id) % len(_AVATARS)] if member else _GONE,
        "color": name_color(guild, user_id),
        "bot": bool(user and user.bot),
    }


def members_view(backend: Backend, guild: Guild) -> list[dict[str, Any]]:
    """All members by name: for mentions and for choosing people."""
    users = [user_view(backend, guild, user_id) for user_id in guild.members]
    return sorted(users, key=lambda user: (user["bot"], str(user["name"]).casefold()))


def roles_view(guild: Guild) -> list[dict[str, Any]]:
    """All roles but @everyone, highest first."""
    roles = [role for role in guild.roles.values() if role.id != guild.id]
    return [
        {"id": str(role.id), "name": role.name, "color": hex_color(role.color) if role.color else None}
        for role in sorted(roles, key=lambda role: -role.position)
    ]
