"""Numbers that are not written in figures, or not all of them: "to otte fire …", "2o 47 l3 88"."""

import re
from collections.abc import Iterator

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.card import is_card
from bot.services.safety.personal.cpr import is_cpr
from bot.services.safety.personal.numerals import numerals
from bot.services.safety.personal.phone import is_private
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece

# A figure or two written as a letter.
_LETTERED = re.compile(r"(?<![\w.@-])[oOlISzB\d]{2}(?:[ ./–-]{0,3}[oOlISzB\d]{1,8}){0,8}(?![\w@])")
_LETTERS = re.compile(r"[oOlISzB]")
_FIGURES = str.maketrans("oOlISzB", "0011528")
_FIGURES_AT_LEAST = 4
_USUAL_CARD = 16


def find(reading: Reading) -> Iterator[PersonalData]:
    """Numbers in words, and in letters that look like figures."""
    for numeral in numerals(reading):
        if kind := next(filter(None, map(_kind, numeral.readings)), None):
            yield piece(kind, reading.text, numeral.start, numeral.end)
    after = 0
    for place in reading.mixed:
        if reading.starts[place] < after or not _LETTERS.search(reading.raw[place]):
            continue
        match = _lettered(reading, place)
        if match and (kind := _kind(re.sub(r"\D", "", match.group().translate(_FIGURES)))):
            after = match.end()
            yield piece(kind, reading.text, match.start(), match.end())


def _lettered(reading: Reading, place: int) -> re.Match[str] | None:
    """A number around a word that has figures and letters in it; it may begin some words before."""
    for first in range(max(0, place - 4), place + 1):
        match = _LETTERED.match(reading.text, reading.starts[first])
        if (
            match
            and match.end() >= reading.ends[place]
            and sum(map(str.isdecimal, match.group())) >= _FIGURES_AT_LEAST
        ):
            return match
    return None


def _kind(figures: str) -> DataKind | None:
    if is_cpr(figures):
        return DataKind.CPR
    if is_private(figures):
        return DataKind.PHONE
    return DataKind.CARD_NUMBER if len(figures) == _USUAL_CARD and is_card(figures) else None
