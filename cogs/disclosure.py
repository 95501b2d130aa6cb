"""Taking down what an asker wrote in his own thread under his own name."""

import logging

import aiohttp
import discord
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Press
from bot.scheduling import Sweep
from bot.services.disclosure import TakeDown
from cogs.ui.parts import button, view

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 120


class Disclosures(commands.Cog):
    """One tap in the inbox, or at once where the server wants it so."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.disclosures = bot.services.disclosures
        bot.router.press("take_down", self.take_down)
        bot.sweeps.add(Sweep("take_down", _EVERY_SECONDS, self.keep_promises))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("take_down")

    async def take_down(self, interaction: discord.Interaction, press: Press) -> None:
        """*Slet min besked*: promised first, so that a crash does not leave it standing."""
        await ack(interaction)
        await self.disclosures.promise(press.token, interaction.user.id)
        await self.bot.sweeps.run("take_down")
        waiting = await self.disclosures.waiting(press.token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        text = texts("disclosed.later" if waiting else "disclosed.done")
        await tell(interaction, text, view=view([button(texts("button.back"), "own", press.token)]))

    async def keep_promises(self) -> None:
        """Delete what was promised to be deleted."""
        tried = set[TakeDown]()
        # Where one is gone, older ones move up.
        while found := [one for one in await self.disclosures.promised() if one not in tried]:
            for promised in found:
                await self._delete(promised)
            tried.update(found)

    async def _delete(self, promised: TakeDown) -> None:
        """No reason is given and nothing is posted: to others it is as if he had deleted it himself.

        Discord writes nothing in its audit log when a bot deletes a single message.
        """
        thread = self.bot.get_partial_messageable(promised.thread_id)
        try:
            await thread.get_partial_message(promised.message_id).delete()
        except discord.NotFound:
            pass  # he was quicker himself
        except (TimeoutError, discord.DiscordException, OSError, aiohttp.ClientError) as error:
            _log.warning("a message could not be deleted: %s", type(error).__name__)
            return
        await self.bot.services.answers.message_deleted(promised.message_id)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Disclosures(bot))
