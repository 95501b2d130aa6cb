"""Personal data in a text. Each kind has its module; what one has taken, the later ones leave."""

from bot.services.safety.model import PersonalData
from bot.services.safety.personal import (
    address,
    card,
    cpr,
    disguised,
    email,
    full_name,
    handle,
    phone,
    plate,
    profile,
    school,
)
from bot.services.safety.personal.masking import masked
from bot.services.safety.personal.reading import Reading

__all__ = ["masked", "personal_data"]

_FINDERS = (email, profile, card, cpr, phone, disguised, plate, address, handle, school, full_name)


def personal_data(text: str) -> list[PersonalData]:
    """Personal data in a text, in its order, no two pieces overlapping."""
    reading, pieces = Reading(text), list[PersonalData]()
    taken = bytearray(len(text))
    for finder in _FINDERS:
        for found in finder.find(reading):
            if found.text and not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\1" * (found.end - found.start)
                pieces.append(found)
    return sorted(pieces, key=lambda found: found.start)
