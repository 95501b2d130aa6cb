"""Numbers in words: "to otte fire …", "enogtyve fyrre …", "five three one …"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.services.safety.personal.reading import Reading

_ONES = {
    "nul": 0, "en": 1, "et": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "otte": 8,
    "ni": 9, "zero": 0, "oh": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "sex": 6, "én": 1, "ét": 1, "een": 1, "syf": 7, "ot": 8, "niner": 9,
}  # fmt: skip
_DANISH_ONES = ("nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni")
_TEENS = {
    "ti": 10, "elleve": 11, "tolv": 12, "tretten": 13, "fjorten": 14, "femten": 15, "seksten": 16,
    "sytten": 17,
    "atten": 18, "nitten": 19, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "tyve": 20, "tredive": 30, "fyrre": 40, "halvtreds": 50, "tres": 60, "halvfjerds": 70, "firs": 80,
    "halvfems": 90, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "tredve": 30, "fyrretyve": 40, "halvtres": 50, "treds": 60, "halvfjers": 70,
    "halvfjerts": 70,
}  # fmt: skip
_SPOKEN = (
    {word: str(value) for word, value in _ONES.items()}
    | {word: str(value) for word, value in (_TEENS | _TENS).items()}
    | {f"{one}og{ten}": str(_TENS[ten] + value) for ten in _TENS for one, value in _ONES.items() if value}
    | {f"{ten}-{one}": str(_TENS[ten] + value) for ten in _TENS for one, value in _ONES.items() if value}
    | {f"{one}{two}": f"{_ONES[one]}{_ONES[two]}" for one in _DANISH_ONES for two in _DANISH_ONES}
)
_WORDS = frozenset(_SPOKEN)
_ENGLISH_TENS = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
_BETWEEN = re.compile(r"[ \t,.\-–/]{1,3}")
_SILENT = {"bindestreg", "streg", "dash", "minus", "mellemrum", "og", "så", "plus"}
_FIGURES_AT_ONCE = 2
_WORDS_AT_LEAST, _SPOKEN_AT_LEAST = 4, 2
# More words than a card number takes are a count, not a number.
_WORDS_AT_MOST = 24


@dataclass(frozen=True, slots=True)
class Numeral:
    """A run of number words and the figures it may stand for."""

    readings: tuple[str, ...]
    start: int
    end: int


def numerals(reading: Reading) -> Iterator[Numeral]:
    """Every run of number words in a text; single figures may stand among them."""
    lower = reading.lower
    for word in reading.vocabulary:
        parts = word.split("-")
        if len(parts) > _WORDS_AT_LEAST and all(part in _SPOKEN for part in parts):
            for place in reading.where(frozenset((word,))):
                yield Numeral(_readings(parts), reading.starts[place], reading.ends[place])
    after = 0
    for place in reading.where(_WORDS):
        if place < after:
            continue
        first, after = _reach(reading, place)
        run = range(first, after)
        if _WORDS_AT_LEAST <= len(run) <= _WORDS_AT_MOST:
            words = [lower[here] for here in run]
            if sum(word in _SPOKEN for word in words) >= _SPOKEN_AT_LEAST:
                start, end = reading.starts[first], reading.ends[after - 1]
                yield Numeral(_readings(words), start, end)


def _reach(reading: Reading, place: int) -> tuple[int, int]:
    """The first word of a run of numbers around a place, and the one after its last."""
    lower = reading.lower
    first, after = place, place + 1
    while first > 0 and _is_figure(lower[first - 1]) and _BETWEEN.fullmatch(reading.between(first - 1)):
        first -= 1
    last = after
    while after < len(lower) and _BETWEEN.fullmatch(reading.between(after - 1)):
        if lower[after] in _SPOKEN or _is_figure(lower[after]):
            last = after + 1
        elif lower[after] not in _SILENT:
            break
        after += 1
    return first, last


def _is_figure(word: str) -> bool:
    return len(word) <= _FIGURES_AT_ONCE and word.isdecimal()


def _together(words: Sequence[str]) -> list[str]:
    """ "to og fyrre" as "toogfyrre"."""
    together: list[str] = []
    for word in words:
        if word in _TENS and together[-1:] == ["og"] and f"{''.join(together[-2:])}{word}" in _SPOKEN:
            together[-2:] = [f"{''.join(together[-2:])}{word}"]
        else:
            together.append(word)
    return together


def _readings(words: Sequence[str]) -> tuple[str, ...]:
    """The figures one by one, and with "eighty eight" taken for one number."""
    plain = [_SPOKEN.get(word, word) for word in _together(words) if word not in _SILENT]
    words = [word for word in _together(words) if word not in _SILENT]
    joined: list[str] = []
    for before, figures in zip(["", *words], plain, strict=False):
        if before in _ENGLISH_TENS and len(figures) == 1 and joined:
            joined[-1] = joined[-1][0] + figures
        else:
            joined.append(figures)
    return "".join(plain), "".join(joined)
