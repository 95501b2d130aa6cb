"""Coaches as boys meet them: browsing, and calling one onto one's own question."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Press
from bot.scheduling import Sweep
from bot.translation import said
from cogs.ui.coach_picker import coach_card, coach_list
from cogs.ui.places import guild_of
from db.models import PostState

_EXPIRE_EVERY_SECONDS = 60


class Coaches(commands.Cog):
    """`/coach` and the way to a summon."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.coaches = bot.services.coaches
        self.summons = bot.services.summons
        bot.router.press("summon", self.choose)
        bot.router.press("coaches", self.turn)
        bot.router.press("pick_coach", self.show)
        bot.router.press("call", self.call)
        bot.sweeps.add(Sweep("summons", _EXPIRE_EVERY_SECONDS, self.summons.expire_due))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("summons")

    @app_commands.command(name=said("command.coach.name"), description=said("command.coach.description"))
    @app_commands.guild_only()
    async def coach(self, interaction: discord.Interaction) -> None:
        """Show everyone who can be called."""
        await ack(interaction)
        profiles = await self.coaches.all(guild_of(interaction))
        card, buttons = coach_list(await self.bot.texts_for(interaction), profiles)
        await tell(interaction, embeds=[card], view=buttons)

    async def choose(self, interaction: discord.Interaction, press: Press) -> None:
        """*Tilkald coach*: the asker, and nobody else, gets the list."""
        await ack(interaction)
        await self.bot.services.questions.check_asker(press.token, interaction.user.id)
        profiles = await self.coaches.all(guild_of(interaction))
        card, buttons = coach_list(await self.bot.texts_for(interaction), profiles, 0, press.token)
        await tell(interaction, embeds=[card], view=buttons)

    async def turn(self, interaction: discord.Interaction, press: Press) -> None:
        """Another page of the list."""
        await ack(interaction)
        profiles = await self.coaches.all(guild_of(interaction))
        page = int(press.detail) if press.detail.isdigit() else 0
        card, buttons = coach_list(await self.bot.texts_for(interaction), profiles, page, press.token)
        await tell(interaction, embeds=[card], view=buttons)

    async def show(self, interaction: discord.Interaction, press: Press) -> None:
        """One coach in full."""
        await ack(interaction)
        profile = await self.coaches.one(guild_of(interaction), press.values[0])
        card, buttons = coach_card(await self.bot.texts_for(interaction), profile, press.token)
        await tell(interaction, embeds=[card], view=buttons)

    async def call(self, interaction: discord.Interaction, press: Press) -> None:
        """Summon the coach on the card."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        profile = await self.coaches.one(guild_of(interaction), press.detail)
        post_id = await self.summons.call(press.token, press.detail, interaction.user.id)
        state = await self.bot.sender.send(post_id)
        text = {PostState.SENT: "coach.called", PostState.FAILED: "coach.not_called"}.get(
            state, "coach.called_later"
        )
        await tell(interaction, texts(text, coach=profile.name))


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Coaches(bot))
