"""Pieces of a text, and what the words around them say."""

import re

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words

# "ordrenummer 45127789", "island koden er …": a number, but nobody's.
_IMPERSONAL = re.compile(
    rf"(?<!\w)(?:\w+-)?{alternation('impersonal_numbers')}\w*[\s.:#]*(?:(?:nr\.?|nummer|number|id|no\.?)(?:et)?[\s.:#]*)?"
    r"(?:(?:er|is|var|was)[\s:#]*)?$",
    re.IGNORECASE,
)
_UNIT = re.compile(rf"\s*(?:{alternation('units')}(?!\w)|,-|[€$])", re.IGNORECASE)
_AROUND = 40


def piece(kind: DataKind, text: str, start: int, end: int) -> PersonalData:
    """A piece of personal data, without space and marks around it."""
    while start < end and text[start] in " \t\n,;:!?":
        start += 1
    while end > start and text[end - 1] in " \t\n,.;:!?":
        end -= 1
    return PersonalData(kind, text[start:end], start, end)


def impersonal(text: str, start: int, end: int) -> bool:
    """Whether the words around a number say that it is an order, an amount or a code."""
    return bool(_IMPERSONAL.search(text[max(0, start - _AROUND) : start]) or _UNIT.match(text, end))


def sentence_words(text: str, start: int, end: int) -> int:
    """Where a name begins that was found with words of the sentence in front: "Går på …"."""
    while True:
        word, space, _ = text[start:end].partition(" ")
        if not space or word.casefold() not in words("sentence_words"):
            return start
        start += len(word) + 1
