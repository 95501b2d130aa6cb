"""A text with a neutral word in place of every piece of personal data."""

from collections.abc import Iterable, Mapping

from bot.services.safety.model import DataKind, PersonalData


def masked(text: str, found: Iterable[PersonalData], words: Mapping[DataKind, str]) -> str:
    """The text with each piece replaced by the word for its kind; nothing else is touched.

    Pieces may come in any order and overlap: what overlaps becomes one word, that of the piece which begins
    first, and of two that begin together that of the longer.
    """
    parts: list[str] = []
    written = 0
    for piece in sorted(found, key=lambda piece: (piece.start, -piece.end)):
        if piece.start >= written:
            parts += text[written : piece.start], words[piece.kind]
        written = max(written, piece.end)
    return "".join([*parts, text[written:]])
