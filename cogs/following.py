"""Following a question, from its button and from the inbox. Every answer is the follower's alone."""

import discord
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Press
from cogs.ui import inbox_view
from cogs.ui.parts import button, view


class Following(commands.Cog):
    """*Følg*, and what comes of it."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.following = bot.services.following
        bot.router.press("follow", self.toggle)
        bot.router.press("followed", self.open)
        bot.router.press("unfollow", self.stop)

    async def toggle(self, interaction: discord.Interaction, press: Press) -> None:
        """*Følg* under a question: on, and pressed again off. The asker is told the same as anybody."""
        await ack(interaction)
        follows = await self.following.toggle(press.token, interaction.user.id)
        await self._say(interaction, "following.on" if follows else "following.off")

    async def open(self, interaction: discord.Interaction, press: Press) -> None:
        """One followed question in full."""
        await ack(interaction)
        token = press.values[0] if press.values else press.token
        shown = await self.following.open(token, interaction.user.id)
        embeds, buttons = inbox_view.followed(await self.bot.texts_for(interaction), shown)
        if await tell(interaction, embeds=embeds, view=buttons):
            await self.following.looked(shown, interaction.user.id)

    async def stop(self, interaction: discord.Interaction, press: Press) -> None:
        """Follow no more, from the inbox."""
        await ack(interaction)
        await self.following.stop(press.token, interaction.user.id)
        await self._say(interaction, "following.off")

    async def _say(self, interaction: discord.Interaction, key: str) -> None:
        texts = await self.bot.texts_for(interaction)
        await tell(interaction, texts(key), view=view([button(texts("button.inbox"), "inbox")]))


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Following(bot))
