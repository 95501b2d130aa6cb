"""What may not stand in a log, and how it is taken out of a text."""

import base64
import binascii
import json
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote, urlsplit

_NAMES_KEPT = 20_000
# What is shorter stands everywhere by chance, and hiding it would hide the log.
_SHORTEST_SECRET = 6
_KEY_VARIABLES = ("MITASSIST_SEAL_KEYS", "MITASSIST_MEMBER_KEY")
_BASE64 = r"[A-Za-z0-9+/_-]"

# A pattern's group, where it has one, is what goes.
_PATTERNS = (
    ("token", re.compile(r"\b(?:webhooks|interactions)/([^/\s]+/[^/\s?]+)")),
    # A bot token; an interaction's token ("interaction:…" in base64); a gateway session.
    ("token", re.compile(r"[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}")),
    ("token", re.compile(r"aW50ZXJhY3Rpb2[\w=-]{8,}")),
    ("token", re.compile(r"\b[0-9a-f]{32}\b")),
    # 32 bytes in base64 or hex: the shape of our keys.
    ("key", re.compile(rf"(?<!{_BASE64}){_BASE64}{{43}}=")),
    ("key", re.compile(r"\b[0-9a-fA-F]{64}\b")),
    ("mention", re.compile(r"<(?:@[!&]?|#)\d+>")),
    ("id", re.compile(r"\d{15,}")),
)
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_INVISIBLE = ("Mn", "Me", "Cf")

Span = tuple[int, int, str]


class Names:
    """The names seen lately, found again as whole words whatever their case, accents or spacing.

    A name is a row of words; the rows are found by their first word, so that a text costs what it is
    long, however many names are known.
    """

    def __init__(self, limit: int = _NAMES_KEPT) -> None:
        self._limit = limit
        self._known: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        # Threads of the database driver log too.
        self._lock = threading.Lock()

    def saw(self, name: str) -> None:
        """Remember a name; the one not seen for longest gives way."""
        # As it stands, and as `%r` and JSON would write it.
        for form in {name, repr(name)[1:-1], ascii(name)[1:-1], json.dumps(name)[1:-1]}:
            words = _words(form)
            if words:
                self._remember(words)

    def spans(self, text: str) -> Iterator[Span]:
        """Where names stand."""
        folded, origin = _fold(text)
        words = list(_WORD.finditer(folded))
        index = 0
        with self._lock:
            while index < len(words):
                length = self._length_at(words, index)
                if length:
                    last = words[index + length - 1]
                    yield origin[words[index].start()], origin[last.end() - 1] + 1, "name"
                index += length or 1

    def _remember(self, words: tuple[str, ...]) -> None:
        with self._lock:
            self._known[words] = None
            self._known.move_to_end(words)
            self._by_first.setdefault(words[0], set()).add(words)
            if len(self._known) > self._limit:
                oldest, _ = self._known.popitem(last=False)
                alike = self._by_first[oldest[0]]
                alike.discard(oldest)
                if not alike:
                    del self._by_first[oldest[0]]

    def _length_at(self, words: Sequence[re.Match[str]], index: int) -> int:
        """How many words the longest name has that begins here; 0 when none does."""
        longest = 0
        for name in self._by_first.get(words[index].group(), ()):
            if len(name) > longest:
                here = words[index : index + len(name)]
                if tuple(word.group() for word in here) == name:
                    longest = len(name)
        return longest


class Redactor:
    """Takes ids, tokens, keys, mentions and names out of texts."""

    def __init__(self) -> None:
        self.names = Names()
        self._secrets: re.Pattern[str] | None = None

    def hide(self, values: set[str]) -> None:
        """From now on these values go wherever they stand; they replace those given before."""
        longest_first = sorted(filter(None, values), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, text: str) -> str:
        """The text without what may not stand in a log.

        Everything is looked for in the text as it came: what one rule takes out cannot hide from another
        what that one would have found.
        """
        cleaned: list[str] = []
        position = 0
        for start, end, label in _merged(sorted(self._spans(text), key=_first_and_longest)):
            cleaned += [text[position:start], f"[{label}]"]
            position = end
        return "".join([*cleaned, text[position:]])

    def _spans(self, text: str) -> Iterator[Span]:
        for label, pattern in _PATTERNS:
            for found in pattern.finditer(text):
                yield *found.span(pattern.groups), label
        if self._secrets is not None:
            for found in self._secrets.finditer(text):
                yield *found.span(), "secret"
        yield from self.names.spans(text)


def secrets_in(environment: Mapping[str, str]) -> set[str]:
    """The token, the keys in every way they could be written, and the database's password."""
    values = {environment.get("MITASSIST_TOKEN", "").strip()}
    for variable in _KEY_VARIABLES:
        for part in environment.get(variable, "").split(","):
            values |= _ways_to_write(part.strip())
    password = _password(environment.get("MITASSIST_DATABASE_URL", ""))
    values |= {password, unquote(password)}
    return {value for value in values if len(value) >= _SHORTEST_SECRET}


def _ways_to_write(key: str) -> set[str]:
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        return {key}
    url_safe = base64.urlsafe_b64encode(raw).decode()
    return {key, key.rstrip("="), url_safe.rstrip("="), raw.hex(), raw.hex().upper(), repr(raw)[2:-1]}


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:  # not a URL: `load_database_url` says so
        return ""


def _first_and_longest(span: Span) -> tuple[int, int]:
    start, end, _ = span
    return start, -end


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Overlapping spans as one, under the label of the first."""
    current: Span | None = None
    for span in spans:
        if current is not None and span[0] < current[1]:
            current = (current[0], max(current[1], span[1]), current[2])
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    """A name as it is compared; nothing for what is too common to be one."""
    words: tuple[str, ...] = tuple(_WORD.findall(_fold(name)[0]))
    letters = "".join(words)
    if letters.isascii() and (len(letters) < 2 or not any(map(str.isalnum, letters))):
        return ()
    return words


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """A text without case, accents and invisible marks, and where each character of it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for part in _fold_character(character):
            folded.append(part)
            origin.append(index)
    return "".join(folded), origin


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(part for part in plain if unicodedata.category(part) not in _INVISIBLE)
