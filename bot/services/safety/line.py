"""A text as the matcher sees it: where each word of the rules stands, all places at once.

Places are the bits of one number, the first word's the lowest. So a pattern is held against every place of
the text by a few shifts, instead of against one place after the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.safety.bits import numbers_of

if TYPE_CHECKING:
    from bot.services.safety.patterns import Node, Word

Places = int


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is at one place: the words of the rules that it may be. Compared by identity."""

    bits: int
    numbers: tuple[int, ...]
    light: bool = False  # may stand anywhere
    negation: bool = False
    clause_start: bool = False
    passing: bool = False  # may stand between "not" and the clause that it denies
    end: bool = False  # of a sentence


class Line:
    """One text."""

    def __init__(self, parts: Mapping[Part, Places], length: int) -> None:
        self._parts = parts
        self._length = length
        self._words: dict[int, Places] = {}
        self._known: dict[Node, Places] = {}
        self.ends = self.light = self.negation = self.clause_start = self.passing = 0
        self.all = (1 << length + 1) - 1
        for part, places in parts.items():
            for number in part.numbers:
                self._words[number] = self._words.get(number, 0) | places
            if part.light:
                self.light |= places
            if part.negation:
                self.negation |= places
            if part.clause_start:
                self.clause_start |= places
            if part.passing:
                self.passing |= places
            if part.end:
                self.ends |= places
        self._numbers = frozenset(self._words)
        self.free = self.light & ~self.negation  # a gap passes over these for nothing
        self.heavy = self.all >> 1 & ~(self.light | self.negation | self.ends)
        self.tails = self.back(self.ends | 1 << length, self.light)
        self.heads = self._forth(self.ends << 1 | 1, self.light)

    def without(self, blank: Places) -> "Line":
        """The text with nothing at these places but the weight that words had there."""
        parts = {part: places & ~blank for part, places in self._parts.items()}
        parts[Part(0, (), light=True)] = self.light & blank
        return Line(parts, self._length)

    def where(self, node: "Node") -> Places:
        """Where a part of a pattern holds."""
        places = self._known.get(node)
        if places is None:
            places = self._known[node] = node.starts(self, self.all)
        return places

    def words(self, word: "Word") -> Places:
        """Where one of a set of words stands."""
        places = self._known.get(word)
        if places is None:
            places = 0
            for number in self._numbers & word.numbers:
                places |= self._words[number]
            self._known[word] = places
        return places

    def back(self, places: Places, through: Places) -> Places:
        """The places, and those before them from which only places of `through` separate them."""
        step = places >> 1 & through & ~places
        while step:
            places |= step
            step = step >> 1 & through & ~places
        return places

    def _forth(self, places: Places, through: Places) -> Places:
        step = (places & through) << 1 & ~places
        while step:
            places |= step
            step = (step & through) << 1 & ~places
        return places

    def sentence(self, place: int) -> Places:
        """All places of the sentence to which one belongs."""
        first = (self.ends & (1 << place) - 1).bit_length()
        later = self.ends >> place
        last = numbers_of(later & -later)[0] + place if later else self._length
        return (1 << last) - (1 << first)


def line_of(parts: Iterable[Part]) -> Line:
    """The line of a text's parts."""
    places: dict[Part, Places] = {}
    length = 0
    for part in parts:
        places[part] = places.get(part, 0) | 1 << length
        length += 1
    return Line(places, length)
