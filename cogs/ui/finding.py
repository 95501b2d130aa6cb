"""Finding again what may have reached Discord before a crash: by the token in its buttons."""

from collections.abc import Sequence
from typing import TypeVar

import aiohttp
import discord

from bot.services.deliveries import CaseDelivery, QuestionDelivery
from bot.texts import Texts

Kind = TypeVar("Kind", bound=discord.abc.Snowflake)
# How many messages back a lost one is looked for: it was sent within the last lease.
_DEPTH = 100


async def channel(bot: discord.Client, channel_id: int, kind: type[Kind]) -> Kind:
    """A channel or thread of the expected kind, from the cache or from Discord.

    Raises discord.HTTPException when it cannot be had, and WrongChannelError when it is another kind.
    """
    found = bot.get_channel(channel_id) or await bot.fetch_channel(channel_id)
    if not isinstance(found, kind):
        raise WrongChannelError(type(found).__name__)
    return found


class WrongChannelError(discord.DiscordException):
    """A channel that was set up as one kind is another now."""


def tags(forum: discord.ForumChannel, tag_ids: Sequence[int]) -> list[discord.ForumTag]:
    """The forum's tags by id; one that was deleted by hand is left out."""
    return [tag for tag_id in tag_ids if (tag := forum.get_tag(tag_id)) is not None]


def carries(message: discord.Message, token: str) -> bool:
    """Whether one of the message's buttons holds the token."""
    return any(
        isinstance(item, discord.Button) and (item.custom_id or "").endswith(f":{token}")
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for item in row.children
    )


async def message_in(thread: discord.abc.Messageable, token: str) -> int | None:
    """The message that carries the token, among the newest in a thread."""
    async for message in thread.history(limit=_DEPTH):
        if carries(message, token):
            return message.id
    return None


async def note_in(thread: discord.Thread, text: str) -> int | None:
    """The note without buttons that says this, among the newest in a thread."""
    async for message in thread.history(limit=_DEPTH):
        if message.author.id == thread.owner_id and [card.description for card in message.embeds] == [text]:
            return message.id
    return None


async def question_threads(
    forum: discord.ForumChannel, delivery: QuestionDelivery, me: int
) -> list[discord.Thread]:
    """The forum posts that were made for a question: one, none, or by mischance two."""
    found: list[discord.Thread] = []
    for thread in await forum.guild.active_threads():
        if thread.parent_id != forum.id or thread.owner_id != me:
            continue
        # A question that was taken back has lost its title; the token alone tells it then.
        if delivery.title and thread.name != delivery.title:
            continue
        try:
            starter = await thread.fetch_message(thread.id)
        except discord.NotFound:
            continue
        if carries(starter, delivery.envelope.token):
            found.append(thread)
    return found


async def case_thread(
    channel: discord.TextChannel, delivery: CaseDelivery, texts: Texts, me: int
) -> discord.Thread | None:
    """The private thread that was made for a case, if it was made: its name holds the case's code."""
    name = texts("case.thread", code=delivery.case_code)
    for thread in await channel.guild.active_threads():
        if thread.parent_id == channel.id and thread.owner_id == me and thread.name == name:
            return thread
    return None


def is_transient(error: Exception) -> bool:
    """Whether trying again later can help: Discord is down, slow, or asks to wait."""
    if isinstance(error, discord.RateLimited | aiohttp.ClientError | OSError | TimeoutError):
        return True
    return isinstance(error, discord.HTTPException) and (error.status == 429 or error.status >= 500)
