"""Everything the bot put on the wire, searched for what may not stand there: whatever the scenario was.

`assert_clean_wire` reads what is kept of a whole test: each request to Discord with its body, and what
stands in Discord now. It knows no scenario, so it holds for those that are written later.
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import discord
from simcord.backend import serializers
from simcord.backend.access import channel_accessible
from simcord.backend.models import Channel, Message
from simcord.types import HttpLogEntry

from bot.play.world import COACHES
from tests.sim.server import Server

# Exactly what `bot.services.identity.new_token` makes, or `bot.routing.NO_TOKEN`.
_TOKEN = r"(?:0|[\w-]{22})"
_WORD = r"[a-z_]{1,30}"
# A detail can also be the number of a page, or a word that says what is chosen; no word is a name.
_PRESS = re.compile(rf"{_WORD}:{_TOKEN}(?::(?:{_TOKEN}|\d{{1,3}}|[a-z_]{{1,10}}))?", re.ASCII)
_FORM = re.compile(rf"form:{_WORD}:{_TOKEN}:[\w-]{{22}}", re.ASCII)
_FIELD = re.compile(_WORD)
_VALUE = re.compile(rf"{_TOKEN}|{_WORD}|\d{{1,3}}", re.ASCII)
# Ours, or a random number of discord.py's own.
_NONCE = re.compile(r"[\w-]{1,25}", re.ASCII)
# Presses that open the glass, whose private answer names the one behind it.
_OPENS = ("reveal_show:", "reveal_alone:")
_FILE = re.compile(rf"(?:[\w-]{{22}}|{_WORD})\.[a-z0-9]{{2,5}}", re.ASCII)

_MENTION = re.compile(r"<@!?(\d+)>")
_EPHEMERAL = 1 << 6
_MESSAGE = ("POST", re.compile(r"/channels/(\d+)/messages"))
_EDIT = ("PATCH", re.compile(r"/channels/(\d+)/messages/\d+"))
_POST = ("POST", re.compile(r"/channels/(\d+)/threads"))
_CALLBACK = ("POST", re.compile(r"/interactions/(\d+)/[^/]+/callback"))
_ANSWER = ("PATCH", re.compile(r"/webhooks/\d+/[^/]+/messages/[^/]+"))
_FOLLOW_UP = ("POST", re.compile(r"/webhooks/\d+/[^/]+"))
_ADDED = ("PUT", re.compile(r"/channels/(\d+)/thread-members/(\d+)"))
_REMOVED = ("DELETE", re.compile(r"/channels/(\d+)/thread-members/(\d+)"))
# Whom a direct message goes to is told to Discord alone.
_DIRECT = ("POST", re.compile(r"/users/@me/channels"))

_Json = dict[str, Any]
_Kind = tuple[str, re.Pattern[str]]
_Callback = discord.InteractionResponseType


def assert_clean_wire(server: Server, *, coaches: Sequence[str] = COACHES) -> None:
    """Nothing the bot sent tells who a member is. Raises AssertionError naming each place.

    A coach may be mentioned in his own case and on his card; a player who chose to stand on the board
    under his Discord name in a private answer; the one who is revealed in the private answer to the
    moderator who opens it; and moderators among themselves.
    """
    found = problems(server, coaches=coaches)
    assert not found, "\n".join(found)


def problems(server: Server, *, coaches: Sequence[str] = COACHES) -> list[str]:
    """What `assert_clean_wire` finds."""
    facts = _facts(server, coaches)
    found = [
        f"{request.method} {request.path}: {problem}"
        for request in server.env.http_requests
        for problem in _in_request(facts, request)
    ]
    for channel in server.env.backend.channels.values():
        found += [f"channel {channel.name}: {problem}" for problem in _in_channel(server, facts, channel)]
    for entry in server.env.backend.get_guild(server.world.guild.id).audit_log_entries:
        if entry.user_id == server.env.backend.bot_user.id:
            text = json.dumps([entry.target_id, entry.reason, entry.changes, entry.options], default=str)
            found += [f"audit log: {problem}" for problem in facts.ids_in(text)]
    return found


@dataclass
class _Facts:
    """What is needed to judge: who is who, and which thread is whose case."""

    watched: dict[int, str]
    coaches: set[int]
    staff: set[int]
    staff_rooms: set[int]
    bot: int
    # Who chose to stand on the board under his Discord name, at some time.
    named: set[int] = field(default_factory=set[int])
    # The tokens of interactions that opened the glass.
    openings: set[str] = field(default_factory=set[str])
    uploads: set[str] = field(default_factory=set[str])
    cases: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    # By the interaction's id: whether it came from a message that only one member sees, or from a case.
    private_source: dict[int, bool] = field(default_factory=dict[int, bool])

    def may_ping(self, channel_id: int) -> set[int]:
        """The coach whose case it is, and moderators in a room of their own."""
        staff = self.staff if channel_id in self.staff_rooms else set[int]()
        return self.cases.get(channel_id, set[int]()) & self.coaches | staff

    def names_in_ids(self, part: Any) -> Iterator[str]:
        """Words in custom ids, however deep, that are somebody's name."""
        if isinstance(part, list):
            for one in cast("list[Any]", part):
                yield from self.names_in_ids(one)
        if isinstance(part, dict):
            found = cast("_Json", part)
            words = str(found.get("custom_id", "")).casefold().split(":")
            yield from (name for name in self.watched.values() if name.casefold() in words)
            for one in found.values():
                yield from self.names_in_ids(one)

    def ids_in(self, text: str, mentioned: Iterable[int] = ()) -> list[str]:
        """Whose id stands in a text, in whatever form, beside the mentions that may."""
        for user_id in mentioned:
            text = text.replace(f"<@{user_id}>", "")
        return [
            f"the id of {name} as {form!r}"
            for user_id, name in self.watched.items()
            for form in id_forms(user_id)
            if form in text
        ]


def id_forms(user_id: int) -> list[str]:
    """The ways in which an id can be written without a key."""
    number = user_id.to_bytes(8)
    raw = (number, number[::-1], str(user_id).encode())
    encoded = [encode(one).decode().rstrip("=") for one in raw for encode in _ENCODINGS]
    return [str(user_id), f"{user_id:x}", f"{user_id:X}", number[::-1].hex(), *encoded]


_ENCODINGS = (base64.b64encode, base64.urlsafe_b64encode, base64.b32encode)


def _facts(server: Server, coaches: Sequence[str]) -> _Facts:
    backend, people = server.env.backend, server.world.people
    staff = {actor.id for actor in people.values() if _is_staff(server, actor.id)}
    watched = {actor.id: name for name, actor in people.items() if actor.id not in staff}
    facts = _Facts(
        watched=watched,
        coaches={people[name].id for name in coaches},
        staff=staff,
        staff_rooms={
            channel.id
            for channel in backend.channels.values()
            if not any(channel_accessible(backend, channel.id, user_id) for user_id in watched)
        },
        bot=backend.bot_user.id,
    )
    for request in server.env.http_requests:
        if added := _matches(_ADDED, request):
            facts.cases[int(added[1])].add(int(added[2]))
    for kind, event, payload in backend.transcript:
        if kind == "GATEWAY" and event == "INTERACTION_CREATE":
            _note_interaction(facts, payload)
    return facts


def _note_interaction(facts: _Facts, payload: _Json) -> None:
    data: _Json = payload.get("data") or {}
    alone = _is_ephemeral(payload.get("message") or {})
    facts.private_source[int(payload["id"])] = alone or int(payload["channel_id"]) in facts.cases
    resolved: _Json = data.get("resolved") or {}
    files: _Json = resolved.get("attachments") or {}
    facts.uploads |= {str(file["filename"]) for file in files.values()}
    user_id = int((payload.get("member") or payload)["user"]["id"])
    if "discord_name" in (data.get("values") or ()):
        facts.named.add(user_id)
    if user_id in facts.staff and str(data.get("custom_id")).startswith(_OPENS):
        facts.openings.add(str(payload["token"]))


def _is_staff(server: Server, user_id: int) -> bool:
    rights = discord.Permissions(server.env.backend.compute_permissions(server.world.guild.id, user_id, None))
    return rights.moderate_members or rights.manage_guild


def _matches(kind: _Kind, request: HttpLogEntry) -> re.Match[str] | None:
    method, path = kind
    return path.fullmatch(request.path) if request.method == method else None


def _in_request(facts: _Facts, request: HttpLogEntry) -> Iterator[str]:
    if request.reason is not None:
        yield f"a reason for the audit log: {request.reason!r}"
    member = _matches(_ADDED, request) or _matches(_REMOVED, request)
    if member is None:
        yield from facts.ids_in(request.path + json.dumps(request.params, default=str))
    elif int(member[2]) not in facts.coaches:
        yield "someone who is no coach put into a thread, or taken out of it"
    if _matches(_DIRECT, request):
        return
    yield from _in_body(facts, request)


def _in_body(facts: _Facts, request: HttpLogEntry) -> Iterator[str]:
    if callback := _matches(_CALLBACK, request):
        yield from _in_callback(facts, int(callback[1]), _body(request))
    if _matches(_FOLLOW_UP, request) and not _is_ephemeral(_body(request)):
        yield "a follow-up that others see"
    message = _message_of(request)
    if message is not None:
        yield from _in_mentions(message, _may_ping(facts, request))
    body, mentioned = _pruned(request.json, "allowed_mentions"), _may_ping(facts, request)
    if _matches(_CALLBACK, request) or _matches(_FOLLOW_UP, request) or _matches(_ANSWER, request):
        mentioned = facts.named
    elif not mentioned and (_matches(_MESSAGE, request) or _matches(_EDIT, request)):
        # In a question's thread a coach may be mentioned on his card, and nowhere else.
        cards = [str(card.get("description")) for card in _body(request).get("embeds") or ()]
        yield from facts.ids_in("".join(cards), facts.coaches)
        body = _pruned(body, "description")
    text = json.dumps(body, ensure_ascii=False, default=str)
    if facts.openings.isdisjoint(request.path.split("/")):
        yield from facts.ids_in(text, mentioned)
    yield from (f"the file name {name!r}" for name in facts.uploads if name.casefold() in text.casefold())
    is_form = bool(callback) and _body(request)["type"] == _Callback.modal.value
    yield from _in_parts(request.json, is_form=is_form)
    yield from (f"the name {name!r} in a custom id" for name in facts.names_in_ids(request.json))


def _body(request: HttpLogEntry) -> _Json:
    return request.json or {}


def _message_of(request: HttpLogEntry) -> _Json | None:
    """The message that a request makes, if it makes one."""
    body = _body(request)
    if _matches(_MESSAGE, request) or _matches(_FOLLOW_UP, request) or _matches(_ANSWER, request):
        return body
    if _matches(_POST, request):
        return body.get("message")
    if _matches(_CALLBACK, request) and body["type"] == _Callback.channel_message.value:
        return body["data"]
    return None


def _may_ping(facts: _Facts, request: HttpLogEntry) -> set[int]:
    """Whom a message may mention where it is written."""
    sent = _matches(_MESSAGE, request) or _matches(_EDIT, request)
    return facts.may_ping(int(sent[1])) if sent else set()


def _pruned(part: Any, key: str) -> Any:
    """The same without what stands under a key, however deep."""
    if isinstance(part, list):
        return [_pruned(one, key) for one in cast("list[Any]", part)]
    if isinstance(part, dict):
        return {name: _pruned(one, key) for name, one in cast("_Json", part).items() if name != key}
    return part


def _is_ephemeral(message: _Json) -> bool:
    return bool(int(message.get("flags") or 0) & _EPHEMERAL)


def _in_callback(facts: _Facts, interaction: int, body: _Json) -> Iterator[str]:
    kind = _Callback(body["type"])
    data: _Json = body.get("data") or {}
    if kind in (_Callback.channel_message, _Callback.deferred_channel_message) and not _is_ephemeral(data):
        yield "an answer that others see"
    changes = kind in (_Callback.message_update, _Callback.deferred_message_update)
    if changes and not facts.private_source[interaction]:
        yield "a press that changes a message that others see"


def _in_mentions(message: _Json, may_ping: set[int]) -> Iterator[str]:
    allowed: _Json | None = message.get("allowed_mentions")
    if allowed is None:
        yield "a message that does not say whom it may ping"
        return
    parsed: set[str] = set(allowed.get("parse") or ())
    if parsed - {"users"} or allowed.get("roles") or allowed.get("replied_user"):
        yield f"a message that may ping: {allowed}"
    pinged = {int(user) for user in allowed.get("users") or ()}
    if "users" in parsed:
        pinged |= {int(user) for user in _MENTION.findall(str(message.get("content") or ""))}
    if not pinged <= may_ping:
        yield f"a message that may ping a member: {allowed}"
    if message.get("message_reference"):
        yield "a reply"


def _in_parts(part: Any, *, is_form: bool = False, is_menu: bool = False) -> Iterator[str]:
    """Custom ids, values, file names and nonces, however deep they stand."""
    if isinstance(part, list):
        for one in cast("list[Any]", part):
            yield from _in_parts(one, is_form=is_form, is_menu=is_menu)
    if isinstance(part, dict):
        found = cast("_Json", part)
        outer = _FORM if "components" in found else _FIELD
        checks = {"custom_id": outer if is_form else _PRESS, "filename": _FILE, "nonce": _NONCE}
        if is_menu:
            checks["value"] = _VALUE
        for key, grammar in checks.items():
            if key in found and not grammar.fullmatch(str(found[key])):
                yield f"the {key} {found[key]!r}"
        for key, one in found.items():
            yield from _in_parts(one, is_form=is_form, is_menu=key in ("options", "choices"))


def _in_channel(server: Server, facts: _Facts, channel: Channel) -> Iterator[str]:
    backend = server.env.backend
    payload = serializers.channel_payload(backend, channel)
    yield from facts.ids_in(json.dumps([payload.get("name"), payload.get("topic")], default=str))
    may_ping = facts.may_ping(channel.id)
    for message in backend.messages.get(channel.id, {}).values():
        if message.author_id == facts.bot and not message.is_ephemeral and channel.guild_id is not None:
            yield from _in_message(message, may_ping)


def _in_message(message: Message, may_ping: set[int]) -> Iterator[str]:
    """What Discord made of a public message of the bot's; what it holds was seen when it was sent."""
    if message.interaction_metadata or message.webhook_id:
        yield "a message that names who acted"
    if message.reference:
        yield "a reply"
    if message.mention_everyone or message.ping_role_ids or not set(message.ping_user_ids) <= may_ping:
        yield "a message that pings"
    for file in message.attachments:
        if not _FILE.fullmatch(file["filename"]):
            yield f"the file name {file['filename']!r}"
