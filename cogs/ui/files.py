"""Files that the bot sends."""

from typing import Any

import discord


class OutgoingFile(discord.File):
    """A file whose number goes as a text: Discord documents no other form, discord.py sends an integer."""

    def to_dict(self, index: int) -> dict[str, Any]:
        """What describes it in the message."""
        return super().to_dict(index) | {"id": str(index)}
