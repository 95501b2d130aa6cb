"""Telephone numbers, however they are spaced. Helplines and companies' numbers are nobody's."""

import re
from collections.abc import Iterator
from itertools import pairwise

import phonenumbers

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import impersonal, piece

_GAP = r"[ \u00a0./\-–_·•*|]{1,3}"
_DANISH = re.compile(
    rf"""(?<![\w,#@/-])(?<!\d\.)(?:(?:\(?(?:\+|00)\s?45\)?[ .-]?|45[ ])?
    (?: \d{{8}}
      | \d{{2}}(?:{_GAP}\d{{2}}){{3}}
      | \d{{4}}{_GAP}\d{{4}}
      | \d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}} | \d{{2}}[ -]\d{{3}}[ -]\d{{3}} | \d{{3}}[ -]\d{{2}}[ -]\d{{3}}
      | \d{{2}}[ -]\d{{2}}[ -]\d{{4}} | \d{{4}}[ -]\d{{2}}[ -]\d{{2}} | \d{{2}}[ -]\d{{6}}
      | \d{{6}}[ -]\d{{2}} | \d{{5}}[ -]\d{{3}} | \d{{3}}[ -]\d{{5}} | \d{{4}}[ ]\d[ ]\d{{3}}
      | \d(?:[ .\-\ufe0f\u20e3]{{1,3}}\d){{7}} ))(?![\w@]|[ .,/-]?\d)""",
    re.VERBOSE,
)
_FOREIGN = re.compile(r"(?<![\w+])(?:\+|00)(?!\s?45)\d(?:[ .-]?\(?\d\)?){7,13}(?!\d)")
_DATE = re.compile(
    r"(?:0[1-9]|[12]\d|3[01])\D?(?:0[1-9]|1[0-2])\D?(?:19|20)\d\d$|20[12]\d\D?(?:0\d|1[0-2])\D?[0-3]\d$"
    r"|(?:19|20)\d\d\D(?:19|20)\d\d$"
)
_CUE = re.compile(rf"(?<!\w){alternation('phones')}", re.IGNORECASE)
_AROUND = 30
_FEWEST = 8
_COMPANIES = ("70", "80")  # sold to companies and organisations, never to a person


def find(reading: Reading) -> Iterator[PersonalData]:
    """Telephone numbers in figures."""
    text = reading.text
    for start, end in reading.runs:
        if end - start < _FEWEST:
            continue
        start = max(0, start - len("(+"))
        for match in _FOREIGN.finditer(text, start, end + 1):
            if _is_possible(match.group()) and not _follows_figure(text, match.start()):
                yield piece(DataKind.PHONE, text, match.start(), match.end())
        for match in _DANISH.finditer(text, start, end + 3):
            if is_private(match.group()) and not _is_other(text, match):
                yield piece(DataKind.PHONE, text, match.start(), match.end())


def _follows_figure(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == " " and text[start - 2].isdecimal()


def is_private(number: str) -> bool:
    """Whether a Danish number may be a person's."""
    figures = re.sub(r"\D", "", number)
    figures = re.sub(r"^(?:0045|45)(?=\d{8}$)", "", figures)
    return (
        len(figures) == _FEWEST
        and figures[0] not in "01"
        and figures not in words("helplines")
        and not figures.startswith(_COMPANIES)
    )


def _is_possible(number: str) -> bool:
    try:
        parsed = phonenumbers.parse("+" + re.sub(r"^00", "", re.sub(r"\D", "", number)))
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed)


def _is_other(text: str, match: re.Match[str]) -> bool:
    """A date, an amount, a code, or a row of numbers that only looks like one."""
    start, end = match.span()
    if _DATE.match(match.group()) or impersonal(text, start, end):
        return True
    if _CUE.search(text[max(0, start - _AROUND) : start]):
        return False
    return bool(re.search(r"\d $", text[max(0, start - 2) : start])) or _is_counted(match.group())


def _is_counted(number: str) -> bool:
    """ "30 40 50 60", as far from one to the next each time, or one figure all through."""
    steps = [int(part) for part in re.findall(r"\d+", number)]
    same = len(set(re.sub(r"\D", "", number))) == 1
    return same or (len(steps) > 2 and len({after - before for before, after in pairwise(steps)}) == 1)
