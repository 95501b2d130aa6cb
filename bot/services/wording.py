"""Cleaning what members type, before anyone else sees it."""

import re
import unicodedata

from bot.errors import MemberError

TITLE_MAX = 90
BODY_MAX = 4000
ANSWER_MAX = 2000
NAME_MAX = 32
NAME_KEY_MAX = 64

# Overrides and isolates can reorder the text around them; letters of right-to-left scripts can stay.
_BIDI = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, 0x200C),
        *range(0x2060, 0x2065),
        *(0x2800, 0x3164, 0xFEFF, 0xFFA0),
    ]
)
_MEMBER_MENTION = re.compile(r"<@[!&]?\d{1,20}>")
_MARK_RUN = 3
_JOINER = "\u200d"


def clean(text: str, limit: int) -> str:
    """Text as others may see it: normalised, without tricks, and pinging nobody.

    Raises MemberError ``empty`` when nothing readable is left and ``too_long`` above ``limit``
    characters; both carry the text as it was typed.
    """
    result = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    result = unicodedata.normalize("NFC", result).translate(_BIDI).translate(_INVISIBLE)
    result = _thin_marks("".join(char for char in result if _is_shown(char)))
    # Again: taking something out can bring a letter and its mark together.
    result = unicodedata.normalize("NFC", result)
    # A mention would name a member in public, whether or not it pings.
    result = _MEMBER_MENTION.sub("@…", result).replace("@everyone", "@…").replace("@here", "@…")
    result = re.sub(r" +\n", "\n", result)
    result = re.sub(r"\n{3,}", "\n\n", result).strip()
    if not any(unicodedata.category(char)[0] in "LNSPC" for char in result if char not in ("\n", _JOINER)):
        raise MemberError("empty", typed=text)
    if len(result) > limit:
        raise MemberError("too_long", typed=text, limit=limit, length=len(result))
    return result


def clean_line(text: str, limit: int) -> str:
    """Like `clean`, on one line: titles and names."""
    try:
        return " ".join(clean(" ".join(text.split()), limit).split())
    except MemberError as error:
        raise error.with_typed(text) from None


def name_key(name: str) -> str:
    """What two names must not share: letters and digits only, without case or accents."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    # A single letter can unfold to eighteen: cut to what the column holds.
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LN")[:NAME_KEY_MAX]


def _is_shown(char: str) -> bool:
    """Whether a character is more than control: letters, signs, and emoji that this Python is too old for."""
    kind = unicodedata.category(char)
    newer_emoji = kind == "Cn" and "\U0001f000" <= char <= "\U0001faff"
    return char in ("\n", _JOINER) or kind[0] != "C" or newer_emoji


def _thin_marks(text: str) -> str:
    """Keep at most three marks on a letter: enough for Hebrew and Arabic, too few for zalgo."""
    kept: list[str] = []
    run = 0
    for char in text:
        if char != _JOINER:
            run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run <= _MARK_RUN:
            kept.append(char)
    return "".join(kept)
