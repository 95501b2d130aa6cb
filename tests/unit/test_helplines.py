"""The file of helplines is whole, and shows nothing that nobody has made sure of."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.services import helplines
from bot.services.helplines import ALARM, VERIFIED_FOR, Helpline, Situation
from bot.texts import LANGUAGES, texts
from cogs.ui import helpline_view

TODAY = date(2026, 11, 22)
ROUND_THE_CLOCK = "Døgnet rundt."


@pytest.mark.parametrize("situation", Situation)
def test_112_comes_first_and_there_is_always_somewhere_else_to_turn(situation: Situation) -> None:
    first, *others = helplines.for_situation(situation)
    assert first.number == "112"
    assert len(others) >= 2


@pytest.mark.parametrize("line", helplines.all_lines(), ids=lambda line: line.key)
def test_every_line_says_what_it_is(line: Helpline) -> None:
    assert set(line.who) == set(LANGUAGES)
    assert set(line.hours) in (set(), set(LANGUAGES))
    assert all((line.name, line.source, line.situations))
    assert line.web is None or line.web.startswith("https://")
    assert line.number is None or line.number.replace(" ", "").isdecimal()


def test_no_line_stands_twice() -> None:
    keys = [line.key for line in helplines.all_lines()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("days", "verified"), [(0, True), (90, True), (91, False)])
def test_who_looked_long_ago_has_to_look_again(days: int, verified: bool) -> None:
    line = replace(helplines.all_lines()[3], verified_at=TODAY - timedelta(days=days))
    assert line.is_verified(TODAY) is verified


def _with(monkeypatch: pytest.MonkeyPatch, verified_at: date | None) -> None:
    lines = tuple(replace(line, verified_at=verified_at) for line in helplines.all_lines())
    monkeypatch.setattr(helplines, "all_lines", lambda: lines)


def test_nothing_is_shown_as_open_unless_it_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, TODAY - VERIFIED_FOR - timedelta(days=1))
    shown = [_shown(situation) for situation in Situation]
    assert not any(ROUND_THE_CLOCK in text or "Kl." in text for text in shown)
    assert all(texts("da")("hotline.unverified") in text for text in shown)
    assert len(helplines.due(TODAY)) == len(helplines.all_lines()) - 1


def test_what_is_verified_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, TODAY)
    assert ROUND_THE_CLOCK in _shown(Situation.DIE)
    assert texts("da")("hotline.unverified") not in _shown(Situation.DIE)
    assert helplines.due(TODAY) == []


def test_112_needs_nobodys_word() -> None:
    assert ALARM not in {line.key for line in helplines.due(TODAY)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("situation", Situation)
def test_discord_takes_the_card(language: str, situation: Situation) -> None:
    card, menu = helpline_view.lines(texts(language), situation, TODAY)
    assert len(card) < 6000
    assert len(card.fields) <= 25
    (row,) = menu.to_components()
    assert len(row["components"][0]["options"]) == len(Situation)


def _shown(situation: Situation) -> str:
    card, _ = helpline_view.lines(texts("da"), situation, TODAY)
    return "\n".join([card.description or "", *(f"{field.name} {field.value}" for field in card.fields)])
