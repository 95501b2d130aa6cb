"""What every test may use."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from bot import logs
from tests.helpers import MovingClock


@pytest.fixture
def clock() -> MovingClock:
    """A clock that stands still until the test moves it."""
    return MovingClock()


@pytest.fixture
def log_left_alone() -> Iterator[None]:
    """The commands take the process's log over; give it back."""
    root = logging.getLogger()
    handlers, hooks = root.handlers[:], (sys.excepthook, threading.excepthook, sys.unraisablehook)
    names = ["", "bot", "cogs", "db", "discord", "apscheduler", "alembic", "sqlalchemy"]
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    root.handlers[:] = handlers
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(False)
    logs.redactor.hide(set())
