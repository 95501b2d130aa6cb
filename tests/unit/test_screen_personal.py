"""Personal data: found where it stands, left where it is none, and masked."""

import re
from collections import Counter
from itertools import pairwise, product
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.safety import DataKind, PersonalData
from bot.services.safety.personal import masked, personal_data

_LINES = (Path(__file__).parent / "personal_data.txt").read_text(encoding="utf-8").splitlines()
_MARKED = re.compile(r"\{([a-z_]+):(.*?)\}")
_WORDS = {kind: f"[{number}]" for number, kind in enumerate(DataKind)}
# Far above what it takes, far below what a pattern takes that goes wild.
_SECONDS = 0.25
_LENGTH = 4_000
_AWKWARD = (
    "a", "a_", "A", "a.", "a-", "1", "1 ", "12 ", "1a", "a1", "@", "@a ", "a@", "a@b.", "#", "a#1", " ",
    "\x00", "😀", "\u200b", "' ", "/", "a/", "x.com/", "http://", "snap ", "snap er ", "snap: ", "user ",
    "hedder ", "Aa ", "Aa Bb ", "Mads ", "mads jensen ", "to ", "nul ", "gade 1 ", "Nørregade 1 ",
    "vej 1, ", "skole", "skole ", "skolen i A ", "går på A", "arbejder hos A ", "Netto i ", "AB 12 ",
    "oO1 ", "at dot ", "(at) ", "punktum ", "snabel", "+45 ", "A. ",
)  # fmt: skip


def _marked() -> list[object]:
    """The lines of the table, each with the heading that it stands under."""
    heading, found = "", list[object]()
    for number, line in enumerate(_LINES, 1):
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line and not line.startswith("# "):
            found.append(pytest.param(line, id=f"{heading}-{number}"))
    return found


def _pieces(line: str) -> tuple[str, list[PersonalData]]:
    """A marked line as text, and what is to be found in it."""
    text, pieces, end = "", list[PersonalData](), 0
    for match in _MARKED.finditer(line):
        text += line[end : match.start()]
        kind, value = DataKind(match.group(1)), match.group(2)
        pieces.append(PersonalData(kind, value, len(text), len(text) + len(value)))
        text, end = text + value, match.end()
    return text + line[end:], pieces


@pytest.mark.parametrize("line", _marked())
def test_it_is_found_where_it_stands_and_nothing_else(line: str) -> None:
    text, pieces = _pieces(line)
    assert personal_data(text) == pieces


def test_every_kind_has_matches_and_misses() -> None:
    matches, misses, heading = Counter[str](), Counter[str](), ""
    for line in _LINES:
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line and not line.startswith("# "):
            (matches if _MARKED.search(line) else misses)[heading] += 1
    assert all(matches[kind] >= 10 and misses[kind] >= 3 for kind in DataKind)


@given(st.text(max_size=400))
def test_any_text_is_read_and_places_are_right(text: str) -> None:
    pieces = personal_data(text)
    assert all(text[piece.start : piece.end] == piece.text != "" for piece in pieces)
    assert all(before.end <= after.start for before, after in pairwise(pieces))


@pytest.mark.parametrize("piece", _AWKWARD, ids=ascii)
def test_no_text_takes_long(piece: str) -> None:
    text = (piece * _LENGTH)[:_LENGTH]
    began = process_time()
    personal_data(text)
    assert process_time() - began < _SECONDS


def test_two_at_a_time_are_both_found() -> None:
    lines = ("ring {phone:26 11 80 94}", "skriv til {email:b.holt@gmail.com}", "han bor {address:Lærkevej 8}")
    for first, second in product(lines, repeat=2):
        text, pieces = _pieces(f"{first} eller {second}")
        assert personal_data(text) == pieces


_PARTS = st.lists(
    st.sampled_from([line for line in _LINES if _MARKED.search(line)]) | st.text(max_size=20), max_size=6
)


@given(_PARTS)
def test_what_is_masked_is_not_found_again(parts: list[str]) -> None:
    text = "\n".join(_pieces(part)[0] for part in parts)
    pieces = personal_data(text)
    hidden = masked(text, pieces, _WORDS)
    assert {piece.text for piece in pieces}.isdisjoint(piece.text for piece in personal_data(hidden))
    assert hidden == _by_hand(text, pieces)


def _by_hand(text: str, pieces: list[PersonalData]) -> str:
    for piece in reversed(pieces):
        text = text[: piece.start] + _WORDS[piece.kind] + text[piece.end :]
    return text


_SPANS = st.lists(st.tuples(st.sampled_from(DataKind), st.integers(0, 30), st.integers(1, 10)), max_size=6)


@given(_SPANS)
def test_pieces_that_overlap_become_one_word(spans: list[tuple[DataKind, int, int]]) -> None:
    text = "".join(map(chr, range(ord("A"), ord("A") + 40)))
    pieces = [PersonalData(kind, text[at : at + length], at, at + length) for kind, at, length in spans]
    hidden = masked(text, pieces, dict.fromkeys(DataKind, "\n"))
    taken = {place for piece in pieces for place in range(piece.start, piece.end)}
    assert hidden.replace("\n", "") == "".join(mark for place, mark in enumerate(text) if place not in taken)
    assert masked(text, reversed(pieces), dict.fromkeys(DataKind, "\n")) == hidden


def test_a_text_without_any_stays_as_it_is() -> None:
    assert masked("hej", [], {}) == "hej"
    assert masked("", [], {}) == ""
