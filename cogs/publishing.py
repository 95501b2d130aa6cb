"""Sending what services reserved: the only place that writes for others to see."""

import asyncio
import contextlib
import io
import logging

import aiohttp
import discord
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import DATABASE_FAULTS
from bot.scheduling import Sweep
from bot.services import pictures
from bot.services.deliveries import (
    AnswerDelivery,
    CaseDelivery,
    CaseTextDelivery,
    CoachCardDelivery,
    Delivery,
    FollowUpDelivery,
    QuestionDelivery,
)
from bot.services.publishing import Failure
from bot.texts import Texts, texts
from cogs.ui import cards, finding
from cogs.ui.files import OutgoingFile
from db.models import PostState, SummonState

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 3
# A week: as long as Discord keeps a quiet thread open.
_ARCHIVE_MINUTES = 10080
# Well below the lease: a message that hangs is given up before anyone else may send it.
_GIVE_UP_SECONDS = 120


class Publishing(commands.Cog):
    """Turns deliveries into messages."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.publishing = bot.services.publishing
        bot.sender = self
        bot.sweeps.add(Sweep("publish", _EVERY_SECONDS, self.publish_due))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("publish")

    async def publish_due(self) -> None:
        """Send everything that is due."""
        while delivery := await self.publishing.claim_due():
            await self._deliver(delivery)

    async def send(self, post_id: int) -> PostState:
        """Try to send one post now, if it is due; how it stands afterwards."""
        delivery = await self.publishing.claim(post_id)
        if delivery is not None:
            await self._deliver(delivery)
            await self.bot.sweeps.run("tidy")
        return await self.publishing.state_of(post_id)

    async def _deliver(self, delivery: Delivery) -> None:
        post_id = delivery.envelope.post_id
        try:
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                message_id = await self._write(delivery)
        except (TimeoutError, discord.DiscordException, OSError, aiohttp.ClientError) as error:
            failure = Failure.TRANSIENT if finding.is_transient(error) else Failure.REFUSED
            _log.warning("post %d was not taken (%s): %s", post_id, failure, type(error).__name__)
            await self.publishing.not_sent(post_id, failure)
        except Exception:
            # A mistake of ours: it must not hold up what else is due.
            _log.exception("post %d could not be made", post_id)
            await self.publishing.not_sent(post_id, Failure.TRANSIENT)
        else:
            await self._record(delivery, message_id)

    async def _record(self, delivery: Delivery, message_id: int | None) -> None:
        """Write down what is in Discord. Where that fails, the lease runs out and it is found there."""
        post_id = delivery.envelope.post_id
        try:
            if message_id is None:
                await self.publishing.dropped(post_id)
            else:
                await self.publishing.sent(post_id, message_id)
        except DATABASE_FAULTS:
            _log.exception("post %d could not be recorded", post_id)
            return
        if message_id is not None and isinstance(delivery, QuestionDelivery):
            # Others saw it before this: see `Assists.on_question_posted`.
            self.bot.dispatch("question_posted", message_id)

    async def _write(self, delivery: Delivery) -> int | None:
        """Send it. Returns the message's id; None where it was only looked for and is not there."""
        say = texts(delivery.envelope.language)
        token = delivery.envelope.token
        match delivery:
            case QuestionDelivery():
                return await self._write_question(delivery)
            case CaseDelivery():
                return await self._write_case(delivery)
            case FollowUpDelivery():
                embed = cards.follow_up(say, delivery.alias, delivery.body)
                buttons = cards.follow_up_buttons(say, token)
                return await self._write_in(delivery.thread_id, delivery, embed, buttons)
            case AnswerDelivery():
                picture = _file(delivery, say)
                embed = cards.answer(delivery.player_name, delivery.body, picture and picture.filename)
                buttons = cards.answer_buttons(say, token)
                return await self._write_in(delivery.thread_id, delivery, embed, buttons, picture)
            case CoachCardDelivery():
                embed = cards.coach_announced(say, delivery.coach, delivery.coach_user_id)
                buttons = cards.follow_up_buttons(say, token)
                return await self._write_in(delivery.thread_id, delivery, embed, buttons)
            case CaseTextDelivery():
                return await self._write_case_text(delivery)

    async def _write_question(self, delivery: QuestionDelivery) -> int | None:
        forum = await finding.channel(self.bot, delivery.forum_id, discord.ForumChannel)
        if delivery.envelope.retry:
            found = await finding.question_threads(forum, delivery, self._me)
            if found or not delivery.wanted:
                return await self._keep_first(found)
        say = texts(delivery.envelope.language)
        created = await forum.create_thread(
            name=delivery.title,
            auto_archive_duration=_ARCHIVE_MINUTES,
            embed=cards.question(
                say,
                alias=delivery.alias,
                topic=delivery.topic,
                title=delivery.title,
                body=delivery.body,
                wants_coach=delivery.wants_coach,
            ),
            view=cards.question_buttons(say, delivery.envelope.token),
            applied_tags=finding.tags(forum, delivery.tag_ids),
        )
        # discord.py repeats a request that Discord answers with 502, and Discord may have heard both.
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
            twins = await finding.question_threads(forum, delivery, self._me)
            await self._keep_first(
                [created.thread, *(twin for twin in twins if twin.id != created.thread.id)]
            )
        return created.thread.id

    async def _keep_first(self, threads: list[discord.Thread]) -> int | None:
        """Of several posts of one question the first stays."""
        for twin in threads[1:]:
            await twin.delete()
        return threads[0].id if threads else None

    async def _write_in(
        self,
        thread_id: int,
        delivery: Delivery,
        embed: discord.Embed,
        buttons: discord.ui.View,
        picture: discord.File | None = None,
    ) -> int:
        thread = await finding.channel(self.bot, thread_id, discord.Thread)
        token = delivery.envelope.token
        if delivery.envelope.retry and (found := await finding.message_in(thread, token)) is not None:
            return found
        # The nonce makes Discord itself drop a copy that is sent within minutes.
        files = [picture] if picture else []
        message = await thread.send(embed=embed, view=buttons, files=files, nonce=token)
        return message.id

    async def _write_case(self, delivery: CaseDelivery) -> int:
        thread = await self._case_thread(delivery)
        try:
            return await self._open_case(delivery, thread)
        except discord.HTTPException as error:
            if not finding.is_transient(error):
                # The asker will pick another: leave no thread behind that nobody is in.
                with contextlib.suppress(discord.HTTPException):
                    await thread.delete()
            raise

    async def _open_case(self, delivery: CaseDelivery, thread: discord.Thread) -> int:
        say = texts(delivery.envelope.language)
        await thread.add_user(discord.Object(delivery.coach_user_id))
        token = delivery.envelope.token
        if delivery.envelope.retry and (found := await finding.message_in(thread, token)) is not None:
            return found
        message = await thread.send(
            content=f"<@{delivery.coach_user_id}>",
            embeds=cards.case(say, delivery),
            view=cards.case_buttons(say, token),
            nonce=token,
            # Of users at all, not by id: discord.py would send the id as a number, which Discord
            # does not document. The content is ours and names nobody else.
            allowed_mentions=discord.AllowedMentions(users=True),
        )
        return message.id

    async def _case_thread(self, delivery: CaseDelivery) -> discord.Thread:
        if delivery.case_thread_id is not None:
            return await finding.channel(self.bot, delivery.case_thread_id, discord.Thread)
        channel = await finding.channel(self.bot, delivery.channel_id, discord.TextChannel)
        say = texts(delivery.envelope.language)
        thread = None
        if delivery.envelope.retry:
            thread = await finding.case_thread(channel, delivery, say, self._me)
        if thread is None:
            thread = await channel.create_thread(
                name=say("case.thread", code=delivery.case_code),
                type=discord.ChannelType.private_thread,
                invitable=False,
                auto_archive_duration=_ARCHIVE_MINUTES,
            )
        await self.publishing.case_thread(delivery.envelope.post_id, thread.id)
        return thread

    async def _write_case_text(self, delivery: CaseTextDelivery) -> int:
        say = texts(delivery.envelope.language)
        token = delivery.envelope.token
        if delivery.body is not None:
            embed = cards.from_asker(say, delivery.alias, delivery.body)
            return await self._write_in(
                delivery.case_thread_id, delivery, embed, cards.line_buttons(say, token)
            )
        expired = delivery.ended is SummonState.EXPIRED
        text = say("case.note_expired" if expired else "case.note_closed")
        thread = await finding.channel(self.bot, delivery.case_thread_id, discord.Thread)
        if delivery.envelope.retry and (found := await finding.note_in(thread, text)) is not None:
            return found
        message = await thread.send(embed=discord.Embed(description=text, colour=cards.QUIET), nonce=token)
        return message.id

    @property
    def _me(self) -> int:
        user = self.bot.user
        return user.id if user else 0


def _file(delivery: AnswerDelivery, say: Texts) -> discord.File | None:
    if delivery.picture is None:
        return None
    return OutgoingFile(
        io.BytesIO(delivery.picture), filename=pictures.new_name(), description=say("answer.picture_alt")
    )


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Publishing(bot))
