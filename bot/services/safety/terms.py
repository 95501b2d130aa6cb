"""What is known of each word of a text: which words of the rules it may be, and how the model sees it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.services.safety.bits import numbers_of
from bot.services.safety.line import Part
from bot.services.safety.model import DataKind
from bot.services.safety.normalise import folded, is_end, unleeted, unstretched
from bot.services.safety.rulebook import Rulebook

# The table of weights: words and their order first, then the pieces of words.
PIECES_FROM = 1 << 17
SIZE = 2 * PIECES_FROM
MASK = PIECES_FROM - 1
_PIECES = (3, 4, 5)
_LONGEST = 24  # letters of a word that count
_STEM = 4
_NO = frozenset(
    ("ikke", "ik", "ikk", "aldrig", "ingen", "not", "dont", "never", "no", "wont", "cant"),
)


# Compared by identity: it counts once in a text however often it is said.
@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One word, or the end of a sentence."""

    parts: tuple[Part, ...]  # several where several words were written as one
    word: int = 0  # checksum of the whole
    stem: int = 0  # checksum of its beginning
    places: tuple[int, ...] = ()  # of what the model knows of it, in the table of weights; kept for learning
    count: int = 0  # of these
    score: int = 0  # the sum of these weights
    denies: bool = False
    grave: bool = False


END = Term((Part(0, (), end=True),))
_NOTHING = (Part(0, ()),)


class Vocabulary:
    """Every word that the rules or the model know, and what is known of it."""

    def __init__(self, book: Rulebook, table: Sequence[int] = (), words: Iterable[str] = ()) -> None:
        self.book = book
        self.table = table
        self._words = frozenset(words)
        self._known: dict[str, Term] = {}
        self._known_parts: dict[int, Part] = {}
        # Who somebody is says nothing about how he is; that he gives a number or a name may.
        self.data = {kind: self._term(f"data{kind.value}") for kind in DataKind}

    def of(self, piece: str) -> Term:
        """What is known of a piece of a text."""
        if is_end(piece):
            return END
        written = piece.lower()
        known = self._known.get(written)
        if known is None:
            word = folded(written)
            known = self._term(word)
            # Kept are only words that were known before, never a word that somebody wrote.
            if written in self._words or (word == written and self.book.lexicon.knows(word)):
                self._known[written] = known
        return known

    def _term(self, word: str) -> Term:
        read = self.book.lexicon.read(word)
        parts = tuple(map(self._part, read)) if any(read) else _NOTHING * len(read)
        concepts = [name for bits in read for name in self.book.concepts_of(bits)]
        themes = self.book.themes.of(word)
        plain = _plain(word)
        checksum = crc32(plain)
        places = tuple({*_pieces(plain), *(number & MASK for number in (checksum, *themes, *concepts))})
        return Term(
            parts=parts,
            word=checksum,
            stem=crc32(plain[:_STEM]),
            places=() if self.table else places,
            count=len(places),
            score=sum(map(self.table.__getitem__, places)) if self.table else 0,
            denies=word in _NO,
            grave=self.book.themes.grave(themes),
        )

    def _part(self, bits: int) -> Part:
        part = self._known_parts.get(bits)
        if part is None:
            book = self.book
            part = self._known_parts[bits] = Part(
                bits,
                tuple(numbers_of(bits)),
                light=bool(bits & book.light),
                negation=bool(bits & book.negation),
                clause_start=bool(bits & book.clause_start),
                passing=bool(bits & (book.passing | book.light)),
            )
        return part


class Terms(dict[str, Term]):
    """The words of one text, each looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, piece: str) -> Term:
        found = self[piece] = self._vocabulary.of(piece)
        return found


def _pieces(plain: bytes) -> list[int]:
    padded = b"^" + plain[:_LONGEST] + b"$"
    length = len(padded)
    return [
        PIECES_FROM | crc32(padded[start : start + size]) & MASK
        for size in _PIECES
        for start in range(length - size + 1)
    ]


def _plain(word: str) -> bytes:
    if word.isdecimal():
        return b"0" * min(len(word), 4)
    readings = unleeted(word)
    word = unstretched(readings[0] if readings else word)
    # However æ, ø and å were written.
    return word.replace("aa", "a").replace("ae", "a").replace("oe", "o").encode("utf-8", "replace")
