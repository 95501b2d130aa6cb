"""Sweeps go on, whatever happens in one of them."""

import asyncio
import logging

import pytest

from bot.scheduling import Sweep, Sweeps


class Counted:
    """A sweep that counts its turns."""

    def __init__(self, *, fails: bool = False) -> None:
        self.turns = 0
        self.fails = fails
        self.happened = asyncio.Event()

    async def __call__(self) -> None:
        self.turns += 1
        self.happened.set()
        if self.fails:
            raise RuntimeError("broken sweep")


async def test_failing_sweep_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    sweeps, first, broken, last = Sweeps(), Counted(), Counted(fails=True), Counted()
    for name, run in (("first", first), ("broken", broken), ("last", last)):
        sweeps.add(Sweep(name, 60, run))
    with caplog.at_level(logging.ERROR):
        await sweeps.run_all()
    assert (first.turns, broken.turns, last.turns) == (1, 1, 1)
    assert "sweep broken failed" in caplog.text


async def test_sweep_of_an_unloaded_cog_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    sweeps, gone = Sweeps(), Counted()
    sweeps.add(Sweep("gone", 60, gone))
    sweeps.remove("gone")
    sweeps.remove("gone")
    await sweeps.run_all()
    assert gone.turns == 0


async def test_clockwork_runs_every_sweep_also_after_one_failed() -> None:
    sweeps, broken, other = Sweeps(), Counted(fails=True), Counted()
    sweeps.add(Sweep("broken", 1, broken))
    sweeps.add(Sweep("other", 1, other))
    sweeps.start()
    sweeps.start()
    try:
        async with asyncio.timeout(10):
            await broken.happened.wait()
            broken.happened.clear()
            await broken.happened.wait()
            await other.happened.wait()
    finally:
        sweeps.stop()
        sweeps.stop()
    assert broken.turns == 2


async def test_stopped_clockwork_can_be_started_again() -> None:
    sweeps, run = Sweeps(), Counted()
    sweeps.add(Sweep("again", 1, run))
    sweeps.start()
    sweeps.stop()
    sweeps.start()
    try:
        async with asyncio.timeout(10):
            await run.happened.wait()
    finally:
        sweeps.stop()
