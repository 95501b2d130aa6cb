"""Messages as one person sees them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from simcord.backend.models import Channel, Message
from simcord.components import walk_components
from simcord.enums import ComponentType, MessageType

from bot.play.files import SHOWN_TYPES
from bot.play.view_commands import localized_name
from bot.play.view_people import user_view
from bot.play.viewer import Viewer
from bot.play.wire import part, rows

_SHOWN_AT_ONCE = 100
_LOADING = 1 << 7
_SUPPRESS_EMBEDS = 1 << 2

_SYSTEM_TEXTS = {
    MessageType.CHANNEL_NAME_CHANGE: "har ændret kanalens navn.",
    MessageType.PINS_ADD: "har fastgjort en besked i kanalen.",
    MessageType.NEW_MEMBER: "er kommet ind på serveren.",
    MessageType.THREAD_CREATED: "har startet en tråd:",
}
_CONVERSATION = {
    MessageType.DEFAULT,
    MessageType.REPLY,
    MessageType.CHAT_INPUT_COMMAND,
    MessageType.CONTEXT_MENU_COMMAND,
}


def messages_view(viewer: Viewer, channel: Channel) -> list[dict[str, Any]]:
    """The newest messages of a channel, oldest first."""
    return [message_view(viewer, message) for message in viewer.messages(channel)[-_SHOWN_AT_ONCE:]]


def message_view(viewer: Viewer, message: Message) -> dict[str, Any]:
    """One message."""
    author = user_view(viewer.backend, viewer.guild, message.author_id)
    if message.author_name:
        author |= {"name": message.author_name, "initial": message.author_name[0].upper()}
    return {
        "id": str(message.id),
        "author": author,
        "time": message.timestamp,
        "edited": message.edited_timestamp is not None,
        "content": message.content,
        "system": _system_text(viewer, message),
        "ephemeral": message.is_ephemeral,
        "loading": bool(message.flags & _LOADING),
        "mine": message.author_id == viewer.id,
        "pings": viewer.is_called_by(message),
        "pinned": message.pinned,
        "reply": _reply_view(viewer, message),
        "invoked": _invocation_view(viewer, message),
        "embeds": []
        if message.flags & _SUPPRESS_EMBEDS
        else [_embed_view(viewer, embed, message.attachments) for embed in message.embeds],
        "components": _components_view(viewer, message),
        "attachments": _attachments_view(viewer, message),
        "reactions": [_reaction_view(viewer, reaction) for reaction in message.reactions],
        "thread": _thread_view(viewer, message),
    }


def _system_text(viewer: Viewer, message: Message) -> str | None:
    kind = MessageType(message.type)
    if kind in _CONVERSATION:
        return None
    text = _SYSTEM_TEXTS.get(kind, message.content)
    if kind == MessageType.THREAD_CREATED and message.system_metadata:
        thread = viewer.backend.channels.get(message.system_metadata.channel_id or 0)
        return f"{text} {thread.name if thread else 'slettet tråd'}"
    return text


def _reply_view(viewer: Viewer, message: Message) -> dict[str, Any] | None:
    if message.reference is None or message.type != MessageType.REPLY:
        return None
    target_id = int(message.reference["message_id"])
    target = viewer.backend.messages.get(message.channel_id, {}).get(target_id)
    if target is None or not viewer.sees(target):
        return {"id": None, "author": None, "text": "Beskeden er slettet"}
    return {
        "id": str(target.id),
        "author": user_view(viewer.backend, viewer.guild, target.author_id),
        "text": target.content or "Klik for at se beskeden",
    }


def _invocation_view(viewer: Viewer, message: Message) -> dict[str, Any] | None:
    """Whose command, button or form the bot answered with this message. Discord tells everyone who can see
    the message, so the rehearsal shows it too."""
    metadata = message.interaction_metadata
    if metadata is None:
        return None
    name = metadata.get("name")
    kinds = {2: "command", 3: "component", 5: "form"}
    command = viewer.backend.find_command(
        str(name), viewer.guild.id, type=int(metadata.get("command_type") or 1)
    )
    return {
        "kind": kinds.get(int(metadata["type"]), "component"),
        "user": user_view(viewer.backend, viewer.guild, int(metadata["user"]["id"])),
        "command": localized_name(command, viewer.locale) if command else name,
        "slash": int(metadata.get("command_type") or 1) == 1,
    }


def _embed_view(viewer: Viewer, embed: dict[str, Any], attachments: list[dict[str, Any]]) -> dict[str, Any]:
    seen = deepcopy(embed)
    for name in ("image", "thumbnail"):
        seen[name] = viewer.files.media(part(embed, name).get("url"), attachments)
    for name in ("author", "footer"):
        if seen.get(name):
            seen[name]["icon"] = viewer.files.media(seen[name].get("icon_url"), attachments)
    return seen


def _components_view(viewer: Viewer, message: Message) -> list[dict[str, Any]]:
    components = deepcopy(message.components)
    for component in walk_components(components):
        holders = {
            ComponentType.THUMBNAIL: [component],
            ComponentType.MEDIA_GALLERY: rows(component, "items"),
        }.get(component["type"], [])
        for holder in holders:
            holder["media"] = viewer.files.media(holder["media"].get("url"), message.attachments)
        if component["type"] == ComponentType.FILE:
            component["file"] = viewer.files.media(component["file"].get("url"), message.attachments)
    return components


def _attachments_view(viewer: Viewer, message: Message) -> list[dict[str, Any]]:
    """The attachments that Discord lists on their own: not those shown inside an embed or a component."""
    if any(component["type"] > ComponentType.CHANNEL_SELECT for component in message.components):
        return []
    inside = {
        str(part(embed, name).get("url")) for embed in message.embeds for name in ("image", "thumbnail")
    }
    return [
        {
            "name": file["filename"],
            "size": file["size"],
            "description": file.get("description"),
            "path": viewer.files.path(file["url"]),
            "image": file["content_type"] in SHOWN_TYPES,
        }
        for file in message.attachments
        if not inside & {f"attachment://{file['filename']}", file["url"]}
    ]


def _reaction_view(viewer: Viewer, reaction: Any) -> dict[str, Any]:
    return {
        "emoji": reaction.emoji,
        "count": len(reaction.user_ids),
        "me": viewer.id in reaction.user_ids,
        "users": [viewer.name(user_id) for user_id in reaction.user_ids],
    }


def _thread_view(viewer: Viewer, message: Message) -> dict[str, Any] | None:
    """The thread that was started from this message (a forum post's first message lies inside its own)."""
    target = message.id
    if message.type == MessageType.THREAD_CREATED and message.system_metadata:
        target = message.system_metadata.channel_id or target
    thread = viewer.backend.channels.get(target)
    if thread is None or thread.id == message.channel_id or not viewer.enters(thread.id):
        return None
    return {"id": str(thread.id), "name": thread.name, "messages": thread.message_count}
