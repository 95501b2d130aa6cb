"""Addresses: a street with a number, with floor, door and postal town where they follow."""

import re
from collections.abc import Iterator

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece, sentence_words

_STRONG, _WEAK = alternation("street_endings"), alternation("street_endings_of_names")
_LETTER = r"[A-Za-zÆØÅæøåÉéÜüÖöÄä]"
_BEFORE = rf"(?:(?:[A-ZÆØÅ]{_LETTER}*\.?(?:-[A-ZÆØÅ]{_LETTER}+)?|[A-Z]\.(?:\s?[A-Z]\.)*)\s){{0,4}}"
_AMOUNT = (
    r"[\d%:]|[.,]\d|-\d(?!\d)|\s\d\d\s\d\d|\s?(?:kr|km|%|:\d|gange|timer?|min\b|minutter|år|aar|dage?|uger|meter|m\b|stk|personer|mand|mennesker"
    r"|måneder|børn|elever|pers\b|venner|drenge|kg|sek|grader|point|mål|x\b|hours|minutes|times|people)"
)
_NUMBER = rf"\s(?:nr\.?\s?)?\d{{1,3}}(?:[A-Za-z](?![A-Za-zæøå])|\s[A-H](?!\w))?(?!{_AMOUNT})"
_FLOOR = (
    r"(?:,?\s?(?:(?:\d{1,2}\.?\s?(?:sal)?|st\.?|kl\.?|kld\.?|stuen)[ .,]{0,2}\s?"
    r"(?:tv|th|mf|dør\s?\d+|lejl\.?\s?\d+)(?!\w)\.?"
    r"|\d{1,2}\.\s?sal|(?:st|stuen)(?!\w)\.?|\d{1,2}\.(?=,|\s*$)|(?:vær\.?|værelse|lejl\.?|lejlighed|dør|opgang)\s?\w{1,4}))?"
)
_TOWN = rf"(?:,?\s\d{{4}}\s[A-ZÆØÅa-zæøå]{_LETTER}+(?:\s(?:[NSØVCK]{{1,2}}|NV|SV|NØ|SØ|st)(?!\w))?)?"
_STREET = re.compile(
    rf"(?<![\w@./-])(?P<street>{_BEFORE}(?P<last>(?:{_LETTER}[\w.'é-]*?)?(?i:(?P<strong>{_STRONG})|{_WEAK})))"
    rf"(?!\w)(?i:{_NUMBER})(?i:{_FLOOR}){_TOWN}"
)
_GLUED = re.compile(rf"[^\W\d_]{{2,30}}{_STRONG}\d{{1,3}}[a-z]?$", re.IGNORECASE)
_ENDINGS = tuple(words("street_endings") | words("street_endings_of_names"))
_LONGEST, _LONGEST_NUMBER, _LONGEST_PREFIX, _MOST_WORDS = 60, 4, 15, 3
_FLAT = re.compile(r"\d.*(?<!\w)(?:tv|th|mf|sal)(?!\w)|\d{4}\s[A-ZÆØÅ]", re.IGNORECASE)
_LIVES = re.compile(r"\s(?:bor han|bor hun|bor jeg|bor vi|bor de|hjemme hos)(?!\w)")
_PREFIX = re.compile(rf"(?<!\w){alternation('street_prefixes')}\s$", re.IGNORECASE)
_CUE = re.compile(
    r"(?:bor|adresse\w*|live at|address|hjemme|flyttet til|bopæl)"
    r"(?:\s(?:er|på|i|is|paa|nu|også|os|vi|jeg))*[\s:]*$",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\d{1,4}[A-Za-z]?\s(?:[A-Z][a-z]+\s){1,3}(?:Street|Road|Avenue|Lane|Drive|Court|Close|Way|St|Rd|Ave)(?!\w)"
)
_PLAIN_NAME = re.compile(
    rf"(?P<street>(?:[A-ZÆØÅ]{_LETTER}+\s){{0,2}}[A-ZÆØÅ]{_LETTER}+)(?i:{_NUMBER})(?i:{_FLOOR}){_TOWN}"
)
_GENERIC = re.compile(
    rf"{alternation('no_streets')}?(?:{_STRONG}|{_WEAK})$",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[PersonalData]:
    """Addresses; looked for only around numbers."""
    text = reading.text
    after = 0
    for place in reading.mixed:
        word = reading.raw[place]
        if not word[0].isdecimal():
            if _GLUED.match(word):
                yield piece(DataKind.ADDRESS, text, reading.starts[place], reading.ends[place])
            continue
        match = _ENGLISH.match(text, reading.starts[place])
        if match and match.group().casefold() not in words("no_addresses"):
            yield piece(DataKind.ADDRESS, text, *match.span())
        if place == 0 or reading.starts[place] < after or len(word) > _LONGEST_NUMBER:
            continue
        if span := _street(reading, place, after) or _cued(reading, place):
            after = span[1]
            yield piece(DataKind.ADDRESS, text, *span)


def _street(reading: Reading, place: int, after: int) -> tuple[int, int] | None:
    """A street whose name ends as names of streets do."""
    before = place - 2 if reading.lower[place - 1] == "nr" and place > 1 else place - 1
    if not reading.lower[before].endswith(_ENDINGS):
        return None
    text, number = reading.text, reading.starts[place]
    match = _STREET.search(text, max(after, number - _LONGEST), number + _LONGEST)
    if not match or not match.start() <= number < match.end():
        return None
    last, street = match.group("last"), match.group("street")
    proper = (" " in street.strip() and street[0].isupper()) or _is_proper(text, match)
    floor = bool(
        _FLAT.search(match.group()) or _PREFIX.search(reading.before(match.start("last"), _LONGEST_PREFIX))
    )
    if _GENERIC.match(last) and not proper and not floor:
        return None
    if match.group("strong") or proper or floor or _CUE.search(reading.before(match.start(), _LONGEST)):
        return _start(text, match), match.end()
    return None


def _cued(reading: Reading, place: int) -> tuple[int, int] | None:
    """ "bor Toftebo 6": a name that is a street because somebody lives there."""
    if not reading.raw[place - 1][0].isupper() or reading.lower[place - 1] in words("places"):
        return None
    first = place - 1
    while first > 0 and place - first < _MOST_WORDS and reading.raw[first - 1][0].isupper():
        if reading.between(first - 1) != " ":
            break
        first -= 1
    start = reading.starts[first]
    match = _PLAIN_NAME.match(reading.text, start)
    if not match or match.end() < reading.ends[place]:
        return None
    lives = _CUE.search(reading.before(start, _LONGEST)) or _LIVES.match(reading.text, match.end())
    settled = reading.lower[first] in words("beside") and place - first > 1
    return match.span() if (lives or settled or _FLAT.search(match.group())) else None


def _start(text: str, match: re.Match[str]) -> int:
    """Where the street begins: in front of it may stand words of the sentence, or a name."""
    last = match.group("last")
    if _GENERIC.match(last) or last.casefold() in words("street_kinds"):
        return sentence_words(text, *match.span())
    start = match.start("last")
    while before := _PREFIX.search(text, match.start(), start):
        start = before.start()
    return start


def _is_proper(text: str, match: re.Match[str]) -> bool:
    """A capital letter that is there for the name's sake, not the sentence's."""
    last = match.group("last")
    return last[0].isupper() and not text[: match.start("last")].isupper() and len(last) > 4
