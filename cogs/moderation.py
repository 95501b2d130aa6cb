"""Moderators take texts down and put them back, without learning who wrote them."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.translation import said
from cogs.assist import answer_choices
from cogs.ui.parts import shorten
from cogs.ui.places import guild_of, thread_of


@app_commands.guild_only()
@app_commands.default_permissions(moderate_members=True)
class Moderation(
    commands.GroupCog, group_name=said("command.mod.name"), group_description=said("command.mod.description")
):
    """`/mod`."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.moderation = bot.services.moderation

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Discord hides the commands from others; a server can override that, so look again."""
        if not interaction.permissions.moderate_members:
            raise app_commands.MissingPermissions(["moderate_members"])
        return True

    @app_commands.command(
        name=said("command.mod_hide.name"), description=said("command.mod_hide.description")
    )
    @app_commands.rename(answer=said("option.answer"))
    @app_commands.describe(answer=said("option.answer_hint"))
    async def hide(self, interaction: discord.Interaction, answer: str | None = None) -> None:
        """Hide the question in this thread, or remove one of its answers."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        if answer is None:
            await self.moderation.hide_question(thread_of(interaction))
            said_text = "mod.hidden"
        elif await self.moderation.remove_answer(guild_of(interaction), answer):
            said_text = "mod.removed"
        else:
            said_text = "mod.removed_for_good"
        await self._show(interaction, thread_of(interaction), texts(said_text))

    @app_commands.command(
        name=said("command.mod_restore.name"), description=said("command.mod_restore.description")
    )
    @app_commands.rename(question=said("option.question"), answer=said("option.answer"))
    @app_commands.describe(question=said("option.question_hint"), answer=said("option.answer_hint"))
    async def restore(
        self, interaction: discord.Interaction, question: str | None = None, answer: str | None = None
    ) -> None:
        """Show a hidden question or a removed answer again."""
        await ack(interaction)
        texts = await self.bot.texts_for(interaction)
        guild_id = guild_of(interaction)
        thread_id = thread_of(interaction)
        if answer is not None:
            await self.moderation.restore_answer(guild_id, answer)
            said_text = "mod.restored"
        else:
            token = question or await self.moderation.hidden_in(thread_id)
            if token is None:
                raise MemberError("nothing_chosen")
            thread_id = await self.moderation.restore_question(guild_id, token)
            said_text = "mod.shown"
        await self._show(interaction, thread_id, texts(said_text))

    async def _show(self, interaction: discord.Interaction, thread_id: int, text: str) -> None:
        """Bring it to Discord, and say whether it is there."""
        await self.bot.sweeps.run("tidy")
        publishing = self.bot.services.publishing
        waiting = [*await publishing.threads_to_change(), *await publishing.answers_to_change()]
        if any(look.thread_id == thread_id for look in waiting):
            text = (await self.bot.texts_for(interaction))("mod.later")
        await tell(interaction, text)

    @hide.autocomplete("answer")
    async def visible_answers(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The answers that can be removed here."""
        return await answer_choices(self.bot, interaction, current)

    @restore.autocomplete("answer")
    async def removed_answers(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The answers that can be put back here."""
        return await answer_choices(self.bot, interaction, current, removed=True)

    @restore.autocomplete("question")
    async def hidden_questions(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The questions that can be put back."""
        texts = await self.bot.texts_for(interaction)
        wanted = current.casefold()
        labelled = [
            (shorten(texts("mod.pick_hidden", alias=found.alias, title=found.title)), found.token)
            for found in await self.moderation.hidden_questions(guild_of(interaction))
        ]
        return [
            app_commands.Choice(name=label, value=token)
            for label, token in labelled
            if wanted in label.casefold()
        ]


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Moderation(bot))
