"""The whole real bot in a simulated server, and the hands of everyone in it."""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import discord
import simcord
from discord import app_commands
from simcord import ChannelHandle, InteractionResult, MemberActor, ResponseMessage, interactions
from simcord._runtime import _attach_bot  # pyright: ignore[reportPrivateUsage]
from simcord.backend import serializers
from simcord.backend.models import Message
from simcord.components import walk_components

from bot.app import MitAssist
from bot.errors import MemberError
from bot.play.driver import Driver, message_text, response, text_of
from bot.play.patching import operation
from bot.play.world import COACH_CHANNEL, LOBBY, STAFF, World
from bot.reporting import is_discords, unwrapped
from bot.texts import texts

da = texts("da")
HELPERS_NAME = "Nordlys"
TITLE = "Hun ghoster mig"
BODY = "Vi skrev hver dag i en måned. Nu ser hun det bare. Hvad gør jeg?"
EMOJI = "🤝"


class Clock:
    """The simulated time, as the bot reads it: it stands still until a test moves it."""

    env: simcord.Env

    def __call__(self) -> datetime:
        """Now."""
        return self.env.now()


class LogKeeper(logging.Handler):
    """Keeps what was logged as it was handed over, before anything is taken out of it.

    Errors fail the test, and nothing that we log names an asker even so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self._lines: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Of our own everything; libraries as production lets them speak."""
        return record.levelno >= logging.INFO or record.name.partition(".")[0] in ("bot", "cogs", "db")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record. It is written out at once: the next handler changes it."""
        self.records.append(record)
        self._lines.append(self.format(record))

    @property
    def text(self) -> str:
        """Everything, tracebacks included."""
        return "\n".join(self._lines)


@dataclass
class Server:
    """One test's server. People are called by the names of `bot.play.world`."""

    world: World
    bot: MitAssist
    make_bot: Callable[[], MitAssist]
    logs: LogKeeper
    # The log as a production bot writes it, at the most talkative level there is.
    production_log: io.StringIO
    faults_expected: bool = False
    old_bots: list[MitAssist] = field(default_factory=list[MitAssist])

    @property
    def env(self) -> simcord.Env:
        """The simulation."""
        return self.world.env

    @property
    def lobby(self) -> ChannelHandle:
        """A channel that everyone writes in."""
        return self.world.channels[LOBBY]

    @property
    def staff(self) -> ChannelHandle:
        """The moderators' channel."""
        return self.world.channels[STAFF]

    @property
    def coach_room(self) -> ChannelHandle:
        """The channel that holds the private threads of cases."""
        return self.world.channels[COACH_CHANNEL]

    def person(self, name: str) -> MemberActor:
        """Someone."""
        return self.world.people[name]

    def hands(self, name: str) -> Driver:
        """Someone's hands."""
        return self.world.driver(name)

    async def sweep(self) -> None:
        """One turn of every sweep."""
        await self.bot.sweeps.run_all()

    async def later(self, seconds: float) -> None:
        """Let time pass, then one turn of every sweep."""
        await self.env.advance_time(seconds)
        await self.sweep()

    async def restart(self) -> None:
        """A new process of the bot on the same database and the same Discord."""
        await self.stop()
        await self.start()

    async def stop(self) -> None:
        """The process ends; Discord and its people go on."""
        await self.env._detach_bot()  # pyright: ignore[reportPrivateUsage]
        await self.bot.database.close()

    async def start(self) -> None:
        """A new process of the bot."""
        self.old_bots.append(self.bot)
        self.bot = self.make_bot()
        await _attach_bot(self.env, self.bot)

    def fail(self, method: str, path: str, status: int, times: int | None = 1, code: int = 0) -> None:
        """Let Discord answer the bot's next such requests with an error."""
        self.env.inject_error(method, path, status=status, code=code, times=times)

    def works_again(self) -> None:
        """End every fault."""
        self.env.backend.faults.clear()

    async def ask(
        self, name: str = "Jonas", *, title: str = TITLE, body: str = BODY, coach: bool = False
    ) -> ChannelHandle:
        """Someone asks and publishes; the thread that came of it."""
        return await self.hands(name).ask(self.lobby, topic="Piger", title=title, body=body, coach=coach)

    async def preview(self, name: str = "Jonas", *, title: str = TITLE, body: str = BODY) -> Any:
        """Someone asks and stops at the preview."""
        return await self.hands(name).preview(self.lobby, topic="Piger", title=title, body=body)

    async def publish(self, preview: InteractionResult, who: str = "Jonas") -> ChannelHandle:
        """Someone publishes what he sees in the preview; the newest post."""
        await self.hands(who).press(response(preview), da("ask.publish"))
        return self.posts()[-1]

    async def answer(
        self, thread: ChannelHandle, text: str = "Spørg hende én gang.", who: str = "Malik"
    ) -> InteractionResult:
        """Someone answers with the button, and takes a player name if he has none."""
        form = await self.hands(who).press(self.hands(who).starter(thread), da("button.answer"))
        named = {"name": HELPERS_NAME} if asks_for(form, "name") else {}
        return await self.hands(who).fill(form, text=text, **named)

    async def follow_up(self, thread: ChannelHandle, text: str, who: str = "Jonas") -> InteractionResult:
        """The asker writes on as his alias."""
        hands = self.hands(who)
        return await hands.fill(await hands.press(hands.starter(thread), da("button.follow_up")), text=text)

    async def inbox(self, name: str = "Jonas", title: str = TITLE) -> InteractionResult:
        """Someone opens one of his questions in his inbox."""
        listed = await self.hands(name).slash(self.lobby, "inbox")
        return await self.hands(name).choose(response(listed), title)

    async def in_inbox(self, label: str, name: str = "Jonas", title: str = TITLE) -> InteractionResult:
        """Someone presses a button of one of his questions in his inbox."""
        return await self.hands(name).press(response(await self.inbox(name, title)), label)

    async def withdraw(self, name: str = "Jonas", title: str = TITLE) -> InteractionResult:
        """Someone takes his question back, and confirms it."""
        asked = await self.in_inbox(da("button.withdraw"), name, title)
        return await self.hands(name).press(response(asked), da("button.withdraw_yes"))

    async def call(
        self, thread: ChannelHandle, coach: str = "Søren", who: str = "Jonas"
    ) -> InteractionResult:
        """The asker calls a coach with the button under his question."""
        return await self.hands(who).press(
            response(await self.coach_card(thread, coach, who)), da("button.call", name=coach)
        )

    async def coach_card(
        self, thread: ChannelHandle, coach: str = "Søren", who: str = "Jonas"
    ) -> InteractionResult:
        """The asker looks at one coach, with the button that calls him."""
        hands = self.hands(who)
        listed = await hands.press(hands.starter(thread), da("button.summon"))
        return await hands.choose(response(listed), coach)

    async def accept(self, coach: str = "Søren") -> ChannelHandle:
        """The coach takes the newest case; its private thread."""
        case = self.case(coach)
        await self.hands(coach).press(case_message(case), da("button.accept"))
        return case

    async def delete_by_hand(self, thread: ChannelHandle) -> None:
        """A moderator deletes a thread in Discord itself."""
        self.env.backend.delete_channel(thread.id)
        await self.env.settle()

    def case(self, coach: str = "Søren") -> ChannelHandle:
        """The newest private thread that this coach is in."""
        return self.cases(coach)[-1]

    def cases(self, coach: str = "Søren") -> list[ChannelHandle]:
        """Every private thread that this coach can see."""
        return [thread for thread in self.hands(coach).threads() if is_private(self, thread)]

    def posts(self) -> list[ChannelHandle]:
        """Every forum post there is."""
        return [thread for thread in self.hands("Mette").threads() if not is_private(self, thread)]

    def texts_in(self, channel: ChannelHandle) -> list[str]:
        """The messages in a channel that everyone in it reads."""
        return [message_text(message) for message in channel.history()]

    def count(self, channel: ChannelHandle, text: str) -> int:
        """How many messages in a channel hold a text."""
        return sum(text in message for message in self.texts_in(channel))

    def tags(self, thread: ChannelHandle) -> set[str]:
        """The names of a thread's tags."""
        backend = self.env.backend
        channel = backend.get_channel(thread.id)
        forum = backend.get_channel(channel.parent_id or 0)
        names = {int(tag["id"]): str(tag["name"]) for tag in forum.available_tags}
        return {names[tag] for tag in channel.applied_tags}

    async def board(self, reader: str = "Noah") -> str:
        """The leaderboard, as someone reads it."""
        return text_of(await self.hands(reader).slash(self.lobby, "leaderboard"))

    async def credited(self, name: str = HELPERS_NAME) -> int:
        """How many assists the leaderboard says that a player has, of all time."""
        column = (await self.board()).split(da("board.all_time"))[1]
        for line in column.splitlines():
            if f"** {name} · " in line:
                return int(line.rsplit(" ", 1)[1])
        return 0

    def check_errors(self) -> None:
        """Nothing went wrong but refusals that were explained. Raises AssertionError."""
        if self.faults_expected:
            return
        errors = [unwrapped(error) for error in self.env.errors]
        explained = (MemberError, app_commands.CheckFailure)
        surprises = [e for e in errors if not isinstance(e, explained) and not is_discords(e)]
        assert not surprises, surprises
        logged = [record for record in self.logs.records if record.levelno >= logging.ERROR]
        assert not logged, "\n".join(record.getMessage() for record in logged)


def asks_for(form: InteractionResult, field_name: str) -> bool:
    """Whether a form has a field."""
    return f"'{field_name}'" in str(form.modal)


def is_private(server: Server, thread: ChannelHandle) -> bool:
    """Whether a thread is a private one."""
    channel_type = server.env.backend.get_channel(thread.id).type
    return channel_type == discord.ChannelType.private_thread.value


def case_message(case: ChannelHandle) -> discord.Message:
    """The message with the buttons of a case."""
    return case.history()[0]


@dataclass(frozen=True)
class Press:
    """Someone presses what carries this custom id, on a message as it was when he saw it."""

    who: str
    message: discord.Message | ResponseMessage
    custom_id: str


def press_of(server: Server, who: str, message: discord.Message | ResponseMessage, label: str) -> Press:
    """The press of a button, to be done later or more than once."""
    for component in walk_components(_stored(server, message).components):
        if component.get("label") == label:
            return Press(who, message, component["custom_id"])
    raise LookupError(label)


async def press(server: Server, *presses: Press) -> list[InteractionResult]:
    """Presses that reach the bot at the same moment, also of buttons that are not shown any more."""
    actor = server.person(presses[0].who)
    results: list[InteractionResult] = []
    with operation(actor, "press") as env:
        for one in presses:
            stored = _stored(server, one.message)
            data = {"custom_id": one.custom_id, "component_type": discord.ComponentType.button.value}
            record, payload = interactions.base_payload(
                env.backend,
                type=discord.InteractionType.component.value,
                channel_id=stored.channel_id,
                guild_id=actor.guild.id,
                user_id=server.person(one.who).id,
                data=data,
            )
            payload["message"] = serializers.message_payload(env.backend, stored)
            record.source_message_id = stored.id
            env.backend.emit("INTERACTION_CREATE", payload)
            results.append(InteractionResult(env, record))
        await env._settle_internal(dispatch="INTERACTION_CREATE")
    return results


def _stored(server: Server, message: discord.Message | ResponseMessage) -> Message:
    channel_id = message.channel_id if isinstance(message, ResponseMessage) else message.channel.id
    return server.env.backend.get_message(channel_id, message.id)


async def send_again(
    hands: Driver, form: InteractionResult, **values: str
) -> tuple[InteractionResult, InteractionResult]:
    """Hand in the same form twice, as Discord lets one do after a hiccup."""
    first = await hands.fill(form, **values)
    form._interaction.modal_consumed = False  # pyright: ignore[reportPrivateUsage]
    return first, await hands.fill(form, **values)
