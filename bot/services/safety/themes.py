"""What a word is about, for the statistical model: the themes of `rules/themes.toml`."""

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from bot.services.safety.normalise import fold, without_vowel_marks

_SHORTEST = 3


class Themes:
    """Words and beginnings of words, each with the themes to which it belongs."""

    def __init__(self, themes: Mapping[str, Sequence[str]], grave: Iterable[str] = ()) -> None:
        self._words: dict[str, tuple[int, ...]] = {}
        self._starts: dict[str, tuple[int, ...]] = {}
        for name, words in themes.items():
            number = _number(name)
            for word in words:
                table = self._starts if word.endswith("*") else self._words
                key = fold(word.rstrip("*"))
                # As it is written by one who has only English letters.
                for spelling in {key, *(without_vowel_marks(key) if len(key) > _SHORTEST else ())}:
                    known = table.get(spelling, ())
                    if number not in known:
                        table[spelling] = (*known, number)
        self._grave = frozenset(map(_number, grave))
        self._longest = max(map(len, self._starts), default=0)

    def of(self, word: str) -> tuple[int, ...]:
        """The themes of a word, as numbers."""
        found = self._words.get(word, ())
        for end in range(_SHORTEST, min(len(word), self._longest) + 1):
            if begun := self._starts.get(word[:end]):
                found += tuple(number for number in begun if number not in found)
        return found

    def grave(self, themes: Iterable[int]) -> bool:
        """Whether one of these themes may mean danger."""
        return not self._grave.isdisjoint(themes)


def _number(theme: str) -> int:
    return crc32(f"theme {theme}".encode())
