"""What the statistical model sees of a text: words, pieces of words, themes, and what the rules found.

A feature is a place in the table of weights, worked out by checksums, so that nothing has to be looked up.
What belongs to a word alone stands in its term (`terms.py`); here is what lies in the order of the words.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from zlib import crc32

from bot.services.safety.model import Finding
from bot.services.safety.terms import END, MASK, Term

_DENIED_WORDS = 3


def in_order(said: Sequence[Term]) -> list[int]:
    """Words with their neighbours, and after a "not"."""
    words = [0, *[term.word for term in said]]
    stems = [0, *[term.stem for term in said]]
    places = [(before * 31 + word * 7 + 2) & MASK for before, word in pairwise(words)]
    places += [(before * 43 + stem * 23 + 5) & MASK for before, stem in pairwise(stems)]
    places += [(before * 47 + stem * 29 + 6) & MASK for before, stem in zip(stems, stems[2:], strict=False)]
    places += _denied(said)
    return places


def _denied(said: Sequence[Term]) -> Iterator[int]:
    for place, term in enumerate(said):
        if term.denies:
            for other in said[place + 1 : place + 1 + _DENIED_WORDS]:
                if other is END:
                    break
                yield (other.word * 13 + 4) & MASK


def of_rules(found: Iterable[Finding]) -> Iterator[int]:
    """What the rules found."""
    for finding in found:
        yield _place(f"rule {finding.rule} {finding.risk.word}")
        yield _place(f"level {finding.risk.word}")


def _place(name: str) -> int:
    return crc32(name.encode()) & MASK
