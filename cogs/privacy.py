"""What a boy may know about his own data, and do with it."""

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import NO_TOKEN, Press
from bot.scheduling import Sweep
from bot.services.identity import new_token
from bot.services.mydata.erasing import SPREAD, Extent
from bot.texts import Texts
from bot.translation import said
from cogs.ui import cards
from cogs.ui.files import OutgoingFile
from cogs.ui.parts import Style, button, view
from cogs.ui.places import guild_of

_DAY_SECONDS = 86_400
# How late a deletion may be; each time every seal is looked at.
_DUE_EVERY_SECONDS = 1800
_METERED_EVERY_SECONDS = 3600
_HOURS = int(SPREAD.total_seconds() // 3600)
_KEEP, _DELETE = "keep", "delete"


class Privacy(commands.Cog):
    """`/privacy`, `/mydata`, the clock of forgetting, and the count of opened seals."""

    mydata = app_commands.Group(
        name=said("command.mydata.name"), description=said("command.mydata.description"), guild_only=True
    )

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.erasure = bot.services.erasure
        bot.router.press("my_export", self.export_pressed)
        bot.router.press("my_erase", self.erase_pressed)
        bot.router.press("erase_sure", self.ask_again)
        bot.router.press("erase_yes", self.erase)
        bot.sweeps.add(Sweep("erasures", _DUE_EVERY_SECONDS, self.finish_due))
        bot.sweeps.add(Sweep("metering", _METERED_EVERY_SECONDS, bot.services.metering.write))
        bot.sweeps.add(Sweep("retention", _DAY_SECONDS, bot.services.retention.sweep))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("erasures")
        self.bot.sweeps.remove("metering")
        self.bot.sweeps.remove("retention")

    async def finish_due(self) -> None:
        """Take away what is left of erased questions, and let Discord show it."""
        await self.erasure.finish_due()
        await self.bot.sweeps.run("tidy")

    @app_commands.command(name=said("command.privacy.name"), description=said("command.privacy.description"))
    @app_commands.guild_only()
    async def privacy(self, interaction: discord.Interaction) -> None:
        """Who can see what, when it can be opened, how long it is kept, how to leave no trace."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        year = await self.bot.services.reveals.this_year(guild_of(interaction))
        buttons = [
            button(texts("privacy.export"), "my_export"),
            button(texts("privacy.erase"), "my_erase", style=Style.danger),
        ]
        await tell(interaction, embeds=[self._card(texts, year.total)], view=view(buttons))

    @mydata.command(
        name=said("command.mydata_export.name"), description=said("command.mydata_export.description")
    )
    async def export_command(self, interaction: discord.Interaction) -> None:
        """Everything there is about this member, for him alone."""
        await self._export(interaction)

    @mydata.command(
        name=said("command.mydata_erase.name"), description=said("command.mydata_erase.description")
    )
    async def erase_command(self, interaction: discord.Interaction) -> None:
        """What would go; nothing is erased yet."""
        await self._preview(interaction)

    async def export_pressed(self, interaction: discord.Interaction, press: Press) -> None:
        """The same, from a button."""
        await self._export(interaction)

    async def erase_pressed(self, interaction: discord.Interaction, press: Press) -> None:
        """The same, from a button."""
        await self._preview(interaction)

    async def ask_again(self, interaction: discord.Interaction, press: Press) -> None:
        """He has chosen; once more before it is done."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        choice = _DELETE if press.detail == _DELETE else _KEEP
        text = texts("mydata.sure_delete" if choice == _DELETE else "mydata.sure_keep")
        buttons = [
            button(texts("mydata.yes"), "erase_yes", NO_TOKEN, Style.danger, choice),
            button(texts("button.back"), "my_erase"),
        ]
        await tell(interaction, text, view=view(buttons))

    async def erase(self, interaction: discord.Interaction, press: Press) -> None:
        """Do it. Pressed twice, the second finds nothing left."""
        await ack(interaction)
        delete = press.detail == _DELETE
        await self.erasure.erase(guild_of(interaction), interaction.user.id, delete=delete)
        await self.bot.sweeps.run("tidy")
        texts = await self.bot.texts_for(interaction)
        await tell(
            interaction, texts("mydata.erased_delete" if delete else "mydata.erased_keep", hours=_HOURS)
        )

    async def _export(self, interaction: discord.Interaction) -> None:
        await ack(interaction)
        made = await self.bot.services.export.export(guild_of(interaction), interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        file = OutgoingFile(io.BytesIO(made), filename=f"{new_token()}.json")
        # Private like everything after `ack`; `tell` has no room for a file.
        await interaction.edit_original_response(
            content=texts("mydata.exported"), embeds=[], view=None, attachments=[file]
        )

    async def _preview(self, interaction: discord.Interaction) -> None:
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        extent = await self.erasure.extent(guild_of(interaction), interaction.user.id)
        buttons = [
            button(texts("mydata.keep"), "erase_sure", NO_TOKEN, Style.primary, _KEEP),
            button(texts("mydata.delete"), "erase_sure", NO_TOKEN, Style.danger, _DELETE),
        ]
        await tell(interaction, embeds=[self._erasure_card(texts, extent)], view=view(buttons))

    def _erasure_card(self, texts: Texts, extent: Extent) -> discord.Embed:
        own = texts(
            "mydata.erase_own", questions=extent.questions, answers=extent.answers, assists=extent.assists
        )
        card = discord.Embed(title=texts("mydata.erase_title"), description=own, colour=cards.QUIET)
        stays = texts("mydata.erase_stays", reveal_hours=self.bot.settings.privacy.reveal_hours)
        choose = texts("mydata.erase_choose", hours=_HOURS)
        fields = [
            (texts("mydata.erase_link_title"), texts("mydata.erase_link", hours=_HOURS)),
            (texts("mydata.erase_player_title"), texts("mydata.erase_player")),
            (texts("mydata.erase_stays_title"), stays),
        ]
        if extent.is_coach:
            fields.insert(2, (texts("mydata.erase_coach_title"), texts("mydata.erase_coach")))
        if extent.shows:
            fields.append((texts("mydata.erase_watch_title"), texts("mydata.erase_watch", hours=_HOURS)))
        else:
            choose += "\n" + texts("mydata.erase_safest")
        fields.append((texts("mydata.erase_choose_title"), choose))
        for title, text in fields:
            card.add_field(name=title, value=text, inline=False)
        return card

    def _card(self, texts: Texts, opened: int) -> discord.Embed:
        settings = self.bot.settings
        card = discord.Embed(
            title=texts("privacy.title"), description=texts("privacy.promise"), colour=cards.QUIET
        )
        opening = texts("privacy.open", opened=opened, reveal_hours=settings.privacy.reveal_hours)
        kept = texts(
            "privacy.kept",
            draft_hours=settings.questions.draft_hours,
            link_days=settings.privacy.link_days,
            quiet_days=settings.privacy.quiet_days,
            audit_days=settings.privacy.audit_days,
        )
        for title, text in (
            (texts("privacy.who_title"), texts("privacy.who")),
            (texts("privacy.open_title"), opening),
            (texts("privacy.kept_title"), kept),
            (texts("privacy.style_title"), texts("privacy.style")),
        ):
            card.add_field(name=title, value=text, inline=False)
        return card


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Privacy(bot))
