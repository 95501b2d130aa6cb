"""Seeing who is behind a question: asking, deciding, opening, reviewing. `/mod reveal` begins here."""

import asyncio
import contextlib
import logging

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.routing import Filled, Press
from bot.scheduling import Sweep
from bot.services.reveals import Request
from bot.services.staffroom import Look, StaffCard
from bot.texts import texts
from cogs.ui import finding, reveal_view
from cogs.ui.parts import shorten
from cogs.ui.places import guild_of, is_open, thread_of

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 60
_SWEEP = "reveals"
# How many messages back one that an earlier try may have sent is looked for.
_DEPTH = 100
# A nonce holds 25 characters: enough of the token, and what the message shows.
_NONCE_PART = 12


class Reveals(commands.Cog):
    """The form, the buttons, and the messages in the moderators' channel."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.reveals = bot.services.reveals
        self.staffroom = bot.services.staffroom
        self._running = asyncio.Lock()
        router = bot.router
        router.form("reveal", self.requested)
        router.press("reveal_read", self.read)
        router.press("reveal_yes", self.approve)
        router.press("reveal_no", self.refuse)
        router.press("reveal_show", self.show)
        router.press("reveal_alone", self.show_alone)
        router.press("reveal_review", self.open_review)
        router.form("reveal_review", self.reviewed)
        bot.sweeps.add(Sweep(_SWEEP, _EVERY_SECONDS, self.keep_up))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove(_SWEEP)

    async def requested(self, interaction: discord.Interaction, form: Filled) -> None:
        """Keep the request, and put it before the other moderators."""
        check_moderator(interaction)
        await ack(interaction)
        guild_id, values = guild_of(interaction), form.values
        request = Request(
            form=form.nonce,
            question=form.token,
            reason=values.get("reason", ""),
            explanation=values.get("explanation", ""),
            silent=values.get("silent") == reveal_view.YES,
        )
        shown = await self.reveals.request(guild_id, interaction.user.id, request)
        say = await self.bot.texts_for(interaction)
        channel_id = await self.bot.services.servers.staff_channel(guild_id)
        channel = self.bot.get_channel(channel_id or 0)
        where = say("reveal.sent_nowhere") if channel_id is None else ""
        if isinstance(channel, discord.TextChannel) and is_open(channel):
            where = say("reveal.sent_open", channel=channel.mention)
        if shown.may_open_alone:
            # Where a life is in danger he does not wait until Discord has taken the message to the others.
            text = "\n\n".join(filter(None, (where, say("reveal.alone_offer"))))
            await tell(interaction, text, view=reveal_view.alone_button(say, shown))
            await self.bot.sweeps.run(_SWEEP)
            return
        await self.bot.sweeps.run(_SWEEP)
        shown = await self.reveals.view(guild_id, shown.token)
        posted = say("reveal.sent" if shown.posted else "reveal.sent_later", channel=f"<#{channel_id}>")
        await tell(interaction, where or posted)

    async def read(self, interaction: discord.Interaction, press: Press) -> None:
        """The explanation, privately."""
        check_moderator(interaction)
        await ack(interaction)
        say = await self.bot.texts_for(interaction)
        card, buttons = reveal_view.request(say, await self.reveals.view(guild_of(interaction), press.token))
        await tell(interaction, embeds=[card], view=buttons)

    async def approve(self, interaction: discord.Interaction, press: Press) -> None:
        """A second moderator says yes, and where it was asked for in silence, whether that shall last."""
        silent = {reveal_view.YES: True, reveal_view.NO: False}.get(press.detail)
        await self._decide(interaction, press.token, approve=True, silent=silent)

    async def refuse(self, interaction: discord.Interaction, press: Press) -> None:
        """A second moderator says no."""
        await self._decide(interaction, press.token, approve=False)

    async def show(self, interaction: discord.Interaction, press: Press) -> None:
        """*Vis*: the account, privately, for the two who agreed on it."""
        check_moderator(interaction)
        await ack(interaction)
        member_id = await self.reveals.open(guild_of(interaction), press.token, interaction.user.id)
        await self._show(interaction, member_id)

    async def show_alone(self, interaction: discord.Interaction, press: Press) -> None:
        """The account at once, because a life is in danger."""
        check_moderator(interaction)
        await ack(interaction)
        member_id = await self.reveals.open_alone(guild_of(interaction), press.token, interaction.user.id)
        await self._show(interaction, member_id)

    async def open_review(self, interaction: discord.Interaction, press: Press) -> None:
        """*Gennemgå*: a form."""
        check_moderator(interaction)
        opened = await self.reveals.check_review(guild_of(interaction), press.token, interaction.user.id)
        say = await self.bot.texts_for(interaction)
        await reveal_view.review_form(say, opened).show(interaction)

    async def reviewed(self, interaction: discord.Interaction, form: Filled) -> None:
        """Keep what the reviewer wrote."""
        check_moderator(interaction)
        await ack(interaction)
        text, tells = form.values.get("text", ""), form.values.get("tell") == reveal_view.YES
        await self.reveals.review(guild_of(interaction), form.token, interaction.user.id, text, tell=tells)
        await self.bot.sweeps.run(_SWEEP)
        await tell(interaction, (await self.bot.texts_for(interaction))("reveal.review_kept"))

    async def keep_up(self) -> None:
        """End what is out of time, and bring the moderators' channel up to date."""
        async with self._running:
            await self.reveals.expire()
            for card in await self.staffroom.claim_due():
                try:
                    message_id = await self._bring(card)
                except (TimeoutError, discord.DiscordException, OSError, aiohttp.ClientError) as error:
                    # Its lease runs out, and the next turn tries again.
                    _log.warning("a request could not be shown to moderators: %s", type(error).__name__)
                else:
                    await self.staffroom.shown(card.view.token, card.look, message_id)

    async def _decide(
        self, interaction: discord.Interaction, token: str, *, approve: bool, silent: bool | None = None
    ) -> None:
        check_moderator(interaction)
        await ack(interaction)
        shown = await self.reveals.decide(
            guild_of(interaction), token, interaction.user.id, approve=approve, silent=silent
        )
        await self.bot.sweeps.run(_SWEEP)
        await tell(interaction, (await self.bot.texts_for(interaction))(f"reveal.state_{shown.state}"))

    async def _show(self, interaction: discord.Interaction, member_id: int) -> None:
        say = await self.bot.texts_for(interaction)
        await tell(interaction, embeds=[reveal_view.account(say, member_id)])
        await self.bot.sweeps.run(_SWEEP)

    async def _bring(self, card: StaffCard) -> int:
        channel = await finding.channel(self.bot, card.channel_id, discord.TextChannel)
        if is_open(channel):
            # It was not when it was set up. Nothing is shown there until a manager has mended it.
            raise OpenChannelError
        say = texts(card.language)
        embed, buttons = reveal_view.staff_card(say, card), reveal_view.staff_buttons(say, card)
        if card.message_id is not None and not card.anew:
            try:
                await channel.get_partial_message(card.message_id).edit(embed=embed, view=buttons)
            except discord.NotFound:
                pass  # deleted by hand: say it again
            else:
                return card.message_id
        message_id = await self._find(channel, card) if card.retry else None
        if message_id is None:
            message_id = await self._send(channel, card, embed, buttons)
        if card.message_id is not None:
            # Deleted by hand, or in an earlier try, is as good.
            with contextlib.suppress(discord.NotFound):
                await channel.get_partial_message(card.message_id).delete()
        return message_id

    async def _send(
        self, channel: discord.TextChannel, card: StaffCard, embed: discord.Embed, buttons: discord.ui.View
    ) -> int:
        # Only the requester is called, and only to what he waits for.
        calls = card.look in (Look.APPROVED, Look.REFUSED)
        message = await channel.send(
            content=f"<@{card.view.requested_by}>" if calls else None,
            embed=embed,
            view=buttons,
            # The nonce makes Discord itself drop a copy that is sent within minutes.
            nonce=f"{card.view.token[:_NONCE_PART]}-{card.look}",
            # Of users at all: a list of ids is sent as numbers, which Discord does not document.
            allowed_mentions=discord.AllowedMentions(users=calls),
        )
        return message.id

    async def _find(self, channel: discord.TextChannel, card: StaffCard) -> int | None:
        """The message that an earlier try may have sent."""
        async for message in channel.history(limit=_DEPTH):
            if message.id != card.message_id and finding.carries(message, card.view.token):
                return message.id
        return None


class OpenChannelError(discord.DiscordException):
    """Others than moderators can read the moderators' channel."""


async def begin_reveal(bot: MitAssist, interaction: discord.Interaction, question: str | None) -> None:
    """`/mod reveal`: the form, for the question chosen or the one in this thread."""
    guild_id = guild_of(interaction)
    reveals = bot.services.reveals
    # Looked up before the form opens: afterwards, what he typed into it would be lost with a wrong one.
    if question:
        token = await reveals.find(guild_id, question)
    else:
        token = await reveals.question_in(guild_id, thread_of(interaction))
    await reveal_view.form(await bot.texts_for(interaction), token).show(interaction)


async def question_choices(
    bot: MitAssist, interaction: discord.Interaction, current: str
) -> list[app_commands.Choice[str]]:
    """The questions that can be chosen."""
    say = await bot.texts_for(interaction)
    return [
        app_commands.Choice(
            name=shorten(
                say("mod.pick_hidden", alias=found.alias, title=found.title)
                if found.title
                else say("reveal.pick_gone", alias=found.alias)
            ),
            value=found.token,
        )
        for found in await bot.services.reveals.choices(guild_of(interaction), current)
    ]


def check_moderator(interaction: discord.Interaction) -> None:
    """Raises app_commands.MissingPermissions: a channel may be open to more than moderators."""
    if not is_moderator(interaction):
        raise app_commands.MissingPermissions(["moderate_members"])


def is_moderator(interaction: discord.Interaction) -> bool:
    """Whether a moderator acts. Lists under a command must ask too: discord.py checks only its running."""
    return interaction.permissions.moderate_members


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Reveals(bot))
