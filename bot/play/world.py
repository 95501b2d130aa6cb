"""A small server to rehearse in: channels, people, and (furnished) a first few questions."""

from dataclasses import dataclass, field

import discord
import simcord
from simcord import ChannelHandle, GuildHandle, MemberActor, RoleHandle
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot import permissions
from bot.play.driver import Driver

FORUM_LIFE = "livet"
FORUM_SCHOOL = "skole-og-job"
COACH_CHANNEL = "coach-rum"
LOBBY = "omklædningsrum"
STAFF = "moderatorer"

BOYS = ("Jonas", "Malik", "Emil", "Oliver", "Noah")
COACHES = ("Søren", "Bilal")
MODERATORS = ("Mette", "Lars")


@dataclass
class World:
    """The simulated server and everyone in it."""

    env: simcord.Env
    guild: GuildHandle
    channels: dict[str, ChannelHandle] = field(default_factory=dict[str, ChannelHandle])
    people: dict[str, MemberActor] = field(default_factory=dict[str, MemberActor])
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def driver(self, name: str) -> Driver:
        """Someone's hands: what he does, the bot sees."""
        return Driver(self.env, self.people[name])


def build(env: simcord.Env) -> World:
    """A bare server: channels, roles and people, and the bot with exactly the rights it asks for."""
    guild = env.create_guild("MitAssist øveserver", preferred_locale="da")
    world = World(env, guild)
    env.backend.bot_user.name = "MitAssist"
    _limit_bot(world)
    everyone = guild.default_role
    hidden = discord.PermissionOverwrite(view_channel=False)
    seen = discord.PermissionOverwrite(view_channel=True)
    boy = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
        add_reactions=True,
        use_application_commands=True,
    )
    everyone._role.permissions = boy.value  # pyright: ignore[reportPrivateUsage]
    coach_role = guild.create_role("Coach")
    moderator_role = guild.create_role(
        "Moderator",
        permissions=discord.Permissions(
            boy.value,
            moderate_members=True,
            manage_messages=True,
            manage_threads=True,
            view_audit_log=True,
        ),
    )
    manager_role = guild.create_role(
        "Leder", permissions=discord.Permissions(boy.value, manage_guild=True, view_audit_log=True)
    )
    bot_role = guild.roles[_bot_role_name(world)]
    talk = guild.create_category("Mødestedet")
    world.channels[LOBBY] = guild.create_text_channel(LOBBY, category=talk)
    for name in (FORUM_LIFE, FORUM_SCHOOL):
        world.channels[name] = _question_forum(world, name, bot_role)
    crew = guild.create_category("Holdet")
    world.channels[COACH_CHANNEL] = guild.create_text_channel(
        COACH_CHANNEL,
        category=crew,
        overwrites={everyone: hidden, coach_role: seen, manager_role: seen, bot_role: seen},
    )
    world.channels[STAFF] = guild.create_text_channel(
        STAFF,
        category=crew,
        overwrites={everyone: hidden, moderator_role: seen, manager_role: seen, bot_role: seen},
    )
    for name in BOYS:
        _add(world, name, "Dreng")
    for name in COACHES:
        _add(world, name, "Coach", coach_role)
    for name in MODERATORS:
        _add(world, name, "Moderator", moderator_role)
    _add(world, "Karen", "Leder", manager_role)
    return world


async def set_up(world: World) -> None:
    """What a manager does once: forums, topics, the channels of coaches and moderators, two coaches."""
    manager = world.driver("Karen")
    staff = world.channels[STAFF]
    await manager.slash(
        staff,
        "admin forum add",
        channel=world.channels[FORUM_LIFE],
        topics="Piger, Krop og udseende, Hjemme, Venner",
    )
    await manager.slash(
        staff, "admin forum add", channel=world.channels[FORUM_SCHOOL], topics="Skole, Job, Penge"
    )
    await manager.slash(staff, "admin coach channel", channel=world.channels[COACH_CHANNEL])
    await manager.slash(staff, "admin staff channel", channel=staff)
    await manager.add_coach(
        staff,
        world.people["Søren"],
        age="34",
        topics="Skole, druk, at starte forfra",
        experience="Droppede ud af gymnasiet to gange og drak for meget. Er tømrer i dag og har to børn.",
    )
    await manager.add_coach(
        staff,
        world.people["Bilal"],
        age="41",
        topics="Familie, kærester, penge",
        experience="Voksede op med en far, der ikke var der. Har været igennem en skilsmisse.",
    )


async def furnish(world: World) -> None:
    """A few questions and answers, so that the server is alive when a newcomer opens it."""
    lobby = world.channels[LOBBY]
    emil, noah, oliver = (world.driver(name) for name in ("Emil", "Noah", "Oliver"))
    first = await emil.ask(
        lobby,
        topic="Piger",
        title="Hun ser mine beskeder, men svarer ikke",
        body="Vi skrev sammen hver dag i en måned. Nu ser hun dem bare. Skal jeg spørge hende igen?",
    )
    second = await noah.ask(
        lobby,
        topic="Skole",
        title="Jeg er bagud i alt",
        body="Har ikke afleveret noget siden efterårsferien. Hvor starter man, når man er langt nede?",
    )
    await oliver.answer(
        first,
        "Spørg hende én gang, direkte. Svarer hun ikke, så ved du det. Det tog mig et halvt år at lære.",
        name="Nordlys",
    )
    await noah.actor.send(first, "Været der. Lad hende være en uge og lav noget andet imens.")
    await emil.give_by_button(first)
    await oliver.answer(
        second, "Tag én aflevering. Den korteste. Send den i dag, og sig til læreren, at du er i gang."
    )


def _add(world: World, name: str, label: str, *roles: RoleHandle) -> None:
    user = world.env.create_user(name.lower(), global_name=name)
    world.people[name] = world.guild.add_member(user, roles=roles)
    world.labels[name] = label


def _question_forum(world: World, name: str, bot_role: RoleHandle) -> ChannelHandle:
    """A forum where only the bot opens posts: a boy who could would do it under his own name."""
    forum = world.guild.create_forum_channel(name)
    only_bot = {
        world.guild.default_role: discord.PermissionOverwrite(send_messages=False),
        bot_role: discord.PermissionOverwrite(send_messages=True),
    }
    for role, overwrite in only_bot.items():
        allow, deny = overwrite.pair()
        world.env.backend.set_overwrite(
            forum.id, Overwrite(role.id, OverwriteType.ROLE, allow=allow.value, deny=deny.value)
        )
    return forum


def _bot_role_name(world: World) -> str:
    backend = world.env.backend
    guild = backend.get_guild(world.guild.id)
    (role_id,) = guild.members[backend.bot_user.id].role_ids
    return guild.roles[role_id].name


def _limit_bot(world: World) -> None:
    """Give the bot what the invite link asks for and nothing else."""
    backend = world.env.backend
    guild = backend.get_guild(world.guild.id)
    (role_id,) = guild.members[backend.bot_user.id].role_ids
    guild.roles[role_id].permissions = permissions.needed().value
