"""Settings and secrets: all mistakes at once, and no secret in any of them."""

import re
from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigError, Mistake, Settings
from bot.services.identity import Keys
from tests.unit.walls import ROOT

# The same in every worker: tests are named after what they are given.
_KEYS = Keys((bytes(range(32)),), bytes(range(32, 64)))
GOOD = {"MITASSIST_TOKEN": "a.token.here", **_KEYS.environment()}


def _load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load_settings(path)


def _mistakes(tmp_path: Path, text: str) -> dict[str, Mistake]:
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, text)
    return {mistake.key: mistake for mistake in refused.value.mistakes}


def test_nothing_said_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.load_settings() == Settings()
    assert _load(tmp_path, "") == Settings()
    assert Settings().server.language == "da"
    assert Settings().questions.delay_min_seconds == 5


def test_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--config: found no file .*missing\.toml"):
        config.load_settings(tmp_path / "missing.toml")


def test_example_is_what_the_code_says_and_means_the_defaults() -> None:
    path = ROOT / "config.example.toml"
    assert path.read_text(encoding="utf-8") == config.example()
    assert config.load_settings(path) == Settings()


def test_what_is_said_counts(tmp_path: Path) -> None:
    settings = _load(tmp_path, '[server]\nlanguage = "en"\n[questions]\ndelay_max_seconds = 100\n')
    assert settings.server.language == "en"
    assert settings.questions.delay_max_seconds == 100


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    found = _mistakes(
        tmp_path,
        """
        coaches = 3
        [server]
        language = "sv"
        timezone = "Mars/Olympus"
        colour = "blue"
        [questions]
        delay_min_seconds = "5"
        delay_max_seconds = 3601
        draft_hours = true
        [assists]
        emoji = "  "
        [weather]
        """,
    )
    assert set(found) == {
        "coaches",
        "server.language",
        "server.timezone",
        "server.colour",
        "questions.delay_min_seconds",
        "questions.delay_max_seconds",
        "questions.draft_hours",
        "assists.emoji",
        "weather",
    }
    assert str(found["server.language"]) == 'server.language: found \'sv\'; wanted one of "da", "en"'
    assert str(found["questions.delay_max_seconds"]).endswith(
        "found 3601; wanted a whole number from 0 to 3600"
    )
    assert found["server.colour"].wanted == "one of language, timezone"
    assert all(mistake.found and mistake.wanted for mistake in found.values())


@pytest.mark.parametrize("seconds", [-1, 601])
def test_number_out_of_range(tmp_path: Path, seconds: int) -> None:
    found = _mistakes(tmp_path, f"[questions]\ndelay_min_seconds = {seconds}")
    assert found["questions.delay_min_seconds"].found == str(seconds)


def test_shortest_wait_is_not_longer_than_the_longest(tmp_path: Path) -> None:
    found = _mistakes(tmp_path, "[questions]\ndelay_min_seconds = 41\n")
    assert str(found["questions.delay_min_seconds"]).endswith(
        "wanted at most questions.delay_max_seconds (40)"
    )
    assert _load(tmp_path, "[questions]\ndelay_min_seconds = 40\n").questions.delay_min_seconds == 40


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../../etc/passwd", "Europe", "/etc/localtime", "a\\u0000b"]
)
def test_time_zone_that_is_none(tmp_path: Path, name: str) -> None:
    assert set(_mistakes(tmp_path, f'[server]\ntimezone = "{name}"')) == {"server.timezone"}


@pytest.mark.parametrize("content", [b"[server", b"\xff\xfe", b"a = 1\na = 2"])
def test_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        config.load_settings(path)
    assert refused.value.mistakes[0].key == "config.toml"


def test_secrets_are_read() -> None:
    secrets = config.load_secrets(GOOD)
    assert secrets.token == "a.token.here"
    assert secrets.database_url == config.DEFAULT_DATABASE_URL
    assert secrets.keys.environment().items() <= GOOD.items()


def test_every_missing_secret_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        config.load_secrets({"MITASSIST_DATABASE_URL": "mysql://x"})
    assert {mistake.key for mistake in refused.value.mistakes} == {
        "MITASSIST_TOKEN",
        "MITASSIST_SEAL_KEYS",
        "MITASSIST_MEMBER_KEY",
        "MITASSIST_DATABASE_URL",
    }


SECRET = "hunter2Hemmelighed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MITASSIST_SEAL_KEYS", SECRET),
        ("MITASSIST_SEAL_KEYS", f"{GOOD['MITASSIST_SEAL_KEYS']},{SECRET}æøå"),
        ("MITASSIST_SEAL_KEYS", f"{GOOD['MITASSIST_SEAL_KEYS']},"),
        ("MITASSIST_MEMBER_KEY", f"{SECRET}=="),
        ("MITASSIST_MEMBER_KEY", GOOD["MITASSIST_MEMBER_KEY"][:-4]),
        ("MITASSIST_DATABASE_URL", SECRET),
        ("MITASSIST_DATABASE_URL", f"{SECRET}:x@host/base"),
        ("MITASSIST_DATABASE_URL", f"postgresql://me:{SECRET}@host/base"),
        ("MITASSIST_DATABASE_URL", f"postgresql+asyncpg://me:{SECRET}@host:port/base"),
    ],
)
def test_wrong_secret_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config.load_secrets({**GOOD, name: value})
    (mistake,) = refused.value.mistakes
    assert mistake.key == name
    for part in (SECRET, value, GOOD["MITASSIST_MEMBER_KEY"][:10]):
        assert part not in str(refused.value)


def test_settings_with_secrets_do_not_show_them() -> None:
    secrets = config.load_secrets(
        {**GOOD, "MITASSIST_DATABASE_URL": f"postgresql+asyncpg://me:{SECRET}@host/base"}
    )
    for value in (*GOOD.values(), SECRET):
        assert value not in repr(secrets)
        assert value not in repr(secrets.keys)


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite:///x.sqlite3", "postgresql+asyncpg://me:pw@host:5432/base"]
)
def test_database_urls_that_are_taken(url: str) -> None:
    assert config.load_database_url({"MITASSIST_DATABASE_URL": f" {url} "}) == url


def test_env_example_lists_exactly_what_is_read() -> None:
    listed = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").glob("*.py"))
    assert set(listed) == set(re.findall(r'environment\.get\(\s*"(\w+)"', sources))
    assert len(listed) == len(set(listed))
