"""Which known word a word is meant to be, however it is spelled."""

import re
from collections.abc import Iterable

from bot.services.safety.normalise import fold, squashed, unleeted, unstretched, without_vowel_marks

NUMBER = "#"
_SHORTEST_START = 2
_FUZZY_FROM = 6
_VARIANTS_FROM = 4
_GLUED_FROM = 6
_GLUED_UP_TO = 40
_PIECES = re.compile(r"\d+|[^\W\d_]+")


class Lexicon:
    """Words as bits. Each word of the rules has a bit of its own; a word nobody knows has none."""

    def __init__(self, lookalikes: Iterable[str] = (), glue: Iterable[str] = ()) -> None:
        self._bits: dict[str, int] = {}
        self._exact: dict[str, int] = {}
        self._starts: dict[str, int] = {}
        self._variants: dict[str, int] = {}
        self._squashed: dict[str, int] = {}
        self._typos: dict[str, list[str]] = {}
        self._start_lengths: list[int] = []
        self._start_stems: set[str] = set()
        self._lookalikes = {fold(word) for word in lookalikes}
        self._glue = frozenset(fold(word) for word in glue)
        self._glue_starts = tuple(self._glue)
        self.number = self.bit(NUMBER)

    def bit(self, word: str) -> int:
        """The bit of a word of the rules; `selvmord*` stands for every word that begins so."""
        key = word if word == NUMBER else fold(word.rstrip("*")) + ("*" if word.endswith("*") else "")
        if key not in self._bits:
            self._bits[key] = 1 << len(self._bits)
            self._learn(key, self._bits[key])
        return self._bits[key]

    def _learn(self, key: str, bit: int) -> None:
        if key == NUMBER:
            return
        word = key.removesuffix("*")
        table = self._starts if key.endswith("*") else self._exact
        table[word] = table.get(word, 0) | bit
        if len(word) >= _VARIANTS_FROM:
            for spelling in without_vowel_marks(word):
                table = self._starts if key.endswith("*") else self._variants
                table[spelling] = table.get(spelling, 0) | bit
        self._squashed[squashed(word)] = self._squashed.get(squashed(word), 0) | bit
        if len(word) >= _FUZZY_FROM:
            for shorter in {word, *_shortened(word)}:
                self._typos.setdefault(shorter, []).append(word)
        if key.endswith("*"):
            self._start_lengths = sorted({len(start) for start in self._starts})
            self._start_stems = {start[:_SHORTEST_START] for start in self._starts}

    def read(self, word: str) -> list[int]:
        """The bits of the word or, where several were written as one, of each; [0] if it is unknown."""
        if word.isdecimal():
            return [self.number | self._known(word)]
        if word in self._exact:
            return [self._spelled(word)]
        if bits := self._spelled(word):
            return [bits]
        if not word.isalpha():
            return self._read_mixed(word)
        if bits := self._respelled(word):
            return [bits]
        return self._apart(word) or [self._mistyped(word)]

    def _read_mixed(self, word: str) -> list[int]:
        for reading in unleeted(word):
            if bits := self._spelled(reading) or self._respelled(reading) or self._mistyped(reading):
                return [bits]
        pieces = _PIECES.findall(word)
        if len(pieces) > 1:
            return [bits for piece in pieces for bits in self.read(piece)]
        return [0]

    def knows(self, word: str) -> bool:
        """Whether a word stands in the rules just so."""
        return word in self._exact

    def _known(self, word: str) -> int:
        return self._exact.get(word, 0)

    def _spelled(self, word: str) -> int:
        """Bits of a word as it stands: itself, its beginnings, or without æ, ø and å."""
        bits = self._exact.get(word, 0)
        if word[:_SHORTEST_START] in self._start_stems:
            for length in self._start_lengths:
                if length > len(word):
                    break
                bits |= self._starts.get(word[:length], 0)
        if word in self._exact:
            return bits
        return bits | self._variants.get(word, 0)

    def _respelled(self, word: str) -> int:
        shorter = unstretched(word)
        if shorter == word:
            return 0
        return self._spelled(shorter) or self._squashed.get(squashed(word), 0)

    def _apart(self, word: str) -> list[int] | None:
        """Several words written without spaces, if all of it can be read so; fewest pieces first."""
        if not _GLUED_FROM <= len(word) <= _GLUED_UP_TO:
            return None
        if not word.startswith(self._glue_starts):
            return None
        best: list[list[int] | None] = [[], *(None for _ in word)]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 14), end):
                before = best[start]
                piece = word[start:end]
                if before is None or (start == 0 and piece not in self._glue):
                    continue
                if len(piece) < 2 and piece != "i":
                    continue
                bits = self._exact.get(piece, 0) | self._variants.get(piece, 0)
                current = best[end]
                if bits and (current is None or len(before) + 1 < len(current)):
                    best[end] = [*before, bits]
        whole = best[-1]
        return whole if whole and len(whole) > 1 else None

    def _mistyped(self, word: str) -> int:
        """Bits of the long words that one slip of the finger away from this one."""
        if len(word) < _FUZZY_FROM - 1 or word in self._lookalikes:
            return 0
        bits = 0
        for shape in (word, *_shortened(word)):
            for candidate in self._typos.get(shape, ()):
                if candidate[0] == word[0] and _one_slip(candidate, word):
                    bits |= self._exact.get(candidate, 0) | self._starts.get(candidate, 0)
        return bits


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(1, len(word))}


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was added, dropped, changed or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, others = one[start:], other[start:]
    return (
        rest[1:] == others[1:]
        or rest[1:] == others
        or rest == others[1:]
        or (rest[:2] == others[1::-1] and rest[2:] == others[2:])
    )
