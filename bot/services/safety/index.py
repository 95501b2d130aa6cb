"""Which patterns may hold in a text, told by its words alone: most of them never need to be tried."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.services.safety.bits import numbers_of
from bot.services.safety.line import Part
from bot.services.safety.patterns import Either, Node

_DEMANDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A pattern, and a number of the caller's."""

    node: Node
    owner: int


class Collection:
    """Patterns being gathered for an index."""

    def __init__(self) -> None:
        self.patterns: list[tuple[Node, int]] = []
        self._conditions: dict[int, int] = {}

    def trigger(self, node: Node, owner: int) -> int:
        """Add a pattern of a rule; its bit."""
        self.patterns.append((node, owner))
        return 1 << len(self.patterns) - 1

    def condition(self, nodes: Sequence[Node]) -> int:
        """Add patterns that rules ask about; their bits. Those that are known are shared."""
        bits = 0
        for node in nodes:
            if isinstance(node, Either):
                bits |= self.condition(node.options)
                continue
            if id(node) not in self._conditions:
                self._conditions[id(node)] = self.trigger(node, -1)
            bits |= self._conditions[id(node)]
        return bits


class Index:
    """Patterns by the words that they demand. Sets of patterns are the bits of one number."""

    def __init__(self, patterns: Sequence[tuple[Node, int]]) -> None:
        self.entries = tuple(Entry(node, owner) for node, owner in patterns)
        self._all = (1 << len(self.entries)) - 1
        self._tables: list[dict[int, int]] = [{} for _ in range(_DEMANDS)]
        self._free = [0] * _DEMANDS
        for place, entry in enumerate(self.entries):
            # The smallest sets say the most.
            demands = sorted(entry.node.must, key=int.bit_count)[:_DEMANDS]
            for row in range(_DEMANDS):
                if row >= len(demands):
                    self._free[row] |= 1 << place
                    continue
                for number in numbers_of(demands[row]):
                    table = self._tables[row]
                    table[number] = table.get(number, 0) | 1 << place

    def possible(self, parts: Iterable[Part]) -> int:
        """Of a text's words together: the patterns that may hold in it."""
        numbers = {number for part in parts for number in part.numbers}
        left = self._all
        for table, met in zip(self._tables, self._free, strict=True):
            for number in numbers:
                if number in table:
                    met |= table[number]
            left &= met
        return left

    def among(self, possible: int) -> list[Entry]:
        """The patterns of a set."""
        return [self.entries[number] for number in numbers_of(possible)]
