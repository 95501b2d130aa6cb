"""The bot asks for exactly the rights it uses."""

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot import permissions
from bot.app import intents


def test_needed_is_what_is_listed_and_never_administrator() -> None:
    asked = {name for name, granted in permissions.needed() if granted}
    assert asked >= set(permissions.NEEDED) - {"view_channel"}
    assert len(asked) == len(permissions.NEEDED)
    assert not permissions.needed().administrator
    assert all(permissions.NEEDED.values())


@pytest.mark.parametrize("name", permissions.NEEDED)
def test_each_right_is_missed_by_name(name: str) -> None:
    granted = permissions.needed()
    setattr(granted, name, False)
    assert permissions.missing(granted) == [name]


def test_nothing_is_missing_when_all_is_granted() -> None:
    assert permissions.missing(permissions.needed()) == []
    assert permissions.missing(discord.Permissions(administrator=True)) == []
    assert permissions.missing(discord.Permissions.none()) == list(permissions.NEEDED)


def test_invite_link_asks_for_exactly_these() -> None:
    query = parse_qs(urlsplit(permissions.invite_link(123)).query)
    assert query["client_id"] == ["123"]
    assert query["permissions"] == [str(permissions.needed().value)]
    assert query["scope"] == ["bot applications.commands"]


def test_no_privileged_intent() -> None:
    asked = intents()
    assert [name for name in ("message_content", "members", "presences") if getattr(asked, name)] == []
    assert asked.guilds
    assert asked.guild_messages
    assert asked.guild_reactions
