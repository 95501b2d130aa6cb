"""Telling a member what happened when something did not go as he meant. The one error handler."""

import logging
import secrets

import aiohttp
import discord
from discord import app_commands

from bot.errors import MemberError
from bot.routing import typed_in
from bot.texts import Texts

_log = logging.getLogger(__name__)
_EMBED_LIMIT = 4096
# Discord does not let us, does not know what we mean (any more), or asks to wait.
_DISCORDS_NO = (403, 404, 429)


async def tell(
    interaction: discord.Interaction,
    content: str | None = None,
    *,
    embeds: list[discord.Embed] | None = None,
    view: discord.ui.View | None = None,
) -> bool:
    """Say something to the member alone, in the answer he is waiting for. Returns whether Discord took it.

    After `ack` on one of his private messages this replaces that message. What was done stays done
    when Discord does not take the answer: it is said beside, or else logged, never raised.
    """
    embeds, shown = embeds or [], view or discord.utils.MISSING
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(content, embeds=embeds, view=shown, ephemeral=True)
            return True
        try:
            await interaction.edit_original_response(content=content, embeds=embeds, view=view)
        except Exception as error:
            if not is_discords(error):
                raise
            text = discord.utils.MISSING if content is None else content
            await interaction.followup.send(text, embeds=embeds, view=shown, ephemeral=True)
    except Exception as error:
        if not is_discords(error):
            raise
        _log.warning("a member could not be told what was done: %s", type(error).__name__)
        return False
    return True


async def tell_beside(interaction: discord.Interaction, text: str, view: discord.ui.View | None) -> None:
    """After a deferred press on a message that others see: change its buttons, and say something privately.

    Like `tell`, it raises nothing when Discord does not take it.
    """
    for answer in (
        lambda: interaction.edit_original_response(view=view),
        lambda: interaction.followup.send(text, ephemeral=True),
    ):
        try:
            await answer()
        except Exception as error:
            if not is_discords(error):
                raise
            _log.warning("a press could not be answered: %s", type(error).__name__)


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
        await _add_note(interaction, _text(error, texts), _typed(interaction, error, texts))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as unreachable:
        _log.warning("a member could not be told of an error: %s", type(unreachable).__name__)


def is_discords(error: BaseException) -> bool:
    """Whether an error is Discord's, or of the way there, and not a mistake of ours."""
    if isinstance(error, discord.HTTPException):
        return error.status in _DISCORDS_NO or error.status >= 500
    return isinstance(error, discord.RateLimited | aiohttp.ClientError)


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
    if isinstance(error, app_commands.TransformerError):
        return texts("error.bad_option")
    if isinstance(error, app_commands.NoPrivateMessage):
        return texts("error.server_only")
    if is_discords(error):
        # Everything that is done is done by services, and what they did is told with `tell`.
        _log.warning("Discord did not answer: %s", type(error).__name__)
        return texts("error.fault_nothing_done")
    code = secrets.token_hex(3).upper()
    _log.error("fault %s", code, exc_info=error)
    return texts("error.fault", code=code)


def _typed(interaction: discord.Interaction, error: BaseException, texts: Texts) -> list[discord.Embed]:
    """What the member had written, so that he can copy it."""
    typed = (error.typed if isinstance(error, MemberError) else None) or typed_in(interaction)
    if not typed.strip():
        return []
    return [discord.Embed(title=texts("error.typed_back"), description=typed[:_EMBED_LIMIT])]


async def _add_note(interaction: discord.Interaction, text: str, embeds: list[discord.Embed]) -> None:
    """Say it without overwriting what the member is looking at."""
    response = interaction.response
    if not response.is_done():
        await response.send_message(text, embeds=embeds, ephemeral=True)
    elif response.type is discord.InteractionResponseType.deferred_channel_message:
        await interaction.edit_original_response(content=text, embeds=embeds)
    else:
        await interaction.followup.send(text, embeds=embeds, ephemeral=True)
