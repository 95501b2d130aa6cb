"""Keeping threads and answers looking as the database says, whatever happened in between."""

import asyncio
import contextlib
import logging

import aiohttp
import discord
from discord.ext import commands

from bot.app import MitAssist
from bot.scheduling import Sweep
from bot.services.appearance import Appearance
from bot.services.upkeep import AnswerLook, ThreadLook
from bot.texts import texts
from cogs.ui import cards, finding

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 20
_UNREACHABLE = (TimeoutError, discord.DiscordException, OSError, aiohttp.ClientError)


class Upkeep(commands.Cog):
    """Status tags, hidden questions, withdrawn threads, forgotten cases, removed answers."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.upkeep = bot.services.upkeep
        self._running = asyncio.Lock()
        bot.sweeps.add(Sweep("tidy", _EVERY_SECONDS, self.tidy))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("tidy")

    async def tidy(self) -> None:
        """Change what does not look as it should."""
        async with self._running:
            for look in await self.upkeep.threads_to_change():
                await self._change_thread(look)
            for thread_id in await self.upkeep.cases_to_delete():
                await self._delete_case(thread_id)
            for look in await self.upkeep.answers_to_change():
                await self._change_answer(look)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread deleted by hand ends its question."""
        await self.bot.services.questions.mark_gone(payload.thread_id)

    async def _change_thread(self, look: ThreadLook) -> None:
        try:
            await self._show_thread(look)
        except discord.NotFound:
            await self.bot.services.questions.mark_gone(look.thread_id)
        except _UNREACHABLE as error:
            # Still unsettled: the next turn tries again.
            _log.warning("a thread could not be changed: %s", type(error).__name__)
            return
        await self.upkeep.thread_changed(look.question_id, look.appearance)

    async def _show_thread(self, look: ThreadLook) -> None:
        thread = await finding.channel(self.bot, look.thread_id, discord.Thread)
        if look.appearance is Appearance.WITHDRAWN:
            await thread.delete()
            return
        say = texts(look.language)
        if thread.archived:
            # Nothing can be changed in a thread that sleeps.
            await thread.edit(archived=False)
        if look.appearance is Appearance.HIDDEN:
            await self._edit_starter(thread, cards.hidden_question(say), None)
            await thread.edit(locked=True)
            # By itself and last: Discord allows two new names in ten minutes, and may refuse this one.
            await thread.edit(name=say("question.hidden_title"), archived=True)
            return
        if look.rewrite:
            card = cards.question(
                say,
                alias=look.alias,
                topic=look.topic,
                title=look.title,
                body=look.body,
                wants_coach=look.wants_coach,
            )
            await self._edit_starter(thread, card, cards.question_buttons(say, look.token))
            await thread.edit(locked=False, name=look.title)
        forum = await finding.channel(self.bot, thread.parent_id, discord.ForumChannel)
        await thread.edit(applied_tags=finding.tags(forum, look.tag_ids))

    async def _edit_starter(
        self, thread: discord.Thread, card: discord.Embed, buttons: discord.ui.View | None
    ) -> None:
        # A moderator may have deleted that one message by hand; the thread is there all the same.
        with contextlib.suppress(discord.NotFound):
            await thread.get_partial_message(thread.id).edit(embed=card, view=buttons)

    async def _delete_case(self, thread_id: int) -> None:
        try:
            await (await finding.channel(self.bot, thread_id, discord.Thread)).delete()
        except discord.NotFound:
            pass  # deleted by hand
        except _UNREACHABLE as error:
            _log.warning("a case could not be deleted: %s", type(error).__name__)
            return
        await self.upkeep.case_deleted(thread_id)

    async def _change_answer(self, look: AnswerLook) -> None:
        try:
            await self._show_answer(look)
        except discord.NotFound:
            pass  # deleted by hand: what should be gone is gone
        except _UNREACHABLE as error:
            _log.warning("an answer could not be changed: %s", type(error).__name__)
            return
        await self.upkeep.answer_changed(look.answer_id, look.removed)

    async def _show_answer(self, look: AnswerLook) -> None:
        thread = await finding.channel(self.bot, look.thread_id, discord.Thread)
        message = thread.get_partial_message(look.message_id)
        say = texts(look.language)
        if look.token is None:
            await message.delete()
        elif look.removed:
            # A picture is not kept: when the answer is restored, its text comes back alone.
            await message.edit(embed=cards.removed_answer(say), view=None, attachments=[])
        else:
            await message.edit(
                embed=cards.answer(look.player_name, look.body), view=cards.answer_buttons(say, look.token)
            )


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Upkeep(bot))
