"""Threads that are archived, locked, private or joined, as Discord has them."""

from __future__ import annotations

from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.backend import errors, serializers
from simcord.backend.errors import BackendError
from simcord.backend.ops.messages import MessageMixin
from simcord.backend.ops.reactions import ReactionMixin
from simcord.enums import ChannelType, MessageType
from simcord.http.routes import messages as message_routes

from bot.play.patch_forums import check_tags, settings_of
from bot.play.patching import may, operation, wrap, wrap_route

_MANAGE_THREADS = discord.Permissions.manage_threads.flag
_SEND_IN_THREADS = discord.Permissions.send_messages_in_threads.flag
_METADATA = ("archived", "locked", "auto_archive_duration", "invitable")
_OWNERS_FIELDS = {"name", "archived", "auto_archive_duration", "invitable", "applied_tags"}


def thread_is_archived() -> BackendError:
    """Discord's answer to almost anything in an archived thread, and to writing in a locked one."""
    return BackendError(400, 50083, "Thread is archived")


def check_changeable(backend: Any, channel: Any, user_id: int) -> None:
    """Refuse to change messages in a thread that is archived, or locked for this user.

    Raises:
        BackendError: 50083.
    """
    if not channel.is_thread:
        return
    meta = channel.thread_metadata
    if meta.archived or (meta.locked and not may(backend, user_id, channel, _MANAGE_THREADS)):
        raise thread_is_archived()


def check_writable(backend: Any, channel: Any, user_id: int) -> None:
    """Refuse to write in a locked thread; writing in an archived one opens it again, as on Discord.

    Raises:
        BackendError: 50083.
    """
    if not channel.is_thread:
        return
    meta = channel.thread_metadata
    if meta.locked and not may(backend, user_id, channel, _MANAGE_THREADS):
        raise thread_is_archived()
    if meta.archived:
        meta.archived = False
        backend.announce_channel_update(channel.id)


def patch_bot_sends() -> None:
    """Stock: the bot may write in any thread.
    Discord: not in a locked one without Manage Threads; an archived one opens when it is written in."""

    def build(stock: Any) -> Any:
        def check(ctx: Any, channel_id: int) -> None:
            stock(ctx, channel_id)
            check_writable(ctx.backend, ctx.backend.get_channel(channel_id), ctx.backend.bot_user.id)

        return check

    wrap(message_routes, "_send_permissions", build)


def patch_bot_edits() -> None:
    """Stock: the bot may edit its messages in any thread.
    Discord: not in an archived thread, nor in a locked one without Manage Threads."""

    def build(stock: Any) -> Any:
        def edit(ctx: Any) -> Any:
            channel = ctx.backend.get_channel(ctx.int_arg("channel_id"))
            check_changeable(ctx.backend, channel, ctx.backend.bot_user.id)
            return stock(ctx)

        return edit

    wrap_route("PATCH", "/channels/{channel_id}/messages/{message_id}", build)


def patch_added_members() -> None:
    """Stock: members can be added to an archived thread.
    Discord: the thread must be opened first."""

    def build(stock: Any) -> Any:
        def add(ctx: Any) -> Any:
            if ctx.backend.get_thread(ctx.int_arg("channel_id")).thread_metadata.archived:
                raise thread_is_archived()
            return stock(ctx)

        return add

    wrap_route("PUT", "/channels/{channel_id}/thread-members/{user_id}", build)


def patch_human_sends() -> None:
    """Stock: members may write in any thread, and do not join it by that.
    Discord: the rules for the bot hold for them, and whoever writes joins the thread."""

    def build(stock: Any) -> Any:
        async def send(self: Any, channel: Any, content: str = "", **options: Any) -> Any:
            with operation(self, "send") as env:
                backend = env.backend
                check_writable(backend, backend.get_channel(channel.id), self.id)
                message = await stock(self, channel, content, **options)
                if channel.is_thread:
                    backend.add_thread_member(channel.id, self.id)
                    await env._settle_internal(dispatch="MEMBER.send")
                return message

        return send

    wrap(MemberActor, "send", build)


def patch_reactions() -> None:
    """Stock: reactions can be set and taken back in archived threads.
    Discord: an archived thread is frozen. In one that is only locked, reacting stays allowed."""

    def build(stock: Any) -> Any:
        def set_reaction(
            self: Any, channel_id: int, message_id: int, emoji: str, user_id: int, reacted: bool
        ) -> None:
            channel = self.get_channel(channel_id)
            if channel.is_thread and channel.thread_metadata.archived:
                raise thread_is_archived()
            stock(self, channel_id, message_id, emoji, user_id, reacted)

        return set_reaction

    wrap(ReactionMixin, "set_reaction", build)


def patch_thread_edits() -> None:
    """Stock: editing a thread takes Manage Channels, and works while it is archived.
    Discord: it takes Manage Threads; the thread's own starter may rename, tag and archive it; anyone who
    can write there may open one that is not locked; and an archived thread must be opened to be changed."""

    def build(stock: Any) -> Any:
        def edit(ctx: Any) -> Any:
            channel = ctx.backend.get_channel(ctx.int_arg("channel_id"))
            return _edit_thread(ctx, channel) if channel.is_thread else stock(ctx)

        return edit

    wrap_route("PATCH", "/channels/{channel_id}", build)


def _edit_thread(ctx: Any, thread: Any) -> dict[str, Any]:
    backend = ctx.backend
    ctx.require_channel_permissions(thread.id)
    body = ctx.fields("name", "rate_limit_per_user", "applied_tags", "flags", *_METADATA)
    if thread.thread_metadata.archived and body.get("archived") is not False:
        raise thread_is_archived()
    if not _may_edit_thread(backend, thread, body):
        raise errors.missing_permissions()
    changes = {key: body[key] for key in ("name", "rate_limit_per_user") if key in body}
    if "applied_tags" in body:
        changes["applied_tags"] = [int(tag) for tag in body["applied_tags"]]
        check_tags(backend.get_channel(thread.parent_id), changes["applied_tags"])
    if "flags" in body:
        settings_of(thread)["flags"] = int(body["flags"])
    backend.edit_channel(
        thread.id, changes, thread_metadata={key: body[key] for key in _METADATA if key in body}
    )
    backend.record_audit_log(
        thread.guild_id,
        discord.AuditLogAction.thread_update.value,
        target_id=thread.id,
        changes=[{"key": key, "new_value": value} for key, value in body.items()],
        reason=ctx.reason,
    )
    return dict(serializers.channel_payload(backend, thread))


def _may_edit_thread(backend: Any, thread: Any, body: dict[str, Any]) -> bool:
    bot_id = backend.bot_user.id
    if may(backend, bot_id, thread, _MANAGE_THREADS):
        return True
    if thread.thread_metadata.locked:
        return False
    if body == {"archived": False}:
        return may(backend, bot_id, thread, _SEND_IN_THREADS)
    return thread.owner_id == bot_id and _OWNERS_FIELDS.issuperset(body)


def patch_private_threads() -> None:
    """Stock: a private thread is announced to the whole channel with a system message.
    Discord: only public threads are; nobody but its members learns that a private one was made."""

    def build(stock: Any) -> Any:
        def create_system_message(self: Any, channel_id: int, kind: Any, author_id: int, **facts: Any) -> Any:
            target = self.channels.get(facts.get("target_channel_id"))
            private = target is not None and target.type == ChannelType.PRIVATE_THREAD
            if kind == MessageType.THREAD_CREATED and private:
                return None
            return stock(self, channel_id, kind, author_id, **facts)

        return create_system_message

    wrap(MessageMixin, "create_system_message", build)
