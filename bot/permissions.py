"""The rights the bot asks for: exactly what it uses, each with its reason."""

import discord

# right → what it is for, as `check` prints it
NEEDED: dict[str, str] = {
    "view_channel": "see the forums and the coach channel",
    "read_message_history": "find its own messages again after a restart",
    "send_messages": "post questions in the forums",
    "send_messages_in_threads": "post follow-ups and answers",
    "embed_links": "show questions and answers as cards",
    "attach_files": "show the picture of an answer",
    "create_private_threads": "open a private thread for a coach's case",
    "manage_threads": "set status tags, hide and delete questions",
    "manage_messages": "remove an answer written in a thread",
    "manage_channels": "make the topic and status tags of a forum",
}


def needed() -> discord.Permissions:
    """Every right in `NEEDED`."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def missing(granted: discord.Permissions) -> list[str]:
    """The rights that are needed and not granted."""
    if granted.administrator:
        return []
    return [name for name in NEEDED if not getattr(granted, name)]


def invite_link(application_id: int) -> str:
    """The address with which a manager adds the bot to a server."""
    return discord.utils.oauth_url(
        application_id, permissions=needed(), scopes=("bot", "applications.commands")
    )
