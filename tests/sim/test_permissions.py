"""Who may do what, and what happens where the bot itself may not."""

from collections.abc import Callable
from typing import Any

import discord
import pytest
from simcord import ChannelHandle
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.play.driver import response, text_of
from tests.sim.server import Server, da
from tests.sim.visible import assert_unseen

FOR_ALL = {
    "ask",
    "inbox",
    "assist answer",
    "assist give",
    "leaderboard",
    "profile",
    "coach",
    "line reply",
    "line close",
    "privacy",
    "hotline",
    "mydata export",
    "mydata erase",
}
MODERATION = {"mod hide", "mod restore", "mod reveal", "mod audit verify"}
ADMIN = {
    "admin language",
    "admin forum add",
    "admin forum drop-topic",
    "admin coach add",
    "admin coach remove",
    "admin coach channel",
    "admin staff channel",
}


async def test_each_sees_his_commands(server: Server) -> None:
    for name, commands in (
        ("Malik", FOR_ALL),
        ("Søren", FOR_ALL),
        ("Mette", FOR_ALL | MODERATION),
        ("Karen", FOR_ALL | ADMIN),
    ):
        assert set(server.person(name).available_commands(server.lobby)) == commands


async def test_there_are_no_commands_in_direct_messages(server: Server) -> None:
    for name in ("Malik", "Søren", "Mette", "Karen"):
        assert server.person(name).user.available_commands() == ()


@pytest.mark.parametrize("name", ["Malik", "Søren"])
async def test_commands_shown_to_the_wrong_one_still_refuse(server: Server, name: str) -> None:
    thread = await server.ask()
    open_to_all(server, "mod")
    open_to_all(server, "admin")
    for command in sorted(MODERATION | ADMIN):
        result = await server.hands(name).slash(thread, command, **options(server, command))
        role = da("role.moderator" if command in MODERATION else "role.manager")
        assert text_of(result) == da("error.not_allowed", role=role)
        assert result.ephemeral
        assert result.modal is None
    assert_unseen(server)


async def test_a_form_opened_as_manager_is_refused_to_who_is_none_any_more(server: Server) -> None:
    hands = server.hands("Karen")
    form = await hands.slash(server.staff, "admin coach add", member=server.person("Oliver"))
    member = server.env.backend.get_guild(server.world.guild.id).members[server.person("Karen").id]
    staff_role = server.world.guild.roles["Moderator"].id
    member.role_ids[:] = [staff_role]
    refused = await hands.fill(form, name="Oliver", age="40", topics="Alt", experience="Meget")
    assert da("error.not_allowed", role=da("role.manager")) in text_of(refused)
    assert "Meget" in text_of(refused)


async def test_a_right_that_the_bot_lacks_in_a_forum_is_named(server: Server) -> None:
    school = server.world.channels["skole-og-job"]
    for right in (
        "manage_channels",
        "send_messages",
        "send_messages_in_threads",
        "manage_threads",
        "manage_messages",
        "embed_links",
        "read_message_history",
    ):
        give_back = await take_from_bot(server, right, school)
        told = await server.hands("Karen").slash(
            server.staff, "admin forum add", channel=school, topics="Kost"
        )
        assert text_of(told) == da("error.bot_rights", right=da(f"right.{right}"), channel=school.mention)
        give_back()
    tags = server.env.backend.get_channel(school.id).available_tags
    assert "Kost" not in [tag["name"] for tag in tags]


async def test_a_right_that_the_bot_lacks_in_the_coaches_channel_is_named(server: Server) -> None:
    room = server.coach_room
    for right in (
        "view_channel",
        "create_private_threads",
        "send_messages_in_threads",
        "embed_links",
        "read_message_history",
        "manage_threads",
    ):
        give_back = await take_from_bot(server, right, room)
        told = await server.hands("Karen").slash(server.staff, "admin coach channel", channel=room)
        assert text_of(told) == da("error.bot_rights", right=da(f"right.{right}"), channel=room.mention)
        give_back()


async def test_a_bot_that_may_not_post_keeps_the_question(server: Server) -> None:
    preview = response(await server.preview())
    await take_from_bot(server, "send_messages", server.world.channels["livet"])
    told = await server.hands("Jonas").press(preview, da("ask.publish"))
    assert da("ask.refused") in text_of(told)
    assert server.posts() == []


async def test_a_bot_that_may_not_open_private_threads_calls_nobody(server: Server) -> None:
    thread = await server.ask()
    await take_from_bot(server, "create_private_threads", server.coach_room)
    told = await server.call(thread)
    assert da("coach.not_called", coach="Søren") in text_of(told)
    assert server.cases("Søren") == []


def open_to_all(server: Server, command: str) -> None:
    """A manager shows a command to everyone, as a server's settings let him."""
    registered = server.env.backend.find_command(command, server.world.guild.id)
    assert registered is not None
    server.world.guild.set_command_permissions(int(registered["id"]), {server.world.guild.default_role: True})


def options(server: Server, command: str) -> dict[str, Any]:
    """What the command must be given."""
    given: dict[str, dict[str, Any]] = {
        "admin language": {"language": "en"},
        "admin forum add": {"channel": server.world.channels["livet"], "topics": "Kost"},
        "admin forum drop-topic": {"topic": "x"},
        "admin coach add": {"member": server.person("Oliver")},
        "admin coach remove": {"member": server.person("Søren")},
        "admin coach channel": {"channel": server.lobby},
        "admin staff channel": {"channel": server.lobby},
    }
    return given.get(command, {})


async def take_from_bot(server: Server, right: str, channel: ChannelHandle) -> Callable[[], None]:
    """Someone takes a right away from the bot in a channel; what gives it back."""
    backend = server.env.backend
    (role_id,) = backend.get_guild(server.world.guild.id).members[backend.bot_user.id].role_ids
    flag = discord.Permissions(**{right: True}).value
    known = {overwrite.target_id: overwrite for overwrite in backend.get_channel(channel.id).overwrites}
    allow = known[role_id].allow if role_id in known else 0
    backend.set_overwrite(channel.id, Overwrite(role_id, OverwriteType.ROLE, allow & ~flag, flag))
    await server.env.settle()
    return lambda: backend.set_overwrite(channel.id, Overwrite(role_id, OverwriteType.ROLE, allow, 0))
