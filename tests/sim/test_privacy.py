"""Who asked stays hidden: from members, coaches, moderators, managers, logs and the database file."""

import re
from pathlib import Path

import pytest

from bot.play.driver import response, text_of
from tests.sim.server import Server, case_message, da
from tests.sim.visible import OTHERS, assert_unseen, found_in, public_answers, reach, traces

NICK = "Kalle Kanin"
_CUSTOM_ID = re.compile(r'"custom_id": "([^"]*)"')
_PLAIN = re.compile(r"[a-z_]{1,30}(:[\w-]{1,22}){1,2}")


async def whole_story(server: Server) -> None:
    """Everything an asker can do, with everyone else taking part."""
    record = server.env.backend.get_guild(server.world.guild.id).members[server.person("Jonas").id]
    record.nick = NICK
    thread = await server.ask(coach=True)
    await server.answer(thread)
    await server.person("Emil").send(thread, "Været der.")
    await server.follow_up(thread, "Tak. Jeg prøver det.")
    await server.hands("Jonas").give_by_button(thread)
    await server.call(thread, "Bilal")
    await server.hands("Bilal").press(case_message(server.case("Bilal")), da("button.decline"))
    await server.call(thread, "Søren")
    case = await server.accept("Søren")
    await server.hands("Søren").slash(case, "line reply", text="Hvad tænker du selv?")
    line = await server.in_inbox(da("button.line"))
    form = await server.hands("Jonas").press(response(line), da("button.line_write"))
    await server.hands("Jonas").fill(form, text="At jeg skal spørge hende.")
    await server.in_inbox(da("button.solve"))
    await server.hands("Mette").slash(thread, "mod hide")
    choices = await server.person("Mette").autocomplete(server.staff, "mod restore", "question", "")
    await server.hands("Mette").slash(server.staff, "mod restore", question=choices[0]["value"])
    await server.board("Jonas")


async def test_nobody_can_find_the_asker_in_the_whole_story(server: Server) -> None:
    await whole_story(server)
    assert len(server.posts()) == 1
    assert_unseen(server)
    check_threads_and_typing(server)
    check_own_messages(server)
    check_custom_ids(server)
    await check_lists(server)
    inbox = text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    for name in OTHERS:
        assert inbox not in reach(server, name)
    await server.withdraw()
    assert server.posts() == []
    assert_unseen(server)


async def test_the_database_file_does_not_name_him(server: Server, tmp_path: Path) -> None:
    await whole_story(server)
    member = server.person("Jonas")
    held = database_bytes(tmp_path)
    assert server.person("Søren").id.to_bytes(8) in held, "coaches stand there in clear"
    number = member.id.to_bytes(8)
    # SQLite stores a large integer as its eight or six bytes; a text would be its digits.
    for form in (number, number[::-1], number[2:], str(member.id).encode(), f"{member.id:x}".encode()):
        assert form not in held
    for name in ("jonas", "Jonas", NICK):
        assert name.encode() not in held


def database_bytes(folder: Path) -> bytes:
    """The database file and its journal."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("bot.sqlite3*")))


def check_own_messages(server: Server) -> None:
    """What the bot published is its own: no reply, no answer to an interaction, no webhook."""
    backend = server.env.backend
    assert public_answers(server) == []
    of_bot = [
        message
        for messages in backend.messages.values()
        for message in messages.values()
        if message.author_id == backend.bot_user.id and not message.is_ephemeral
    ]
    assert len(of_bot) > 5
    for message in of_bot:
        assert message.interaction_metadata is None
        assert message.webhook_id is None
        assert message.reference is None
        assert set(message.ping_user_ids) <= {server.person("Søren").id, server.person("Bilal").id}


def check_threads_and_typing(server: Server) -> None:
    """The asker is in no thread's list of members, and nobody saw him type."""
    asker = server.person("Jonas").id
    for channel in server.env.backend.channels.values():
        assert asker not in channel.thread_members
    events = {event for kind, event, _ in server.env.backend.transcript if kind == "GATEWAY"}
    assert "TYPING_START" not in events


def check_custom_ids(server: Server) -> None:
    """An action and random tokens, nothing else."""
    found = {one for name in (*OTHERS, "Jonas") for one in _CUSTOM_ID.findall(reach(server, name))}
    assert len(found) > 8
    for one in found:
        assert _PLAIN.fullmatch(one), one
        assert not found_in(one, [form for who in ("Jonas", "Malik", "Emil") for form in traces(server, who)])


async def check_lists(server: Server) -> None:
    """Neither the leaderboard nor any list that others are shown names him."""
    forms = traces(server, "Jonas")
    (thread,) = server.posts()
    for reader in ("Malik", "Søren", "Mette", "Karen"):
        for command in ("leaderboard", "inbox", "coach", "profile"):
            assert not found_in(text_of(await server.hands(reader).slash(server.lobby, command)), forms)
        choices = await server.person(reader).autocomplete(thread, "assist give", "answer", "")
        assert not found_in(str(choices), forms)


@pytest.mark.shows_himself("he writes in his thread under his own name")
async def test_an_asker_who_writes_as_himself_looks_like_anyone_else(server: Server) -> None:
    """Tags, lists and answers must not tell that this writer is the asker."""
    seen: list[tuple[object, ...]] = []
    for title, writer in (("Den ene", "Oliver"), ("Den anden", "Jonas")):
        thread = await server.ask(title=title)
        message = await server.person(writer).send(thread, "Jeg kender det.")
        given = await server.person("Malik").context_menu(thread, "Give assist", message)
        choices = await server.person("Malik").autocomplete(thread, "assist give", "answer", "")
        by_list = await server.hands("Malik").slash(thread, "assist give", answer=choices[0]["value"])
        hidden = await server.person("Mette").autocomplete(thread, "mod hide", "answer", "")
        seen.append((server.tags(thread), text_of(given), len(choices), text_of(by_list), len(hidden)))
    assert seen[0] == seen[1]


@pytest.mark.leaks_on_purpose
async def test_the_canary_would_be_found(server: Server) -> None:
    """A test of the tests: each way of leaking is seen."""
    thread = await server.ask()
    backend = server.env.backend
    asker = server.person("Jonas")
    starter = backend.get_message(thread.id, thread.id)
    for leak in traces(server, "Jonas"):
        starter.content = f"x{leak}x"
        with pytest.raises(AssertionError):
            assert_unseen(server)
    starter.content = ""
    assert_unseen(server)
    starter.interaction_metadata = {"user": {"id": str(asker.id)}}
    with pytest.raises(AssertionError):
        assert_unseen(server)
    starter.interaction_metadata = None
    backend.add_thread_member(thread.id, asker.id)
    with pytest.raises(AssertionError):
        assert_unseen(server)
