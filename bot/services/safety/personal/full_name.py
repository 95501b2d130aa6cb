"""Full names of private people: a first name that is known, or a cue, and what follows it."""

import re
from collections.abc import Iterator
from functools import cache

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece

_ENDING = re.compile(rf".{{2,}}{alternation('surname_endings')}$")
# Endings that no Danish or English word has.
_FIRM_ENDING = re.compile(rf".{{2,}}{alternation('surname_endings_of_no_words')}$")
_PARTICLES = frozenset(
    ("von", "van", "de", "der", "den", "al", "el", "bin", "ibn", "abu", "da", "dos", "di", "la", "ten", "af")
)
_CUE = re.compile(rf"(?<!\w){alternation('people')}\s(?:er\s|hedder\s|som\s|is\s)?$", re.IGNORECASE)
_NAMING = re.compile(rf"(?<!\w){alternation('naming')}[\s:]+$", re.IGNORECASE)
_WORK_OF = re.compile(rf"(?:'?s)?\s{alternation('works_of_the_famous')}(?!\w)", re.IGNORECASE)
_FAMOUS = re.compile(rf"(?<!\w){alternation('the_famous')}\s$", re.IGNORECASE)
_THING = re.compile(
    rf"(?<!\w)(?:{alternation('things')}\s(?:der\s|som\s)?)(?:hedder|kaldes|called|er)\s$|(?<!\w)(?:det|den|hvad)\shedder\s$",
    re.IGNORECASE,
)
_MID_SENTENCE = re.compile(r"[\w,] $")
_INITIAL_GAP = re.compile(r"\. ?")
_MOST, _AROUND = 5, 24
_SHORT = 3
_FEW_WORDS, _MANY = 6, 0.8
_CAPITALS_AT_LEAST = 4


def find(reading: Reading) -> Iterator[PersonalData]:
    """Full names, in whatever letters they are written."""
    known, stopped = words("first_names"), _no_names()
    shouted = _is_shouted(reading)
    after = 0
    double = [place for place in reading.mixed if "-" in reading.raw[place]]
    for place in sorted({*reading.where(known), *(() if shouted else reading.capital), *double}):
        if place < after or reading.lower[place] in stopped:
            continue
        last = _last(reading, place, shouted=shouted)
        if last > place:
            after = last + 1
            start, end = reading.starts[place], reading.ends[last]
            if not _is_public(reading, place, last):
                yield piece(DataKind.FULL_NAME, reading.text, start, end - _genitive(reading.raw[last]))


@cache
def _no_names() -> frozenset[str]:
    return words("no_surnames") | words("no_handles") | words("sentence_words")


def _is_shouted(reading: Reading) -> bool:
    """Whether capital letters say nothing here: All Words Have One."""
    capitals = sum(word[0].isupper() for word in reading.raw)
    return reading.text.isupper() or (len(reading) > _FEW_WORDS and capitals > _MANY * len(reading))


def _last(reading: Reading, place: int, *, shouted: bool) -> int:
    """The last word of the name that begins here; the first one if none does."""
    lower = reading.lower[place]
    is_known = _is_first_name(lower)
    capital = reading.raw[place][0].isupper() and not shouted
    if not capital and (not is_known or lower in words("first_names_that_are_words")):
        return place
    last = _reach(reading, place, capital=capital)
    if last == place:
        named = is_known and not capital and _may_be_named(reading, place + 1)
        return place + 1 if named and _NAMING.search(_before(reading, place)) else place
    surname = reading.raw[last]
    if len(surname) < 2:
        return place
    if not is_known:
        return last if _is_named_so(reading, place, last) else place
    if last == place + 1 and _is_first_name(surname.lower()) and not _is_surname(surname):
        return last if capital and _CUE.search(_before(reading, place)) else place
    return last


def _before(reading: Reading, place: int) -> str:
    return reading.before(reading.starts[place], _AROUND)


def _is_first_name(lower: str) -> bool:
    known = words("first_names")
    return lower in known or ("-" in lower and lower.split("-")[0] in known)


def _reach(reading: Reading, place: int, *, capital: bool) -> int:
    """How far the words go that may be one name; never to a particle."""
    last = place
    while last + 1 < len(reading) and last - place + 1 < _MOST:
        here, gap = reading.raw[last], reading.between(last)
        initial = len(here) == 1 and _INITIAL_GAP.fullmatch(gap)
        if not initial and gap != " ":
            break
        word = reading.raw[last + 1]
        if capital:
            if not _continues_capital(reading, last + 1):
                break
        elif not _continues_small(word) and not (last == place and _is_middle_name(reading, last + 1)):
            break
        last += 1
    while last > place and reading.lower[last] in _PARTICLES:
        last -= 1
    if capital:
        return last
    while last > place and not _is_surname(reading.raw[last]):
        last -= 1
    return last


def _continues_capital(reading: Reading, place: int) -> bool:
    word, lower = reading.raw[place], reading.lower[place]
    if lower in _PARTICLES:
        return True
    if lower in words("surnames") and lower not in words("surnames_that_are_words"):
        return True
    if not word[0].isupper() or any(map(str.isdecimal, word)) or "_" in word:
        return False
    if len(word) == 1:
        return reading.text[reading.ends[place] : reading.ends[place] + 1] == "."
    if lower in _no_names() and lower not in words("surnames"):
        return False
    return lower not in words("no_surnames") and (not word.isupper() or len(word) >= _CAPITALS_AT_LEAST)


def _continues_small(word: str) -> bool:
    lower = word.lower()
    if lower in _no_names():
        return False
    is_name = _is_first_name(lower) and lower not in words("first_names_that_are_words")
    return is_name or lower in _PARTICLES or lower in words("surnames") or _is_surname(word)


def _is_middle_name(reading: Reading, place: int) -> bool:
    """An unknown word between a first name and a surname: "jonas piil jensen"."""
    lower = reading.lower
    if place + 1 >= len(reading) or reading.between(place) != " " or len(lower[place]) < _SHORT:
        return False
    surname = lower[place + 1]
    firm = surname in words("surnames") and surname not in words("surnames_that_are_words")
    return firm and lower[place] not in _no_names() and surname not in words("first_names")


def _may_be_named(reading: Reading, place: int) -> bool:
    """ "jeg hedder emil vrang.": at the end of a sentence, and no word that is common."""
    if place >= len(reading):
        return False
    lower, end = reading.lower[place], reading.ends[place]
    closed = not re.match(r" \w", reading.text[end : end + 2]) or (
        place + 1 < len(reading) and reading.lower[place + 1] in {"og", "fra", "i", "på", "and", "from"}
    )
    return (
        closed
        and reading.between(place - 1) == " "
        and lower.isalpha()
        and len(lower) > _SHORT
        and lower not in _no_names()
        and lower not in words("first_names")
        and lower not in words("no_surnames_by_ending")
    )


def _is_named_so(reading: Reading, place: int, last: int) -> bool:
    """A name that begins with a first name on no list."""
    first, lower, before = reading.raw[place], reading.lower[last], _before(reading, place)
    if len(first) < _SHORT and "." not in reading.between(place):
        return False
    if _NAMING.search(before) or _CUE.search(before):
        return True
    if first.isupper() and len(first) > 1:
        return False
    firm = (lower in words("surnames") and lower not in words("surnames_that_are_words")) or bool(
        _FIRM_ENDING.match(lower)
    )
    return firm and (len(first) == 1 or bool(_MID_SENTENCE.search(before)) or not before.strip())


def _is_surname(word: str) -> bool:
    lower = word.lower()
    if lower in words("surnames") or lower.removesuffix("s") in words("surnames"):
        return word[0].isupper() or lower not in words("surnames_that_are_words")
    if lower in words("no_surnames_by_ending"):
        return False
    if "-" in lower:
        return _is_surname(word.rpartition("-")[2])
    return len(lower) > 5 and bool(_ENDING.match(lower))


def _genitive(surname: str) -> int:
    """How many letters at the end belong to "Lykke's" and not to the name."""
    return 2 if surname.lower().endswith(("'s", "’s")) else 0


def _is_public(reading: Reading, place: int, last: int) -> bool:
    """Somebody in the news, or in a film, song or book."""
    if _FAMOUS.search(_before(reading, place)) or _THING.search(_before(reading, place)):
        return True
    parts = reading.lower[place : last + 1]
    public = words("public_people")
    for length in range(2, len(parts) + 1):
        name = " ".join(parts[:length])
        known = name in public or name.removesuffix("s") in public or name.removesuffix("'s") in public
        # "Kim Larsen Toft" is not the singer.
        if known and (length == len(parts) or parts[-1] not in words("surnames")):
            return True
    return parts[-1].removesuffix("s") in words("public_surnames") or bool(
        _WORK_OF.match(reading.text, reading.ends[last])
    )
