"""The leak suite can fail: the bot is broken in every way that its peers were, and each time it goes red."""

import base64
import hashlib
import logging
from collections.abc import Callable
from typing import Any, cast

import discord
import pytest
from simcord import MemberActor

from bot.play.driver import response
from bot.redaction import Redactor
from bot.routing import Press
from bot.services import outbox, questions
from bot.services.identity import Identity
from cogs.ui.files import OutgoingFile
from tests.sim import leaks
from tests.sim.leaks import AVATAR, CANARY, NICK
from tests.sim.server import Server, da

_log = logging.getLogger("bot.test")
Break = Callable[[pytest.MonkeyPatch, Server], None]


def _his_id(server: Server) -> int:
    return server.person(CANARY).id


def _padded(raw: bytes) -> str:
    """In the shape of one of our tokens."""
    return base64.urlsafe_b64encode(raw.ljust(16, b"\0")).decode().rstrip("=")


def _token(raw: Callable[[int], bytes]) -> Break:
    """The public buttons under his question carry what is made of his id."""

    def install(patch: pytest.MonkeyPatch, server: Server) -> None:
        patch.setattr(outbox, "new_token", lambda: _padded(raw(_his_id(server))))

    return install


def _seal(make: Callable[[int], bytes]) -> Break:
    """The row holds what anyone can make of the list of members."""

    def install(patch: pytest.MonkeyPatch, server: Server) -> None:
        def seal(_: Identity, user_id: int, context: str) -> bytes:
            return make(user_id)

        def holds(_: Identity, sealed: bytes | None, context: str, user_id: int) -> bool:
            return sealed == make(user_id)

        patch.setattr(Identity, "seal_member", seal)
        patch.setattr(Identity, "is_member", holds)

    return install


def _on_thread(leak: Callable[[discord.Thread, MemberActor], Any]) -> Break:
    """The moment his thread is there, the bot does this to it."""

    def install(patch: pytest.MonkeyPatch, server: Server) -> None:
        async def made(thread: discord.Thread) -> None:
            await leak(thread, server.person(CANARY))

        server.bot.add_listener(made, "on_thread_create")

    return install


def _on_publish(leak: Callable[[discord.Interaction], Any]) -> Break:
    """The moment he presses *publish*, the bot does this too."""

    def install(patch: pytest.MonkeyPatch, server: Server) -> None:
        presses = server.bot.router._presses  # pyright: ignore[reportPrivateUsage]
        publish = presses["publish"]

        async def leaking(interaction: discord.Interaction, press: Press) -> None:
            await publish(interaction, press)
            await leak(interaction)

        patch.setitem(presses, "publish", leaking)

    return install


async def _webhook(thread: discord.Thread, him: MemberActor) -> None:
    await cast("discord.ForumChannel", thread.parent).create_webhook(name=him.name)


async def _log_him(interaction: discord.Interaction) -> None:
    _log.debug("published for %s", interaction.user.id)


async def _log_his_name(interaction: discord.Interaction) -> None:
    _log.info("published for %s", interaction.user.display_name)


async def _in_public(interaction: discord.Interaction) -> None:
    await interaction.followup.send("Et nyt spørgsmål er slået op.", ephemeral=False)


def _number(user_id: int) -> bytes:
    return user_id.to_bytes(8)


def _unredacted(patch: pytest.MonkeyPatch, server: Server) -> None:
    """The redactor does nothing, and somebody logs him."""

    def clean(_: Redactor, text: str) -> str:
        return text

    patch.setattr(Redactor, "clean", clean)
    _on_publish(_log_him)(patch, server)


def _alias(make: Callable[[int], str]) -> Break:
    """His alias is made from his id."""

    def install(patch: pytest.MonkeyPatch, server: Server) -> None:
        def alias() -> str:
            return make(_his_id(server))

        patch.setattr(questions, "new_alias", alias)

    return install


BREAKS: dict[str, tuple[Break, str]] = {
    "his id was in a custom id": (_token(_number), "another boy"),
    "his id was in a custom id backwards": (_token(lambda user: _number(user)[::-1]), "another boy"),
    "his id was the name of a row": (_seal(lambda user: str(user).encode()), "the database"),
    "a plain hash of his id was the name of a row": (
        _seal(lambda user: hashlib.sha256(str(user).encode()).digest()),
        "a backup",
    ),
    "a salted hash of his id was the name of a row": (
        lambda patch, server: _seal(
            lambda user: hashlib.sha256(f"{server.world.guild.id}:{user}".encode()).digest()
        )(patch, server),
        "the database",
    ),
    "his id stood behind other bytes in a custom id": (
        _token(lambda user: b"\x07\x09" + _number(user)),
        "another boy",
    ),
    "half a hash of his id was a custom id": (
        _token(lambda user: hashlib.sha256(str(user).encode()).digest()[:11]),
        "another boy",
    ),
    "his id in another base was his alias": (
        _alias(lambda user: f"Rolig {leaks.base36(user)}"),
        "a dump",
    ),
    "the log was not cleaned": (_unredacted, "the log"),
    "the question was published as a follow-up": (_on_publish(_in_public), "another boy"),
    "the member was logged": (_on_publish(_log_him), "the records of our own loggers"),
    "his name was logged": (_on_publish(_log_his_name), "the records of our own loggers"),
    "he was added to the thread": (
        _on_thread(lambda thread, him: thread.add_user(discord.Object(him.id))),
        "the list of a thread",
    ),
    "he was mentioned": (_on_thread(lambda thread, him: thread.send(him.mention)), "another boy"),
    "his avatar was on a card": (
        _on_thread(
            lambda thread, _: thread.send(
                embed=discord.Embed().set_thumbnail(url=f"https://cdn/{AVATAR}.png")
            )
        ),
        "another boy",
    ),
    "his nick was a file's name": (
        _on_thread(lambda thread, _: thread.send(file=OutgoingFile(__file__, filename=f"{NICK}.txt"))),
        "another boy",
    ),
    "the audit log said why": (
        _on_thread(lambda thread, him: thread.edit(locked=True, reason=f"asked by {him.id}")),
        "a moderator with all permissions",
    ),
    "a webhook bore his name": (_on_thread(_webhook), "a moderator with all permissions"),
}


@pytest.mark.leaks_on_purpose
@pytest.mark.parametrize("how", BREAKS)
async def test_the_leak_suite_went_red_when(
    server: Server, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    install, place = BREAKS[how]
    assert leaks.found(server) == []
    install(monkeypatch, server)
    server.faults_expected = True
    await server.ask()
    found = leaks.found(server)
    assert any(one.startswith(place) for one in found), found


@pytest.mark.leaks_on_purpose
async def test_the_leak_suite_went_red_when_a_moderators_list_named_him(server: Server) -> None:
    """Also what the bot tells one other person alone is searched."""
    await server.ask()

    async def names_him(interaction: discord.Interaction, _: object) -> None:
        await interaction.response.send_message(f"<@{_his_id(server)}>", ephemeral=True)

    shown = response(await server.hands("Mette").slash(server.lobby, "inbox"))
    server.bot.router._presses["notices"] = names_him  # pyright: ignore[reportPrivateUsage]
    await server.hands("Mette").press(shown, da("button.notices_on"))
    assert any(one.startswith("a moderator") for one in leaks.found(server))


async def test_what_he_shows_himself_is_not_a_leak(server: Server) -> None:
    """His own words and reactions in any thread are Discord's to show, and no fault of the bot's."""
    thread = await server.ask("Noah")
    message = await server.person(CANARY).send(thread, "Det kender jeg.")
    await server.person(CANARY).react(message, "👍")
    assert leaks.found(server) == []


@pytest.mark.leaks_on_purpose
async def test_the_leak_suite_went_red_when_a_file_held_him(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def export(*_: object) -> bytes:
        return f'{{"asked_by": "{_his_id(server)}"}}'.encode()

    monkeypatch.setattr(server.bot.services.export, "export", export)
    await server.hands(CANARY).slash(server.lobby, "mydata export")
    assert leaks.found(server) == []
    await server.hands("Malik").slash(server.lobby, "mydata export")
    assert any(one.startswith("a file") for one in leaks.found(server))


@pytest.mark.leaks_on_purpose
async def test_the_leak_suite_went_red_when_the_wrong_one_opened(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is for the two who asked and agreed, and a leak to anyone else."""
    thread = await server.ask()
    form = await server.hands("Mette").slash(thread, "mod reveal")
    values = {"reason": da("reveal.reason_threat"), "silent": da("reveal.silent_no")}
    await server.hands("Mette").fill(form, explanation="Han skriver, at han har en kniv med.", **values)
    card = server.hands("Lars").last_with_button(server.staff, da("button.reveal_read"))
    read = await server.hands("Lars").press(card, da("button.reveal_read"))
    await server.hands("Lars").press(response(read), da("button.reveal_yes"))
    shown = server.hands("Karen").last_with_button(server.staff, da("button.reveal_show"))

    async def opens(*_: object) -> int:
        return _his_id(server)

    # A third moderator, who neither asked nor agreed.
    leader = server.env.backend.get_guild(server.world.guild.id).members[server.person("Karen").id]
    leader.role_ids += (
        server.env.backend.get_guild(server.world.guild.id).members[server.person("Mette").id].role_ids
    )
    monkeypatch.setattr(server.bot.services.reveals, "open", opens)
    await server.hands("Karen").press(shown, da("button.reveal_show"))
    assert any(one.startswith("a moderator") for one in leaks.found(server))
