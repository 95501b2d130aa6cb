"""The leak suite: after every test in this folder, whatever it did, nobody may be able to tell who asked.

The canary is Jonas, who asks in nearly all of them, with an id, a name, a nick and an avatar of his own.
`found` looks at everything that each adversary can reach. It knows no scenario, so a new one joins by
being written. A test in which he himself shows who he is says so with the marker ``shows_himself``: then only
the database and the log are searched, for his id. ``leaks_on_purpose`` is for the tests of this suite.
"""

import base64
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simcord.backend import serializers
from simcord.backend.models import Channel, Message

from db.backup import back_up
from tests.sim.server import Server
from tests.sim.visible import reach, traces

CANARY = "Jonas"
NICK = "Kanariefuglen"
AVATAR = "c4a2a71e5b1e55edc0ffee0ddba11ace"
_GUILD_AVATAR = "5eed5eed5eed5eed5eedca5cadeca11a"
_BOYS = ("Malik", "Emil", "Oliver", "Noah")
_COACHES = ("Søren", "Bilal")
_HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "sha3_256")
_EPHEMERAL = 1 << 6
# To the bot alone, or the list of members, which everyone has.
_NOT_FOR_OTHERS = ("INTERACTION_CREATE", "GUILD_CREATE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "READY")
_OPENS = re.compile(r"reveal_(?:show|alone):([\w-]{22})")
_TOKEN = re.compile(r"[\w-]{22}", re.ASCII)
_WORDS = re.compile(r"[\w+/=.-]+")
# What is cut short is still found.
_SHORTEST = 8
_Json = dict[str, Any]


def hatch(server: Server) -> None:
    """Give the canary what nobody else has."""
    actor = server.person(CANARY)
    record = server.env.backend.get_guild(server.world.guild.id).members[actor.id]
    record.nick, record.avatar = NICK, _GUILD_AVATAR
    server.env.backend.users[actor.id].avatar = AVATAR


@dataclass(frozen=True)
class Canary:
    """In which forms he would be recognised."""

    user_id: int
    texts: frozenset[str]
    raw: frozenset[bytes]

    @classmethod
    def of(cls, server: Server, *, names: bool = True) -> "Canary":
        """The id as it is, encoded, and hashed with what is public; and his names, nick and avatars."""
        user_id = server.person(CANARY).id
        number = user_id.to_bytes(8)
        written = {str(user_id).encode(), number, number[::-1], base36(user_id).encode()}
        digests = {
            hashlib.new(name, one).digest()[:_SHORTEST]
            for name in _HASHES
            for one in _salted(user_id, [server.world.guild.id, *_tokens(server)])
        }
        texts = {form for raw in (*digests, *written) for form in _encodings(raw)}
        texts |= {str(user_id), base36(user_id)}
        if names:
            texts |= {AVATAR, _GUILD_AVATAR, NICK, *traces(server, CANARY)}
        # SQLite stores so large an integer as its eight bytes, or as six where they suffice. Hashes that are
        # written out are found in the dump, which is faster to search.
        raw = digests | written | {number[2:]}
        raw |= {form.encode() for one in written for form in _encodings(one)}
        if names:
            raw |= {form.encode() for form in (AVATAR, _GUILD_AVATAR, NICK, *traces(server, CANARY))}
        return cls(user_id, frozenset(text.casefold() for text in texts), frozenset(raw))

    def in_text(self, text: str) -> list[str]:
        """The forms that stand in a text, whatever their case, also inside something like our tokens."""
        folded = text.casefold()
        # Discord tells the same things over and over: each word is looked at once.
        words = "\n".join(set(_WORDS.findall(folded)))
        number = self.user_id.to_bytes(8)
        # The first two bytes of an id are nearly always the same: without them it is still his.
        hidden = (number[2:], number[::-1][:-2])
        tokens = {
            token
            for token in set(_TOKEN.findall(text))
            if any(form in base64.urlsafe_b64decode(f"{token}==") for form in hidden)
        }
        return sorted({form for form in self.texts if form in (folded if " " in form else words)} | tokens)

    def in_bytes(self, held: bytes) -> list[str]:
        """The forms that stand in a file."""
        return sorted(repr(form) for form in self.raw if form in held)


def _encodings(raw: bytes) -> Iterator[str]:
    """All of it that does not depend on what follows: the last letter of base64 would."""
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode):
        yield encode(raw).decode().rstrip("=")[:-1]


def base36(number: int) -> str:
    """A number as short as letters and digits make it."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _salted(user_id: int, salts: list[int | str]) -> Iterator[bytes]:
    """The id as somebody could hash it, alone or with something that everyone knows."""
    number = user_id.to_bytes(8)
    yield from (str(user_id).encode(), number, number[::-1])
    for salt in salts:
        for between in ("", ":"):
            yield f"{salt}{between}{user_id}".encode()
            yield f"{user_id}{between}{salt}".encode()
        yield str(salt).encode() + number


def _tokens(server: Server) -> list[str]:
    with _opened(_database(server)) as connection:
        return [token for (token,) in connection.execute("SELECT token FROM questions")]


def found(server: Server) -> list[str]:
    """Where somebody could find the canary, and in which form."""
    canary = Canary.of(server)
    among_people: dict[str, Callable[[], list[str]]] = {
        "another boy": lambda: canary.in_text(_of_others(server, canary, _BOYS)),
        "a coach": lambda: canary.in_text(_of_others(server, canary, _COACHES)),
        "a moderator with all permissions": lambda: canary.in_text(_of_moderators(server, canary)),
        "the list of a thread": lambda: _joined(server, canary),
        "a file": lambda: canary.in_bytes(_sent_files(server, canary)),
    }
    found = [f"{place}: {forms}" for place, look in among_people.items() if (forms := look())]
    return found + kept(server, canary)


def kept(server: Server, canary: Canary | None = None) -> list[str]:
    """The same of what a thief could take: the database in every shape, and the log.

    Without ``canary`` only for his id, for a test in which his names stand in what he wrote.
    """
    wanted = canary or Canary.of(server, names=False)
    database = _database(server)
    places: dict[str, Callable[[], list[str]]] = {
        "the database and its journal": lambda: wanted.in_bytes(_files(database)),
        "a dump": lambda: wanted.in_text(_dump(database)),
        "a backup": lambda: wanted.in_bytes(_backup(database)),
        "the log": lambda: wanted.in_text(server.production_log.getvalue()),
        "the records of our own loggers": lambda: wanted.in_text(server.logs.text),
    }
    return [f"{place}: {forms}" for place, look in places.items() if (forms := look())]


def _database(server: Server) -> Path:
    return Path(server.bot.database.url.database or "")


def _of_others(server: Server, canary: Canary, names: Iterable[str]) -> str:
    """What members reach with a modified client, and what the bot told them alone."""
    readers = [server.person(name).id for name in names]
    parts = [reach(server, name, but_not_of=canary.user_id) for name in names]
    return _text([*parts, _events(server, canary), _answers(server, readers)])


def _of_moderators(server: Server, canary: Canary) -> str:
    """Everything in the server, whoever may see it, and what the bot told anyone but the canary."""
    backend = server.env.backend
    guild = backend.get_guild(server.world.guild.id)
    everyone = [actor.id for actor in server.world.people.values() if actor.id != canary.user_id]
    parts: list[Any] = [
        serializers.audit_log_payload(
            backend, [entry for entry in guild.audit_log_entries if entry.user_id != canary.user_id]
        ),
        [serializers.webhook_payload(backend, webhook) for webhook in backend.webhooks.values()],
        [serializers.invite_payload(backend, invite) for invite in backend.invites.values()],
        _requests(server),
        _events(server, canary),
        _answers(server, everyone),
    ]
    for channel in backend.channels.values():
        if channel.guild_id is not None:
            parts += [serializers.channel_payload(backend, channel), _messages(server, channel, canary)]
    return _text(parts)


def _messages(server: Server, channel: Channel, canary: Canary) -> list[Any]:
    backend = server.env.backend
    return [
        [
            serializers.message_payload(backend, message),
            message.interaction_metadata,
            [
                [one.emoji, [who for who in one.user_ids if who != canary.user_id]]
                for one in message.reactions
            ],
        ]
        for message in backend.messages.get(channel.id, {}).values()
        if not message.is_ephemeral and not _is_his(message, canary)
    ]


def _is_his(message: Message, canary: Canary) -> bool:
    """What he wrote under his own name shows his name, and Discord shows it, not the bot."""
    return message.author_id == canary.user_id


def _requests(server: Server) -> list[Any]:
    """What the bot sent; what the audit log or an integration could show of it."""
    return [
        [request.method, request.path, request.json, request.reason]
        for request in server.env.http_requests
        # Answers to one member, and to whom a direct message goes: Discord alone hears it.
        if not request.path.startswith(("/interactions/", "/webhooks/", "/users/@me/channels"))
    ]


def _events(server: Server, canary: Canary) -> list[Any]:
    """What Discord told clients of what the bot did."""
    direct = {str(one.id) for one in server.env.backend.channels.values() if one.guild_id is None}
    return [
        [event, payload]
        for kind, event, payload in server.env.backend.transcript
        if kind == "GATEWAY"
        and event not in _NOT_FOR_OTHERS
        and not int(payload.get("flags") or 0) & _EPHEMERAL
        and str(payload.get("channel_id")) not in direct
        and str(payload.get("id")) not in direct
        and not _is_deed_of(payload, canary)
    ]


def _is_deed_of(payload: _Json, canary: Canary) -> bool:
    """He wrote, reacted or joined himself."""
    author: _Json = payload.get("author") or {}
    joined = [member.get("user_id") for member in payload.get("added_members") or ()]
    return str(canary.user_id) in (str(author.get("id")), str(payload.get("user_id")), *map(str, joined))


def _answers(server: Server, readers: Iterable[int]) -> list[Any]:
    """What the bot told these members alone; the account that two of them opened is theirs to see."""
    whose: dict[str, int] = {}
    with _opened(_database(server)) as connection:
        rows = connection.execute(
            "SELECT token, requested_by, decided_by FROM reveals WHERE state = 'opened'"
        )
        openers = {(token, member) for token, *members in rows for member in members}
    for kind, event, payload in server.env.backend.transcript:
        if kind == "GATEWAY" and event == "INTERACTION_CREATE":
            data: _Json = payload.get("data") or {}
            user_id = int((payload.get("member") or payload)["user"]["id"])
            opens = _OPENS.match(str(data.get("custom_id")))
            if opens is None or (opens[1], user_id) not in openers:
                whose |= {str(payload["id"]): user_id, str(payload["token"]): user_id}
    wanted = set(readers)
    return [
        request.json
        for request in server.env.http_requests
        if request.path.startswith(("/interactions/", "/webhooks/"))
        and any(whose.get(part) in wanted for part in request.path.split("/"))
    ]


def _sent_files(server: Server, canary: Canary) -> bytes:
    """What is in every file that the bot sent to anyone but him."""
    backend = server.env.backend
    his = {one.message_id for one in backend.interactions.values() if one.user_id == canary.user_id}
    files = [
        backend.cdn.get(file["url"]) or b""
        for messages in backend.messages.values()
        for message in messages.values()
        if message.author_id == backend.bot_user.id and not (message.is_ephemeral and message.id in his)
        for file in message.attachments
    ]
    return b"\n".join(files)


def _joined(server: Server, canary: Canary) -> list[str]:
    """Threads that he is in without ever having written there himself."""
    backend = server.env.backend
    wrote = {
        str(payload.get("channel_id"))
        for kind, event, payload in backend.transcript
        if kind == "GATEWAY" and event == "MESSAGE_CREATE" and _is_deed_of(payload, canary)
    }
    return [
        str(channel.name)
        for channel in backend.channels.values()
        if canary.user_id in channel.thread_members and str(channel.id) not in wrote
    ]


def _files(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def _dump(database: Path) -> str:
    with _opened(database) as connection:
        return "\n".join(connection.iterdump())


def _opened(database: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True))


def _backup(database: Path) -> bytes:
    target = database.parent / "canary.backup"
    back_up(f"sqlite+aiosqlite:///{database.as_posix()}", target)
    held = target.read_bytes()
    target.unlink()
    return held


def _text(parts: Any) -> str:
    return json.dumps(parts, default=str, ensure_ascii=False)
