"""The word lists of personal data, read once."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import cast


@cache
def _lists() -> dict[str, str]:
    source = files("bot.services.safety.personal").joinpath("lists.toml").read_text(encoding="utf-8")
    return cast("dict[str, str]", tomllib.loads(source))


def _entries(name: str) -> list[str]:
    text = _lists()[name].replace("\n", " ")
    parts = text.split(",") if "," in text else text.split()
    return [part.strip() for part in parts if part.strip()]


@cache
def words(name: str) -> frozenset[str]:
    """The entries of a list, in small letters."""
    return frozenset(entry.casefold() for entry in _entries(name))


@cache
def alternation(name: str) -> str:
    """The entries of a list as alternatives of a regular expression, longest first; `*` is any ending."""
    entries = sorted(set(_entries(name)), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(entry).replace(r"\*", r"\w*") for entry in entries) + ")"
