"""Every patch of the simulator: it does what Discord does, and what it replaces is still there."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, cast

import discord
import pytest
import simcord
from discord import app_commands
from discord.ext import commands
from simcord.backend.errors import BackendError
from simcord.backend.models import Channel

from bot.play import patching, simulator

simulator.apply()


class Listener(commands.Bot):
    """A bot that remembers what Discord told it."""

    def __init__(self) -> None:
        super().__init__(command_prefix=commands.when_mentioned, intents=discord.Intents.default())
        self.reactions: list[discord.RawReactionActionEvent] = []
        self.locales: list[tuple[discord.Locale, discord.Locale | None]] = []

    async def setup_hook(self) -> None:
        """Offer one command."""

        @app_commands.command(name="hej", description="Sig hej")
        async def hello(interaction: discord.Interaction[Any]) -> None:
            self.locales.append((interaction.locale, interaction.guild_locale))
            await interaction.response.send_message("hej")

        self.tree.add_command(cast("Any", hello))
        await self.tree.sync()

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Remember who reacted."""
        self.reactions.append(event)


@dataclass
class World:
    """A server with a channel, a forum and a member; the bot has the permissions named by the test."""

    env: simcord.Env
    bot: Listener
    guild: simcord.GuildHandle
    boy: simcord.MemberActor

    @property
    def server(self) -> discord.Guild:
        """The server as the bot has it."""
        found = self.bot.get_guild(self.guild.id)
        assert found is not None
        return found

    @property
    def talk(self) -> simcord.ChannelHandle:
        """The text channel."""
        return self.guild.channels["snak"]

    @property
    def bots_talk(self) -> discord.TextChannel:
        """The text channel as the bot has it."""
        return cast("discord.TextChannel", self.bot.get_channel(self.talk.id))

    def stored(self, channel_id: int) -> Channel:
        """A channel as Discord has it."""
        return self.env.backend.channels[channel_id]

    def handle(self, channel_id: int) -> simcord.ChannelHandle:
        """A channel for the member to act in."""
        return simcord.ChannelHandle(self.env, self.guild, self.stored(channel_id))

    async def forum(self, **options: Any) -> discord.ForumChannel:
        """A forum made by the bot."""
        return await self.server.create_forum("spørgsmål", **options)

    def limit_bot(self, **permissions: bool) -> None:
        """Take everything from the bot but these permissions."""
        guild = self.env.backend.guilds[self.guild.id]
        for role_id in guild.members[self.env.backend.bot_user.id].role_ids:
            guild.roles[role_id].permissions = discord.Permissions(**permissions).value


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    """A started environment with a small server."""
    bot = Listener()
    env = simcord.Env(bot)
    await env.start()
    guild = env.create_guild("MitAssist")
    boy = guild.add_member(env.create_user("mikkel"))
    guild.create_text_channel("snak")
    await env.settle()
    yield World(env, bot, guild, boy)
    await env.shutdown()
    await bot.close()


def test_the_patches_fit_this_version() -> None:
    """Whoever raises the pin reads bot/play/simulator.py first."""
    assert version("simcord") == "3.2.1"


def test_applying_twice_changes_nothing() -> None:
    before = simcord.MemberActor.send
    simulator.apply()
    assert simcord.MemberActor.send is before


def test_a_part_that_is_gone_is_an_error() -> None:
    class Owner:
        pass

    def build(stock: Any) -> Any:
        return stock

    with pytest.raises(simulator.SimulatorChangedError):
        patching.wrap(Owner, "gone", build)
    with pytest.raises(simulator.SimulatorChangedError):
        patching.wrap_route("GET", "/no/such/route", build)


async def test_a_posts_thread_and_first_message_share_their_id(world: World) -> None:
    forum = await world.forum()
    post = await forum.create_thread(name="Titel", content="Tekst")
    assert post.thread.id == post.message.id
    assert post.thread.parent_id == forum.id
    assert world.stored(post.thread.id).message_count == 0
    await post.thread.send("svar")
    assert world.stored(post.thread.id).message_count == 1


async def test_a_forum_is_made_with_all_its_settings(world: World) -> None:
    forum = await world.forum(
        available_tags=[discord.ForumTag(name="Ubesvaret", emoji="❓"), discord.ForumTag(name="Løst")],
        default_reaction_emoji="🤝",
        default_thread_slowmode_delay=5,
        default_sort_order=discord.ForumOrderType.creation_date,
        default_layout=discord.ForumLayoutType.list_view,
        default_auto_archive_duration=10080,
        topic="Spørg",
    )
    again = await world.bot.fetch_channel(forum.id)
    for seen in (forum, world.bot.get_channel(forum.id), again):
        assert isinstance(seen, discord.ForumChannel)
        assert [tag.name for tag in seen.available_tags] == ["Ubesvaret", "Løst"]
        assert all(tag.id for tag in seen.available_tags)
        assert str(seen.default_reaction_emoji) == "🤝"
        assert seen.default_thread_slowmode_delay == 5
        assert seen.default_sort_order == discord.ForumOrderType.creation_date
        assert seen.default_layout == discord.ForumLayoutType.list_view
        assert seen.topic == "Spørg"


async def test_a_forums_settings_can_be_edited(world: World) -> None:
    forum = await world.forum(available_tags=[discord.ForumTag(name="Gammel")])
    kept = forum.available_tags[0]
    await forum.edit(
        available_tags=[kept, discord.ForumTag(name="Ny")],
        default_reaction_emoji="👍",
        default_layout=discord.ForumLayoutType.gallery_view,
        default_sort_order=discord.ForumOrderType.latest_activity,
        default_thread_slowmode_delay=10,
        require_tag=True,
        name="spørg-her",
    )
    seen = world.bot.get_channel(forum.id)
    assert isinstance(seen, discord.ForumChannel)
    assert [tag.name for tag in seen.available_tags] == ["Gammel", "Ny"]
    assert seen.available_tags[0].id == kept.id
    assert str(seen.default_reaction_emoji) == "👍"
    assert seen.default_layout == discord.ForumLayoutType.gallery_view
    assert seen.default_thread_slowmode_delay == 10
    assert seen.flags.require_tag
    assert seen.name == "spørg-her"


async def test_a_required_tag_is_required(world: World) -> None:
    forum = await world.forum(available_tags=[discord.ForumTag(name="Ubesvaret")])
    await forum.edit(require_tag=True)
    with pytest.raises(discord.HTTPException) as refused:
        await forum.create_thread(name="Titel", content="Tekst")
    assert refused.value.code == 40067
    tagged = await forum.create_thread(name="Titel", content="Tekst", applied_tags=[forum.available_tags[0]])
    with pytest.raises(discord.HTTPException):
        await tagged.thread.edit(applied_tags=[])


async def test_a_member_opens_a_forum_post(world: World) -> None:
    forum = await world.forum(available_tags=[discord.ForumTag(name="Ubesvaret")])
    tag = forum.available_tags[0].id
    thread = await simulator.post_as(world.boy, world.handle(forum.id), "Titel", "Tekst", [tag])
    seen = world.bot.get_channel(thread.id)
    assert isinstance(seen, discord.Thread)
    assert (seen.name, seen.owner_id, [one.id for one in seen.applied_tags]) == ("Titel", world.boy.id, [tag])
    starter = await seen.fetch_message(thread.id)
    assert (starter.content, starter.author.id) == ("Tekst", world.boy.id)


@pytest.mark.parametrize(
    ("title", "tags"), [("", []), ("t" * 101, []), ("Titel", [1]), ("Titel", [1, 2, 3, 4, 5, 6])]
)
async def test_a_bad_post_is_refused(world: World, title: str, tags: list[int]) -> None:
    forum = await world.forum()
    with pytest.raises(BackendError):
        await simulator.post_as(world.boy, world.handle(forum.id), title, "Tekst", tags)
    with pytest.raises(BackendError):
        await simulator.post_as(world.boy, world.talk, "Titel", "Tekst")


async def test_a_locked_thread_is_closed_to_those_without_manage_threads(world: World) -> None:
    thread = await world.bots_talk.create_thread(name="tråd", type=discord.ChannelType.public_thread)
    message = await thread.send("før")
    await thread.edit(locked=True)
    with pytest.raises(BackendError, match="50083"):
        await world.boy.send(world.handle(thread.id), "må jeg?")
    await world.boy.react(world.handle(thread.id).history()[0], "🤝")
    await thread.send("botten må")
    world.limit_bot(view_channel=True, send_messages_in_threads=True, read_message_history=True)
    for attempt in (lambda: thread.send("nu ikke"), lambda: message.edit(content="heller ikke")):
        with pytest.raises(discord.HTTPException) as refused:
            await attempt()
        assert refused.value.code == 50083


async def test_an_archived_thread_is_frozen_until_someone_writes(world: World) -> None:
    thread = await world.bots_talk.create_thread(name="tråd", type=discord.ChannelType.public_thread)
    message = await thread.send("før")
    await thread.edit(archived=True)
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: message.edit(content="nu"),
        lambda: message.add_reaction("🤝"),
        lambda: thread.edit(name="andet"),
        lambda: thread.add_user(discord.Object(world.boy.id)),
    )
    for attempt in attempts:
        with pytest.raises(discord.HTTPException) as refused:
            await attempt()
        assert refused.value.code == 50083
    with pytest.raises(BackendError, match="50083"):
        await world.boy.react(world.handle(thread.id).history()[0], "🤝")
    await world.boy.send(world.handle(thread.id), "jeg åbner den")
    assert not thread.archived
    await thread.edit(archived=True)
    await thread.send("botten åbner den også")
    assert not thread.archived
    await message.delete()


async def test_whoever_writes_in_a_thread_joins_it(world: World) -> None:
    thread = await world.bots_talk.create_thread(name="tråd", type=discord.ChannelType.public_thread)
    assert world.boy.id not in world.stored(thread.id).thread_members
    await world.boy.send(world.handle(thread.id), "hej")
    assert world.boy.id in world.stored(thread.id).thread_members


async def test_editing_a_thread_takes_manage_threads(world: World) -> None:
    forum = await world.forum()
    own = (await forum.create_thread(name="Bottens", content="Tekst")).thread
    foreign_id = (await simulator.post_as(world.boy, world.handle(forum.id), "Drengens", "Tekst")).id
    foreign = cast("discord.Thread", world.bot.get_channel(foreign_id))
    world.limit_bot(view_channel=True, send_messages_in_threads=True)
    await own.edit(name="Nyt navn", archived=True)
    await own.edit(archived=False)
    for attempt in (lambda: own.edit(locked=True), lambda: foreign.edit(name="Mit nu")):
        with pytest.raises(discord.Forbidden):
            await attempt()
    world.limit_bot(view_channel=True, manage_threads=True)
    await foreign.edit(name="Mit nu", locked=True, pinned=True)
    seen = cast("discord.Thread", world.bot.get_channel(foreign_id))
    assert (seen.name, seen.locked, seen.flags.pinned) == ("Mit nu", True, True)
    entry = world.guild.audit_log()[-1]
    assert entry.action_type == discord.AuditLogAction.thread_update.value


async def test_nobody_hears_of_a_private_thread(world: World) -> None:
    await world.bots_talk.create_thread(name="hemmelig", type=discord.ChannelType.private_thread)
    assert world.talk.history() == []
    await world.bots_talk.create_thread(name="åben", type=discord.ChannelType.public_thread)
    assert len(world.talk.history()) == 1


async def test_a_reaction_says_who_wrote_the_message(world: World) -> None:
    message = await world.boy.send(world.talk, "hej")
    await world.boy.react(message, "🤝")
    assert [event.message_author_id for event in world.bot.reactions] == [world.boy.id]


async def test_closed_direct_messages_are_refused(world: World) -> None:
    line = direct_line(world, world.boy.id)
    await line.send("når frem")
    simulator.dm_blocked(world.env).add(world.boy.id)
    with pytest.raises(discord.Forbidden) as refused:
        await line.send("når ikke frem")
    assert refused.value.code == 50007


async def test_strangers_cannot_be_written_to(world: World) -> None:
    stranger = world.env.create_user("fremmed")
    with pytest.raises(discord.Forbidden) as refused:
        await direct_line(world, stranger.id).send("hej")
    assert refused.value.code == 50007


def direct_line(world: World, user_id: int) -> discord.PartialMessageable:
    """A direct channel that is open already: discord.py asks for a new one against Discord's own document."""
    return world.bot.get_partial_messageable(world.env.backend.get_dm_channel(user_id).id)


async def test_everyones_discord_is_danish_unless_said_otherwise(world: World) -> None:
    await world.boy.slash(world.talk, "hej")
    simulator.actor_locales(world.env)[world.boy.id] = "en-US"
    await world.boy.slash(world.talk, "hej")
    await world.boy.user.slash("hej")
    danish = discord.Locale.danish
    english = discord.Locale.american_english
    assert world.bot.locales == [(danish, danish), (english, danish), (english, None)]


async def test_a_nonce_sends_a_message_only_once(world: World) -> None:
    first = await world.bots_talk.send("hej", nonce="42")
    again = await world.bots_talk.send("hej igen", nonce="42")
    assert (again.id, again.content, again.nonce) == (first.id, "hej", "42")
    other = await world.bots_talk.send("en anden", nonce="43")
    await world.env.advance_time(301)
    later = await world.bots_talk.send("længe efter", nonce="42")
    assert len({first.id, other.id, later.id}) == 3
    await first.delete()


async def test_a_deleted_message_does_not_hold_its_nonce(world: World) -> None:
    first = await world.bots_talk.send("hej", nonce="42")
    await first.delete()
    assert (await world.bots_talk.send("hej", nonce="42")).id != first.id


def test_an_action_does_not_wait_for_long() -> None:
    """Stock looks every 50 ms whether the bot has fallen quiet: most of the time of a test."""
    settle = cast("Any", simcord.Env)._settle_internal
    assert settle.__kwdefaults__["idle"] == 0.001


async def test_time_starts_now_when_asked() -> None:
    bot = Listener()
    env = simcord.Env(bot)
    assert env.now().date() == dt.date(2026, 1, 1)
    simulator.use_wall_clock(env)
    assert abs(env.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
    await bot.close()
