"""The asker's private view: his questions, his follow-ups, his coach."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.routing import Filled, Press
from bot.services.inbox import OwnQuestion, Standing
from bot.services.lines import Line
from bot.services.wording import ANSWER_MAX, BODY_MAX
from bot.texts import Texts
from bot.translation import said
from cogs.ui import cards, inbox_list, inbox_view, reveal_view
from cogs.ui.parts import Form, Style, button, view
from cogs.ui.places import guild_of
from cogs.ui.telltales import names_of, warning
from db.models import PostState, QuestionState


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
        router.press("follow_up_send", self.send_follow_up)
        router.press("follow_up_edit", self.edit_follow_up)
        router.press("solve", self.solve)
        router.press("withdraw", self.confirm_withdraw)
        router.press("withdraw_yes", self.withdraw)
        router.press("put_away", self.put_away)
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
        """The list, or another page of it."""
        await ack(interaction)
        await self._list(interaction, int(press.detail) if press.detail.isdecimal() else 0)

    async def open(self, interaction: discord.Interaction, press: Press) -> None:
        """One question in full."""
        await ack(interaction)
        await self._open(interaction, press.values[0] if press.values else press.token)

    async def open_follow_up(self, interaction: discord.Interaction, press: Press) -> None:
        """*Svar som spørger*: a form, so that nobody sees him typing."""
        await self._follow_up_form(interaction, press.token)

    async def follow_up(self, interaction: discord.Interaction, form: Filled) -> None:
        """Queue what the asker wrote, unless something in it could give him away: then he sees it first."""
        await ack(interaction)
        text = form.values.get("text", "")
        names = names_of(interaction.user)
        found = await self.bot.services.telltales.look(
            guild_of(interaction), interaction.user.id, text, names, form.token
        )
        if not found:
            await self._send_follow_up(interaction, form.token, form.nonce, text)
            return
        texts = await self.bot.texts_for(interaction)
        shown = await self.questions.preview_follow_up(form.token, interaction.user.id, text)
        await tell(
            interaction,
            texts("follow_up.not_sent"),
            # What he wrote is kept in this message of his alone, and read from it when he presses.
            embeds=[cards.follow_up(texts, shown.alias, shown.body), *warning(texts, found)],
            view=view(
                [
                    button(
                        texts("button.send_anyway"),
                        "follow_up_send",
                        form.token,
                        Style.success,
                        detail=form.nonce,
                    ),
                    button(texts("ask.edit"), "follow_up_edit", form.token),
                ]
            ),
        )

    async def send_follow_up(self, interaction: discord.Interaction, press: Press) -> None:
        """*Send alligevel*: he has been warned. Pressed twice, it is sent once."""
        await ack(interaction)
        await self._send_follow_up(interaction, press.token, press.detail, _shown_text(interaction))

    async def edit_follow_up(self, interaction: discord.Interaction, press: Press) -> None:
        """*Ret*: the form again, with what he wrote."""
        await self._follow_up_form(interaction, press.token, _shown_text(interaction))

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
        own = await self.inbox.peek(press.token, interaction.user.id)
        if own.standing is Standing.GONE:
            raise MemberError("question_gone")
        await tell(
            interaction, texts("inbox.withdraw_sure"), view=inbox_view.confirm_withdraw(texts, own.token)
        )

    async def withdraw(self, interaction: discord.Interaction, press: Press) -> None:
        """Take the question back."""
        await ack(interaction)
        await self.questions.withdraw(press.token, interaction.user.id)
        await self.bot.sweeps.run("tidy")
        await tell(interaction, (await self.bot.texts_for(interaction))("inbox.withdrawn"))

    async def put_away(self, interaction: discord.Interaction, press: Press) -> None:
        """He knows that it was deleted: it need not stand in his list any more."""
        await ack(interaction)
        await self.questions.put_away(press.token, interaction.user.id)
        await self._list(interaction)

    async def read_line(self, interaction: discord.Interaction, press: Press) -> None:
        """What he and his coach have written, or another page of it."""
        await ack(interaction)
        page = int(press.detail) if press.detail.isdecimal() else None
        await self._line(interaction, press.token, page=page)

    async def open_line(self, interaction: discord.Interaction, press: Press) -> None:
        """Write to the coach."""
        await self.lines.check_asker(press.token, interaction.user.id)
        own = await self.inbox.peek(press.token, interaction.user.id)
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

    async def _follow_up_form(
        self, interaction: discord.Interaction, token: str, text: str | None = None
    ) -> None:
        await self.questions.check_asker(token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        form = Form(texts("follow_up.modal_title"), "follow_up", token)
        form.text(
            "text",
            texts("follow_up.text"),
            texts("follow_up.text_hint"),
            limit=BODY_MAX,
            long=True,
            value=text,
        )
        await form.show(interaction)

    async def _send_follow_up(
        self, interaction: discord.Interaction, token: str, nonce: str, text: str
    ) -> None:
        post_id = await self.questions.follow_up(token, interaction.user.id, nonce, text)
        state = await self.bot.sender.send(post_id)
        if state in (PostState.FAILED, PostState.CANCELLED):
            raise MemberError("not_posted", typed=text)
        await tell(interaction, (await self.bot.texts_for(interaction))("follow_up.sent"))

    async def _list(self, interaction: discord.Interaction, page: int = 0) -> None:
        texts = await self.bot.texts_for(interaction)
        services, guild_id, user_id = self.bot.services, guild_of(interaction), interaction.user.id
        contents = inbox_list.Contents(
            own=await self.inbox.overview(guild_id, user_id),
            followed=await services.following.overview(guild_id, user_id),
            unsent_answers=await self.inbox.unsent_answers(guild_id, user_id),
            messages=await services.notices.choice(guild_id, user_id),
        )
        embeds, buttons = inbox_list.overview(texts, contents, page)
        owed = await services.reveals.tell_asker(guild_id, user_id)
        seen = reveal_view.told(texts, owed)
        if await tell(interaction, embeds=[seen, *embeds] if seen else embeds, view=buttons):
            await services.reveals.told(owed)

    async def _open(self, interaction: discord.Interaction, token: str, note: str | None = None) -> None:
        texts = await self.bot.texts_for(interaction)
        own: OwnQuestion = await self.inbox.peek(token, interaction.user.id)
        embeds, buttons = inbox_view.question(texts, own, await self._warning(interaction, texts, own))
        owed = await self.bot.services.reveals.told_of(token, interaction.user.id)
        seen = reveal_view.told(texts, owed, "reveal.told_here")
        arrived = await tell(
            interaction,
            texts(note) if note else None,
            embeds=[seen, *embeds] if seen else embeds,
            view=buttons,
        )
        if arrived:
            await self.inbox.looked(own, interaction.user.id)
            await self.bot.services.reveals.told(owed)

    async def _warning(
        self, interaction: discord.Interaction, texts: Texts, own: OwnQuestion
    ) -> Sequence[discord.Embed]:
        """What could give him away in a draft; it is too late for what is posted."""
        if own.state is not QuestionState.DRAFT:
            return ()
        names = names_of(interaction.user)
        text = f"{own.title}\n{own.body}"
        return warning(
            texts,
            await self.bot.services.telltales.look(own.guild_id, interaction.user.id, text, names, own.token),
        )

    async def _line(
        self, interaction: discord.Interaction, token: str, note: str | None = None, page: int | None = None
    ) -> None:
        texts: Texts = await self.bot.texts_for(interaction)
        line: Line = await self.lines.read(token, interaction.user.id, page)
        card, buttons = inbox_view.line(texts, line)
        text = texts(note, coach=line.coach) if note else None
        if await tell(interaction, text, embeds=[card], view=buttons):
            await self.lines.looked(line, interaction.user.id)


def _shown_text(interaction: discord.Interaction) -> str:
    """The follow-up in the private message whose button was pressed."""
    embeds = interaction.message.embeds if interaction.message else []
    return (embeds[0].description or "") if embeds else ""


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Inbox(bot))
