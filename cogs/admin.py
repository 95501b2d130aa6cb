"""Managers set the server up: language, forums and topics, coaches."""

from collections.abc import Iterable

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.errors import MemberError
from bot.reporting import ack, tell
from bot.routing import Filled
from bot.services.coaches import EXPERIENCE_MAX, TOPICS_MAX
from bot.services.servers import StatusTags
from bot.services.wording import NAME_MAX
from bot.texts import Texts, texts
from bot.translation import said
from cogs.ui import cards
from cogs.ui.parts import Form
from cogs.ui.places import guild_of, is_open

_AGE_DIGITS = 2
# Discord's own limit.
_TAGS_MAX = 20
_STATUS = ("unanswered", "answered", "coach", "solved")
_FORUM_RIGHTS = (
    "view_channel",
    "read_message_history",
    "send_messages",
    "send_messages_in_threads",
    "embed_links",
    "manage_threads",
    "manage_messages",
    "manage_channels",
)
_COACH_RIGHTS = (
    "view_channel",
    "read_message_history",
    "create_private_threads",
    "send_messages_in_threads",
    "embed_links",
    "manage_threads",
)
_STAFF_RIGHTS = ("view_channel", "send_messages", "embed_links", "read_message_history")


class _Forum(app_commands.Transformer):
    """A forum, and not the media channel that discord.py's own would offer as well."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.forum]

    async def transform(
        self, interaction: discord.Interaction, value: app_commands.AppCommandChannel, /
    ) -> discord.ForumChannel:
        """The forum itself. Raises TransformerError when the bot does not know it."""
        forum = value.resolve()
        if not isinstance(forum, discord.ForumChannel):
            raise app_commands.TransformerError(value, self.type, self)
        return forum


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Admin(
    commands.GroupCog,
    group_name=said("command.admin.name"),
    group_description=said("command.admin.description"),
):
    """`/admin`."""

    forum = app_commands.Group(
        name=said("command.admin_forum.name"), description=said("command.admin_forum.description")
    )
    coach = app_commands.Group(
        name=said("command.admin_coach.name"), description=said("command.admin_coach.description")
    )

    staff = app_commands.Group(
        name=said("command.admin_staff.name"), description=said("command.admin_staff.description")
    )

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot
        self.servers = bot.services.servers
        self.coaches = bot.services.coaches
        bot.router.form("coach", self.coach_filled)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A forum that is deleted takes its topics along: nobody can be offered what cannot be posted."""
        await self.servers.forum_gone(channel.id)

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Discord hides the commands from others; a server can override that, so look again."""
        _check_manager(interaction)
        return True

    @app_commands.command(
        name=said("command.admin_language.name"), description=said("command.admin_language.description")
    )
    @app_commands.rename(language=said("option.language"))
    @app_commands.describe(language=said("option.language_hint"))
    @app_commands.choices(
        language=[
            app_commands.Choice(name="Dansk", value="da"),
            app_commands.Choice(name="English", value="en"),
        ]
    )
    async def language(self, interaction: discord.Interaction, language: str) -> None:
        """Change what language the bot writes in this server."""
        await ack(interaction)
        say = texts(language)
        for channel_id, status in (await self.servers.status_tags(guild_of(interaction))).items():
            forum = self.bot.get_channel(channel_id)
            if isinstance(forum, discord.ForumChannel):
                await _rename_status_tags(forum, status, say)
        await self.servers.set_language(guild_of(interaction), language, interaction.user.id)
        await tell(interaction, say("admin.language"))

    @forum.command(
        name=said("command.admin_forum_add.name"), description=said("command.admin_forum_add.description")
    )
    @app_commands.rename(channel=said("option.channel"), topics=said("option.topics"))
    @app_commands.describe(channel=said("option.channel_hint"), topics=said("option.topics_hint"))
    async def forum_add(
        self,
        interaction: discord.Interaction,
        channel: app_commands.Transform[discord.ForumChannel, _Forum],
        topics: str,
    ) -> None:
        """Make the tags in a forum, then ask questions there. Running it again adds topics."""
        await ack(interaction)
        say = await self.bot.texts_for(interaction)
        _check_rights(channel, _FORUM_RIGHTS, say)
        names = await self.servers.check_topics(
            guild_of(interaction), channel.id, topics, [say(f"tag.{name}") for name in _STATUS]
        )
        tags = await _make_tags(channel, say, names)
        status = StatusTags(
            unanswered=tags[say("tag.unanswered")],
            answered=tags[say("tag.answered")],
            coach=tags[say("tag.coach")],
            solved=tags[say("tag.solved")],
        )
        await self.servers.save_forum(
            guild_of(interaction),
            channel.id,
            status,
            {name: tags[name] for name in names},
            interaction.user.id,
        )
        text = say("admin.forum", forum=channel.mention, topics=", ".join(names))
        # Whoever opens a post himself stands there with his own name.
        if channel.permissions_for(channel.guild.default_role).send_messages:
            text += "\n" + say("admin.forum_open", forum=channel.mention)
        await tell(interaction, text)

    @forum.command(
        name=said("command.admin_forum_drop.name"), description=said("command.admin_forum_drop.description")
    )
    @app_commands.rename(topic=said("option.topic"))
    @app_commands.describe(topic=said("option.topic_hint"))
    async def forum_drop(self, interaction: discord.Interaction, topic: str) -> None:
        """Take no more questions about a topic; old ones stay."""
        await ack(interaction)
        name = await self.servers.remove_topic(guild_of(interaction), topic, interaction.user.id)
        await tell(interaction, (await self.bot.texts_for(interaction))("admin.topic_removed", topic=name))

    @forum_drop.autocomplete("topic")
    async def topics(self, interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The topics of this server."""
        if not _is_manager(interaction):
            return []
        wanted = current.casefold()
        try:
            found = await self.bot.services.questions.topics(guild_of(interaction))
        except MemberError:
            return []
        return [
            app_commands.Choice(name=topic.name, value=topic.token)
            for topic in found
            if wanted in topic.name.casefold()
        ]

    @coach.command(
        name=said("command.admin_coach_add.name"), description=said("command.admin_coach_add.description")
    )
    @app_commands.rename(member=said("option.member"))
    @app_commands.describe(member=said("option.member_hint"))
    async def coach_add(self, interaction: discord.Interaction, member: discord.Member) -> None:
        """Open the form for a coach's profile."""
        say = await self.bot.texts_for(interaction)
        if member.bot:
            raise MemberError("coach_bot")
        known = await self.coaches.prepare(guild_of(interaction), member.id, member.display_name)
        form = Form(say("admin.coach_modal"), "coach", known.token)
        form.text("name", say("admin.coach_name"), limit=NAME_MAX, value=known.name)
        form.text(
            "age", say("admin.coach_age"), limit=_AGE_DIGITS, value=str(known.age) if known.age else None
        )
        form.text(
            "topics",
            say("admin.coach_topics"),
            say("admin.coach_topics_hint"),
            limit=TOPICS_MAX,
            value=known.topics or None,
        )
        form.text(
            "experience",
            say("admin.coach_experience"),
            limit=EXPERIENCE_MAX,
            long=True,
            value=known.experience or None,
        )
        await form.show(interaction)

    async def coach_filled(self, interaction: discord.Interaction, form: Filled) -> None:
        """Save the profile and show it as boys see it."""
        _check_manager(interaction)
        await ack(interaction)
        values = form.values
        profile = await self.coaches.save(
            guild_of(interaction),
            form.token,
            name=values.get("name", ""),
            age=values.get("age", ""),
            topics=values.get("topics", ""),
            experience=values.get("experience", ""),
            actor=interaction.user.id,
        )
        say = await self.bot.texts_for(interaction)
        text = say("admin.coach_saved", name=profile.name)
        await tell(interaction, text, embeds=[cards.coach(say, profile)])

    @coach.command(
        name=said("command.admin_coach_remove.name"),
        description=said("command.admin_coach_remove.description"),
    )
    @app_commands.rename(member=said("option.member"))
    @app_commands.describe(member=said("option.member_hint"))
    async def coach_remove(self, interaction: discord.Interaction, member: discord.User) -> None:
        """Take a coach off the list; he may have left the server already."""
        await ack(interaction)
        await self.coaches.remove(guild_of(interaction), member.id, interaction.user.id)
        await tell(interaction, (await self.bot.texts_for(interaction))("admin.coach_removed"))

    @coach.command(
        name=said("command.admin_coach_channel.name"),
        description=said("command.admin_coach_channel.description"),
    )
    @app_commands.rename(channel=said("option.channel"))
    @app_commands.describe(channel=said("option.channel_hint"))
    async def coach_channel(self, interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        """Say where the private threads of coaches are made."""
        await ack(interaction)
        say = await self.bot.texts_for(interaction)
        _check_rights(channel, _COACH_RIGHTS, say)
        await self.servers.set_coach_channel(guild_of(interaction), channel.id, interaction.user.id)
        await tell(interaction, say("admin.coach_channel", channel=channel.mention))

    @staff.command(
        name=said("command.admin_staff_channel.name"),
        description=said("command.admin_staff_channel.description"),
    )
    @app_commands.rename(channel=said("option.channel"))
    @app_commands.describe(channel=said("option.channel_hint"))
    async def staff_channel(self, interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        """Say where moderators are told of what waits for them."""
        await ack(interaction)
        say = await self.bot.texts_for(interaction)
        _check_rights(channel, _STAFF_RIGHTS, say)
        if is_open(channel):
            raise MemberError("staff_channel_open", channel=channel.mention)
        await self.servers.set_staff_channel(guild_of(interaction), channel.id, interaction.user.id)
        await tell(interaction, say("admin.staff_channel", channel=channel.mention))


def _check_manager(interaction: discord.Interaction) -> None:
    if not _is_manager(interaction):
        raise app_commands.MissingPermissions(["manage_guild"])


def _is_manager(interaction: discord.Interaction) -> bool:
    return interaction.permissions.manage_guild


def _check_rights(channel: discord.abc.GuildChannel, rights: Iterable[str], say: Texts) -> None:
    """Raises MemberError ``bot_rights`` when the bot lacks a right in a channel."""
    granted = channel.permissions_for(channel.guild.me)
    for right in rights:
        if not getattr(granted, right):
            raise MemberError("bot_rights", right=say(f"right.{right}"), channel=channel.mention)


async def _make_tags(forum: discord.ForumChannel, say: Texts, topics: list[str]) -> dict[str, int]:
    """Make the tags that are missing, found by name, and return the id of each that was asked for.

    Status tags are moderated: only the bot and moderators set them. Raises MemberError
    ``too_many_tags`` when the forum has no room for them.
    """
    status = [say(f"tag.{name}") for name in _STATUS]
    known = {tag.name.casefold() for tag in forum.available_tags}
    new = [discord.ForumTag(name=name, moderated=True) for name in status if name.casefold() not in known]
    new += [discord.ForumTag(name=name) for name in topics if name.casefold() not in known]
    if len(forum.available_tags) + len(new) > _TAGS_MAX:
        raise MemberError("too_many_tags", forum=forum.mention, limit=_TAGS_MAX)
    edited = await forum.edit(available_tags=[*forum.available_tags, *new]) if new else None
    ids = {tag.name.casefold(): tag.id for tag in (edited or forum).available_tags}
    return {name: ids[name.casefold()] for name in (*status, *topics)}


async def _rename_status_tags(forum: discord.ForumChannel, status: StatusTags, say: Texts) -> None:
    """Call the status tags of a forum by their names in another language; they stay the same tags."""
    ids = (status.unanswered, status.answered, status.coach, status.solved)
    names = {tag_id: say(f"tag.{name}") for tag_id, name in zip(ids, _STATUS, strict=True)}
    tags: list[discord.ForumTag] = []
    for tag in forum.available_tags:
        shown = discord.ForumTag(name=names.get(tag.id, tag.name), emoji=tag.emoji, moderated=tag.moderated)
        shown.id = tag.id
        tags.append(shown)
    await forum.edit(available_tags=tags)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Admin(bot))
