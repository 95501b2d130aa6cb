"""One person looking at the simulated Discord: everything that decides what he may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from simcord.backend import Backend
from simcord.backend.access import channel_accessible
from simcord.backend.models import Channel, Guild, Message

from bot.play.files import Files
from bot.play.view_people import display_name


@dataclass(frozen=True)
class Viewer:
    """A person, and what he has put away. Access follows simcord's own rules, those of Discord."""

    backend: Backend
    guild: Guild
    files: Files
    id: int
    dismissed: frozenset[int] = frozenset()

    @property
    def locale(self) -> str:
        """The language of his Discord."""
        return cast("Any", self.backend).actor_locales.get(self.id, "da")

    @property
    def role_ids(self) -> set[int]:
        """His roles, without @everyone."""
        member = self.guild.members.get(self.id)
        return set(member.role_ids if member else [])

    def enters(self, channel_id: int) -> bool:
        """Whether he may see this channel, thread or direct message."""
        return channel_accessible(self.backend, channel_id, self.id)

    def sees(self, message: Message) -> bool:
        """Whether this message is on his screen, given that he may see its channel."""
        return message.visible_to(self.id) and message.id not in self.dismissed

    def messages(self, channel: Channel) -> list[Message]:
        """What he sees in a channel, oldest first."""
        stored = self.backend.messages.get(channel.id, {}).values()
        return sorted((message for message in stored if self.sees(message)), key=lambda message: message.id)

    def unread(self, channel: Channel, mark: int) -> list[Message]:
        """What others have written since the message he saw last."""
        stored = self.backend.messages.get(channel.id, {}).values()
        return [
            message
            for message in stored
            if message.id > mark and message.author_id != self.id and self.sees(message)
        ]

    def is_called_by(self, message: Message) -> bool:
        """Whether the message notifies him: by his name, by one of his roles, or by @everyone."""
        return (
            message.mention_everyone
            or self.id in message.ping_user_ids
            or not self.role_ids.isdisjoint(message.ping_role_ids)
        )

    def name(self, user_id: int) -> str:
        """How this server calls a user."""
        return display_name(self.backend, self.guild, user_id)
