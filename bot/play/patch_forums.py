"""Forum channels and their posts, as Discord has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import discord
from simcord.backend import errors, serializers
from simcord.backend.errors import BackendError
from simcord.backend.ops.channels import ChannelMixin
from simcord.enums import ChannelType

from bot.play.patching import Build, wrap, wrap_route

_REQUIRE_TAG = discord.ChannelFlags(require_tag=True).value
_MAX_TAGS = 5

#: What Discord stores on a channel and simcord has no field for.
_EXTRA_SETTINGS = (
    "default_auto_archive_duration",
    "default_forum_layout",
    "default_sort_order",
    "default_thread_rate_limit_per_user",
    "flags",
    "nsfw",
)
_FORUM_FIELDS = ("available_tags", "default_reaction_emoji")


def settings_of(channel: Any) -> dict[str, Any]:
    """The settings of a channel or thread that simcord itself does not keep."""
    return cast("dict[str, Any]", vars(channel)).setdefault("extra_settings", {})


def tag_required(forum: Any) -> bool:
    """Whether a post in this forum must carry a tag."""
    return bool(int(settings_of(forum).get("flags") or 0) & _REQUIRE_TAG)


def check_tags(forum: Any, tags: list[int]) -> None:
    """Refuse the tags that Discord would refuse on a post.

    Raises:
        BackendError: too many or unknown tags, or none where one is required.
    """
    known = {int(tag["id"]) for tag in forum.available_tags}
    if len(tags) > _MAX_TAGS or not known.issuperset(tags):
        raise errors.invalid_form_body("applied_tags: unknown tag, or more than five")
    if tag_required(forum) and not tags:
        raise BackendError(400, 40067, "A tag is required to create a forum post in this channel")


def patch_payloads() -> None:
    """Stock: a channel's payload leaves out flags, layout, sort order and the posts' own slowmode.
    Discord: it carries them, and a thread's flags say whether it is pinned."""

    def build(stock: Any) -> Any:
        def payload(backend: Any, channel: Any) -> dict[str, Any]:
            return {**stock(backend, channel), **settings_of(channel)}

        return payload

    wrap(serializers, "channel_payload", build)
    wrap(serializers, "thread_payload", build)


def patch_create_channel() -> None:
    """Stock: tags, default reaction and the other forum settings are refused when a channel is made.
    Discord: they are accepted; each new tag gets an id."""
    wrap_route("POST", "/guilds/{guild_id}/channels", _accepting_forum_settings)


def patch_edit_channel() -> None:
    """Stock: of a forum's settings only the tags can be edited.
    Discord: all of them can. (Threads have rules of their own, see `patch_threads`.)"""
    wrap_route("PATCH", "/channels/{channel_id}", _accepting_forum_settings)


def _accepting_forum_settings(stock: Any) -> Build:
    def handle(ctx: Any) -> dict[str, Any]:
        body = dict(ctx.body())
        taken = {key: body.pop(key) for key in (*_EXTRA_SETTINGS, *_FORUM_FIELDS) if key in body}
        payload: dict[str, Any] = stock(replace(ctx, json=body))
        if not taken:
            return payload
        channel = ctx.backend.get_channel(int(payload["id"]))
        if "available_tags" in taken:
            channel.available_tags = [
                {**tag, "id": str(tag.get("id") or ctx.backend.snowflake())}
                for tag in taken.pop("available_tags")
            ]
        if "default_reaction_emoji" in taken:
            channel.default_reaction_emoji = taken.pop("default_reaction_emoji")
        settings_of(channel).update(taken)
        ctx.backend.announce_channel_update(channel.id)
        return dict(serializers.channel_payload(ctx.backend, channel))

    return handle


def patch_forum_post() -> None:
    """Stock: a post's thread and its first message have different ids, the first message counts as an
    answer, and a required tag is not asked for.
    Discord: the ids are the same, it does not count, and a missing tag is error 40067."""

    def build(stock: Any) -> Any:
        def create(self: Any, forum_id: int, name: str, starter: Any, **options: Any) -> tuple[Any, Any]:
            forum = self.get_channel(forum_id)
            if forum.type == ChannelType.FORUM:
                check_tags(forum, list(options.get("applied_tags", ())))
            make_thread = self.create_thread

            def with_starters_id(*args: Any, **fields: Any) -> Any:
                return make_thread(*args, message_id=starter.id, **fields)

            self.create_thread = with_starters_id
            try:
                thread, message = stock(self, forum_id, name, starter, **options)
            finally:
                del self.create_thread
            thread.message_count = 0
            return thread, message

        return create

    wrap(ChannelMixin, "create_forum_post", build)


def open_post(backend: Any, forum: Any, starter: Any, title: str, tags: list[int]) -> Any:
    """Publish a member's forum post; `starter` is his prepared, not yet committed message.

    Raises:
        BackendError: the title or the tags are not acceptable.
    """
    if forum.type != ChannelType.FORUM:
        raise errors.cannot_execute_on_channel_type()
    if not 1 <= len(title) <= 100:
        raise errors.invalid_form_body("name must be between 1 and 100 characters")
    check_tags(forum, tags)
    thread = backend.create_thread(
        forum.id, title, starter.author_id, message_id=starter.id, applied_tags=tags, broadcast=False
    )
    starter.channel_id = thread.id
    backend.commit_message(starter, broadcast=False)
    thread.message_count = 0
    forum.last_message_id = thread.id
    backend.announce_thread_create(thread)
    backend.announce_message_create(starter)
    return thread
