"""The channel list and the opened channel, as one person sees them."""

from __future__ import annotations

from typing import Any

import discord
from simcord.backend.models import Channel, Message
from simcord.components import walk_components
from simcord.enums import ChannelType

from bot.play.patch_forums import settings_of, tag_required
from bot.play.view_people import user_view
from bot.play.viewer import Viewer

_KINDS = {
    ChannelType.TEXT: "text",
    ChannelType.NEWS: "news",
    ChannelType.VOICE: "voice",
    ChannelType.STAGE_VOICE: "voice",
    ChannelType.FORUM: "forum",
    ChannelType.PUBLIC_THREAD: "thread",
    ChannelType.PRIVATE_THREAD: "thread",
    ChannelType.DM: "dm",
}
_PINNED = discord.ChannelFlags(pinned=True).value
_EXCERPT = 160

ReadMarks = dict[int, int]
"""The newest message that a person has seen, by channel."""


def tree_view(viewer: Viewer, marks: ReadMarks, opened_id: int | None) -> list[dict[str, Any]]:
    """The channels by category, those without one first, each with the threads worth listing under it."""
    channels = [viewer.backend.channels[channel_id] for channel_id in viewer.guild.channel_ids]
    channels.sort(key=lambda channel: (_KINDS.get(ChannelType(channel.type)) == "voice", channel.position))
    groups: list[Channel | None] = [None]
    groups += sorted(
        (channel for channel in channels if channel.type == ChannelType.CATEGORY),
        key=lambda channel: channel.position,
    )
    listed = [channel for channel in channels if channel.type in _KINDS and viewer.enters(channel.id)]
    tree: list[dict[str, Any]] = []
    for group in groups:
        group_id = group.id if group else None
        inside = [channel for channel in listed if channel.parent_id == group_id]
        if inside:
            tree.append(
                {
                    "id": str(group_id) if group_id else None,
                    "name": group.name if group else None,
                    "channels": [_entry_view(viewer, marks, channel, opened_id) for channel in inside],
                }
            )
    return tree


def _entry_view(viewer: Viewer, marks: ReadMarks, channel: Channel, opened_id: int | None) -> dict[str, Any]:
    threads = threads_of(viewer, channel)
    forum = channel.type == ChannelType.FORUM
    listed = [
        thread
        for thread in threads
        if thread.id == opened_id
        or (_is_active(thread) and (not forum or viewer.id in thread.thread_members))
    ]
    view = {
        **_summary(channel),
        **_news(viewer, marks, channel),
        "threads": [{**_summary(thread), **_news(viewer, marks, thread)} for thread in listed],
    }
    if forum:
        view["unread"] = any(_news(viewer, marks, thread)["unread"] for thread in threads)
    return view


def direct_view(viewer: Viewer, marks: ReadMarks, channel: Channel) -> dict[str, Any]:
    """The person's direct messages with the bot, as an entry of the list."""
    bot = viewer.backend.bot_user
    name = viewer.name(bot.id)
    return {**_summary(channel), **_news(viewer, marks, channel), "name": name, "threads": []}


def _summary(channel: Channel) -> dict[str, Any]:
    meta = channel.thread_metadata
    return {
        "id": str(channel.id),
        "name": channel.name,
        "kind": _KINDS[ChannelType(channel.type)],
        "private": channel.type == ChannelType.PRIVATE_THREAD,
        "archived": bool(meta and meta.archived),
        "locked": bool(meta and meta.locked),
    }


def _is_active(thread: Channel) -> bool:
    return thread.thread_metadata is not None and not thread.thread_metadata.archived


def thread_names(viewer: Viewer) -> dict[str, str | None]:
    """The names of all threads that this person may see, for mentions of those his list leaves out."""
    threads = (viewer.backend.channels.get(thread_id) for thread_id in viewer.guild.thread_ids)
    return {str(thread.id): thread.name for thread in threads if thread and viewer.enters(thread.id)}


def threads_of(viewer: Viewer, parent: Channel) -> list[Channel]:
    """The threads or posts of a channel that this person may see, oldest first."""
    threads = (viewer.backend.channels.get(thread_id) for thread_id in viewer.guild.thread_ids)
    return [
        thread for thread in threads if thread and thread.parent_id == parent.id and viewer.enters(thread.id)
    ]


def _news(viewer: Viewer, marks: ReadMarks, channel: Channel) -> dict[str, Any]:
    unread = viewer.unread(channel, marks.get(channel.id, 0))
    direct = channel.type == ChannelType.DM
    return {
        "unread": bool(unread),
        "pings": sum(direct or viewer.is_called_by(message) for message in unread),
    }


def opened_view(viewer: Viewer, marks: ReadMarks, channel: Channel) -> dict[str, Any]:
    """The head of the opened channel, and what its kind adds; its messages are a matter of their own."""
    parent = viewer.backend.channels.get(channel.parent_id) if channel.parent_id else None
    view = {
        **_summary(channel),
        "topic": channel.topic,
        "parent": {"id": str(parent.id), "name": parent.name, "kind": _KINDS[ChannelType(parent.type)]}
        if parent and channel.is_thread
        else None,
        **_writing(viewer, channel),
    }
    if channel.is_thread and parent:
        view["tags"] = _tags_of(parent, channel)
        view["members"] = [user_view(viewer.backend, viewer.guild, user) for user in channel.thread_members]
    if channel.type == ChannelType.FORUM:
        view["forum"] = _forum_view(viewer, marks, channel)
    return view


def _writing(viewer: Viewer, channel: Channel) -> dict[str, Any]:
    if channel.guild_id is None:
        return {"writable": True, "notice": None, "reactable": True}
    permissions = discord.Permissions(
        viewer.backend.compute_permissions(channel.guild_id, viewer.id, channel.id)
    )
    allowed = permissions.send_messages_in_threads if channel.is_thread else permissions.send_messages
    meta = channel.thread_metadata
    archived = bool(meta and meta.archived)
    notice = None
    if meta and meta.locked:
        notice = "Tråden er låst. Kun moderatorer kan skrive her."
        allowed = allowed and permissions.manage_threads
    elif archived:
        notice = "Tråden er arkiveret. Den åbner igen, når nogen skriver."
    elif not allowed:
        notice = "Du har ikke lov til at skrive i denne kanal."
    return {
        "writable": allowed and channel.type not in (ChannelType.VOICE, ChannelType.STAGE_VOICE),
        "notice": notice,
        "reactable": permissions.add_reactions and not archived,
    }


def _tags_of(forum: Channel, thread: Channel) -> list[dict[str, Any]]:
    return [_tag_view(tag) for tag in forum.available_tags if int(tag["id"]) in thread.applied_tags]


def _tag_view(tag: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(tag["id"]), "name": tag["name"], "emoji": tag.get("emoji_name")}


def _forum_view(viewer: Viewer, marks: ReadMarks, forum: Channel) -> dict[str, Any]:
    posts = threads_of(viewer, forum)
    posts.sort(key=lambda post: (_is_pinned(post), _is_active(post), post.last_message_id or 0), reverse=True)
    return {
        "tags": [_tag_view(tag) for tag in forum.available_tags],
        "tag_required": tag_required(forum),
        "posts": [_post_view(viewer, marks, forum, post) for post in posts],
    }


def _is_pinned(post: Channel) -> bool:
    return bool(int(settings_of(post).get("flags") or 0) & _PINNED)


def _post_view(viewer: Viewer, marks: ReadMarks, forum: Channel, post: Channel) -> dict[str, Any]:
    messages = viewer.messages(post)
    starter = next((message for message in messages if message.id == post.id), None)
    return {
        **_summary(post),
        "tags": _tags_of(forum, post),
        "pinned": _is_pinned(post),
        "author": user_view(viewer.backend, viewer.guild, post.owner_id or 0),
        "excerpt": _excerpt(starter),
        "messages": sum(message.id != post.id for message in messages),
        "time": messages[-1].timestamp if messages else None,
        "unread": _news(viewer, marks, post)["unread"],
        "reactions": [
            {"emoji": reaction.emoji, "count": len(reaction.user_ids)}
            for reaction in (starter.reactions if starter else [])
        ],
    }


def _excerpt(message: Message | None) -> str:
    if message is None:
        return ""
    texts = [message.content, *(str(embed.get("description") or "") for embed in message.embeds)]
    texts += [str(component.get("content") or "") for component in walk_components(message.components)]
    return next((text[:_EXCERPT] for text in texts if text), "")
