"""Starting the real bot in a simulated Discord, on a database that is thrown away afterwards."""

import contextlib
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import simcord

from bot.app import MitAssist
from bot.config import QuestionSettings, Settings
from bot.play import simulator
from bot.play.world import World, build
from bot.services.identity import Keys

# Nobody waits in a rehearsal: what is anonymous is posted at once.
SETTINGS = Settings(questions=QuestionSettings(delay_min_seconds=0, delay_max_seconds=0))
# A step that takes longer than this is reported as stuck.
_PATIENCE_SECONDS = 20.0


def database_url(folder: Path) -> str:
    """A fresh SQLite file in a folder."""
    return f"sqlite+aiosqlite:///{(folder / 'play.sqlite3').as_posix()}"


@contextlib.asynccontextmanager
async def stage() -> AsyncGenerator[tuple[MitAssist, World]]:
    """The bot, connected to a bare server; everything is gone on leaving."""
    simulator.apply()
    with tempfile.TemporaryDirectory(prefix="mitassist-") as folder:
        # The clockwork is started by whoever wants it, outside the simulator's own bookkeeping.
        bot = MitAssist(SETTINGS, Keys.new(), database_url(Path(folder)), run_scheduler=False)
        env = simcord.Env(bot, check_errors=False, settle_timeout=_PATIENCE_SECONDS)
        simulator.use_wall_clock(env)
        world = build(env)
        await env.start()
        try:
            yield bot, world
        finally:
            await env.shutdown()
            await bot.close()
