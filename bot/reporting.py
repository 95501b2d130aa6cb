"""Telling a member what happened when something did not go as he meant. The one error handler."""

import logging
import secrets

import aiohttp
import discord
from discord import app_commands

from bot.errors import MemberError
from bot.texts import Texts

_log = logging.getLogger(__name__)
_EMBED_LIMIT = 4096


async def tell(
    interaction: discord.Interaction,
    content: str | None = None,
    *,
    embeds: list[discord.Embed] | None = None,
    view: discord.ui.View | None = None,
) -> None:
    """Say something to the member alone, in the answer he is waiting for.

    After `ack` on one of his private messages this replaces that message.
    """
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content, embeds=embeds or [], view=view)
        return
    if view is None:
        await interaction.response.send_message(content, embeds=embeds or [], ephemeral=True)
    else:
        await interaction.response.send_message(content, embeds=embeds or [], view=view, ephemeral=True)


async def ack(interaction: discord.Interaction) -> None:
    """Answer Discord within its three seconds, privately, before any work is done."""
    message = interaction.message
    if message is not None and message.flags.ephemeral:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def report(interaction: discord.Interaction, error: BaseException, texts: Texts) -> None:
    """Explain an error to the member who ran into it; log it unless it is his to mend."""
    error = unwrapped(error)
    try:
        await _add_note(interaction, _text(error, texts), _typed(error, texts))
    except (discord.HTTPException, aiohttp.ClientError) as unreachable:
        _log.warning("a member could not be told of an error: %s", type(unreachable).__name__)


def unwrapped(error: BaseException) -> BaseException:
    """What a command raised, without the wrapping that discord.py puts around it."""
    while isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    return error


def _text(error: BaseException, texts: Texts) -> str:
    if isinstance(error, MemberError):
        return texts(error.key, **error.values)
    if isinstance(error, app_commands.MissingPermissions):
        manager = "manage_guild" in error.missing_permissions
        return texts("error.not_allowed", role=texts("role.manager" if manager else "role.moderator"))
    if isinstance(error, app_commands.NoPrivateMessage):
        return texts("error.server_only")
    code = secrets.token_hex(3).upper()
    _log.error("fault %s", code, exc_info=error)
    return texts("error.fault", code=code)


def _typed(error: BaseException, texts: Texts) -> list[discord.Embed]:
    """What the member had written, so that he can copy it."""
    if not isinstance(error, MemberError) or not error.typed:
        return []
    typed = error.typed[:_EMBED_LIMIT]
    return [discord.Embed(title=texts("error.typed_back"), description=typed)]


async def _add_note(interaction: discord.Interaction, text: str, embeds: list[discord.Embed]) -> None:
    """Say it without overwriting what the member is looking at."""
    response = interaction.response
    if not response.is_done():
        await response.send_message(text, embeds=embeds, ephemeral=True)
    elif response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(content=text, embeds=embeds)
    else:
        await interaction.followup.send(text, embeds=embeds, ephemeral=True)
