"""The catalogues are whole, used, within Discord's limits, and in our own words."""

import re
import string
import tomllib
from importlib.resources import files
from typing import Any, cast

import discord
import pytest
from discord.app_commands import locale_str

from bot.texts import LANGUAGES, Texts, flatten, texts
from bot.translation import CatalogueTranslator, said
from tests.unit.catalogue import FAMILIES, keys_in
from tests.unit.walls import modules

DANISH, ENGLISH = texts("da"), texts("en")
SECTIONS = {key.split(".")[0] for key in DANISH.entries}
USED = {
    key
    for module, source in modules()
    if module.split(".")[0] in ("bot", "cogs") and not module.startswith(("bot.play", "bot.config"))
    for key in keys_in(source, SECTIONS)
}
NEVER_SAID = re.compile(r"rådgiv|hjælp|fagfolk|fagperson|\bbruger(?!\s+du)|\bbrugere", re.IGNORECASE)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    assert DANISH.entries.keys() == ENGLISH.entries.keys()


@pytest.mark.parametrize("key", DANISH.entries)
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    assert _placeholders(DANISH.entries[key]) == _placeholders(ENGLISH.entries[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_something(language: str) -> None:
    assert [key for key, text in texts(language).entries.items() if not text.strip()] == []


def test_every_key_that_the_code_names_exists() -> None:
    assert USED - DANISH.entries.keys() == set()


def test_every_key_is_used() -> None:
    assert DANISH.entries.keys() - USED == set()


def test_keys_are_found_in_code() -> None:
    source = """
say("ask.title"); key = "ask.body" if x else "ask.coach"
raise MemberError("empty" if x else "too_long", typed=text)
say(f"tag.{name}"); path = "not.ours"; raise Other("gone")
"""
    assert set(keys_in(source, SECTIONS)) == {
        "ask.title",
        "ask.body",
        "ask.coach",
        "error.empty",
        "error.too_long",
        *(f"tag.{name}" for name in FAMILIES["tag."]),
    }


def test_unlisted_family_is_noticed() -> None:
    with pytest.raises(KeyError):
        list(keys_in('say(f"ask.{name}")', SECTIONS))


@pytest.mark.parametrize("key", DANISH.entries)
def test_danish_has_our_own_words(key: str) -> None:
    assert not NEVER_SAID.search(DANISH.entries[key])


@pytest.mark.parametrize("word", ["Hjælp", "en rådgiver", "rådgivning", "fagfolk", "Brugere", "en bruger"])
def test_words_we_never_say_are_noticed(word: str) -> None:
    assert NEVER_SAID.search(f"Her er {word}.")


@pytest.mark.parametrize("word", ["Brug **Svar**", "brugt", "at bruge"])
def test_words_that_only_look_like_them_are_not(word: str) -> None:
    assert not NEVER_SAID.search(word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_command_names_are_what_discord_takes(language: str) -> None:
    entries = texts(language).entries
    names = {
        key: text for key, text in entries.items() if key.startswith("command.") and key.endswith(".name")
    }
    names |= {
        key: text for key, text in entries.items() if key.startswith("option.") and not key.endswith("_hint")
    }
    assert len(names) > 20
    menus = {key for key in names if key.endswith("_menu.name")}
    for key, name in names.items():
        assert 1 <= len(name) <= 32, key
        if key not in menus:
            assert re.fullmatch(r"[-_'\w]{1,32}", name), key
            assert name == name.lower(), key


# What a key is for, by its end or its section; the longest that Discord shows of it.
LIMITS = {
    r"command\..*\.description": 100,
    r"option\..*_hint": 100,
    r"button\..*": 80,
    r"inbox\.go_to_thread": 80,
    r".*\.modal_title.*": 45,
    r"admin\.coach_modal": 45,
    r"(ask|answer|follow_up|line)\.(topic|title|body|coach|text|name)": 45,
    r"admin\.coach_(name|age|topics|experience)": 45,
    r".*_hint": 100,
    r"ask\.coach_(yes|no)": 100,
    r"(inbox|coach|profile)\.pick": 100,
    r"profile\.(player_name|discord_name|hidden)": 100,
    r"tag\..*": 20,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pattern", LIMITS)
def test_nothing_is_cut_off_by_discord(language: str, pattern: str) -> None:
    found = {key: text for key, text in texts(language).entries.items() if re.fullmatch(pattern, key)}
    assert found
    assert {key: text for key, text in found.items() if len(text) > LIMITS[pattern]} == {}


def test_nothing_is_as_long_as_a_message_may_be() -> None:
    assert max(len(text) for language in LANGUAGES for text in texts(language).entries.values()) < 1000


def test_unknown_language_reads_danish() -> None:
    assert texts("xx").language == "da"


def test_values_are_filled_in_and_unknown_keys_are_a_fault() -> None:
    some = Texts("da", {"a.b": "Hej {name}"})
    assert some("a.b", name="{x}") == "Hej {x}"
    with pytest.raises(KeyError):
        some("a.c")


def test_catalogue_holds_texts_alone() -> None:
    assert flatten({"a": {"b": {"c": "x"}}}) == {"a.b.c": "x"}
    with pytest.raises(TypeError, match=r"a\.b"):
        flatten({"a": {"b": 3}})


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_names_each_key_once(language: str) -> None:
    # TOML refuses a key that stands twice; this says in which file.
    tomllib.loads(files("bot.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8"))


async def test_commands_are_danish_to_danes_and_english_to_others() -> None:
    async def translated(string: locale_str, locale: discord.Locale) -> str | None:
        return await CatalogueTranslator().translate(string, locale, cast("Any", None))

    marked = said("command.ask.name")
    assert marked.message == ENGLISH("command.ask.name")
    assert await translated(marked, discord.Locale.danish) == DANISH("command.ask.name")
    assert await translated(marked, discord.Locale.german) is None
    assert await translated(locale_str("x"), discord.Locale.danish) is None
