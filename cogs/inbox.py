"""The asker's private view: his questions, his follow-ups, his coach."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.routing import Filled, Press
from bot.services.inbox import OwnQuestion
from bot.services.lines import Line
from bot.services.wording import ANSWER_MAX, BODY_MAX
from bot.texts import Texts
from bot.translation import said
from cogs.ui import inbox_view
from cogs.ui.parts import Form
from cogs.ui.places import guild_of
from db.models import PostState


class Inbox(commands.Cog):
    """`/inbox`, and what the asker does from it or from the buttons of his thread."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.inbox = bot.services.inbox
        self.questions = bot.services.questions
        self.lines = bot.services.lines
        router = bot.router
        router.press("inbox", self.list)
        router.press("own", self.open)
        router.press("follow_up", self.open_follow_up)
        router.form("follow_up", self.follow_up)
        router.press("solve", self.solve)
        router.press("withdraw", self.confirm_withdraw)
        router.press("withdraw_yes", self.withdraw)
        router.press("line", self.read_line)
        router.press("line_write", self.open_line)
        router.form("line_write", self.write_line)
        router.press("line_end", self.end_line)

    @app_commands.command(name=said("command.inbox.name"), description=said("command.inbox.description"))
    @app_commands.guild_only()
    async def inbox_command(self, interaction: discord.Interaction) -> None:
        """Everything that waits for this member."""
        await ack(interaction)
        await self._list(interaction)

    async def list(self, interaction: discord.Interaction, press: Press) -> None:
        """Back to the list."""
        await ack(interaction)
        await self._list(interaction)

    async def open(self, interaction: discord.Interaction, press: Press) -> None:
        """One question in full."""
        await ack(interaction)
        await self._open(interaction, press.values[0] if press.values else press.token)

    async def open_follow_up(self, interaction: discord.Interaction, press: Press) -> None:
        """*Svar som spørger*: a form, so that nobody sees him typing."""
        await self.questions.check_asker(press.token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        form = Form(texts("follow_up.modal_title"), "follow_up", press.token)
        form.text("text", texts("follow_up.text"), texts("follow_up.text_hint"), limit=BODY_MAX, long=True)
        await form.show(interaction)

    async def follow_up(self, interaction: discord.Interaction, form: Filled) -> None:
        """Queue what the asker wrote."""
        await ack(interaction)
        text = form.values.get("text", "")
        post_id = await self.questions.follow_up(form.token, interaction.user.id, form.nonce, text)
        state = await self.bot.sender.send(post_id)
        if state in (PostState.FAILED, PostState.CANCELLED):
            raise MemberError("not_posted", typed=text)
        await tell(interaction, (await self.bot.texts_for(interaction))("follow_up.sent"))

    async def solve(self, interaction: discord.Interaction, press: Press) -> None:
        """He has what he needs."""
        await ack(interaction)
        await self.questions.solve(press.token, interaction.user.id)
        await self.bot.sweeps.run("tidy")
        await self._open(interaction, press.token, "inbox.solved")

    async def confirm_withdraw(self, interaction: discord.Interaction, press: Press) -> None:
        """Ask once more: the others' answers go too."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        own = await self.inbox.open(press.token, interaction.user.id)
        await tell(
            interaction, texts("inbox.withdraw_sure"), view=inbox_view.confirm_withdraw(texts, own.token)
        )

    async def withdraw(self, interaction: discord.Interaction, press: Press) -> None:
        """Take the question back."""
        await ack(interaction)
        await self.questions.withdraw(press.token, interaction.user.id)
        await self.bot.sweeps.run("tidy")
        await tell(interaction, (await self.bot.texts_for(interaction))("inbox.withdrawn"))

    async def read_line(self, interaction: discord.Interaction, press: Press) -> None:
        """What he and his coach have written."""
        await ack(interaction)
        await self._line(interaction, press.token)

    async def open_line(self, interaction: discord.Interaction, press: Press) -> None:
        """Write to the coach."""
        await self.lines.check_asker(press.token, interaction.user.id)
        own = await self.inbox.open(press.token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        coach = own.summon.coach if own.summon else ""
        form = Form(texts("line.modal_title", coach=coach), "line_write", press.token)
        form.text("text", texts("line.text"), texts("line.text_hint"), limit=ANSWER_MAX, long=True)
        await form.show(interaction)

    async def write_line(self, interaction: discord.Interaction, form: Filled) -> None:
        """Bring it to the coach's private thread."""
        await ack(interaction)
        text = form.values.get("text", "")
        post_id = await self.lines.from_asker(form.token, interaction.user.id, form.nonce, text)
        state = PostState.SENT if post_id is None else await self.bot.sender.send(post_id)
        if state in (PostState.FAILED, PostState.CANCELLED):
            raise MemberError("not_posted", typed=text)
        await self._line(interaction, form.token, "line.sent" if state is PostState.SENT else "line.later")

    async def end_line(self, interaction: discord.Interaction, press: Press) -> None:
        """Close the line."""
        await ack(interaction)
        await self.bot.services.summons.close_as_asker(press.token, interaction.user.id)
        await self.bot.sweeps.run("publish")
        await self.bot.sweeps.run("tidy")
        await self._open(interaction, press.token, "line.ended")

    async def _list(self, interaction: discord.Interaction) -> None:
        texts = await self.bot.texts_for(interaction)
        items = await self.inbox.overview(guild_of(interaction), interaction.user.id)
        unsent = await self.inbox.unsent_answers(guild_of(interaction), interaction.user.id)
        embeds, buttons = inbox_view.overview(texts, items, unsent)
        await tell(interaction, embeds=embeds, view=buttons)

    async def _open(self, interaction: discord.Interaction, token: str, note: str | None = None) -> None:
        texts = await self.bot.texts_for(interaction)
        own: OwnQuestion = await self.inbox.open(token, interaction.user.id)
        embeds, buttons = inbox_view.question(texts, own)
        await tell(interaction, texts(note) if note else None, embeds=embeds, view=buttons)

    async def _line(self, interaction: discord.Interaction, token: str, note: str | None = None) -> None:
        texts: Texts = await self.bot.texts_for(interaction)
        line: Line = await self.lines.read(token, interaction.user.id)
        card, buttons = inbox_view.line(texts, line)
        text = texts(note, coach=line.coach) if note else None
        await tell(interaction, text, embeds=[card], view=buttons)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Inbox(bot))
