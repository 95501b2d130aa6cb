"""Whom a boy can call, from a data file that people must verify from time to time."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

# Numbers and hours change: after this long somebody has to look again.
VERIFIED_FOR = timedelta(days=90)
ALARM = "alarm"


class Situation(StrEnum):
    """What it is about, in the order in which it is offered."""

    DANGER = "danger"
    DIE = "die"
    VIOLENCE = "violence"
    ABUSE = "abuse"
    MIND = "mind"
    HOME = "home"
    GAMBLING = "gambling"
    SEX = "sex"
    TALK = "talk"


@dataclass(frozen=True)
class Helpline:
    """One of them. ``number`` or ``web`` may be missing, not both; ``who`` and ``hours`` by language."""

    key: str
    name: str
    number: str | None
    web: str | None
    who: dict[str, str]
    hours: dict[str, str]
    situations: frozenset[Situation]
    sure: bool
    source: str
    verified_at: date | None

    def is_verified(self, today: date) -> bool:
        """Whether somebody has made sure of it lately."""
        return self.verified_at is not None and today - self.verified_at <= VERIFIED_FOR


@cache
def all_lines() -> tuple[Helpline, ...]:
    """Every helpline, in the order in which they are shown. Raises ValueError for a file that is wrong."""
    text = files("bot.data").joinpath("helplines.toml").read_text(encoding="utf-8")
    return tuple(_line(entry) for entry in tomllib.loads(text)["line"])


def for_situation(situation: Situation) -> list[Helpline]:
    """Those for one situation, 112 first, and at least one that is somewhere else to turn."""
    return [line for line in all_lines() if situation in line.situations]


def due(today: date) -> list[Helpline]:
    """Those that somebody should verify now; 112 needs nobody's word."""
    return [line for line in all_lines() if line.key != ALARM and not line.is_verified(today)]


def _line(entry: dict[str, Any]) -> Helpline:
    try:
        line = Helpline(
            key=entry["key"],
            name=entry["name"],
            number=entry.get("number"),
            web=entry.get("web"),
            who=entry["who"],
            hours=entry.get("hours", {}),
            situations=frozenset(Situation(one) for one in entry["situations"]),
            sure=entry["sure"],
            source=entry["source"],
            verified_at=entry.get("verified_at"),
        )
    except KeyError as error:
        raise ValueError(f"the helpline {entry.get('name')!r} lacks {error}") from error
    if not line.number and not line.web:
        raise ValueError(f"the helpline {line.name!r} has neither number nor address")
    return line
