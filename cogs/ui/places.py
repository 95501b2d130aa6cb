"""Where an interaction comes from, and where things are."""

import discord

from bot.errors import MemberError


def guild_of(interaction: discord.Interaction) -> int:
    """The server an interaction comes from. Raises MemberError ``server_only``."""
    if interaction.guild_id is None:
        raise MemberError("server_only")
    return interaction.guild_id


def thread_url(guild_id: int, thread_id: int) -> str:
    """Where a thread is."""
    return f"https://discord.com/channels/{guild_id}/{thread_id}"


def is_open(channel: discord.abc.GuildChannel) -> bool:
    """Whether others than those who look after the server read along in a channel: everyone, or any role.

    Where members are let in by a role, everyone sees little and that role sees it all.
    """
    own = set(channel.guild.me.roles) - {channel.guild.default_role}
    return any(
        channel.permissions_for(role).view_channel
        for role in channel.guild.roles
        if role not in own and not role.is_bot_managed() and not _looks_after_it(role)
    )


def _looks_after_it(role: discord.Role) -> bool:
    rights = role.permissions
    return rights.administrator or rights.manage_guild or rights.moderate_members


def thread_of(interaction: discord.Interaction) -> int:
    """The channel or thread an interaction comes from. Raises MemberError ``not_in_thread``."""
    if interaction.guild_id is None:
        raise MemberError("server_only")
    if interaction.channel_id is None:
        raise MemberError("not_in_thread")
    return interaction.channel_id
