"""Asking: form, private preview, publication."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.routing import NO_TOKEN, Filled, Press
from bot.scheduling import Sweep
from bot.services.questions import Ask, Preview, TopicChoice
from bot.services.wording import BODY_MAX, TITLE_MAX
from bot.texts import Texts
from bot.translation import said
from cogs.ui import cards
from cogs.ui.coach_picker import coach_menu
from cogs.ui.inbox_view import draft_buttons
from cogs.ui.parts import Form, link, view
from cogs.ui.places import guild_of, thread_url
from cogs.ui.telltales import names_of, warning
from db.models import PostState

_CLEAR_EVERY_SECONDS = 3600
_YES, _NO = "yes", "no"


class Asking(commands.Cog):
    """`/ask` and the buttons of its preview."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.questions = bot.services.questions
        bot.router.form("ask", self.filled)
        bot.router.press("publish", self.publish)
        bot.router.press("edit_draft", self.edit)
        bot.router.press("discard", self.discard)
        bot.sweeps.add(Sweep("drafts", _CLEAR_EVERY_SECONDS, self.questions.clear_drafts))

    async def cog_unload(self) -> None:
        """Leave no sweep behind."""
        self.bot.sweeps.remove("drafts")

    @app_commands.command(name=said("command.ask.name"), description=said("command.ask.description"))
    @app_commands.guild_only()
    async def ask(self, interaction: discord.Interaction) -> None:
        """Open the form."""
        texts = await self.bot.texts_for(interaction)
        topics = await self.questions.topics(guild_of(interaction))
        await _form(texts, topics).show(interaction)

    async def edit(self, interaction: discord.Interaction, press: Press) -> None:
        """Open the form again with what the boy wrote."""
        texts = await self.bot.texts_for(interaction)
        preview = await self.questions.preview(press.token, interaction.user.id)
        topics = await self.questions.topics(guild_of(interaction))
        await _form(texts, topics, preview).show(interaction)

    async def filled(self, interaction: discord.Interaction, form: Filled) -> None:
        """Show privately what the others will see."""
        await ack(interaction)
        ask = Ask(
            form=form.nonce,
            topic=form.values.get("topic", ""),
            title=form.values.get("title", ""),
            body=form.values.get("body", ""),
            wants_coach=form.values.get("coach") == _YES,
        )
        if form.token == NO_TOKEN:
            preview = await self.questions.compose(guild_of(interaction), interaction.user.id, ask)
        else:
            preview = await self.questions.revise(form.token, interaction.user.id, ask)
        texts = await self.bot.texts_for(interaction)
        # As it was typed: a mention is blunted in what the others see.
        typed = f"{ask.title}\n{ask.body}"
        found = await self.bot.services.telltales.look(
            guild_of(interaction), interaction.user.id, typed, names_of(interaction.user)
        )
        await tell(
            interaction,
            f"{texts('ask.preview_intro')}\n-# {texts('ask.style')}",
            embeds=[_card(texts, preview), *warning(texts, found)],
            view=view(draft_buttons(texts, preview.token)),
        )

    async def publish(self, interaction: discord.Interaction, press: Press) -> None:
        """Queue the question; where no delay is set it is out when the boy is answered."""
        await ack(interaction)
        post_id = await self.questions.publish(press.token, interaction.user.id)
        state = await self.bot.sender.send(post_id)
        texts = await self.bot.texts_for(interaction)
        if state is PostState.FAILED:
            await tell(interaction, texts("ask.refused"))
            return
        own = await self.bot.services.inbox.peek(press.token, interaction.user.id)
        if state is not PostState.SENT or own.thread_id is None:
            key = "ask.queued_coach" if own.wants_coach else "ask.queued"
            await tell(interaction, texts(key, alias=own.alias))
            return
        jump = link(texts("inbox.go_to_thread"), thread_url(own.guild_id, own.thread_id))
        items: list[discord.ui.Item[discord.ui.View]] = [jump]
        text = "ask.published"
        if own.wants_coach and (menu := await self._coaches(interaction, texts, press.token)):
            items.insert(0, menu)
            text = "ask.published_coach"
        await tell(interaction, texts(text, alias=own.alias, link=f"<#{own.thread_id}>"), view=view(items))

    async def discard(self, interaction: discord.Interaction, press: Press) -> None:
        """Delete the draft."""
        await ack(interaction)
        await self.questions.discard(press.token, interaction.user.id)
        await tell(interaction, (await self.bot.texts_for(interaction))("ask.discarded"))

    async def _coaches(
        self, interaction: discord.Interaction, texts: Texts, token: str
    ) -> discord.ui.Item[discord.ui.View] | None:
        try:
            profiles = await self.bot.services.coaches.all(guild_of(interaction))
        except MemberError:
            return None
        return coach_menu(texts, profiles, 0, token)


def _form(texts: Texts, topics: list[TopicChoice], draft: Preview | None = None) -> Form:
    form = Form(texts("ask.modal_title"), "ask", draft.token if draft else NO_TOKEN)
    choices = [(topic.name, topic.token) for topic in topics]
    form.choose("topic", texts("ask.topic"), choices, draft.topic_token if draft else None)
    form.text(
        "title",
        texts("ask.title"),
        texts("ask.title_hint"),
        limit=TITLE_MAX,
        value=draft.title if draft else None,
    )
    form.text(
        "body",
        texts("ask.body"),
        texts("ask.body_hint"),
        limit=BODY_MAX,
        long=True,
        value=draft.body if draft else None,
    )
    coach = [(texts("ask.coach_no"), _NO), (texts("ask.coach_yes"), _YES)]
    return form.choose("coach", texts("ask.coach"), coach, _YES if draft and draft.wants_coach else _NO)


def _card(texts: Texts, preview: Preview) -> discord.Embed:
    return cards.question(
        texts,
        alias=preview.alias,
        topic=preview.topic,
        title=preview.title,
        body=preview.body,
        wants_coach=preview.wants_coach,
    )


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Asking(bot))
