"""Settings: ``config.toml`` for what is not secret, the environment (``.env``) for what is.

Each setting is declared once, as a dataclass field; loading, validation and ``config.example.toml``
are derived from that declaration.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import StartError
from bot.services.identity import KeyFormatError, Keys

LANGUAGES = ("da", "en")
DEFAULT_DATABASE_URL = "sqlite+aiosqlite:///data/mitassist.sqlite3"


@dataclass(frozen=True)
class Rule:
    """What a value must satisfy, and the sentence that explains the setting to the host."""

    doc: str
    default: str | int
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    def wanted(self) -> str:
        """The accepted values, in words."""
        if self.choices:
            return "one of " + ", ".join(f'"{choice}"' for choice in self.choices)
        if isinstance(self.default, int):
            return f"a whole number from {self.minimum} to {self.maximum}"
        return "a text that is not empty"

    def accepts(self, value: object) -> bool:
        """Whether ``value`` has the right type and lies within the bounds."""
        if isinstance(self.default, int):
            if not isinstance(value, int) or isinstance(value, bool):
                return False
            low = self.minimum is None or value >= self.minimum
            return low and (self.maximum is None or value <= self.maximum)
        if not isinstance(value, str) or not value.strip():
            return False
        return not self.choices or value in self.choices


def _setting(default: Any, doc: str, **bounds: Any) -> Any:
    return field(default=default, metadata={"rule": Rule(doc, default, **bounds)})


@dataclass(frozen=True)
class ServerSettings:
    """Defaults for a server that has not chosen otherwise."""

    language: str = _setting(
        "da", "Language of a new server; /admin language changes it there.", choices=LANGUAGES
    )
    timezone: str = _setting("Europe/Copenhagen", "Where a month begins: an IANA time zone name.")


@dataclass(frozen=True)
class QuestionSettings:
    """Asking and publishing."""

    delay_min_seconds: int = _setting(
        5, "Shortest random wait before something anonymous is posted.", minimum=0, maximum=600
    )
    delay_max_seconds: int = _setting(
        40, "Longest random wait before something anonymous is posted.", minimum=0, maximum=3600
    )
    draft_hours: int = _setting(
        24, "Hours a preview waits for the boy before it is deleted.", minimum=1, maximum=168
    )


@dataclass(frozen=True)
class AssistSettings:
    """Crediting answers."""

    emoji: str = _setting("🤝", "The reaction that gives an assist.")


@dataclass(frozen=True)
class CoachSettings:
    """Calling a coach."""

    summon_hours: int = _setting(
        6, "Hours a coach has to accept before the boy is told to pick another.", minimum=1, maximum=168
    )


@dataclass(frozen=True)
class PrivacySettings:
    """How long things are kept, and how hard the bot protects a boy from himself."""

    link_days: int = _setting(
        30, "Days after a question ends until nobody can tell any more who asked it.", minimum=1, maximum=365
    )
    quiet_days: int = _setting(
        30,
        "Days without a word in a question until it counts as ended, though nobody closed it.",
        minimum=7,
        maximum=365,
    )
    audit_days: int = _setting(1825, "Days that what moderators did is kept.", minimum=365, maximum=3650)
    take_down_own: str = _setting(
        "ask",
        "What happens when a boy writes in his own thread under his own name: he is asked, or it is deleted "
        "at once. Whoever saw it then knows that he asked: a message that vanishes by itself gives him away.",
        choices=("ask", "delete"),
    )
    reveal_hours: int = _setting(
        24, "Hours that a request to see who asked stays open.", minimum=1, maximum=72
    )
    notice_min_minutes: int = _setting(
        2,
        "Shortest random wait before a boy is told by direct message that there is news.",
        minimum=0,
        maximum=60,
    )
    notice_max_minutes: int = _setting(
        10, "Longest random wait before a boy is told by direct message.", minimum=0, maximum=240
    )


@dataclass(frozen=True)
class LoggingSettings:
    """What the log holds."""

    level: str = _setting(
        "INFO",
        "How much the bot writes about itself.",
        choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    )


@dataclass(frozen=True)
class Settings:
    """Everything the bot was told by its host; frozen."""

    server: ServerSettings = field(default_factory=ServerSettings)
    questions: QuestionSettings = field(default_factory=QuestionSettings)
    assists: AssistSettings = field(default_factory=AssistSettings)
    coaches: CoachSettings = field(default_factory=CoachSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    logging: LoggingSettings = field(default_factory=LoggingSettings)


@dataclass(frozen=True)
class Secrets:
    """What comes from the environment and is never printed."""

    token: str = field(repr=False)
    keys: Keys = field(repr=False)
    database_url: str = field(repr=False)


@dataclass(frozen=True)
class Mistake:
    """One wrong value: where, what was found, what is wanted."""

    key: str
    found: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.key}: found {self.found}; wanted {self.wanted}"


class ConfigError(StartError):
    """The configuration is wrong; ``mistakes`` holds all that was found."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


_SECTIONS: dict[str, type[Any]] = {
    "server": ServerSettings,
    "questions": QuestionSettings,
    "assists": AssistSettings,
    "coaches": CoachSettings,
    "privacy": PrivacySettings,
    "logging": LoggingSettings,
}


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings from a file, or from ``config.toml``, which may be missing: then every default holds.

    Raises ConfigError with every mistake in the file, and for a named file that is not there.
    """
    if path is None:
        path = Path("config.toml")
        if not path.exists():
            return Settings()
    if not path.is_file():
        raise ConfigError([Mistake("--config", f"no file {path}", "the name of a TOML file")])
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(path.name, str(error), "a TOML file")]) from error
    mistakes: list[Mistake] = []
    sections = {name: _read_section(name, kind, document, mistakes) for name, kind in _SECTIONS.items()}
    mistakes += [
        Mistake(name, "an unknown section", "one of " + ", ".join(_SECTIONS))
        for name in document
        if name not in _SECTIONS
    ]
    settings = Settings(**sections)
    mistakes += _across(settings)
    if mistakes:
        raise ConfigError(mistakes)
    return settings


def _read_section(name: str, kind: type[Any], document: dict[str, Any], mistakes: list[Mistake]) -> Any:
    given: Any = document.get(name, {})
    if not isinstance(given, dict):
        mistakes.append(Mistake(name, repr(given), f"a section [{name}]"))
        return kind()
    values = cast("dict[str, Any]", given)
    known = {item.name: item for item in fields(kind)}
    accepted: dict[str, Any] = {}
    for key, value in values.items():
        where = f"{name}.{key}"
        if key not in known:
            mistakes.append(Mistake(where, "an unknown key", "one of " + ", ".join(known)))
            continue
        rule: Rule = known[key].metadata["rule"]
        if rule.accepts(value):
            accepted[key] = value
        else:
            mistakes.append(Mistake(where, repr(value), rule.wanted()))
    return kind(**accepted)


def _across(settings: Settings) -> list[Mistake]:
    """What no single value shows."""
    mistakes: list[Mistake] = []
    questions, privacy = settings.questions, settings.privacy
    for section, unit, low, high in (
        ("questions.delay", "seconds", questions.delay_min_seconds, questions.delay_max_seconds),
        ("privacy.notice", "minutes", privacy.notice_min_minutes, privacy.notice_max_minutes),
    ):
        if low > high:
            wanted = f"at most {section}_max_{unit} ({high})"
            mistakes.append(Mistake(f"{section}_min_{unit}", str(low), wanted))
    try:
        ZoneInfo(settings.server.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of names is no name
        mistakes.append(
            Mistake("server.timezone", repr(settings.server.timezone), 'a name such as "Europe/Copenhagen"')
        )
    return mistakes


def load_secrets(environment: Mapping[str, str]) -> Secrets:
    """Read the token, the keys and the database URL.

    Raises ConfigError with every secret that is missing or malformed; the values are not shown.
    """
    mistakes: list[Mistake] = []
    token = environment.get("MITASSIST_TOKEN", "").strip()
    if not token:
        mistakes.append(Mistake("MITASSIST_TOKEN", "nothing", "the bot token from the developer portal"))
    keys: Keys | None = None
    try:
        keys = load_keys(environment)
    except ConfigError as error:
        mistakes += error.mistakes
    try:
        url = load_database_url(environment)
    except ConfigError as error:
        mistakes += error.mistakes
        url = ""
    if mistakes or keys is None:
        raise ConfigError(mistakes)
    return Secrets(token, keys, url)


def load_keys(environment: Mapping[str, str]) -> Keys:
    """The keys. Raises ConfigError with every one that is missing or malformed; the values are not shown."""
    try:
        return Keys.parse(
            environment.get("MITASSIST_SEAL_KEYS", ""), environment.get("MITASSIST_MEMBER_KEY", "")
        )
    except KeyFormatError as error:
        wanted = "what `python -m bot keys new` prints"
        raise ConfigError([Mistake(name, found, wanted) for name, found in error.problems]) from error


def load_database_url(environment: Mapping[str, str]) -> str:
    """The database to use; the embedded SQLite file when nothing is said.

    Raises ConfigError when the URL is for a driver that the bot does not use.
    """
    url = environment.get("MITASSIST_DATABASE_URL", "").strip() or DEFAULT_DATABASE_URL
    found = _wrong_with(url)
    if found is not None:
        wanted = "sqlite+aiosqlite:///… or postgresql+asyncpg://…"
        raise ConfigError([Mistake("MITASSIST_DATABASE_URL", found, wanted)])
    return url


def _wrong_with(url: str) -> str | None:
    """What is wrong with a database URL, without showing any part that may be secret."""
    driver, separator, rest = url.partition("://")
    if not separator or not re.fullmatch(r"[\w+]+", driver):
        return "something that is not a URL"
    if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        return f"a URL for {driver}"
    host = re.split(r"[/?]", rest.rpartition("@")[2])[0]
    port = re.search(r":([^\]]*)$", host)
    if port is not None and not port[1].isdecimal():
        return "a URL whose port is not a number"
    return None


def example() -> str:
    """The text of ``config.example.toml``: every key with its explanation and its default."""
    lines = [
        "# MitAssist: settings that are not secret. Copy to config.toml and change what you need.",
        "# The token, the keys and the database URL belong in .env (see .env.example).",
    ]
    for name, kind in _SECTIONS.items():
        lines += ["", f"# {(kind.__doc__ or '').strip()}", f"[{name}]"]
        for item in fields(kind):
            rule: Rule = item.metadata["rule"]
            value = str(rule.default) if isinstance(rule.default, int) else f'"{rule.default}"'
            lines += [f"# {rule.doc} Wanted: {rule.wanted()}.", f"{item.name} = {value}"]
    return "\n".join(lines) + "\n"
