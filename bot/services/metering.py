"""How often seals are opened, and for what: a number that somebody can read in the log."""

import logging
from collections import Counter

from bot.services.identity import Identity, Purpose

_log = logging.getLogger(__name__)


class MeteringService:
    """Writes one line for the openings since the last one."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._written: Counter[Purpose] = Counter()

    async def write(self) -> None:
        """Write the line; none when nothing was opened."""
        openings = self._identity.openings
        since, self._written = openings - self._written, openings
        if since:
            _log.info("seals opened: %s", ", ".join(f"{one} {since[one]}" for one in Purpose if since[one]))
