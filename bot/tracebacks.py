"""An exception as it may stand in a log: where it happened, and never what anyone wrote.

The text of an exception often quotes what was being worked on: Discord's refusals quote the message,
a database's refusal quotes the row, `int("…")` quotes what was typed. So only such texts are printed
whose author is a programmer; of the others the kind and the code remain. Local variables are never
printed.
"""

import errno
import traceback
from collections.abc import Iterator
from typing import cast

import discord
from sqlalchemy.exc import DBAPIError

from bot.errors import StartError
from bot.services.identity import UnknownKeyError

# Their texts name code, not data.
_PLAIN = (
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    RecursionError,
    StartError,
    UnknownKeyError,
    discord.LoginFailure,
)
_WITHHELD = "(text withheld)"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n"


def render(error: BaseException) -> str:
    """The whole traceback, with causes and with the parts of a group."""
    return "\n".join(_lines(error, set()))


def describe(error: BaseException) -> str:
    """The exception in one line."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    said = _said(error)
    return f"{name}: {said}" if said else name


def _said(error: BaseException) -> str:
    if isinstance(error, discord.HTTPException):
        return f"{error.status} (error code: {error.code})"
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__} {_code_of(error.orig)}".strip()
    if code := _code_of(error):
        return code
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, "")
    if isinstance(error, _PLAIN):
        return str(error)
    return _WITHHELD if error.args else ""


def _code_of(error: BaseException | None) -> str:
    """A database driver's own name for what went wrong."""
    for attribute in ("sqlite_errorname", "sqlstate"):
        code: object = getattr(error, attribute, None)
        if isinstance(code, str):
            return code
    return ""


def _lines(error: BaseException, told: set[int]) -> Iterator[str]:
    told.add(id(error))
    cause = error.__cause__
    context = None if error.__suppress_context__ else error.__context__
    for before, link in ((cause, _CAUSE), (None if cause else context, _CONTEXT)):
        if before is not None and id(before) not in told:
            yield from _lines(before, told)
            yield link
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=False)
        for frame in frames.format():
            yield frame.rstrip("\n")
    yield describe(error)
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        for part in group.exceptions:
            yield "  one of them:"
            for line in _lines(part, told):
                yield "    " + line.replace("\n", "\n    ")
