"""Names on social media and in games: "@…", "mit snap er …", "… på insta"."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import impersonal, piece

_NAME = re.compile(r"\w(?:[\w.-]{0,40}\w)?(?:#\w{2,6}(?!\w))?|\.\w{3,}")
_AT = re.compile(r"(?<![\w.@/])@(\w[\w.-]{0,40}\w|\.\w{3,})")
_NOBODY = {"everyone", "here", "admin", "mods", "mod", "moderator", "coach", "mitassist", "alle"}

# What may stand between a platform and the name: "snap: …", "insta er …", "discord 👉 …".
_GAP = re.compile(r"\s?(?P<colon>[^\w\s.!?,;@/]{1,3}|:)?\s{0,2}[\"'“”»(]?(?:(?<=\s)\.)?")
_ACROSS = re.compile(r"\s?[?]\s|\s?:\s*\n|\.(?=com)")
_CLAIM = words("claims")
_MOST_LINKS = 4
_LABEL = re.compile(
    r"(?:min|mit|my|hans|hendes|his|her|vores|s|på|tilføj|adda?|følg|som|eller|og|or|and|new|nye?)\s*$",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\s?[/+&,]?\s?")
_FRESH = re.compile(r"(?:^|[.,:;!?\n])\s*$")
_AFTERTHOUGHT = re.compile(r"\s(?:af|til|for|at|med|når|hele|i|to|for|and then|so)\s", re.IGNORECASE)

# "… på insta", "… on snap".
_THERE = {"på", "paa", "on", "i"}
_IS = {"er", "is"}
_ASKED = re.compile(
    r"(?<!\w)(?:adda?|adder|tilføj|tilfoej|hedder|hed|følg|foelg|follow|skriv til|find|søg på|hit|called"
    r"|kaldet|som|dm|message|kalder sig)\s+(?:(?:mig|me|på|up|efter|lige|bare|også)\s+)*$",
    re.IGNORECASE,
)

_ASKING = re.compile(
    r"(?<!\w)(?:adda?|adder|tilføj|tilfoej|følg|foelg|follow|find|tjek|check|abonner|subscribe)\s"
    r"(?:(?:mig|me|min|mit|my|ham|hende|ud|out|på|on|paa|lige|bare)\s)*$",
    re.IGNORECASE,
)

# A made-up name: figures, dots, underscores or capitals in the midst of it.
_STRANGE = re.compile(r"[_#]|\d|[a-zæøå][A-Z]|\w\.\w|^\.\w")
_HUMPS = re.compile(r"[a-zæøå][A-Z]\w*[a-zæøå][A-Z]")
_LETTERS_AND_FIGURES = re.compile(r"[^\W\d_]{5,}[._-]?\d{2,4}$")
_DOTTED = re.compile(
    r"[^\W\d_]{2,}(?:[._-][^\W\d_]{2,}){2,3}\d{0,4}$|[^\W\d_]{3,}\.[^\W\d_]{1,}[._]?\d{2,4}$"
)
_DOTTED_THERE = re.compile(r"[^\W_][^\W_]+(?:\.[^\W_]{1,}){1,3}$|[^\W\d_]{4,}[._-]?\d{1,4}$")
_TAGGED = re.compile(r"[A-Za-z]\w{2,}#\w{3,5}$")
_GROWN = re.compile(r"(?<=\w)[.#](?=\w)")
_SITE = re.compile(
    r"(?:[\w-]+\.)+(?:dk|com|gg|net|org|tv|io|me|eu|de|se|app|co|be|html?|pdf|py|js|exe|jpg|png|mp[34]|txt|zip)$"
)
# "ps5", "fc25", "17:30", "3.g": figures and dots that make no name.
_PLAIN_FIGURES = re.compile(
    r"(?:\d[\d.,:/x-]*\w{0,3}|[a-zæøå]{1,4}\d{1,4}|\w\.\w\.?|\d\.?\w{1,8}"
    r"|(?:iphone|samsung|galaxy|pixel|windows|xbox|playstation|minecraft|chatgpt|youtube|covid|level|klasse|uge|side"
    r"|kapitel|opgave|sommer|vinter|jul|black|friday|gpt|version|python|season|ibuprofen|panodil|knallert|rtx|ryzen|intel|lokale|round|fortnite|fifa)-?\d+\w*"
    r"|youtube\w*|.*\.\.+.*|b\.la|bl\.a|f\.eks|ca|evt\.?|dvs|o\.s\.v|osv|m\.m|m\.fl|p\.t|a\.m|p\.m|node\.js)$",
    re.IGNORECASE,
)
_COMMON = re.compile(rf"{alternation('no_handles')}$", re.IGNORECASE)
_SHORTEST, _SHORTEST_BARE, _LONGEST = 4, 5, 40
_CALLED = {"hedder", "hed", "called", "kaldes"}
_AROUND = 30


@cache
def _sites() -> frozenset[str]:
    bare = words("platforms") | words("handle_words")
    return bare | {
        site + ending for site in bare if len(site) > 2 for ending in ("en", "et", "s", "pen", "'en")
    }


@cache
def _no_names() -> frozenset[str]:
    return _sites() | words("brands")


def find(reading: Reading) -> Iterator[PersonalData]:
    """Names under which somebody can be found."""
    text, sites = reading.text, _sites()
    for match in _AT.finditer(text) if "@" in text else ():
        if match.group(1).casefold() not in _NOBODY:
            yield piece(DataKind.SOCIAL_HANDLE, text, match.start(), match.end())
    platforms = reading.where(sites)
    yield from _on_platforms(reading, platforms)
    yield from _shaped(reading, social=bool(platforms or reading.vocabulary & words("accounts")))


def _on_platforms(reading: Reading, platforms: Sequence[int]) -> Iterator[PersonalData]:
    after = 0
    for place in platforms:
        if place >= after and (found := _said(reading, place)):
            after, name = found
            yield name
    for place in platforms:
        if found := _there(reading, place):
            yield found


def _said(reading: Reading, place: int) -> tuple[int, PersonalData] | None:
    """The name that follows a platform, and the word after it."""
    text, links, spoken, colon = reading.text, words("handle_links"), set[str](), False
    for here in range(place + 1, min(place + _MOST_LINKS + 2, len(reading))):
        gap = reading.between(here - 1)
        match = _GAP.fullmatch(gap)
        if not match and not _ACROSS.fullmatch(gap):
            return None
        colon = colon or not match or match.group("colon") is not None
        if reading.lower[here] not in links:
            break
        spoken.add(reading.lower[here])
    else:
        return None
    start = _name_start(reading, here)
    match = _NAME.match(text, start)
    if not match or text[start - 1] == "@" or not _is_name(match.group(), plain=True):
        return None
    if not _is_name(match.group(), plain=False):
        claimed = _is_claimed(reading, place, spoken, colon=colon) and not (
            spoken & _CLAIM and not colon and _AFTERTHOUGHT.match(text, match.end())
        )
        if not claimed and not _is_asked_for(reading, place, here):
            return None
    return here + 1, piece(DataKind.SOCIAL_HANDLE, text, start, match.end())


def _is_claimed(reading: Reading, place: int, spoken: set[str], *, colon: bool) -> bool:
    """Whether the words between a platform and a name say that it is one, though it looks like any word."""
    if "jeg" in spoken:
        return bool(spoken & _CALLED)
    place = _first_of(reading, place)
    before = reading.before(reading.starts[place], _AROUND)
    own = _LABEL.search(before) or reading.lower[place] in words("handle_words")
    fresh = _FRESH.search(before)
    if spoken & words("firm_claims"):
        return True
    if colon and (own or fresh) and "det" not in spoken:
        return True
    return bool(spoken & _CLAIM and (own or (fresh and reading.lower[place] in words("social_media"))))


def _first_of(reading: Reading, place: int) -> int:
    """The first of several platforms: "insta/snap: …"; "tik tok" is one."""
    while place > 0 and (reading.lower[place - 1] in _sites() or reading.lower[place - 1] == "tik"):
        if not _ALSO.fullmatch(reading.between(place - 1)):
            break
        place -= 1
    return place


def _is_asked_for(reading: Reading, place: int, here: int) -> bool:
    """ "tilføj mig på discord krudtugle": the last word of a sentence, straight behind the platform."""
    asked = _ASKING.search(reading.before(reading.starts[place], _AROUND))
    last = not re.match(r"\s?\w", reading.text[reading.ends[here] : reading.ends[here] + 2])
    if here != place + 1 or not last or len(reading.raw[here]) < _SHORTEST_BARE:
        return False
    capital = reading.raw[here].istitle() and reading.raw[place].islower()
    return bool(asked) or (capital and reading.lower[here] not in _no_capital_names())


@cache
def _no_capital_names() -> frozenset[str]:
    return words("first_names") | words("no_surnames") | words("products")


def _there(reading: Reading, place: int) -> PersonalData | None:
    """The name in front of "på snap" or "er min snap"."""
    here = place - 1
    own = here >= 0 and reading.lower[here] in words("owners")
    here -= own
    is_it = own and here >= 1 and reading.lower[here] in _IS
    if here < 1 or (reading.lower[here] not in _THERE and not is_it) or reading.between(here) != " ":
        return None
    start, end = _chunk(reading, here - 1)
    name = reading.text[start:end]
    if reading.text[end : reading.starts[here]].strip("\"'“”» ") or start == end:
        return None
    asked = bool(_ASKED.search(reading.before(start, _AROUND)))
    if not _is_name(name, plain=asked or is_it):
        return None
    return piece(DataKind.SOCIAL_HANDLE, reading.text, start, end)


def _chunk(reading: Reading, place: int) -> tuple[int, int]:
    """The whole of a name of which a word is the last part: "mads.07"."""
    first = place
    while first > 0 and place - first < 4 and reading.between(first - 1) == ".":
        first -= 1
    match = _NAME.match(reading.text, reading.starts[first], reading.ends[place] + 7)
    return match.span() if match else (0, 0)


def _name_start(reading: Reading, place: int) -> int:
    """Where a name begins: a dot may be its first mark."""
    start = reading.starts[place]
    return start - 1 if reading.text[max(0, start - 2) : start] == " ." else start


def _shaped(reading: Reading, *, social: bool) -> Iterator[PersonalData]:
    """Names that are known by their shape."""
    text, ends, after = reading.text, reading.ends, 0
    code = bool(reading.vocabulary & words("programming"))
    for place in _striking(reading):
        start = reading.starts[place]
        if start < after or text[max(0, start - 1) : start] in ("@", "/", "#", ".", ":", "-"):
            continue
        match = _NAME.match(text, start)
        if not match or match.end() < ends[place] or match.end() - start > _LONGEST:
            continue
        name, after = match.group(), match.end()
        if text[after : after + 1] in ("@", "/", "(", "%"):
            continue
        known = _stands_alone(name, code=code) or (
            _is_name(name, plain=False)
            and ((social and _DOTTED_THERE.match(name)) or _is_cued(reading, place, name))
        )
        if known and not (name.isalnum() and impersonal(text, start, after)):
            yield piece(DataKind.SOCIAL_HANDLE, text, start, after)


def _striking(reading: Reading) -> list[int]:
    """Words with more than letters in them, with a dot behind them or a capital in their midst."""
    raw = reading.raw
    grown = (bisect_left(reading.ends, mark.start()) for mark in _GROWN.finditer(reading.text))
    humps = (place for place in reading.capital if not (raw[place].istitle() or raw[place].isupper()))
    return sorted({*reading.mixed, *grown, *humps} - {len(raw)})


def _stands_alone(name: str, *, code: bool) -> bool:
    """Whether a name can be nothing else, whatever stands around it."""
    if len(name) < _SHORTEST_BARE or code or _SITE.match(name.lower()):
        return False
    if "_" in name.strip("_") or (name.endswith("_") and name.count("_") == 1):
        return any(map(str.isalpha, name)) and not name.isupper()
    if _TAGGED.match(name) or _is_dotted_name(name.lower()):
        return True
    return (
        bool(_LETTERS_AND_FIGURES.match(name) or _DOTTED.match(name))
        and not name.isupper()
        and not _PLAIN_FIGURES.match(name)
    )


def _is_dotted_name(name: str) -> bool:
    """ "milo.vang": part of a person's name, and no sentence that ends without a space behind the dot."""
    parts = name.split(".")
    if len(parts) != 2 or not all(part.isalpha() and len(part) > 2 for part in parts):
        return False
    named = any(part in words("first_names") or part in words("surnames") for part in parts)
    return named and not any(part in _common_words() for part in parts)


@cache
def _common_words() -> frozenset[str]:
    lists = (
        "no_handles",
        "no_surnames",
        "sentence_words",
        "no_surnames_by_ending",
        "first_names_that_are_words",
    )
    return frozenset[str]().union(*map(words, lists), words("said_by_people"), words("handle_links"))


@cache
def _cues(*, plain: bool) -> frozenset[str]:
    return words("handle_cues") - words("weak_handle_cues") if plain else words("handle_cues")


def _is_cued(reading: Reading, place: int, name: str) -> bool:
    """Whether somebody is asked to find the name, or it does what only people do."""
    here, between = place - 1, words("between_cue_and_handle")
    while here >= 0 and reading.lower[here] in between and place - here < _MOST_LINKS:
        here -= 1
    if here >= 0 and reading.lower[here] in _cues(plain=name.isalpha() and not _HUMPS.search(name)):
        return "\n" not in reading.between(here)
    if here >= 0 and reading.lower[here] in words("owners") and reading.lower[place - 1] in between:
        return True
    behind = place + name.count(".") + name.count("#") + 1
    return behind < len(reading) and reading.lower[behind] in words("said_by_people")


def _is_name(name: str, *, plain: bool) -> bool:
    """Whether a word is a made-up name: figures, dots or underscores in it, or any other if `plain`."""
    bare = name.strip(".")
    if (
        bare.casefold() in _sites()
        or bare.casefold() in words("brands")
        or _PLAIN_FIGURES.match(bare)
        or _SITE.match(bare.lower())
    ):
        return False
    if _STRANGE.search(name):
        return not (name.isupper() and name.isalpha())
    ordinary = _COMMON.match(bare) or bare.casefold() in words("first_names")
    return plain and len(bare) >= _SHORTEST and not ordinary
