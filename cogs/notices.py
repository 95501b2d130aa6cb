"""Direct messages to those who asked for them: that there is news, and nothing else."""

import logging

import aiohttp
import discord
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Press
from bot.scheduling import Sweep
from bot.services.notices import NoticeDelivery
from bot.texts import texts
from cogs.ui import finding
from cogs.ui.parts import button, view
from cogs.ui.places import guild_of

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 30


class Notices(commands.Cog):
    """Sends what is due, and lets a member choose."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.notices = bot.services.notices
        bot.router.press("notices", self.choose)
        bot.sweeps.add(Sweep("notices", _EVERY_SECONDS, self.send_due))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("notices")

    async def choose(self, interaction: discord.Interaction, press: Press) -> None:
        """On or off."""
        await ack(interaction)
        wanted = press.detail == "on"
        await self.notices.choose(guild_of(interaction), interaction.user.id, wanted=wanted)
        say = await self.bot.texts_for(interaction)
        text = say("notice.turned_on" if wanted else "notice.turned_off")
        await tell(interaction, text, view=view([button(say("button.inbox"), "inbox")]))

    async def send_due(self) -> None:
        """Tell everyone whose message is due."""
        while deliveries := await self.notices.claim_due():
            for delivery in deliveries:
                await self._send(delivery)
        await self.notices.write_verdicts()

    async def _send(self, delivery: NoticeDelivery) -> None:
        try:
            # By hand: discord.py's own way sends the id as a number, which Discord does not document.
            channel = await self.bot.http.start_private_message(str(delivery.user_id))
            direct = self.bot.get_partial_messageable(int(channel["id"]), type=discord.ChannelType.private)
            await direct.send(texts(delivery.language)("notice.news"))
        except (TimeoutError, discord.DiscordException, OSError, aiohttp.ClientError) as error:
            if finding.is_transient(error):
                _log.warning("a direct message could not be sent: %s", type(error).__name__)
                await self.notices.failed(delivery)
            else:
                await self.notices.refused(delivery)
        else:
            await self.notices.sent(delivery)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Notices(bot))
