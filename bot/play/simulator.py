"""Where simcord, the simulated Discord, is not like Discord, and matters to us: put right.

Each patch says what stock simcord does and what Discord does. They reach into private parts, so simcord is
pinned exactly, and `tests/sim/test_simulator.py` has a test for each that goes red when an upgrade changes
something. Only the rehearsal and the tests import this; the running bot never does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import simcord
from simcord import interactions
from simcord.backend.errors import BackendError
from simcord.backend.ops.base import BackendBase
from simcord.backend.ops.reactions import ReactionMixin
from simcord.enums import ChannelType
from simcord.http._helpers import message_response
from simcord.http.routes import messages as message_routes

from bot.play import patch_forums, patch_threads
from bot.play.patching import SimulatorChangedError, operation, wrap, wrap_route

__all__ = ["SimulatorChangedError", "actor_locales", "apply", "dm_blocked", "post_as", "use_wall_clock"]

_LOCALE = "da"
_NONCE_LIFETIME = 300.0
_IDLE_SECONDS = 0.001


_applied = False


def apply() -> None:
    """Install all patches, once; call it before the first `simcord.Env` is made.

    Raises:
        SimulatorChangedError: the installed simcord is not the one this was written for.
    """
    global _applied
    if _applied:
        return
    for patch in (
        _patch_state,
        _patch_idle,
        _patch_locale,
        _patch_reaction_author,
        _patch_refused_messages,
        _patch_nonces,
        patch_forums.patch_payloads,
        patch_forums.patch_create_channel,
        patch_forums.patch_edit_channel,
        patch_forums.patch_forum_post,
        patch_threads.patch_bot_sends,
        patch_threads.patch_bot_edits,
        patch_threads.patch_added_members,
        patch_threads.patch_human_sends,
        patch_threads.patch_reactions,
        patch_threads.patch_thread_edits,
        patch_threads.patch_private_threads,
    ):
        patch()
    _applied = True


def dm_blocked(env: simcord.Env) -> set[int]:
    """The users whose direct messages the bot cannot reach (Discord's error 50007); add to it at will."""
    blocked: set[int] = _backend(env).dm_blocked
    return blocked


def actor_locales(env: simcord.Env) -> dict[int, str]:
    """The language of each user's Discord, where it is not Danish; add to it at will."""
    locales: dict[int, str] = _backend(env).actor_locales
    return locales


def use_wall_clock(env: simcord.Env) -> None:
    """Let the simulated time start now instead of at simcord's fixed date.

    Call it on a fresh environment, before its server is made: ids and times must not run backwards.
    """
    _backend(env).clock._epoch = dt.datetime.now(dt.UTC)


async def post_as(
    member: simcord.MemberActor,
    forum: simcord.ChannelHandle,
    title: str,
    content: str,
    tags: list[int] | None = None,
) -> simcord.ChannelHandle:
    """Open a forum post as a member (simcord has no verb for it) and return its thread.

    Raises:
        BackendError: he may not, or the title, the text or the tags are not acceptable.
    """
    with operation(member, "post_as") as env:
        backend = env.backend
        backend.require_permissions(member.guild.id, member.id, forum.id, "send_messages")
        starter = backend.prepare_message(forum.id, member.id, content)
        thread = patch_forums.open_post(backend, backend.get_channel(forum.id), starter, title, tags or [])
        await env._settle_internal(dispatch="MEMBER.post")
        return simcord.ChannelHandle(env, member.guild, thread)


def _backend(env: simcord.Env) -> Any:
    return env.backend


def _patch_state() -> None:
    """Room on the backend for what the other patches need to remember."""

    def build(stock: Any) -> Any:
        def init(self: Any, **options: Any) -> None:
            self.dm_blocked = set[int]()
            self.actor_locales = dict[int, str]()
            self.sent_nonces = dict[tuple[int, str], tuple[float, int]]()
            stock(self, **options)

        return init

    wrap(BackendBase, "__init__", build)


def _patch_idle() -> None:
    """Stock: each action waits in steps of 50 ms for the bot to fall quiet; 1 ms is enough."""
    defaults: dict[str, Any] = getattr(getattr(simcord.Env, "_settle_internal", None), "__kwdefaults__", {})
    if "idle" not in defaults:
        raise SimulatorChangedError("simcord.Env._settle_internal has no idle time any more")
    defaults["idle"] = _IDLE_SECONDS


def _patch_locale() -> None:
    """Stock: every interaction says `en-US`.
    Discord: it says the language of the member's client, and of the server."""

    def build(stock: Any) -> Any:
        def base_payload(backend: Any, **facts: Any) -> tuple[Any, dict[str, Any]]:
            record, payload = stock(backend, **facts)
            payload["locale"] = backend.actor_locales.get(facts["user_id"], _LOCALE)
            if "guild_locale" in payload:
                payload["guild_locale"] = _LOCALE
            return record, payload

        return base_payload

    wrap(interactions, "base_payload", build)


def _patch_reaction_author() -> None:
    """Stock: a reaction event does not say who wrote the message.
    Discord: MESSAGE_REACTION_ADD carries `message_author_id`."""

    def build(stock: Any) -> Any:
        def emit_reaction(self: Any, event: str, message: Any, emoji: str, user_id: int) -> None:
            emit = self.emit

            def with_author(name: str, payload: dict[str, Any]) -> None:
                if name == "MESSAGE_REACTION_ADD":
                    payload = {**payload, "message_author_id": str(message.author_id)}
                emit(name, payload)

            self.emit = with_author
            try:
                stock(self, event, message, emoji, user_id)
            finally:
                del self.emit

        return emit_reaction

    wrap(ReactionMixin, "_emit_reaction", build)


def _patch_refused_messages() -> None:
    """Stock: every human can be sent direct messages.
    Discord: not who has closed them or shares no server with the bot; the error is 50007."""

    def build(stock: Any) -> Any:
        def check(ctx: Any, channel_id: int) -> None:
            stock(ctx, channel_id)
            backend = ctx.backend
            channel = backend.get_channel(channel_id)
            if channel.type != ChannelType.DM:
                return
            user_id = channel.recipient_ids[0]
            shares_server = any(user_id in guild.members for guild in backend.guilds.values())
            if user_id in backend.dm_blocked or not shares_server:
                raise BackendError(403, 50007, "Cannot send messages to this user")

        return check

    wrap(message_routes, "_send_permissions", build)


def _patch_nonces() -> None:
    """Stock: `nonce` and `enforce_nonce` are ignored.
    Discord: within a few minutes, a message sent again with the same nonce is not sent again; the earlier
    one is returned."""

    def build(stock: Any) -> Any:
        def send(ctx: Any) -> Any:
            body = ctx.body()
            if not (body.get("enforce_nonce") and body.get("nonce")):
                return stock(ctx)
            backend, channel_id = ctx.backend, ctx.int_arg("channel_id")
            nonces: dict[tuple[int, str], tuple[float, int]] = backend.sent_nonces
            now = backend.clock.elapsed
            for stale in [key for key, (at, _) in nonces.items() if now - at > _NONCE_LIFETIME]:
                del nonces[stale]
            key = (channel_id, str(body["nonce"]))
            earlier = backend.messages[channel_id].get(nonces[key][1]) if key in nonces else None
            if earlier is not None:
                return {**message_response(ctx, earlier), "nonce": key[1]}
            sent = stock(ctx)
            nonces[key] = (now, int(sent["id"]))
            return {**sent, "nonce": key[1]}

        return send

    wrap_route("POST", "/channels/{channel_id}/messages", build)
