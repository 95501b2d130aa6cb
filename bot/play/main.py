"""`python -m bot play`: the page, or a tour without a browser."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator

from bot.config import LoggingSettings
from bot.errors import StartError
from bot.logs import configure
from bot.play import world as worlds
from bot.play.hub import Hub
from bot.play.privacy_story import PRIVACY
from bot.play.stage import stage
from bot.play.story import STORY
from bot.play.tour import Tour
from bot.play.web import PortBusy, serve
from bot.play.world import World

TOURS = {"story": STORY, "privacy": PRIVACY}


def play(port: int) -> int:
    """Serve the rehearsal until interrupted. Raises StartError when the port is taken."""
    configure(LoggingSettings(level="WARNING"))
    _quiet()
    try:
        asyncio.run(_play(port))
    except PortBusy as error:
        raise StartError(str(error)) from error
    return 0


def tour(name: str) -> int:
    """Play a story and print what each person saw. Returns 1 when a step failed.

    Raises StartError for a tour that does not exist.
    """
    if name == "list":
        for known, chosen in TOURS.items():
            print(f"{known}: {chosen.about}")
        return 0
    if name not in TOURS:
        raise StartError(f"There is no tour {name!r}. Known: {', '.join(TOURS)}.")
    configure(LoggingSettings(level="ERROR"))
    _quiet()
    return asyncio.run(_tour(TOURS[name]))


async def _play(port: int) -> None:
    async with rehearsal(port) as (url, _):
        print(f"The rehearsal is open at {url} (Ctrl+C ends it and forgets everything).", flush=True)
        await _interrupted()


@contextlib.asynccontextmanager
async def rehearsal(port: int) -> AsyncGenerator[tuple[str, World]]:
    """The furnished server behind its page; yields the page's address. Raises PortBusy."""
    async with stage() as (bot, world):
        await worlds.set_up(world)
        await worlds.furnish(world)
        hub = Hub(world.env, world.guild)
        for name, actor in world.people.items():
            hub.add_person(actor, world.labels[name])
        server = await serve(hub, port)
        # Started here, outside the simulator's bookkeeping: it would wait for every next turn.
        bot.sweeps.start()
        hub.start()
        try:
            yield server.url, world
        finally:
            await hub.stop()
            bot.sweeps.stop()
            await server.close()


async def _tour(chosen: Tour) -> int:
    async with stage() as (_, world):
        return await chosen.run(world)


async def _interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # Windows has no loop signals; there Ctrl+C raises KeyboardInterrupt by itself.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    await stop.wait()


def _quiet() -> None:
    """Leave out what discord.py says about voice and intents: it says nothing about the rehearsal."""
    logging.getLogger("discord").setLevel(logging.ERROR)
