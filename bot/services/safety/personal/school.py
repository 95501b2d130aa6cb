"""Named schools, and the places where somebody works."""

import re
from collections.abc import Iterator
from functools import cache

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece

_CAP = r"[A-ZÆØÅ][\wæøåéü.'&-]*"
_TOWN = r"[A-ZÆØÅ][\wæøå-]+(?:\s(?:Nord|Syd|Øst|Vest|City|[A-ZÆØÅ]{1,2})(?!\w))?"
_IN_TOWN = rf"(?:\s(?:i|på|in|ved)\s{_TOWN})"
_END = r"(?![\wæøå])"

# Schools.
_KIND_ENDINGS = tuple(words("endings_of_schools"))
_COMPOUND = re.compile(
    r"(?P<stem>[\wæøå.-]{3,}?)(?P<kind>(?:efter|fri|høj)?skolen?|gymnasiet)$", re.IGNORECASE
)
_TOWN_BEHIND = re.compile(rf"{_IN_TOWN}{_END}")
_TAIL = re.compile(r"\s(?:&|og)\s(?:VUC|HF)|\sHF|\sCollege|\sGymnasium")
_FIRST = re.compile(rf"{alternation('school_words')}\s(?:i\s|på\s|for\s)?{_CAP}(?:\s{_CAP})?")
_COLLEGE = re.compile(
    rf"(?:{alternation('colleges')}\s(?:i\s|på\s)?{_TOWN}(?:\si\s{_TOWN})?|{alternation('single_schools')}{_IN_TOWN}?){_END}"
)
_LEVEL_IN_TOWN = re.compile(rf"(?:hf|htx|hhx|stx|eux|vuc|fgu|10\. klasse)\s(?:i|på)\s{_TOWN}{_END}")
_ATTENDS = re.compile(rf"(?<!\w){alternation('attends')}\s(?:\S+\s){{0,4}}?$", re.IGNORECASE)
_ATTENDED = re.compile(rf"(?:[A-ZÆØÅ][\wæøå]{{1,4}}\.\s)?{_CAP}(?:\s{_CAP}){{0,3}}")
_SAINTS = frozenset(("sct", "sankt", "skt"))
_INITIAL = re.compile(r"[A-ZÆØÅ][\wæøå]{0,4}$")
_TO = frozenset(("på", "paa", "to", "at", "hos", "i", "fra", "til"))
_MOST_WORDS = 4
_SHORT, _SHORT_NAME = 4, 5

# Workplaces.
_ABROAD = r"(?!Danmark|Tyskland|Sverige|Norge|Europa|USA)"
_PLACE = (
    rf"(?:\s(?:i|på|in|at|on|ved)\s{_ABROAD}[A-ZÆØÅ][\wæøå]+(?:\s[A-ZÆØÅ][\wæøå]*)?"
    r"|\s(?!Jeg|Og|Men|Food|Hvad|Hvor)[A-ZÆØÅ][\wæøå]{2,}(?:\s[A-ZÆØÅ]{1,2}(?!\w))?)"
)
_CHAIN = re.compile(rf"{alternation('chains')}(?!\w)(?:\sExtra|\sFood|\sExpress)?{_PLACE}")
_CHAIN_LOWER = re.compile(
    rf"{alternation('chains')}(?!\w)\s(?:(?:i|på|paa|in)\s(?!{alternation('no_towns')}(?!\w))[a-zæøå]{{4,}}"
    rf"|{alternation('places')}(?!\w))",
    re.IGNORECASE,
)
_WORKSHOP = re.compile(
    rf"(?i:{alternation('workshops')})\s(?:[A-ZÆØÅ]\.\s?)?{_CAP}(?:\s(?:&|og|and)?\s?{_CAP}){{0,3}}{_IN_TOWN}?"
)
_FIRM = re.compile(
    rf"{_CAP}(?:\s(?:&\s|og\s)?(?:{_CAP}|ApS|A/S|I/S)){{0,4}}?\s?{alternation('firm_endings')}"
    rf"(?:\s(?:ApS|A/S|I/S)|\s&\s{_CAP})?{_IN_TOWN}?{_END}"
)
_EMPLOYER = re.compile(rf"{_CAP}(?:\s(?:&\s|og\s|og\sde\s)?{_CAP}){{1,3}}{_IN_TOWN}?|{_CAP}{_IN_TOWN}")
_AT = frozenset(
    ("hos", "for", "at", "på", "i", "fra", "in", "ved", "from", "butik", "firma", "firmaet", "butikken")
)
_WORK = frozenset(word for word in words("work") if not word.endswith("*"))
_WORK_STARTS = tuple(word.rstrip("*") for word in words("work") if word.endswith("*"))
# Most words are told by two letters to be none of these.
_FIRST_TWO, _LAST_TWO = {start[:2] for start in _WORK_STARTS}, {ending[-2:] for ending in _KIND_ENDINGS}
_HOS = frozenset(("hos", "ved", "for"))
_NEAR, _SOON = 7, 5
_WORKSHOP_ENDINGS = tuple(word.strip("*") for word in words("workshops") if word.startswith("*"))
_FIRST_WORD = re.compile(r"\w+(?:[-'’´]\w+)*")


@cache
def _first_words(*names: str) -> frozenset[str]:
    """What the entries of lists begin with, in small letters."""
    entries = (entry for name in names for entry in words(name))
    return frozenset(match.group() for entry in entries if (match := _FIRST_WORD.match(entry)))


def find(reading: Reading) -> Iterator[PersonalData]:
    """Schools with a name; workplaces with a name and, for chains, a place."""
    text = reading.text
    colleges, school_words = _first_words("colleges", "single_schools"), words("school_words")
    kinds = {word for word in reading.vocabulary if word[-2:] in _LAST_TWO and word.endswith(_KIND_ENDINGS)}
    for place in reading.where(colleges | kinds):
        word, start = reading.lower[place], reading.starts[place]
        if word in colleges and (match := _COLLEGE.match(text, start)):
            yield _piece(text, *match.span())
        if word in kinds:
            if word in school_words and (match := _FIRST.match(text, start)):
                yield _piece(text, *match.span())
            if match := _LEVEL_IN_TOWN.match(text, start):
                yield _piece(text, *match.span())
            yield from _with_kind(reading, place)
    for place in reading.where(_TO):
        if found := _attended(reading, place):
            yield found
    for place in reading.where(_HOS):
        firm = _FIRM.match(text, reading.starts[place + 1]) if place + 1 < len(reading) else None
        if firm and " " in firm.group() and reading.between(place) == " ":
            yield _piece(text, *firm.span())
    starts = {word for word in reading.vocabulary if word[:2] in _FIRST_TWO and word.startswith(_WORK_STARTS)}
    if work := reading.where(_WORK | starts):
        yield from _workplaces(reading, work)


def _piece(text: str, start: int, end: int) -> PersonalData:
    return piece(DataKind.SCHOOL_OR_WORKPLACE, text, start, end)


def _with_kind(reading: Reading, place: int) -> Iterator[PersonalData]:
    """A name in front of "Gymnasium", or one grown together with "skolen"."""
    text, end = reading.text, reading.ends[place]
    first = _first_of_name(reading, place)
    if first < place:
        tail = _TAIL.match(text, end)
        yield _piece(text, reading.starts[first], tail.end() if tail else end)
        return
    match = _COMPOUND.match(reading.raw[place])
    if not match:
        return
    town, stem = _TOWN_BEHIND.match(text, end), match.group("stem")
    named = stem[0].isupper()
    if _is_generic(stem) and not (town and named):
        return
    if match.group("kind").endswith("skole") and not named:
        return
    yield _piece(text, reading.starts[place], town.end() if town else end)


def _first_of_name(reading: Reading, place: int) -> int:
    """The first word of the name that ends with a kind of school."""
    first, raw, lower = place, reading.raw, reading.lower
    while first > 0 and place - first < _MOST_WORDS:
        before, gap = raw[first - 1], reading.between(first - 1)
        abbreviated = gap in (". ", ".") and _INITIAL.match(before)
        if not abbreviated and gap not in (" ", " & ", "- "):
            break
        if not before[0].isupper() and not (
            lower[first - 1] in {"de", "og", "la", "tekniske", "private"} and first < place + 1
        ):
            break
        first -= 1
    while first < place and (lower[first] in _not_in_front() or not raw[first][0].isupper()):
        first += 1
    if first < place:
        return first
    kind = lower[place]
    if (
        place == 0
        or reading.between(place - 1) != " "
        or kind in {"skolen", "gymnasiet", "skoler", "school", "institut"}
    ):
        return place
    before = lower[place - 1]
    if before in words("places") and kind not in words("school_levels"):
        return place - 1
    named = len(before) >= _SHORT_NAME and before.isalpha() and before not in words("before_a_kind_of_school")
    return (
        place - 1
        if named and kind in words("kinds_in_small_letters") and not before.endswith(("ede", "ende", "este"))
        else place
    )


@cache
def _not_in_front() -> frozenset[str]:
    return words("sentence_words") | words("before_a_kind_of_school") | words("no_towns") - {"den"}


def _attended(reading: Reading, place: int) -> PersonalData | None:
    """ "går på Rosborg": a name that nothing but the verb makes a school."""
    if place + 1 >= len(reading) or reading.between(place) != " ":
        return None
    start, following = reading.starts[place + 1], reading.lower[place + 1]
    listed = following in _first_words("school_names") or following in _SAINTS
    capital = reading.raw[place + 1][0].isupper() and reading.lower[place] in {"på", "paa"}
    if not listed and not capital:
        return None
    if not _ATTENDS.search(reading.before(reading.starts[place], 30)):
        return None
    match = _SCHOOL_NAMES.match(reading.text, start)
    if not match and capital and (following in _SAINTS or following not in _nowhere()):
        match = _ATTENDED.match(reading.text, start)
        if match and (len(following) < _SHORT or match.group().isupper()) and " " not in match.group():
            match = None
    return _piece(reading.text, *match.span()) if match else None


_SCHOOL_NAMES = re.compile(rf"{alternation('school_names')}(?!\w)", re.IGNORECASE)


@cache
def _nowhere() -> frozenset[str]:
    """Where one goes that is no school."""
    names = ("no_surnames", "platforms", "places", "no_attended", "no_handles", "sentence_words", "no_towns")
    return _first_words("chains").union(*map(words, names))


def _workplaces(reading: Reading, work: list[int]) -> Iterator[PersonalData]:
    text = reading.text
    for place in reading.where(_AT):
        if place + 1 < len(reading) and reading.raw[place + 1][0].isupper():
            yield from _employer(reading, place, work)
    grown = {word for word in reading.vocabulary if word.endswith(_WORKSHOP_ENDINGS)}
    for place in reading.where(_first_words("workshops") | grown):
        if match := _WORKSHOP.match(text, reading.starts[place]):
            yield _piece(text, *match.span())
    for place in reading.where(_first_words("chains")):
        start = reading.starts[place]
        if match := _CHAIN.match(text, start) or _CHAIN_LOWER.match(text, start):
            yield _piece(text, *match.span())


def _employer(reading: Reading, place: int, work: list[int]) -> Iterator[PersonalData]:
    """A name behind "hos" or "i", with work spoken of in front of it."""
    if not any(place - _NEAR <= here < place + _SOON for here in work):
        return
    following, start = reading.lower[place + 1], reading.starts[place + 1]
    if following in words("no_surnames") or following in words("platforms") or reading.between(place) != " ":
        return
    match = _FIRM.match(reading.text, start) or _CHAIN.match(reading.text, start)
    if not match and following not in _no_employers():
        match = _EMPLOYER.match(reading.text, start)
    if match:
        yield _piece(reading.text, *match.span())


@cache
def _no_employers() -> frozenset[str]:
    return words("places") | words("no_attended")


def _is_generic(stem: str) -> bool:
    folded = stem.casefold()
    listed = folded in words("no_schools") or folded.rstrip("s") in words("no_schools")
    return listed or len(folded) < _SHORT - stem[0].isupper()
