"""What goes wrong in the bot while it is rehearsed, counted for the page."""

from __future__ import annotations

import logging
from collections import deque

from discord import app_commands

from bot.errors import MemberError
from bot.reporting import unwrapped

_REMEMBERED = 50
_MEANT = (MemberError, app_commands.CheckFailure)


class Faults(logging.Handler):
    """Listens to the log, from whatever thread: an error there is a fault of the bot."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self._logged: deque[BaseException] = deque(maxlen=_REMEMBERED)
        self.count = 0
        self.last: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            error = unwrapped(error)
            self._logged.append(error)
        self.count += 1
        self.last = f"{type(error).__name__}: {error}" if error else record.getMessage()

    def is_news(self, error: BaseException) -> bool:
        """Whether an error that simcord caught is neither in the log yet nor meant for a member."""
        error = unwrapped(error)
        return not isinstance(error, _MEANT) and not any(known is error for known in self._logged)
