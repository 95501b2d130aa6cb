"""What each person can reach: the point of these tests is what *others* can see."""

import base64
import json
from typing import Any

import discord
from simcord.backend import serializers
from simcord.backend.access import channel_accessible, message_accessible
from simcord.backend.models import Channel

from tests.sim.server import Server

OTHERS = ("Malik", "Søren", "Bilal", "Mette", "Karen")
_EPHEMERAL = 1 << 6
# To the bot alone, and the list of members, which everyone has.
_NOT_FOR_OTHERS = ("INTERACTION_CREATE", "GUILD_CREATE", "GUILD_MEMBER_ADD")


def reach(server: Server, name: str, *, but_not_of: int | None = None) -> str:
    """Everything a person (or a modified client of his) can reach, as one searchable text.

    ``but_not_of`` leaves out what that member wrote, joined or reacted to himself.
    """
    viewer = server.person(name)
    backend = server.env.backend
    parts: list[Any] = []
    for channel in list(backend.channels.values()):
        if channel.guild_id == viewer.guild.id and channel_accessible(backend, channel.id, viewer.id):
            parts += [serializers.channel_payload(backend, channel), _thread_members(channel, but_not_of)]
            parts += _messages(server, channel, viewer.id, but_not_of)
    if "view_audit_log" in _rights(server, viewer.id):
        guild = backend.get_guild(viewer.guild.id)
        parts.append(serializers.audit_log_payload(backend, guild.audit_log_entries))
    return json.dumps(parts, default=str, ensure_ascii=False)


def traffic(server: Server) -> str:
    """Everything the bot sent to Discord for others to see, and the events that came of it."""
    parts: list[Any] = [
        [request.method, request.path, request.json, request.reason]
        for request in server.env.http_requests
        # Answers to one member; `public_answers` finds those that were not for him alone.
        if not request.path.startswith(("/interactions/", "/webhooks/"))
    ]
    for kind, event, payload in server.env.backend.transcript:
        if kind != "GATEWAY" or event in _NOT_FOR_OTHERS:
            continue
        if not int(payload.get("flags") or 0) & _EPHEMERAL:
            parts.append([event, payload])
    return json.dumps(parts, default=str, ensure_ascii=False)


def public_answers(server: Server) -> list[Any]:
    """Answers to interactions that anyone but the one who acted could see: there may be none."""
    messages = [m for channel in server.env.backend.messages.values() for m in channel.values()]
    return [message for message in messages if message.interaction_metadata and not message.is_ephemeral]


def traces(server: Server, name: str) -> list[str]:
    """Every form in which a member's identity could stand somewhere."""
    member = server.person(name)
    number = member.id.to_bytes(8)
    encoded = (base64.b64encode(raw).decode().rstrip("=") for raw in (number, number[::-1]))
    url_safe = (base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in (number, number[::-1]))
    record = server.env.backend.get_guild(member.guild.id).members[member.id]
    names = [member.name, member.user.global_name or "", record.nick or ""]
    text_id = base64.b64encode(str(member.id).encode()).decode().rstrip("=")
    found = [str(member.id), f"{member.id:x}", number[::-1].hex(), text_id, *encoded, *url_safe, *names]
    return [trace for trace in found if trace]


def found_in(text: str, forms: list[str]) -> list[str]:
    """Which of the forms stand in a text, whatever their case."""
    folded = text.casefold()
    return [form for form in forms if form.casefold() in folded]


def assert_unseen(server: Server, asker: str = "Jonas", others: tuple[str, ...] = OTHERS) -> None:
    """Nobody else can reach anything that tells who asked. Raises AssertionError."""
    forms = traces(server, asker)
    for name in others:
        assert not found_in(reach(server, name), forms), f"{name} can find {asker}"
    assert not found_in(traffic(server), forms), f"the bot's traffic names {asker}"
    assert not found_in(server.logs.text, forms), f"the log names {asker}"
    assert not public_answers(server)
    asker_id = server.person(asker).id
    for channel in server.env.backend.channels.values():
        assert asker_id not in channel.thread_members, f"{asker} is in the thread {channel.name}"


def _thread_members(channel: Channel, but_not_of: int | None) -> list[Any]:
    return [
        serializers.thread_member_payload(channel, user_id)
        for user_id in channel.thread_members
        if user_id != but_not_of
    ]


def _messages(server: Server, channel: Channel, viewer_id: int, but_not_of: int | None) -> list[Any]:
    backend = server.env.backend
    shown: list[Any] = []
    for message in backend.messages.get(channel.id, {}).values():
        if message.author_id == but_not_of:
            continue
        if message_accessible(backend, channel.id, message, viewer_id):
            shown.append(serializers.message_payload(backend, message, for_user=viewer_id))
            shown += [
                [reaction.emoji, [user for user in reaction.user_ids if user != but_not_of]]
                for reaction in message.reactions
            ]
    return shown


def _rights(server: Server, user_id: int) -> set[str]:
    backend = server.env.backend
    value = backend.compute_permissions(server.world.guild.id, user_id, None)
    return {name for name, granted in discord.Permissions(value) if granted}
