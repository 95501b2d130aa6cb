"""Whom to call, by situation."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Press
from bot.services import helplines
from bot.services.helplines import Situation
from bot.translation import said
from cogs.ui import helpline_view

_log = logging.getLogger(__name__)


class Hotline(commands.Cog):
    """`/hotline`."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        bot.router.press("hotline", self.pick)

    async def cog_load(self) -> None:
        """Say at start-up what nobody has made sure of lately."""
        if due := helplines.due(self.bot.clock().date()):
            _log.warning("%d helplines are not verified: `check` names them", len(due))

    @app_commands.command(name=said("command.hotline.name"), description=said("command.hotline.description"))
    @app_commands.rename(situation=said("option.situation"))
    @app_commands.describe(situation=said("option.situation_hint"))
    @app_commands.choices(
        situation=[
            app_commands.Choice(name=said(f"hotline.situation_{one}"), value=one.value) for one in Situation
        ]
    )
    @app_commands.guild_only()
    async def hotline(self, interaction: discord.Interaction, situation: str | None = None) -> None:
        """Whom to call now, privately."""
        await ack(interaction)
        await self._show(interaction, Situation(situation) if situation else Situation.DANGER)

    async def pick(self, interaction: discord.Interaction, press: Press) -> None:
        """Another situation, from the menu."""
        await ack(interaction)
        await self._show(interaction, Situation(press.values[0]))

    async def _show(self, interaction: discord.Interaction, situation: Situation) -> None:
        texts = await self.bot.texts_for(interaction)
        card, menu = helpline_view.lines(texts, situation, self.bot.clock().date())
        await tell(interaction, embeds=[card], view=menu)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Hotline(bot))
