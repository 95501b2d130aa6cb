"""Answering under a player name, and giving assists in every way there is."""

import asyncio
import logging

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import DATABASE_FAULTS, MemberError
from bot.reporting import ack, tell
from bot.routing import Filled, Press
from bot.scheduling import Sweep
from bot.services import pictures
from bot.services.answers import AnswerChoice, NativeAnswer
from bot.services.assists import Target
from bot.services.wording import ANSWER_MAX, NAME_MAX
from bot.texts import Texts
from bot.translation import said
from cogs.ui.parts import Form, shorten
from cogs.ui.places import thread_of
from db.models import PostState

_log = logging.getLogger(__name__)
_NAMES_LOOKED_UP = 50
_SWEEP = "catch_up"
_EVERY_SECONDS = 60
# What was written while the bot was away is looked for in so many threads a turn, and so far back in each:
# one request for a thread.
_THREADS_A_TURN = 20
_MESSAGES_READ = 100
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))


class Assists(commands.Cog):
    """`/assist`, *Svar*, *Giv assist*, reactions, and messages written in threads."""

    assist = app_commands.Group(
        name=said("command.assist.name"), description=said("command.assist.description"), guild_only=True
    )

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.answers = bot.services.answers
        self.assists = bot.services.assists
        self._at_work = asyncio.Lock()
        # Threads in which something may stand that was not recorded, the newest last.
        self._unread: list[int] = []
        bot.sweeps.add(Sweep(_SWEEP, _EVERY_SECONDS, self.catch_up))
        bot.router.press("answer", self.open_answer)
        bot.router.form("answer", self.answered)
        bot.router.press("give", self.give_by_button)
        self._menu = app_commands.ContextMenu(
            name=said("command.give_menu.name"),
            callback=self.give_by_menu,
            type=discord.AppCommandType.message,
        )
        app_commands.guild_only(self._menu)
        bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Menus are not part of a cog: take ours back. Leave no sweep behind."""
        self.bot.sweeps.remove(_SWEEP)
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @assist.command(
        name=said("command.assist_answer.name"), description=said("command.assist_answer.description")
    )
    async def assist_answer(self, interaction: discord.Interaction) -> None:
        """Answer the question in this thread."""
        token = await self.answers.question_in(thread_of(interaction))
        await self._answer_form(interaction, token)

    async def open_answer(self, interaction: discord.Interaction, press: Press) -> None:
        """*Svar* under a question."""
        await self._answer_form(interaction, press.token)

    async def answered(self, interaction: discord.Interaction, form: Filled) -> None:
        """Post the answer, and say whether it is out."""
        await ack(interaction)
        text = form.values.get("text", "")
        user_id = interaction.user.id
        try:
            picture = await self._picture(interaction, form)
        except MemberError as error:
            raise error.with_typed(text) from None
        post_id = await self.answers.answer(
            form.token, user_id, form.nonce, text, form.values.get("name"), picture
        )
        state = await self.bot.sender.send(post_id)
        if state in (PostState.FAILED, PostState.CANCELLED):
            raise MemberError("not_posted", typed=text)
        texts = await self.bot.texts_for(interaction)
        profile = await self.bot.services.players.profile(interaction.guild_id or 0, user_id)
        key = "answer.sent" if state is PostState.SENT else "answer.later"
        await tell(interaction, texts(key, name=profile.name))

    @assist.command(
        name=said("command.assist_give.name"), description=said("command.assist_give.description")
    )
    @app_commands.rename(answer=said("option.answer"))
    @app_commands.describe(answer=said("option.answer_hint"))
    async def assist_give(self, interaction: discord.Interaction, answer: str) -> None:
        """Credit an answer in this thread."""
        await ack(interaction)
        await self.assists.give_by_token(answer, interaction.user.id)
        await self._noted(interaction)

    @assist_give.autocomplete("answer")
    async def answer_choices(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The answers in this thread; values are opaque tokens."""
        return await answer_choices(self.bot, interaction, current)

    async def give_by_button(self, interaction: discord.Interaction, press: Press) -> None:
        """*Giv assist* under an answer."""
        await ack(interaction)
        await self.assists.give_by_token(press.token, interaction.user.id)
        await self._noted(interaction)

    async def give_by_menu(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """*Giv assist* in a message's menu."""
        await ack(interaction)
        target = Target(message.channel.id, message.id, message.author.id, by_himself=_may_answer(message))
        written = await self.assists.give(target, interaction.user.id)
        await self._noted(interaction)
        await self._follow_up(written)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """The assist emoji gives; there is nobody to tell when it cannot."""
        if not self._counts(payload):
            return
        try:
            written = await self.assists.give(await self._target(payload), payload.user_id)
        except MemberError:
            return
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.warning("the message of a reaction could not be read: %s", type(error).__name__)
            return
        await self._follow_up(written)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Taking the reaction back takes the assist back."""
        if self._counts(payload):
            await self.assists.take_back(payload.message_id, payload.user_id)

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        """A moderator who clears a message's reactions takes its assists back."""
        await self.assists.cleared(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        """The same for one emoji."""
        if _plain(str(payload.emoji)) == _plain(self.bot.settings.assists.emoji):
            await self.assists.cleared(payload.message_id)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A member who writes in a question's thread has answered."""
        if isinstance(message.channel, discord.Thread):
            try:
                await self._met(message)
            except DATABASE_FAULTS as error:
                _log.warning("a message could not be recorded: %s", type(error).__name__)
                self._unread.append(message.channel.id)

    async def _met(self, message: discord.Message) -> None:
        if not _may_answer(message):
            return
        await self._follow_up(
            await self.answers.record_native(message.channel.id, message.id, message.author.id)
        )

    async def _follow_up(self, written: NativeAnswer | None) -> None:
        """What must happen at once when a message was recorded, in whatever way it was met."""
        if written is None:
            return
        sweeps = [self.bot.sweeps.run("tidy")]
        if written.gave_himself_away:
            # Beside what everyone sees, so that the thread changes no later than after another's message.
            self.bot.services.notices.hurry(written.question_token)
            sweeps += [self.bot.sweeps.run("take_down"), self.bot.sweeps.run("notices")]
        await asyncio.gather(*sweeps)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Discord does not tell what was written while the bot was away: it is looked up, newest first."""
        threads = [thread for guild in self.bot.guilds for thread in guild.threads]
        threads.sort(key=lambda thread: thread.last_message_id or 0)
        self._unread = [thread.id for thread in threads]

    @commands.Cog.listener()
    async def on_question_posted(self, thread_id: int) -> None:
        """Until it was recorded that a question is out, nothing written in its thread could be."""
        self._unread.append(thread_id)

    async def catch_up(self) -> None:
        """Read some threads that may hold what nobody told of; only who wrote is looked at."""
        # Taken before the questions are looked up: one that is posted meanwhile would not be among them.
        waiting, self._unread = self._unread, []
        try:
            await self._catch_up_with(waiting)
        finally:
            self._unread = [*waiting, *self._unread]

    async def _catch_up_with(self, waiting: list[int]) -> None:
        """Takes from the list what is done."""
        questions = await self.answers.threads() if waiting else set[int]()
        turn = _THREADS_A_TURN
        while waiting and turn > 0:
            thread_id = waiting.pop()
            if thread_id not in questions:
                continue
            turn -= 1
            try:
                await self._catch_up(thread_id)
            except (discord.NotFound, discord.Forbidden):
                continue
            except (discord.DiscordException, aiohttp.ClientError, *DATABASE_FAULTS) as error:
                _log.warning("a thread could not be read: %s", type(error).__name__)
                # Last in the queue: one that never can be read holds up nobody.
                waiting.insert(0, thread_id)
                return

    async def _catch_up(self, thread_id: int) -> None:
        thread = self.bot.get_partial_messageable(thread_id)
        written = {one.id: one async for one in thread.history(limit=_MESSAGES_READ) if _may_answer(one)}
        for message_id in sorted(await self.answers.unmet(list(written))):
            await self._met(written[message_id])

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """An answer that is deleted takes its credits along."""
        await self.answers.message_deleted(payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator's clean-up: the same for each message."""
        for message_id in payload.message_ids:
            await self.answers.message_deleted(message_id)

    @property
    def _me(self) -> int:
        return self.bot.user.id if self.bot.user else 0

    def _counts(self, payload: discord.RawReactionActionEvent) -> bool:
        if payload.guild_id is None or payload.user_id == self._me:
            return False
        if payload.member is not None and payload.member.bot:
            return False
        return _plain(str(payload.emoji)) == _plain(self.bot.settings.assists.emoji)

    async def _target(self, payload: discord.RawReactionActionEvent) -> Target:
        """What the reaction is on. Only for a message the bot has not met is Discord asked who wrote it."""
        author_id, by_himself = payload.message_author_id, False
        if await self.assists.is_unknown(payload.channel_id, payload.message_id):
            channel = self.bot.get_partial_messageable(payload.channel_id)
            message = await channel.fetch_message(payload.message_id)
            author_id, by_himself = message.author.id, _may_answer(message)
        return Target(payload.channel_id, payload.message_id, author_id, by_himself=by_himself)

    async def _noted(self, interaction: discord.Interaction) -> None:
        await tell(interaction, (await self.bot.texts_for(interaction))("assist.noted"))

    async def _answer_form(self, interaction: discord.Interaction, token: str) -> None:
        needs_name = await self.answers.needs_name(token, interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        form = Form(texts("answer.modal_title"), "answer", token)
        if needs_name:
            form.text("name", texts("answer.name"), texts("answer.name_hint"), limit=NAME_MAX)
        form.text("text", texts("answer.text"), texts("answer.text_hint"), limit=ANSWER_MAX, long=True)
        if _may_send_files(interaction):
            form.file("picture", texts("answer.picture"), texts("answer.picture_hint"))
        await form.show(interaction)

    async def _picture(self, interaction: discord.Interaction, form: Filled) -> bytes | None:
        """The picture in a form, made anew. Raises MemberError when there is one that cannot be used."""
        sent = form.files.get("picture")
        if sent is None:
            return None
        if not _may_send_files(interaction):
            raise MemberError("picture_off")
        pictures.check_size(sent.size)
        try:
            data = await self.bot.http.get_from_cdn(sent.url)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            _log.warning("a picture could not be fetched: %s", type(error).__name__)
            raise MemberError("picture_lost") from None
        # One at a time: each can take two hundred megabytes while it is worked on.
        async with self._at_work:
            return await asyncio.to_thread(pictures.remake, data)


def _may_answer(message: discord.Message) -> bool:
    """Whether a message is somebody's own words."""
    written = message.type in (discord.MessageType.default, discord.MessageType.reply)
    return written and not message.author.bot


def _may_send_files(interaction: discord.Interaction) -> bool:
    """Whether pictures are allowed here: to the member, as if he sent it himself, and to the bot."""
    return interaction.permissions.attach_files and interaction.app_permissions.attach_files


def _plain(emoji: str) -> str:
    """An emoji whatever skin it has."""
    return emoji.translate(_SKIN_TONES)


async def answer_choices(
    bot: MitAssist, interaction: discord.Interaction, current: str, *, removed: bool = False
) -> list[app_commands.Choice[str]]:
    """The answers in this thread that fit what is typed so far; values are opaque tokens."""
    found = await bot.services.answers.choices(interaction.channel_id or 0, removed=removed)
    texts = await bot.texts_for(interaction)
    names = await _writers(interaction) if any(not choice.player_name for choice in found) else {}
    labelled = [(_label(texts, choice, names), choice.token) for choice in found]
    wanted = current.casefold()
    return [
        app_commands.Choice(name=label, value=token)
        for label, token in labelled
        if wanted in label.casefold()
    ]


async def _writers(interaction: discord.Interaction) -> dict[int, str]:
    """Who wrote the newest messages in the thread: names are not stored, Discord knows them."""
    channel = interaction.channel
    if not isinstance(channel, discord.Thread):
        return {}
    return {
        message.id: message.author.display_name async for message in channel.history(limit=_NAMES_LOOKED_UP)
    }


def _label(texts: Texts, choice: AnswerChoice, names: dict[int, str]) -> str:
    if choice.player_name:
        return shorten(texts("assist.choice_named", name=choice.player_name, excerpt=choice.excerpt))
    name = names.get(choice.message_id, texts("assist.unknown_writer"))
    return shorten(texts("assist.choice_native", name=name))


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Assists(bot))
