"""Where the log goes, and what is taken out of it on the way.

Three things keep boys out of it: libraries are held to the levels at which they do not print what they
carry, of exceptions and of objects only the kind is printed (`bot.tracebacks`), and what is left passes
the redactor (`bot.redaction`).
"""

import datetime
import logging
import os
import re
import sys
import threading
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from types import TracebackType
from typing import TextIO, cast

from bot import tracebacks
from bot.config import LoggingSettings
from bot.redaction import Redactor, secrets_in

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OURS = ("bot", "cogs", "db")
# At INFO they write a line for each turn of each sweep and for each start, and SQLAlchemy every value.
_CHATTY = ("apscheduler", "alembic", "sqlalchemy")
# What `_shown` lets through as it is: numbers, words and times, but nothing that carries an event.
_PLAIN = (str, int, float, Enum, datetime.date, datetime.timedelta, PurePath, type(None))

_log = logging.getLogger(__name__)

# One for the process, as logging itself is.
redactor = Redactor()


class Redaction(logging.Filter):
    """Makes every record that passes fit to be kept. Belongs on a handler: a logger's is not inherited."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what libraries say below their level; clean the rest in place."""
        if record.levelno < _floor(record.name):
            return False
        record.msg, record.args = redactor.clean(_message(record)), None
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            # A formatter prints this text rather than making its own.
            record.exc_text = redactor.clean(tracebacks.render(error))
        elif record.exc_text:
            record.exc_text = redactor.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = redactor.clean(record.stack_info)
        return True


class SafeHandler(logging.StreamHandler[TextIO]):
    """A handler whose records are cleaned, also when writing them fails."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.addFilter(Redaction())
        self.setFormatter(logging.Formatter(_FORMAT))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 # logging's name
        """Say that a line was lost; logging itself would print its raw parts."""
        if sys.stderr is not None:
            sys.stderr.write(f"a log line of {record.name} could not be written\n")


def configure(settings: LoggingSettings, environment: Mapping[str, str] = os.environ) -> None:
    """Log to standard error. The level in the settings is that of our own loggers, never of a library's."""
    redactor.hide(secrets_in(environment))
    root = logging.getLogger()
    root.handlers[:] = [SafeHandler(sys.stderr)]
    root.setLevel(logging.INFO)
    logging.getLogger("discord").setLevel(logging.INFO)
    for ours in _OURS:
        logging.getLogger(ours).setLevel(settings.level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _floor(name: str) -> int:
    """The lowest level that a logger may write at, whatever anyone configured."""
    library = name.partition(".")[0]
    if library in _OURS:
        return logging.NOTSET
    return logging.WARNING if library in _CHATTY else logging.INFO


def _message(record: logging.LogRecord) -> str:
    template = record.msg if isinstance(record.msg, str) else str(_shown(cast("object", record.msg)))
    if record.name == "asyncio":
        # What follows are tasks and callbacks with their arguments and exceptions, written out.
        return re.split(r"[(<\n%]", template, maxsplit=1)[0].strip()
    arguments = record.args
    if not arguments:
        return template
    try:
        # logging hands a lone dictionary over as named values, also where no name is asked for.
        if isinstance(arguments, Mapping):
            if "%(" not in template:
                return template % _shown(cast("object", arguments))
            return template % {name: _shown(value) for name, value in arguments.items()}
        return template % tuple(_shown(value) for value in arguments)
    except (TypeError, ValueError, KeyError):
        return f"{template} (its values do not fit)"


def _shown(value: object) -> object:
    """A value as it may stand in a line: events, messages and the like only by their kind."""
    if isinstance(value, BaseException):
        return tracebacks.describe(value)
    if isinstance(value, type):
        return value.__qualname__
    return value if isinstance(value, _PLAIN) else f"<{type(value).__name__}>"


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    _log.critical("the program ends", exc_info=(kind, error, where))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log.error("a thread ended", exc_info=arguments.exc_value)


def _unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    if arguments.exc_value is not None:
        _log.error("something failed while it was cleaned up", exc_info=arguments.exc_value)
