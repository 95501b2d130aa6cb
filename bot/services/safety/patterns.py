"""The small language in which rules describe what a boy may say.

jeg vil dø          these words, in this order; words of no weight ("bare", "virkelig") may stand between
{want} {die}        a concept of the vocabulary: any of its words or phrases
vil|skal            either, of single words: `tak for alt|tiden` is "tak for alt" or "tak for tiden"
(i aften|nu)        either, of phrases
selvmord*           every word that begins so
word?               may be missing
..  ..5             up to three (five) other words, but no negation
!word               the next word is not this one
#                   a number
^  $                the beginning, the end of a sentence
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.services.safety.bits import numbers_of
from bot.services.safety.lexicon import NUMBER, Lexicon
from bot.services.safety.line import Line, Places

_STEP = re.compile(r"!?\([^()]*\)\S*|[^\s()]+|\S")
_GAP = re.compile(r"\.\.(\d*)$")
_USUAL_GAP = 3


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which and why."""


class Node(Protocol):
    """A part of a pattern."""

    @property
    def must(self) -> frozenset[int]:
        """Sets of bits; each of them has a word in every text that matches."""
        ...

    def starts(self, line: Line, after: Places) -> Places:
        """Where a match may begin that ends right before one of the places `after`."""
        ...


# Compared by identity: a text remembers by node what it has worked out.
@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One word out of a set."""

    bits: int
    numbers: frozenset[int]  # of the bits

    @property
    def must(self) -> frozenset[int]:
        return frozenset({self.bits})

    def starts(self, line: Line, after: Places) -> Places:
        return after >> 1 & line.words(self)


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Up to so many other words."""

    width: int
    must: frozenset[int] = frozenset()

    def starts(self, line: Line, after: Places) -> Places:
        reached = step = line.back(after, line.free)
        for _ in range(self.width):
            step = line.back(step >> 1 & line.heavy, line.free) & ~reached
            if not step:
                break
            reached |= step
        return reached


@dataclass(frozen=True, slots=True, eq=False)
class Maybe:
    """Something that may be missing."""

    inner: Node
    must: frozenset[int] = frozenset()

    def starts(self, line: Line, after: Places) -> Places:
        return after | self.inner.starts(line, after)


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """What must not come next."""

    inner: Node
    must: frozenset[int] = frozenset()

    def starts(self, line: Line, after: Places) -> Places:
        return after & ~line.where(self.inner)


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The beginning or the end of a sentence."""

    last: bool
    must: frozenset[int] = frozenset()

    def starts(self, line: Line, after: Places) -> Places:
        return after & (line.tails if self.last else line.heads)


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of several."""

    options: tuple[Node, ...]
    must: frozenset[int]

    def starts(self, line: Line, after: Places) -> Places:
        found = 0
        everywhere = after == line.all
        for option in self.options:
            if places := line.where(option):
                found |= places if everywhere else option.starts(line, after)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Sequel:
    """One after the other, light words between them."""

    backwards: tuple[Node, ...]
    must: frozenset[int]

    def starts(self, line: Line, after: Places) -> Places:
        # From the last step to the first: what is asked for is where a match begins.
        began = after
        for step in self.backwards:
            after = line.where(step) if after == line.all else step.starts(line, after)
            if not after:
                return 0
            began, after = after, line.back(after, line.light)
        return began


class Reader:
    """Reads patterns against one lexicon and the concepts known so far."""

    def __init__(self, lexicon: Lexicon, concepts: Mapping[str, Sequence[str]]) -> None:
        self._lexicon = lexicon
        self._sources = concepts
        self._concepts: dict[str, Node] = {}
        self._open: list[str] = []
        # What is written alike is worked out once for a text.
        self._steps: dict[str, Node] = {}
        self._words: dict[int, Word] = {}

    def concept(self, name: str) -> Node:
        """What a concept's name stands for. Raises PatternError."""
        if name in self._open:
            raise PatternError(f"the concept {name} contains itself: {' → '.join(self._open)}")
        if name not in self._concepts:
            if name not in self._sources:
                raise PatternError(f"there is no concept {name}")
            self._open.append(name)
            self._concepts[name] = self._either([self.read(source) for source in self._sources[name]])
            self._open.pop()
        return self._concepts[name]

    def read(self, source: str) -> Node:
        """A pattern from its text. Raises PatternError."""
        steps = [self._shared(part) for part in _STEP.findall(source)]
        if not steps:
            raise PatternError("a pattern is empty")
        if len(steps) == 1:
            return steps[0]
        return Sequel(tuple(reversed(steps)), frozenset[int]().union(*(step.must for step in steps)))

    def _shared(self, part: str) -> Node:
        if part not in self._steps:
            self._steps[part] = self._step(part)
        return self._steps[part]

    def _step(self, part: str) -> Node:
        if part in ("^", "$"):
            return Edge(last=part == "$")
        if gap := _GAP.match(part):
            return Gap(int(gap.group(1) or _USUAL_GAP))
        if part.startswith("!"):
            return Not(self._shared(part[1:]))
        if part.endswith("?") and len(part) > 1:
            return Maybe(self._shared(part[:-1]))
        if part.startswith("(") and part.endswith(")"):
            return self._either([self.read(option) for option in part[1:-1].split("|")])
        return self._either([self._one(option) for option in part.split("|")])

    def _one(self, option: str) -> Node:
        if option.startswith("{") and option.endswith("}"):
            return self.concept(option[1:-1])
        if option == NUMBER:
            return self._word(self._lexicon.number)
        if not option or any(mark in option for mark in "{}()!?.") or option == "*":
            raise PatternError(f"this cannot be read: {option!r}")
        return self._word(self._lexicon.bit(option))

    def _either(self, options: Sequence[Node]) -> Node:
        """One of several; single words become one set."""
        bits = 0
        others: list[Node] = []
        for option in options:
            if isinstance(option, Word):
                bits |= option.bits
            else:
                others.append(option)
        nodes: list[Node] = ([self._word(bits)] if bits else []) + others
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes), _common(nodes))

    def _word(self, bits: int) -> Word:
        if bits not in self._words:
            self._words[bits] = Word(bits, frozenset(numbers_of(bits)))
        return self._words[bits]


def _common(nodes: Sequence[Node]) -> frozenset[int]:
    """Of several ways each demands something: their first demands together are one demand."""
    if not all(node.must for node in nodes):
        return frozenset()
    together = 0
    for node in nodes:
        # The smallest set says the most.
        together |= min(node.must, key=int.bit_count)
    return frozenset({together})
