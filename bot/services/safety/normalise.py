"""Text as boys write it → words in one spelling."""

import re
import unicodedata

# Letters that look like, or are written for, another.
_LETTERS = str.maketrans(
    {
        "æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th", "ł": "l",
        "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "к": "k", "м": "m",
        "т": "t", "н": "n", "в": "v",
    }
)  # fmt: skip
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
    | {"@": "a", "$": "s", "!": "i", "€": "e", "*": "*"}
)
_HIDDEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\u0300-\u036f"
_SPELLED = r"""(?<!\w)[^\W\d](?:[.\-_*·,|/][^\W_]){2,}(?!\w)
              |(?<!\w)[^\W\d_](?:\ {1,2}[^\W\d_]){3,}(?!\w)"""
_ENDS = frozenset(".?!;\n")
_HIDDEN_RUN = re.compile(f"[{_HIDDEN}]+")
_SPELLED_WORD = re.compile(_SPELLED, re.VERBOSE)
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_SPACING = re.compile(r"[^\w]|_")


def _pieces_of(letter: str) -> re.Pattern[str]:
    word = rf"{letter}+(?:[@$!*'’´`]+{letter}+)*[$*]?"
    return re.compile(
        rf"""[ ,]?(
            # Most words, before anything that costs more to rule out.
            [^\W_]{{2}}(?:{letter}+(?:[@$!*'’´`]+{letter}+)*|(?:[@$!*'’´`]+{letter}+)*)[$*]?
            |{_SPELLED}
            |[$@]?{word}
            |(?<![.\d])[.](?![\w.])|[?!;]|\n\s*
            |(?<=\d)\.(?![\w.]|\ ?(?:kl|sal|g\b|sem|gang|pla|år|div|holde|niv))
            |[\u203c-\u3299\U0001f000-\U0001faff]|[:=]-?[()/\\|DPpc]|</?3
        )""",
        re.VERBOSE,
    )


_PIECES = _pieces_of(r"\w")
_PIECES_WITH_HIDDEN = _pieces_of(rf"[\w{_HIDDEN}]")


def pieces(text: str) -> list[str]:
    """The words of a text as they were written, and the marks that end a sentence."""
    return (_PIECES_WITH_HIDDEN if _HIDDEN_RUN.search(text) else _PIECES).findall(text)


def is_end(piece: str) -> bool:
    """Whether a piece ends a sentence."""
    return piece[0] in _ENDS


def folded(piece: str) -> str:
    """A word as the rules know it, also one that was spelled letter by letter."""
    if not piece.isalnum() and _SPELLED_WORD.fullmatch(piece):
        piece = _SPACING.sub("", piece)
    return fold(piece)


def fold(word: str) -> str:
    """Small letters, no accents, no invisible characters; æ, ø and å as ae, oe and aa."""
    if word.isascii():
        return _RUN.sub(r"\1", word.lower()).replace("'", "").replace("`", "")
    # Before ø becomes two letters, so that one held down is still seen as one.
    word = _RUN.sub(r"\1", unicodedata.normalize("NFKC", word).casefold()).translate(_LETTERS)
    word = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))
    return _HIDDEN_RUN.sub("", word).replace("'", "").replace("’", "").replace("´", "").replace("`", "")


def unstretched(word: str) -> str:
    """Letters held down, let go: "doeeeer" as "doer"."""
    return _RUN.sub(r"\1", word)


def squashed(word: str) -> str:
    """No letter twice in a row, so that doubled and single ones compare equal."""
    return _DOUBLE.sub(r"\1", word)


def unleeted(word: str) -> list[str]:
    """What figures and marks in a word may stand for, most likely first; empty if it has none."""
    if word.isalpha() or not any(mark.isalpha() for mark in word):
        return []
    plain = word.translate(_LEET)
    readings = [plain]
    if "1" in word or "!" in word:
        readings.append(word.replace("1", "l").replace("!", "l").translate(_LEET))
    if "0" in word:
        readings.append(word.replace("0", "oe").translate(_LEET))
    return readings


def without_vowel_marks(word: str) -> set[str]:
    """How a word with æ, ø or å is written by one who has only English letters."""
    spellings = {word}
    for pair, bare in (("oe", "o"), ("aa", "a"), ("ae", "a"), ("ae", "e")):
        spellings |= {spelling.replace(pair, bare) for spelling in spellings}
    return spellings - {word}
