"""CPR numbers. A wrong checksum does not count: newer numbers have none, and boys mistype."""

import re
from collections.abc import Iterator

from stdnum.dk import cpr
from stdnum.exceptions import InvalidComponent

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import impersonal, piece

_WRITTEN = re.compile(
    r"(?<![\d+])(?<!\d[.,-])\d{2}([ ./-]?)\d{2}\1\d{2}\s?[ ./–—_-]{0,2}\s?\d{4}(?![\d])"
    r"|(?<![\d.,-])(?<!\d )\d(?:[ .-]\d){9}(?![ .-]?\d)"
)
_HIDDEN = re.compile(r"(?<!\d)\d{6}[ -]{0,3}[x*]{4}[ -]{0,3}\d{4}(?!\d)", re.IGNORECASE)
_LENGTH = 10


def find(reading: Reading) -> Iterator[PersonalData]:
    """CPR numbers in figures."""
    text = reading.text
    for start, end in reading.runs:
        for match in _WRITTEN.finditer(text, start, end + 2) if end - start >= _LENGTH else ():
            if is_cpr(match.group()) and not impersonal(text, match.start(), match.end()):
                yield piece(DataKind.CPR, text, match.start(), match.end())
    for match in _HIDDEN.finditer(text) if "xxxx" in text or "****" in text else ():
        if is_cpr(match.group()):
            yield piece(DataKind.CPR, text, match.start(), match.end())


def is_cpr(number: str) -> bool:
    """Whether a number begins with a day on which somebody may be born."""
    figures = "".join(figure for figure in number if figure.isdecimal())
    if len(figures) != _LENGTH:
        return False
    try:
        cpr.get_birth_date(figures)
    except InvalidComponent:
        return False
    return True
