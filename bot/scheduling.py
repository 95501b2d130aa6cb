"""The clockwork: short idempotent sweeps over due rows, each run by APScheduler."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs] # ships none
    AsyncIOScheduler,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sweep:
    """Something that is done again and again; running it twice changes nothing."""

    name: str
    seconds: int
    run: Callable[[], Awaitable[None]]


class Sweeps:
    """Holds the sweeps and runs them."""

    def __init__(self) -> None:
        self._sweeps: dict[str, Sweep] = {}
        self._scheduler: AsyncIOScheduler | None = None

    def add(self, sweep: Sweep) -> None:
        """Register a sweep under its name."""
        self._sweeps[sweep.name] = sweep

    def remove(self, name: str) -> None:
        """Forget a sweep whose cog is unloaded."""
        self._sweeps.pop(name, None)

    async def run_all(self) -> None:
        """Every sweep once, in the order they were added; a failing one does not stop the rest."""
        for name in list(self._sweeps):
            await self.run(name)

    async def run(self, name: str) -> None:
        """One sweep once. A failure is logged; the next turn tries again."""
        try:
            await self._sweeps[name].run()
        except Exception:
            _log.exception("sweep %s failed", name)

    def start(self) -> None:
        """Run each sweep at its interval; starting twice changes nothing."""
        if self._scheduler is not None:
            return
        self._scheduler = AsyncIOScheduler()
        for sweep in self._sweeps.values():
            self._scheduler.add_job(  # pyright: ignore[reportUnknownMemberType]
                self.run,
                "interval",
                args=[sweep.name],
                seconds=sweep.seconds,
                id=sweep.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """No more turns; a sweep under way is finished by its own transaction."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
