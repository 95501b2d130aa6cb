"""Links to somebody's profile. Links to a film, a post, an article or a server are none."""

import re
from collections.abc import Iterator

from bot.services.safety.model import DataKind, PersonalData
from bot.services.safety.personal.reading import Reading
from bot.services.safety.personal.spans import piece

_NAME = r"(?>@?[\w.%~-]*[\w%-])"
_START = r"(?<![\w@./-])(?:https?://)?(?:www\.|m\.|da-dk\.|open\.|mobile\.|old\.|da\.)?"
# Sites where what follows the first stroke is somebody, unless it is one of the site's own pages.
_DIRECT = (
    r"(?:instagram|insta|ig|tiktok|tt|facebook|fb|x|twitter|threads|onlyfans|snapchat|kick|fansly|patreon|depop|bereal|github|gitlab"
    r"|soundcloud|mixcloud|tumblr|pinterest|ko-fi|buymeacoffee|vk|behance|dribbble|medium|letterboxd|psnprofiles|ask|guns|wattpad|deviantart)"
    r"\.(?:com|net|app|social|fm|lol|dk)(?:/|(?=@))"
)
_PAGES = (
    r"(?!p/|reels?/|explore|watch|share|sharer|events?/|groups?/|hashtag|search|i/|home|stories|tag/|discover|video/"
    r"|marketplace|login|music/|legal|help|about|settings|features|topics|trending|download|privacy|gaming|t/)"
)
_INSIDE = r"(?:add/|u/|profile/|profile\.php\?id=|people/|p\.php)?"
_NO_POST = r"(?!/(?!(?:gallery|followers|tagged|reels)\b)\w)"
_TAIL = r"(?:/(?:profile|gallery)?|\?[\w=&%.-]+)?"
_OTHERS = "|".join(
    (
        r"t\.me/(?!joinchat|\+)",
        r"telegram\.me/",
        r"wa\.me/",
        r"m\.me/",
        r"fb\.me/",
        r"ig\.me/m/",
        r"paypal\.me/",
        r"revolut\.me/",
        r"venmo\.com/",
        r"vimeo\.com/(?!\d)",
        r"vsco\.co/",
        r"steamcommunity\.com/(?:id|profiles)/",
        r"linkedin\.com/(?:in|pub)/",
        r"youtube\.com/(?:@|c/|channel/|user/)",
        r"twitch\.tv/(?!videos|directory|clip)",
        r"spotify\.com/user/",
        r"reddit\.com/u(?:ser)?/",
        r"vinted\.(?:dk|com|se)/member/",
        r"strava\.com/athletes/",
        r"roblox\.com/users?/",
        r"discord(?:app)?\.com/users/",
        r"chess\.com/member/",
        r"lichess\.org/@/",
        r"faceit\.com/(?:\w\w/)?players/",
        r"tellonym\.me/",
        r"ngl\.link/",
        r"linktr\.ee/",
        r"beacons\.ai/",
        r"bsky\.app/profile/",
        r"op\.gg/(?:lol/)?summoners/\w+/",
        r"fortnitetracker\.com/profile/(?:\w+/)?",
        r"tracker\.gg/[\w/-]*profile/(?:\w+/)?",
        r"xboxgamertag\.com/search/",
        r"modrinth\.com/user/",
        r"namemc\.com/profile/",
        r"last\.fm/user/",
        r"about\.me/",
        r"garmin\.com/modern/profile/",
        r"komoot\.\w+/user/",
        r"duolingo\.com/profile/",
        r"guilded\.gg/u/",
        r"myanimelist\.net/profile/",
        r"scratch\.mit\.edu/users/",
        r"curseforge\.com/members/",
        r"matchi\.se/profile/",
        r"dba\.dk/(?:profil|saelger)/",
        r"goodreads\.com/user/show/",
    )
)
_ANYWHERE = (
    r"(?!(?:www\.)?(?:x|twitter)\.com)(?:[\w-]+\.)+[a-z]{2,6}/"
    r"(?:@|(?:[\w-]+/)?(?:users?|profiles?|profil|members?|players?|people|channel|bruger|u)/)"
)
_OWN_SITE = r"(?!www)[\w-]+\.(?:tumblr|bandcamp|itch|carrd|substack|wordpress|blogspot)\.(?:com|io|co)"
_HINTS = (".tumblr", ".bandcamp", ".itch", ".carrd", ".substack", ".wordpress", ".blogspot")
_MARK = re.compile(rf"[/@]|{'|'.join(map(re.escape, _HINTS))}")
_SITES = re.compile(
    rf"{_START}(?:{_DIRECT}{_PAGES}{_INSIDE}{_NAME}{_NO_POST}"
    rf"|(?:{_OTHERS}){_NAME}(?!/(?:clip|v/|watch))|{_ANYWHERE}{_NAME}(?!/(?:video|status|post))|{_OWN_SITE}){_TAIL}",
    re.IGNORECASE,
)


_SPELT = re.compile(
    r"(?:instagram|insta|tiktok|snapchat|facebook|twitch|twitter|youtube|steamcommunity)\s?(?:\.|\(dot\)|punktum|dot)\s?(?:com|tv)\s?"
    rf"(?:/|skråstreg|slash|streg)\s?(?:(?:add|id|c|user)\s?(?:/|skråstreg|slash)\s?)?{_NAME}",
    re.IGNORECASE,
)
_SPELT_SITES = frozenset(
    ("instagram", "insta", "tiktok", "snapchat", "facebook", "twitch", "twitter", "youtube", "steamcommunity")
)
_SPACE = re.compile(r"\s")
_LONGEST = 300


def find(reading: Reading) -> Iterator[PersonalData]:
    """Links to profiles."""
    text = reading.text
    for start, end in _links(text):
        if match := _SITES.search(text, start, end):
            yield piece(DataKind.URL_PROFILE, text, *match.span())
    if _SPELT_SITES & reading.vocabulary:
        for place, word in enumerate(reading.lower):
            match = _SPELT.match(text, reading.starts[place]) if word in _SPELT_SITES else None
            if match and _SPACE.search(match.group()):
                yield piece(DataKind.URL_PROFILE, text, *match.span())


def _links(text: str) -> Iterator[tuple[int, int]]:
    """What stands between two spaces and may be a link."""
    end = 0
    for mark in _MARK.finditer(text):
        if mark.start() < end:
            continue
        start = mark.start()
        while start > end and mark.start() - start < _LONGEST and not text[start - 1].isspace():
            start -= 1
        rest = _SPACE.search(text, mark.start(), start + _LONGEST)
        end = rest.start() if rest else min(len(text), start + _LONGEST)
        if "." in text[start:end]:
            yield start, end
