"""The rehearsal's middle: the simulated Discord on one side, the people at the page on the other.

simcord does one thing at a time, so everything that moves it, the clock too, goes through one lock. Looking
is free: a view is built in one go, and nothing else runs meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import simcord
from simcord.backend.errors import BackendError, SetupError

from bot.play.acting import Acting, Action, ActionError
from bot.play.actions import explain, perform
from bot.play.faults import Faults
from bot.play.files import Files
from bot.play.journal import forget_expired_interactions, keep_journals
from bot.play.view_channels import ReadMarks, direct_view, opened_view, thread_names, tree_view
from bot.play.view_commands import command_names, message_commands_view, slash_commands_view
from bot.play.view_messages import messages_view
from bot.play.view_people import members_view, roles_view, user_view
from bot.play.viewer import Viewer

_log = logging.getLogger(__name__)

_UNANSWERED = "Botten svarede ikke. I Discord ville der stå: »Interaktionen mislykkedes«."
_TICK_SECONDS = 1.0
_TICKS_BETWEEN_CLEANINGS = 60


@dataclass
class _Person:
    actor: simcord.MemberActor
    label: str
    marks: ReadMarks = field(default_factory=dict[int, int])
    dismissed: set[int] = field(default_factory=set[int])
    modal: simcord.InteractionResult | None = None
    modal_number: int = 0
    modal_channel: Any = None


class Hub:
    """Lets chosen people see and act in one server of a started simcord environment."""

    def __init__(self, env: simcord.Env, guild: simcord.GuildHandle) -> None:
        self._env = env
        self._guild = guild
        self.files = Files(env.backend)
        self._people: dict[int, _Person] = {}
        self._lock = asyncio.Lock()
        self._ticker: asyncio.Task[None] | None = None
        self._revision = 0
        self._waiting: set[asyncio.Event] = set()
        self._errors_seen = env.error_cursor
        self._faults = Faults()
        self._faults_seen = 0
        keep_journals(env, self._changed)

    # ------------------------------------------------------------------ people

    def add_person(self, actor: simcord.MemberActor, label: str) -> None:
        """Let the page play this member; `label` says what he is here ("Dreng", "Coach")."""
        self._people[actor.id] = _Person(actor, label)
        self._changed()

    def people(self) -> list[dict[str, Any]]:
        """Everyone the page can play."""
        backend, guild = self._env.backend, self._env.backend.get_guild(self._guild.id)
        return [
            user_view(backend, guild, person_id) | {"label": person.label}
            for person_id, person in self._people.items()
        ]

    # ----------------------------------------------------------------- looking

    @property
    def revision(self) -> int:
        """A number that grows whenever something may look different."""
        return self._revision

    async def watch(self) -> AsyncGenerator[int]:
        """Yield the revision now and after each change; several changes may come as one."""
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            while True:
                changed.clear()
                yield self._revision
                await changed.wait()
        finally:
            self._waiting.discard(changed)

    def view(self, person_id: int, channel_id: int | None) -> dict[str, Any]:
        """All that a person sees with a channel open, ready for JSON. Having it open reads it.

        Raises:
            KeyError: the page cannot play this person.
        """
        person = self._people[person_id]
        backend, guild = self._env.backend, self._env.backend.get_guild(self._guild.id)
        viewer = self._viewer(person)
        direct = backend.get_dm_channel(person_id)
        channel = backend.channels.get(channel_id) if channel_id is not None else None
        if channel is not None and not viewer.enters(channel.id):
            channel = None
        if channel is not None:
            self._read(person, channel.id)
        opened_id = channel.id if channel else None
        return {
            "revision": self._revision,
            "now": self._env.now().isoformat(),
            "me": user_view(backend, guild, person_id) | {"label": person.label},
            "server": guild.name,
            "tree": tree_view(viewer, person.marks, opened_id),
            "thread_names": thread_names(viewer),
            "direct": [direct_view(viewer, person.marks, direct)],
            "opened": opened_view(viewer, person.marks, channel) if channel else None,
            "messages": messages_view(viewer, channel) if channel else [],
            "commands": slash_commands_view(backend, person_id, channel.id, viewer.locale) if channel else [],
            "message_commands": message_commands_view(backend, person_id, channel.id, viewer.locale)
            if channel and channel.guild_id
            else [],
            "command_names": command_names(backend, guild.id, viewer.locale),
            "members": members_view(backend, guild),
            "roles": roles_view(guild),
            "modal": self._modal_view(person),
            "faults": {"count": self._faults.count, "last": self._faults.last},
        }

    def _viewer(self, person: _Person) -> Viewer:
        guild = self._env.backend.get_guild(self._guild.id)
        return Viewer(self._env.backend, guild, self.files, person.actor.id, frozenset(person.dismissed))

    def _read(self, person: _Person, channel_id: int) -> None:
        newest = max(self._env.backend.messages.get(channel_id, {}), default=0)
        person.marks[channel_id] = max(newest, person.marks.get(channel_id, 0))

    def _modal_view(self, person: _Person) -> dict[str, Any] | None:
        shown = person.modal.modal if person.modal else None
        return {**shown, "number": person.modal_number} if shown else None

    # ------------------------------------------------------------------ acting

    async def act(self, person_id: int, action: Action) -> dict[str, Any]:
        """Do something as a person. What Discord would refuse comes back as `{"ok": False, "error": …}`.

        Raises:
            KeyError: the page cannot play this person.
        """
        person = self._people[person_id]
        match action.get("type"):
            case "dismiss":
                person.dismissed.add(int(action["message"]))
                self._changed()
                return {"ok": True}
            case "close_modal":
                person.modal = None
                self._changed()
                return {"ok": True}
            case _:
                return await self._perform(person, action)

    async def _perform(self, person: _Person, action: Action) -> dict[str, Any]:
        if action.get("type") == "submit":
            action = {**action, "channel": person.modal_channel}
        async with self._lock:
            acting = Acting(self._env, self._guild, person.actor, person.modal)
            try:
                outcome = await perform(acting, action)
            except (ActionError, BackendError, SetupError, TimeoutError) as error:
                return {"ok": False, "error": explain(error)}
            except Exception as error:
                _log.exception("the rehearsal could not do %s", action.get("type"))
                return {"ok": False, "error": explain(error)}
            finally:
                self._look_for_faults()
                self._changed()
            if isinstance(outcome, list):
                return {"ok": True, "choices": outcome}
            if outcome is None:
                return {"ok": True}
            if action.get("type") == "submit":
                person.modal = None
            if outcome.modal is not None:
                person.modal = outcome
                person.modal_number += 1
                person.modal_channel = action["channel"]
            return {"ok": True} if outcome.acknowledged else {"ok": False, "error": _UNANSWERED}

    # -------------------------------------------------------------------- time

    def start(self) -> None:
        """Let time flow, and count what was there until now as read."""
        for person in self._people.values():
            for channel_id in list(self._env.backend.channels):
                self._read(person, channel_id)
        logging.getLogger().addHandler(self._faults)
        self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def stop(self) -> None:
        """Let time stand still again."""
        logging.getLogger().removeHandler(self._faults)
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        ahead = self._env.backend.clock.elapsed - loop.time()
        ticks = 0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            async with self._lock:
                behind = loop.time() + ahead - self._env.backend.clock.elapsed
                try:
                    await self._env.advance_time(max(0.0, behind))
                except Exception:
                    _log.exception("the rehearsal's clock stumbled")
                self._look_for_faults()
            ticks += 1
            if ticks % _TICKS_BETWEEN_CLEANINGS == 0:
                forget_expired_interactions(self._env)

    # ------------------------------------------------------------------ inside

    def _changed(self) -> None:
        self._revision += 1
        for waiting in self._waiting:
            waiting.set()

    def _look_for_faults(self) -> None:
        """Log what the bot raised where nobody but simcord was looking, in a task of its own."""
        for error in self._env.errors_since(self._errors_seen):
            if self._faults.is_news(error):
                _log.error("the bot raised an error", exc_info=error)
        self._errors_seen = self._env.error_cursor
        if self._faults.count != self._faults_seen:
            self._faults_seen = self._faults.count
            self._changed()
