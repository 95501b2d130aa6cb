"""Number plates: two letters and five figures, or four on a moped."""

import re
from collections.abc import Iterator

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import impersonal, piece

_PLATE = re.compile(
    r"(?<![\w#-])([A-ZÆØÅa-zæøå]{2})(?:(?P<car>[ .-]?\d{2}[ .-]?\d{3})|[ .-]?\d{2} ?\d{2})(?![\w-]| ?\d)"
)
_VEHICLE = re.compile(rf"{alternation('vehicles')}$|.*plade")
_NAMED = re.compile(r".*plade|.*plate")


def find(reading: Reading) -> Iterator[PersonalData]:
    """Number plates; in small letters and of mopeds only where a vehicle is spoken of."""
    text = reading.text
    matches = [match for place in _places(reading) if (match := _PLATE.match(text, place))]
    if not matches:
        return
    vehicle = any(map(_VEHICLE.match, reading.vocabulary))
    named = vehicle and any(map(_NAMED.match, reading.vocabulary))
    for match in matches:
        letters = match.group(1)
        plain = letters.isupper() or " " in match.group()[2:4]
        seen = vehicle or plain if match.group("car") else vehicle
        grown = match.group()[2:3].isdecimal()
        if (
            seen
            and _may_stand_on_a_plate(letters, named=named, grown=grown)
            and not impersonal(text, *match.span())
        ):
            yield piece(DataKind.PLATE, text, match.start(), match.end())


def _places(reading: Reading) -> Iterator[int]:
    """Where two letters stand in front of figures, or together with them."""
    raw = reading.raw
    for place in reading.mixed:
        if raw[place][0].isdecimal() and place and len(raw[place - 1]) == 2 and raw[place - 1].isalpha():
            yield reading.starts[place - 1]
        elif raw[place][2:3].isdecimal() or raw[place][2:3] == "-":
            yield reading.starts[place]


def _may_stand_on_a_plate(letters: str, *, named: bool, grown: bool) -> bool:
    """Whether these letters are no word in front of a number."""
    if letters.isupper():
        return named or letters.casefold() not in words("no_plates_in_capitals")
    return letters.casefold() not in words("no_plates") or (named and grown)
