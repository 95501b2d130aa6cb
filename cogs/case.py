"""A coach's case: taking it or leaving it, and the private line to the asker."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell, tell_beside
from bot.routing import Filled, Press
from bot.services.identity import new_token
from bot.services.wording import ANSWER_MAX
from bot.translation import said
from cogs.ui import cards
from cogs.ui.parts import Form
from cogs.ui.places import thread_of
from db.models import PostState


class Cases(commands.Cog):
    """The buttons in the private thread, and `/line`."""

    line = app_commands.Group(
        name=said("command.line.name"), description=said("command.line.description"), guild_only=True
    )

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.summons = bot.services.summons
        self.lines = bot.services.lines
        bot.router.press("accept", self.accept)
        bot.router.press("decline", self.decline)
        bot.router.press("line_reply", self.open_reply)
        bot.router.form("line_reply", self.reply)

    async def accept(self, interaction: discord.Interaction, press: Press) -> None:
        """Take the case and be announced in the question."""
        await interaction.response.defer()
        post_id = await self.summons.accept(press.token, interaction.user.id)
        announced = post_id is None or await self.bot.sender.send(post_id) is PostState.SENT
        texts = await self.bot.texts_for(interaction)
        text = texts("case.accepted" if announced else "case.accepted_quietly")
        await tell_beside(interaction, text, cards.line_buttons(texts, press.token))

    async def decline(self, interaction: discord.Interaction, press: Press) -> None:
        """Leave it to another."""
        await interaction.response.defer()
        await self.summons.decline(press.token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        await tell_beside(interaction, texts("case.declined"), None)

    async def open_reply(self, interaction: discord.Interaction, press: Press) -> None:
        """*Svar* in the private thread: write to the asker."""
        await self.lines.check_coach(press.token, interaction.user.id)
        await self._form(interaction, press.token)

    async def reply(self, interaction: discord.Interaction, form: Filled) -> None:
        """What the coach wrote waits in the asker's inbox."""
        await ack(interaction)
        text = form.values.get("text", "")
        await self._write(interaction, form.token, form.nonce, text)

    @line.command(name=said("command.line_reply.name"), description=said("command.line_reply.description"))
    @app_commands.rename(text=said("option.text"))
    @app_commands.describe(text=said("option.text_hint"))
    async def line_reply(
        self, interaction: discord.Interaction, text: app_commands.Range[str, 1, ANSWER_MAX] | None = None
    ) -> None:
        """Write to the asker of the case in this thread."""
        try:
            token = await self.lines.case_in(thread_of(interaction), interaction.user.id)
        except MemberError as error:
            raise error.with_typed(text or "") from None
        if text is None:
            await self._form(interaction, token)
            return
        await ack(interaction)
        await self._write(interaction, token, new_token(), text)

    @line.command(name=said("command.line_close.name"), description=said("command.line_close.description"))
    async def line_close(self, interaction: discord.Interaction) -> None:
        """End the case in this thread."""
        await ack(interaction)
        await self.summons.close_as_coach(thread_of(interaction), interaction.user.id)
        await self.bot.sweeps.run("tidy")
        await tell(interaction, (await self.bot.texts_for(interaction))("case.closed"))

    async def _form(self, interaction: discord.Interaction, token: str) -> None:
        texts = await self.bot.texts_for(interaction)
        form = Form(texts("line.modal_title_coach"), "line_reply", token)
        form.text("text", texts("line.text"), texts("line.text_hint_coach"), limit=ANSWER_MAX, long=True)
        await form.show(interaction)

    async def _write(self, interaction: discord.Interaction, token: str, nonce: str, text: str) -> None:
        await self.lines.from_coach(token, interaction.user.id, nonce, text)
        texts = await self.bot.texts_for(interaction)
        card = discord.Embed(description=text)
        await tell(interaction, texts("line.coach_sent"), embeds=[card])


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Cases(bot))
