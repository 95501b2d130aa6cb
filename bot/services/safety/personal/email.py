"""E-mail addresses, also "snabel-a … punktum". Mailboxes of companies are nobody's."""

import re
from collections.abc import Iterator

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.lists import alternation, words
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece

_ENDS = (
    r"(?:com|dk|net|org|me|eu|se|no|de|io|edu|co\.uk|nu|info|live|uk|fr|nl|app|dev|gg|xyz|icu"
    r"|mail|school|pl|tr)"
)
_PROVIDERS = alternation("mail_providers")
_DOT = (
    r"(?:\.|\s\.\s?(?=(?:com|dk|net|org)(?!\w))|,(?=(?:com|dk)(?!\w))"
    r"|\s?[(\[{<*_-]\s?(?:dot|punktum|prik|\.)\s?[)\]}>*_-]\s?|\s(?:dot|punktum|prik|d\so\st|punkt)\s)"
)
# From the sign on: "@gmail.com", "(at) gmail (dot) com", "snabel-a gmail punktum com".
_HOST = rf"[\w-]{{1,40}}(?:{_DOT}[\w-]{{1,40}}){{0,3}}?{_DOT}{_ENDS}(?!\w)"
_KNOWN_HOST = rf"{_PROVIDERS}(?:{_DOT}|\s|punktum|prik|dot){_ENDS}(?!\w)"
_PLAIN = re.compile(r"[@＠][\w-]{1,63}(?:\.{1,2}[\w-]{1,63}){1,5}")
_SHORTENED = re.compile(rf"[@＠]{_PROVIDERS}(?![\w.-])", re.IGNORECASE)
_UNDERSCORED = re.compile(r"[^\W_][\w.]{1,40}_at_\w{2,30}_dot_\w{2,4}$")
_SIGN = re.compile(
    rf"\s?[@＠]\s?(?:{_KNOWN_HOST}|{_HOST}|[\w-]{{1,40}}\s?\.\s(?:com|dk)(?!\w))", re.IGNORECASE
)
_SPELT = r"(?:at|a\st|snabel(?:[\s-]?a)?|krølle[\s-]?(?:a|alfa)|alfakrølle|snabl?e?-?a)"
_SPELT_SIGN = re.compile(
    rf"[\s(\[{{<*_/-]{{1,3}}{_SPELT}[\s)\]}}>*_/-]{{1,3}}"
    rf"(?:{_KNOWN_HOST}|{_HOST})|[\s(\[{{<*_/-]{{1,3}}(?:a|et|ved|alfa)[\s)\]}}>*_/-]{{1,3}}{_KNOWN_HOST}"
    rf"|[\s(\[{{<*_/-]{{1,3}}snabel[\s-]?a\s{_PROVIDERS}(?!\w)|[(\[{{<]\s?(?:a|ved|alfa)\s?[)\]}}>]\s?{_HOST}",
    re.IGNORECASE,
)
# "b o b o @ g m a i l . c o m"
_SPACED = re.compile(r"\s?@\s?\w(?: ?[\w-]){1,40}? ?\. ?(?:c ?o ?m|d ?k|n ?e ?t|m ?e)(?!\w)", re.IGNORECASE)
_SPACED_LOCAL = re.compile(r"(?<!\w)\w(?: [\w.+_-])+$")
# What stands in front of the sign.
_LOCAL_PLAIN = re.compile(r"[\w.+%-]+$")
_JOINED = r"\s(?:understreg|underscore|bindestreg|dash|minus|bundstreg)\s"
_LOCAL = re.compile(rf"(?<![\w@])[\w+-]+(?:(?:{_DOT}|{_JOINED})[\w+-]+)*$", re.IGNORECASE)
_GLUED = re.compile(
    rf"([\w.+-]{{2,40}}?)snabel-?a?[\s-]?(?:{_PROVIDERS}|[\w-]{{2,30}}?)(?:punktum|prik|dot|\.){_ENDS}(?!\w)",
    re.IGNORECASE,
)
_COMPANY = re.compile(rf"{alternation('company_mailboxes')}$", re.IGNORECASE)
_LONGEST = 64


def find(reading: Reading) -> Iterator[PersonalData]:
    """E-mail addresses of people."""
    for start, end in _addresses(reading):
        local = re.split(r"[@＠\s(\[]", reading.text[start:end].strip(), maxsplit=1)[0]
        if not _COMPANY.match(local):
            yield piece(DataKind.EMAIL, reading.text, start, end)


def _addresses(reading: Reading) -> Iterator[tuple[int, int]]:
    text = reading.text
    for sign in re.finditer("[@＠]", text) if "@" in text or "＠" in text else ():
        yield from _around_sign(text, sign.start())
    signs = words("mail_signs")
    for place, word in enumerate(reading.lower):
        if word in signs or (word == "t" and place and reading.lower[place - 1] == "a"):
            yield from _around_word(reading, place - 1 if word == "t" else place)
        elif "_at_" in word and _UNDERSCORED.match(word):
            yield reading.starts[place], reading.ends[place]
        elif "snabel" in word:
            end = reading.starts[place]
            local = _LOCAL_PLAIN.search(text[max(0, end - _LONGEST) : end])
            if match := _GLUED.match(text, end - len(local.group()) if local else end):
                yield match.span()


def _around_sign(text: str, at: int) -> Iterator[tuple[int, int]]:
    """What may be an address around an @: first the plain one, then those with spaces and words in them."""
    start, spaced = max(0, at - _LONGEST), at - (text[at - 1 : at] == " ")
    for sign, local, place in (
        (_PLAIN, _LOCAL_PLAIN, at),
        (_SIGN, _LOCAL, spaced),
        (_SPACED, _SPACED_LOCAL, spaced),
        (_SHORTENED, _LOCAL_PLAIN, at),
    ):
        match = sign.match(text, place)
        if match and (before := local.search(text[start:place])):
            yield start + before.start(), match.end()
            return


def _around_word(reading: Reading, place: int) -> Iterator[tuple[int, int]]:
    """An address whose sign is spelt out."""
    if place == 0:
        return
    text, end = reading.text, reading.ends[place - 1]
    match = _SPELT_SIGN.match(text, end)
    if match and (local := _LOCAL.search(text[max(0, end - _LONGEST) : end])):
        yield max(0, end - _LONGEST) + local.start(), match.end()
