"""A text taken apart once, so that no finder has to go through all of it again."""

import re
from functools import cached_property

_WORD = re.compile(r"\w+(?:[-'’´]\w+)*")
_RUN = re.compile(r"\d(?:(?:[^\w\n]|_){0,3}\d){3,}")
# Figures one by one for longer than any number is: a count, and slow to go through.
_TOGETHER = re.compile(r"\d\d")
_LONGEST_RUN = 120


class Reading:
    """The words of a text with their places, and the runs of figures."""

    def __init__(self, text: str) -> None:
        self.text = text
        matches = list(_WORD.finditer(text))
        self.raw = [match.group() for match in matches]
        self.lower = [word.lower() for word in self.raw]
        self.starts = [match.start() for match in matches]
        self.ends = [match.end() for match in matches]

    def __len__(self) -> int:
        return len(self.raw)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that occurs, in small letters."""
        return frozenset(self.lower)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Where figures stand together that may be a number: at least four of them."""
        return [
            match.span()
            for match in _RUN.finditer(self.text)
            if match.end() - match.start() <= _LONGEST_RUN or _TOGETHER.search(match.group())
        ]

    @cached_property
    def mixed(self) -> list[int]:
        """The places of words that are not all letters."""
        return [place for place, word in enumerate(self.raw) if not word.isalpha()]

    @cached_property
    def capital(self) -> list[int]:
        """The places of words that have a capital letter in them."""
        return [place for place, word in enumerate(self.raw) if word != self.lower[place]]

    def where(self, wanted: frozenset[str]) -> list[int]:
        """The places of some words, in small letters."""
        if self.vocabulary.isdisjoint(wanted):
            return []
        return [place for place, word in enumerate(self.lower) if word in wanted]

    def between(self, place: int) -> str:
        """What stands between a word and the next."""
        return self.text[self.ends[place] : self.starts[place + 1]]

    def before(self, start: int, length: int = 40) -> str:
        """What stands in front of a place."""
        return self.text[max(0, start - length) : start]
