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
    """Whether everyone reads along in a channel."""
    return channel.permissions_for(channel.guild.default_role).view_channel


def thread_of(interaction: discord.Interaction) -> int:
    """The channel or thread an interaction comes from. Raises MemberError ``not_in_thread``."""
    if interaction.guild_id is None:
        raise MemberError("server_only")
    if interaction.channel_id is None:
        raise MemberError("not_in_thread")
    return interaction.channel_id
