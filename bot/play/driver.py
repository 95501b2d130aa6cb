"""Doing in the simulated Discord what a person would do: tours, the first furniture and tests use it."""

from collections.abc import Iterable
from typing import Any

import discord
import simcord
from discord import app_commands
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage
from simcord.backend.access import can_access_channel
from simcord.components import walk_components

from bot.errors import MemberError
from bot.reporting import unwrapped


class StepError(AssertionError):
    """What a person wanted to do could not be done, or the bot did not answer as expected."""


class Driver:
    """One person's hands and eyes."""

    def __init__(self, env: simcord.Env, actor: MemberActor) -> None:
        self.env = env
        self.actor = actor

    async def slash(self, where: ChannelHandle, command: str, /, **options: Any) -> InteractionResult:
        """Run a slash command."""
        return await self.actor.slash(where, command, **options)

    async def press(self, message: discord.Message | ResponseMessage, label: str) -> InteractionResult:
        """Press the button with this label."""
        return await self.actor.click(message, label=label)

    async def choose(self, message: discord.Message | ResponseMessage, label: str) -> InteractionResult:
        """Choose the option with this label in the message's menu. Raises StepError when there is none."""
        for component in walk_components(_rows(self.env, message)):
            for option in _options(component):
                if option["label"].startswith(label):
                    custom_id = component["custom_id"]
                    return await self.actor.select(message, [option["value"]], custom_id=custom_id)
        raise StepError(f"no option {label!r}")

    async def fill(self, shown: InteractionResult, **values: str) -> InteractionResult:
        """Fill the form that was shown. A choice is given by its label."""
        modal = shown.modal
        if modal is None:
            raise StepError(f"no form was shown but: {text_of(shown)!r}")
        return await self.actor.submit_modal(shown, _form_values(modal, values))

    async def ask(
        self, channel: ChannelHandle, *, topic: str, title: str, body: str, coach: bool = False
    ) -> ChannelHandle:
        """Ask and publish; the thread that came of it. Raises StepError when none did."""
        preview = await self.preview(channel, topic=topic, title=title, body=body, coach=coach)
        published = await self.press(response(preview), "Slå op")
        return self.thread_named(title, text_of(published))

    async def preview(
        self, channel: ChannelHandle, *, topic: str, title: str, body: str, coach: bool = False
    ) -> InteractionResult:
        """Ask, and stop at the private preview."""
        form = await self.slash(channel, "ask")
        wish = "Ja, jeg vil vælge en coach" if coach else "Nej, kun de andre drenge"
        return await self.fill(form, topic=topic, title=title, body=body, coach=wish)

    async def answer(self, thread: ChannelHandle, text: str, *, name: str | None = None) -> InteractionResult:
        """Answer with the button under the question, choosing a player name the first time."""
        form = await self.press(self.starter(thread), "Svar")
        values = {"text": text} | ({"name": name} if name else {})
        return await self.fill(form, **values)

    async def give_by_button(self, thread: ChannelHandle) -> InteractionResult:
        """Press *Giv assist* under the newest answer that has it."""
        return await self.press(self.last_with_button(thread, "Giv assist"), "Giv assist")

    async def add_coach(
        self, channel: ChannelHandle, member: MemberActor, *, age: str, topics: str, experience: str
    ) -> InteractionResult:
        """Put a member on the list of coaches."""
        form = await self.slash(channel, "admin coach add", member=member)
        name = member.user.global_name or member.name
        return await self.fill(form, name=name, age=age, topics=topics, experience=experience)

    def starter(self, thread: ChannelHandle) -> discord.Message:
        """The message that opens a thread."""
        return thread.history(viewer=self.actor)[0]

    def last_with_button(self, thread: ChannelHandle, label: str) -> discord.Message:
        """The newest message with such a button. Raises StepError when there is none."""
        for message in reversed(thread.history(viewer=self.actor)):
            if label in button_labels(self.env, message):
                return message
        raise StepError(f"no message with the button {label!r}")

    def thread_named(self, title: str, otherwise: str = "") -> ChannelHandle:
        """The newest thread with this name that this person can see. Raises StepError."""
        for channel in reversed(self.threads()):
            if channel.name == title:
                return channel
        raise StepError(f"no thread {title!r}: {otherwise}")

    def threads(self, parent: ChannelHandle | None = None) -> list[ChannelHandle]:
        """Every thread this person can see, oldest first; only those of one channel if it is given."""
        channels = [
            channel
            for channel in self.env.backend.channels.values()
            if channel.is_thread and (parent is None or channel.parent_id == parent.id)
        ]
        handles = [ChannelHandle(self.env, self.actor.guild, channel) for channel in channels]
        return [handle for handle in handles if can_access_channel(self.env, handle.id, self.actor)]

    def read(self, thread: ChannelHandle) -> str:
        """A thread as this person sees it: who wrote, and what; empty where he has no way in."""
        if not can_access_channel(self.env, thread.id, self.actor, history=True):
            return ""
        lines = [
            f"{message.author.display_name}: {message_text(message)}"
            for message in thread.history(viewer=self.actor)
        ]
        return "\n".join(lines)

    def members(self, thread: ChannelHandle) -> list[int]:
        """The ids in a thread's list of members, which anyone in it can open."""
        return list(self.env.backend.get_thread(thread.id).thread_members)


def response(result: InteractionResult) -> ResponseMessage:
    """What the bot answered. Raises StepError when it did not."""
    if result.response is None:
        raise StepError(f"the bot did not answer: {result!r}")
    return result.response


def is_private(result: InteractionResult) -> bool:
    """Whether everything the bot said in answer is for this person's eyes only."""
    return all(message.ephemeral for message in said(result))


def unexpected(errors: Iterable[BaseException]) -> list[BaseException]:
    """The errors a bot raised that are not its way of refusing something."""
    refusals = (MemberError, app_commands.CheckFailure)
    return [error for error in errors if not isinstance(unwrapped(error), refusals)]


def text_of(result: InteractionResult) -> str:
    """Everything the bot said in answer, as plain text."""
    return "\n".join(message_text(message) for message in said(result))


def said(result: InteractionResult) -> list[ResponseMessage]:
    """What the bot said in answer. A press that changes the pressed message speaks in follow-ups."""
    return result.followups or ([result.response] if result.response else [])


def message_text(message: discord.Message | ResponseMessage) -> str:
    """What stands in a message and its embeds."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.author.name or "", embed.title or "", embed.description or ""]
        parts += [f"{entry.name}: {entry.value}" for entry in embed.fields]
        parts.append(embed.footer.text or "")
    return "\n".join(part for part in parts if part)


def button_labels(env: simcord.Env, message: discord.Message | ResponseMessage) -> list[str]:
    """The labels of a message's buttons."""
    return [
        component["label"]
        for component in walk_components(_rows(env, message))
        if component.get("type") == discord.ComponentType.button.value
    ]


def _rows(env: simcord.Env, message: discord.Message | ResponseMessage) -> list[dict[str, Any]]:
    channel_id = message.channel_id if isinstance(message, ResponseMessage) else message.channel.id
    return env.backend.get_message(channel_id, message.id).components


def _options(component: dict[str, Any]) -> list[dict[str, str]]:
    return component.get("options") or []


def _form_values(modal: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for component in walk_components(modal["components"]):
        name = component.get("custom_id")
        if name not in values:
            continue
        by_label = {option["label"]: option["value"] for option in _options(component)}
        filled[name] = [by_label[values[name]]] if by_label else values[name]
    return filled
