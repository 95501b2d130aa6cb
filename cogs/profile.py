"""A player's own profile: his name, and how the board shows him."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Filled, Press
from bot.services.wording import NAME_MAX
from bot.translation import said
from cogs.ui.inbox_list import notices_button
from cogs.ui.parts import Form, button, menu, view
from cogs.ui.places import guild_of
from db.models import Visibility


class Profiles(commands.Cog):
    """`/profile`."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.players = bot.services.players
        bot.router.press("rename", self.open_name)
        bot.router.form("rename", self.rename)
        bot.router.press("show_as", self.show_as)

    @app_commands.command(name=said("command.profile.name"), description=said("command.profile.description"))
    @app_commands.guild_only()
    async def profile(self, interaction: discord.Interaction) -> None:
        """Show the profile, with what can be changed."""
        await ack(interaction)
        await self._show(interaction)

    async def open_name(self, interaction: discord.Interaction, press: Press) -> None:
        """Ask for a player name."""
        texts = await self.bot.texts_for(interaction)
        profile = await self.players.profile(guild_of(interaction), interaction.user.id)
        form = Form(texts("profile.modal_title"), "rename")
        form.text("name", texts("answer.name"), texts("answer.name_hint"), limit=NAME_MAX, value=profile.name)
        await form.show(interaction)

    async def rename(self, interaction: discord.Interaction, form: Filled) -> None:
        """Take the name, if it is free."""
        await ack(interaction)
        await self.players.rename(guild_of(interaction), interaction.user.id, form.values.get("name", ""))
        await self._show(interaction, saved=True)

    async def show_as(self, interaction: discord.Interaction, press: Press) -> None:
        """Choose how the board shows one."""
        await ack(interaction)
        chosen = Visibility(press.values[0])
        await self.players.show_as(guild_of(interaction), interaction.user.id, chosen)
        await self._show(interaction, saved=True)

    async def _show(self, interaction: discord.Interaction, *, saved: bool = False) -> None:
        texts = await self.bot.texts_for(interaction)
        profile = await self.players.profile(guild_of(interaction), interaction.user.id)
        card = discord.Embed(title=texts("profile.title"))
        card.add_field(name=texts("profile.name"), value=profile.name or texts("profile.no_name"))
        card.add_field(name=texts("profile.shown_as"), value=texts(f"profile.{profile.visibility}"))
        messages = await self.bot.services.notices.choice(guild_of(interaction), interaction.user.id)
        state = texts("notice.state_on" if messages.wanted else "notice.state_off")
        card.add_field(name=texts("notice.title"), value=state, inline=False)
        options = [(texts(f"profile.{choice}"), str(choice), None) for choice in Visibility]
        await tell(
            interaction,
            texts("profile.saved") if saved else None,
            embeds=[card],
            view=view(
                [
                    menu(texts("profile.pick"), "show_as", options),
                    button(texts("button.rename"), "rename"),
                    notices_button(texts, messages),
                ]
            ),
        )


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Profiles(bot))
