"""Moderators take texts down and put them back, without learning who wrote them."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.translation import said
from cogs.assist import answer_choices
from cogs.reveal import begin_reveal, check_moderator, is_moderator, question_choices
from cogs.ui import audit_view
from cogs.ui.parts import shorten
from cogs.ui.places import guild_of, thread_of


@app_commands.guild_only()
@app_commands.default_permissions(moderate_members=True)
class Moderation(
    commands.GroupCog, group_name=said("command.mod.name"), group_description=said("command.mod.description")
):
    """`/mod`."""

    audit = app_commands.Group(
        name=said("command.mod_audit.name"), description=said("command.mod_audit.description")
    )

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.moderation = bot.services.moderation

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Discord hides the commands from others; a server can override that, so look again."""
        check_moderator(interaction)
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
            await self.moderation.hide_question(thread_of(interaction), interaction.user.id)
            said_text = "mod.hidden"
        elif await self.moderation.remove_answer(guild_of(interaction), answer, interaction.user.id):
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
            await self.moderation.restore_answer(guild_id, answer, interaction.user.id)
            said_text = "mod.restored"
        else:
            token = question or await self.moderation.hidden_in(thread_id)
            if token is None:
                raise MemberError("nothing_chosen")
            thread_id = await self.moderation.restore_question(guild_id, token, interaction.user.id)
            said_text = "mod.shown"
        await self._show(interaction, thread_id, texts(said_text))

    async def _show(self, interaction: discord.Interaction, thread_id: int, text: str) -> None:
        """Bring it to Discord, and say whether it is there."""
        await self.bot.sweeps.run("tidy")
        upkeep = self.bot.services.upkeep
        waiting = [*await upkeep.threads_to_change(), *await upkeep.answers_to_change()]
        if any(look.thread_id == thread_id for look in waiting):
            text = (await self.bot.texts_for(interaction))("mod.later")
        await tell(interaction, text)

    @app_commands.command(
        name=said("command.mod_reveal.name"), description=said("command.mod_reveal.description")
    )
    @app_commands.rename(question=said("option.question"))
    @app_commands.describe(question=said("option.question_hint"))
    async def reveal(self, interaction: discord.Interaction, question: str | None = None) -> None:
        """Ask to see who is behind the question in this thread, or behind another."""
        await begin_reveal(self.bot, interaction, question)

    @audit.command(
        name=said("command.mod_audit_verify.name"), description=said("command.mod_audit_verify.description")
    )
    async def audit_verify(self, interaction: discord.Interaction) -> None:
        """Whether anyone has meddled with the record of what moderators did."""
        await ack(interaction)
        guild_id = guild_of(interaction)
        verdict = await self.bot.services.audit.verify(guild_id)
        yearly = await self.bot.services.reveals.this_year(guild_id)
        await tell(interaction, audit_view.verdict(await self.bot.texts_for(interaction), verdict, yearly))

    @reveal.autocomplete("question")
    async def published_questions(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The questions that have been published."""
        if not is_moderator(interaction):
            return []
        return await question_choices(self.bot, interaction, current)

    @hide.autocomplete("answer")
    async def visible_answers(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The answers that can be removed here."""
        if not is_moderator(interaction):
            return []
        return await answer_choices(self.bot, interaction, current)

    @restore.autocomplete("answer")
    async def removed_answers(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The answers that can be put back here."""
        if not is_moderator(interaction):
            return []
        return await answer_choices(self.bot, interaction, current, removed=True)

    @restore.autocomplete("question")
    async def hidden_questions(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """The questions that can be put back."""
        if not is_moderator(interaction):
            return []
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
