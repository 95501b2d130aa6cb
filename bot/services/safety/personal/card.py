"""Payment cards: sixteen figures as cards carry them, or a number of another length that adds up."""

import re
from collections.abc import Iterator

from stdnum import luhn

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import impersonal, piece

_WRITTEN = re.compile(
    r"(?<!\d)(?<!\d[ -])\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}(?!\d)"
    r"|(?<![\w+])(?<!\d[ -])\d(?:[ .-]?\d){12,18}(?![ .-]?\d)"
)
_FEWEST, _USUAL = 13, 16
_ISSUERS = "3456"


def find(reading: Reading) -> Iterator[PersonalData]:
    """Card numbers."""
    text = reading.text
    for start, end in reading.runs:
        if end - start < _FEWEST:
            continue
        for match in _WRITTEN.finditer(text, start, end + 2):
            figures = re.sub(r"\D", "", match.group())
            if is_card(figures) and not impersonal(text, match.start(), match.end()):
                yield piece(DataKind.CARD_NUMBER, text, match.start(), match.end())


def is_card(figures: str) -> bool:
    """Whether these figures may stand on a card."""
    if len(figures) == _USUAL:
        return figures[0] in "23456"
    return luhn.is_valid(figures) and figures[0] in _ISSUERS
