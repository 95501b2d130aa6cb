"""The line in the log that says how often seals were opened."""

import logging

import pytest

from bot.services.identity import Identity, Keys, Purpose
from bot.services.metering import MeteringService


async def test_a_line_for_the_openings_since_the_last_one(caplog: pytest.LogCaptureFixture) -> None:
    identity = Identity(Keys.new())
    metering = MeteringService(identity)
    seal = identity.seal_member(1, "row")
    with caplog.at_level(logging.INFO):
        identity.open_member(seal, "row", Purpose.NOTIFY)
        for _ in range(3):
            identity.is_member(seal, "row", 1)
        await metering.write()
        identity.is_member(seal, "row", 2)
        await metering.write()
    assert caplog.messages == ["seals opened: compare 3, notify 1", "seals opened: compare 1"]
    assert {record.levelno for record in caplog.records} == {logging.INFO}


async def test_no_line_when_nothing_was_opened(caplog: pytest.LogCaptureFixture) -> None:
    identity = Identity(Keys.new())
    metering = MeteringService(identity)
    with caplog.at_level(logging.INFO):
        await metering.write()
        identity.open_member(identity.seal_member(1, "row"), "row", Purpose.REVEAL)
        await metering.write()
        await metering.write()
    assert caplog.messages == ["seals opened: reveal 1"]
