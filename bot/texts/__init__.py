"""All member-facing text, one TOML file a language, so that staff can edit it."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, cast

LANGUAGES = ("da", "en")


class Texts:
    """One language's catalogue."""

    def __init__(self, language: str, entries: dict[str, str]) -> None:
        self.language = language
        self.entries = entries

    def __call__(self, key: str, **values: object) -> str:
        """The text under a dotted key, its placeholders filled. Raises KeyError for an unknown key."""
        return self.entries[key].format(**values)


@cache
def texts(language: str) -> Texts:
    """The catalogue of a language; Danish where there is none."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    source = files("bot.texts").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Texts(name, flatten(tomllib.loads(source)))


def flatten(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as dotted keys. Raises TypeError for a value that is not a text."""
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= flatten(cast("dict[str, Any]", value), f"{key}.")
        elif isinstance(value, str):
            flat[key] = value
        else:
            raise TypeError(f"{key} is not a text")
    return flat
