"""Nothing on the wire: ids, values, names, mentions and reasons tell nobody who a member is."""

import contextlib
from collections.abc import Callable
from typing import Any, cast

import discord
import pytest
from simcord.components import walk_components
from simcord.types import HttpLogEntry
from sqlalchemy import String, select

from bot.play.driver import response
from db.types import Base
from tests.sim.server import HELPERS_NAME, Server, case_message, da
from tests.sim.test_pictures import photo, send
from tests.sim.wire import assert_clean_wire, problems


async def story(server: Server) -> None:
    """Everybody does what he can do, and some of it goes wrong."""
    jonas, malik, emil = server.hands("Jonas"), server.hands("Malik"), server.hands("Emil")
    thread = await server.ask(coach=True)
    await server.answer(thread)
    await send(server, thread, photo())
    await send(server, thread, b"<svg/>")
    native = await server.person("Emil").send(thread, "Været der.")
    await server.follow_up(thread, "Tak. Jeg prøver det.")
    await _assists(server, thread, native)
    await _names(server)
    await server.call(thread, "Bilal")
    await server.hands("Bilal").press(case_message(server.case("Bilal")), da("button.decline"))
    await server.call(thread, "Søren")
    case = await server.accept("Søren")
    await server.hands("Søren").slash(case, "line reply", text="Hvad tænker du selv?")
    line = await server.in_inbox(da("button.line"))
    await jonas.fill(await jonas.press(response(line), da("button.line_write")), text="At spørge hende.")
    await malik.slash(thread, "assist answer")
    await emil.slash(server.lobby, "coach")
    await _moderated(server, thread)
    await server.in_inbox(da("button.solve"))
    await server.in_inbox(da("button.withdraw"))
    await server.later(60)
    await _refused(server)


async def _assists(server: Server, thread: Any, native: Any) -> None:
    await server.hands("Jonas").give_by_button(thread)
    await server.person("Oliver").react(native, "🤝")
    await server.person("Malik").context_menu(thread, "Give assist", native)
    (first, *_) = await server.person("Noah").autocomplete(thread, "assist give", "answer", "")
    await server.hands("Noah").slash(thread, "assist give", answer=first["value"])


async def _names(server: Server) -> None:
    """Emil stands on the board under his Discord name; Malik changes his player name."""
    profile = response(await server.hands("Emil").slash(server.lobby, "profile"))
    await server.hands("Emil").choose(profile, da("profile.discord_name"))
    await server.board("Noah")


async def _moderated(server: Server, thread: Any) -> None:
    mette, hands = server.person("Mette"), server.hands("Mette")
    choices = await mette.autocomplete(thread, "mod hide", "answer", "")
    named = next(choice["value"] for choice in choices if choice["name"].startswith(HELPERS_NAME))
    await hands.slash(thread, "mod hide", answer=named)
    await hands.slash(thread, "mod restore", answer=named)
    await hands.slash(thread, "mod hide")
    hidden = await mette.autocomplete(server.staff, "mod restore", "question", "")
    await hands.slash(server.staff, "mod restore", question=hidden[0]["value"])


async def _refused(server: Server) -> None:
    """What is refused, and what Discord would not take, is answered privately too."""
    thread = await server.ask("Noah", title="Den anden")
    await server.hands("Noah").press(server.hands("Noah").starter(thread), da("button.answer"))
    await server.hands("Malik").press(server.hands("Malik").starter(thread), da("button.follow_up"))
    await server.hands("Malik").slash(server.lobby, "assist answer")
    server.fail("POST", f"/channels/{thread.id}/messages", 403)
    await server.answer(thread)
    server.fail("POST", f"/channels/{thread.id}/messages", 503)
    await server.answer(thread, "Igen")
    await server.restart()
    await server.later(400)


async def test_the_whole_story_leaves_a_clean_wire(server: Server) -> None:
    await story(server)
    assert len(server.env.http_requests) > 100
    assert_clean_wire(server)


async def test_what_is_said_of_a_player_is_his_own_choice(server: Server) -> None:
    """The board mentions him who chose it, and the search would see it of anyone else."""
    thread = await server.ask()
    native = await server.person("Emil").send(thread, "Været der.")
    await server.person("Oliver").react(native, "🤝")
    await _names(server)
    emil, malik = server.person("Emil").id, server.person("Malik").id
    board = server.env.http_requests[-1]
    assert f"<@{emil}>" in str(board.json)
    assert_clean_wire(server)
    _replace(board.json, f"<@{emil}>", f"<@{malik}>")
    assert any("the id of Malik" in problem for problem in problems(server))


async def test_every_button_that_stands_is_found_in_the_database(server: Server) -> None:
    """Its token is a row's own random name, so it is no cipher of anything."""
    await story(server)
    tokens = await _tokens(server)
    backend = server.env.backend
    seen: set[str] = set()
    for messages in backend.messages.values():
        for message in messages.values():
            if message.author_id == backend.bot_user.id and not message.is_ephemeral:
                ids = [
                    part["custom_id"] for part in walk_components(message.components) if "custom_id" in part
                ]
                seen |= {token for one in ids for token in one.split(":")[1:]}
    assert len(seen) >= 5
    assert seen <= tokens


async def _tokens(server: Server) -> set[str]:
    """Every random name in the database."""
    found: set[str] = set()
    async with server.bot.database.read() as session:
        for table in Base.metadata.sorted_tables:
            if "token" in table.c and isinstance(table.c.token.type, String):
                found |= set(await session.scalars(select(table.c.token)))
    return found


async def test_one_boy_shares_no_token_between_two_questions(server: Server) -> None:
    for title in ("Den ene", "Den anden"):
        await server.answer(await server.ask(title=title))
    sets: list[set[str]] = []
    for thread in server.posts():
        messages = server.env.backend.messages[thread.id].values()
        parts = [part for message in messages for part in walk_components(message.components)]
        sets.append({token for part in parts for token in part.get("custom_id", "").split(":")[1:]})
    assert all(sets)
    assert not sets[0] & sets[1]


# Each way in which it could go wrong, done to what was sent, and what the search says of it.
Leak = Callable[[Server, Any], object]
# Nobody's id, but one all the same.
SNOWFLAKE = "1" * 19


def _body(server: Server, path: str) -> Any:
    """What was sent with the last such request."""
    sent = [one for one in server.env.http_requests if (one.method, one.path) == ("POST", path)]
    return sent[-1].json


def _message(server: Server) -> Any:
    """What was sent into a question's thread."""
    (thread,) = server.posts()
    return _body(server, f"/channels/{thread.id}/messages")


def _answer(server: Server, kind: discord.InteractionResponseType) -> Any:
    """The last answer of a kind to an interaction."""
    return _answers(server, kind)[-1]


def _answers(server: Server, kind: discord.InteractionResponseType) -> list[Any]:
    """Every answer of a kind to an interaction."""
    sent = [request.json for request in server.env.http_requests if request.path.endswith("/callback")]
    return [body for body in sent if body is not None and body["type"] == kind.value]


def _sent(server: Server, method: str, path: str, body: Any = None, reason: str | None = None) -> None:
    server.env.http_requests.append(HttpLogEntry(method, path, {}, body or {}, reason))


def _button(server: Server) -> Any:
    return _message(server)["components"][0]["components"][0]


def _starter(server: Server) -> Any:
    (thread,) = server.posts()
    return server.env.backend.get_message(thread.id, thread.id)


def _replace(part: Any, old: str, new: str) -> None:
    """Put another text into a body, wherever it stands."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(part, dict):
        pairs = list(cast("dict[str, Any]", part).items())
    elif isinstance(part, list):
        pairs = list(enumerate(cast("list[Any]", part)))
    for key, inner in pairs:
        if isinstance(inner, str):
            part[key] = inner.replace(old, new)
        else:
            _replace(inner, old, new)


Kind = discord.InteractionResponseType
LEAKS: dict[str, tuple[Leak, str]] = {
    "an id in a custom id": (
        lambda s, who: _button(s).update(custom_id=f"give:{who.id}"),
        "the custom_id",
    ),
    "an id in a token": (
        lambda s, who: _button(s).update(custom_id=f"give:{'A' * (22 - len(f'{who.id:x}'))}{who.id:x}"),
        "the id of Jonas",
    ),
    "something else in a custom id": (
        lambda s, who: _button(s).update(custom_id="give:Jonas#1"),
        "the custom_id",
    ),
    "a name in a custom id": (
        lambda s, who: _button(s).update(custom_id="give:0:jonas"),
        "the name 'Jonas' in a custom id",
    ),
    "an id in a select value": (
        lambda s, who: _message(s)["components"].append(
            {"type": 3, "custom_id": "pick:0", "options": [{"label": "Ham", "value": SNOWFLAKE}]}
        ),
        "the value",
    ),
    "an id in a choice": (
        lambda s, who: _answer(s, Kind.autocomplete_result)["data"]["choices"][0].update(value=str(who.id)),
        "the id of Jonas",
    ),
    "a message id in a choice": (
        lambda s, who: _answer(s, Kind.autocomplete_result)["data"]["choices"][0].update(value=SNOWFLAKE),
        "the value",
    ),
    "an id in a form": (
        lambda s, who: _answer(s, Kind.modal)["data"].update(custom_id=f"form:answer:{SNOWFLAKE}:x"),
        "the custom_id",
    ),
    "an id in the field of a form": (
        lambda s, who: _answer(s, Kind.modal)["data"]["components"][0]["component"].update(
            custom_id=f"text{SNOWFLAKE}"
        ),
        "the custom_id",
    ),
    "an id in a footer": (
        lambda s, who: _message(s)["embeds"][0].update(footer={"text": f"{who.id:x}"}),
        "the id of Jonas",
    ),
    "a mention on a card": (
        lambda s, who: _message(s)["embeds"][0].update(description=f"<@{who.id}>"),
        "the id of Jonas",
    ),
    "a coach beside his card": (
        lambda s, who: _message(s).update(content=f"<@{s.person('Søren').id}>"),
        "the id of Søren",
    ),
    "a coach in a case that is not his": (
        lambda s, who: _body(s, f"/channels/{s.case('Søren').id}/messages").update(
            content=f"<@{s.person('Bilal').id}>"
        ),
        "the id of Bilal",
    ),
    "an id in a thread's name": (
        lambda s, who: _sent(s, "PATCH", "/channels/1", {"name": f"Sag {who.id}"}),
        "the id of Jonas",
    ),
    "an id in a channel's name": (
        lambda s, who: setattr(s.env.backend.get_channel(s.case("Søren").id), "name", str(who.id)),
        "the id of Jonas",
    ),
    "a file name": (
        lambda s, who: _message(s).update(attachments=[{"id": 0, "filename": "Malik på ferie.png"}]),
        "the filename",
    ),
    "the name of the file that was sent": (
        lambda s, who: _message(s)["embeds"][0].update(title="Malik_Hansen_konfirmation.jpg"),
        "the file name",
    ),
    "a nonce": (lambda s, who: _message(s).update(nonce=str(who.id)), "the id of Jonas"),
    "a reason": (
        lambda s, who: _sent(s, "PATCH", "/channels/1", {"locked": True}, "på grund af Jonas"),
        "a reason for the audit log",
    ),
    "an id in the audit log": (
        lambda s, who: s.env.backend.record_audit_log(s.world.guild.id, 25, target_id=who.id),
        "the id of Jonas",
    ),
    "an id in an address": (
        lambda s, who: _sent(s, "GET", f"/guilds/1/members/{who.id}"),
        "the id of Jonas",
    ),
    "the asker in a thread": (
        lambda s, who: _sent(s, "PUT", f"/channels/{s.posts()[0].id}/thread-members/{who.id}"),
        "someone who is no coach",
    ),
    "mentions that are not switched off": (
        lambda s, who: _message(s).pop("allowed_mentions"),
        "does not say whom it may ping",
    ),
    "mentions of everyone": (
        lambda s, who: _message(s)["allowed_mentions"].update(parse=["everyone"]),
        "may ping",
    ),
    "a ping in a question": (
        lambda s, who: _message(s)["allowed_mentions"].update(users=[str(s.person("Søren").id)]),
        "may ping a member",
    ),
    "a mention that may ping in a question": (
        lambda s, who: _message(s).update(
            content=f"<@{s.person('Søren').id}>", allowed_mentions={"parse": ["users"]}
        ),
        "may ping a member",
    ),
    "a moderator called in a question": (
        lambda s, who: _message(s)["allowed_mentions"].update(users=[str(s.person("Mette").id)]),
        "may ping a member",
    ),
    "a reply in a question": (
        lambda s, who: _message(s).update(message_reference={"message_id": "1"}),
        "a reply",
    ),
    "an answer for all": (
        lambda s, who: _answer(s, Kind.deferred_channel_message)["data"].update(flags=0),
        "an answer that others see",
    ),
    "a follow-up for all": (
        lambda s, who: _sent(
            s, "POST", "/webhooks/1/x", {"content": "Hej", "allowed_mentions": {"parse": []}}
        ),
        "a follow-up that others see",
    ),
    "a message that names who acted": (
        lambda s, who: setattr(_starter(s), "interaction_metadata", {"user": {"id": str(who.id)}}),
        "names who acted",
    ),
    "a message that pinged": (
        lambda s, who: setattr(_starter(s), "ping_user_ids", [who.id]),
        "a message that pings",
    ),
}


@pytest.mark.leaks_on_purpose
@pytest.mark.parametrize("leak", LEAKS)
async def test_the_search_goes_red_for(server: Server, leak: str) -> None:
    thread = await server.ask()
    await send(server, thread, photo())
    await server.call(thread, "Søren")
    await server.person("Malik").autocomplete(thread, "assist give", "answer", "")
    assert_clean_wire(server)
    do, said = LEAKS[leak]
    do(server, server.person("Jonas"))
    assert any(said in problem for problem in problems(server)), problems(server)


async def test_the_search_goes_red_for_a_press_that_changes_what_others_see(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Jonas")

    async def changes(interaction: discord.Interaction, _: object) -> None:
        await interaction.response.defer()

    server.bot.router._presses["follow_up"] = changes  # pyright: ignore[reportPrivateUsage]
    await hands.press(hands.starter(thread), da("button.follow_up"))
    assert any("changes a message that others see" in problem for problem in problems(server))


@pytest.mark.leaks_on_purpose
async def test_the_search_goes_red_for_a_question_published_as_an_answer(server: Server) -> None:
    preview = response(await server.preview())

    async def publishes(interaction: discord.Interaction, _: object) -> None:
        await interaction.response.send_message("Det er mig", allowed_mentions=discord.AllowedMentions.all())

    server.bot.router._presses["publish"] = publishes  # pyright: ignore[reportPrivateUsage]
    with contextlib.suppress(LookupError):
        await server.hands("Jonas").press(preview, da("ask.publish"))
    found = problems(server)
    assert any("an answer that others see" in problem for problem in found)
    assert any("may ping" in problem for problem in found)
    assert any("names who acted" in problem for problem in found)


async def test_forms_for_questions_and_follow_ups_have_no_file(server: Server) -> None:
    await story(server)
    upload = discord.ComponentType.file_upload.value
    with_file: set[str] = set()
    for body in _answers(server, Kind.modal):
        data = body["data"]
        if any(part["type"] == upload for part in walk_components(data["components"])):
            with_file.add(data["custom_id"].split(":")[1])
    assert with_file == {"answer"}
