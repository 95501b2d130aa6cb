"""A picture with an answer: made anew, under a random name, gone when it is taken down."""

import io
import json
import re
from collections.abc import Callable

import discord
import pytest
from PIL import Image
from simcord import ChannelHandle, InteractionResult
from simcord.backend.models import Message
from sqlalchemy import select

from bot.play.driver import response, text_of
from bot.services import pictures
from bot.services.publishing import PublishingService
from db.models import Post
from tests.sim.server import HELPERS_NAME, Server, asks_for, da
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces, traffic

# What his telephone calls the picture, and what it wrote into it.
FILE_NAME = "Malik_Hansen_konfirmation.jpg"
CANARY = "Canon-EOS-Malik-55.6761N"
TEXT = "Sådan ser min ud."
LONG = 400


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    """A photograph as a telephone makes it."""
    exif = Image.Exif()
    exif[0x010F] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", exif=exif, comment=CANARY.encode())
    return out.getvalue() + CANARY.encode()


async def form_of(server: Server, thread: ChannelHandle, who: str = "Malik") -> InteractionResult:
    return await server.hands(who).press(server.hands(who).starter(thread), da("button.answer"))


async def send(
    server: Server, thread: ChannelHandle, data: bytes, name: str = FILE_NAME, who: str = "Malik"
) -> InteractionResult:
    """Someone answers with the button, a text and a file."""
    form = await form_of(server, thread, who)
    named = {"name": HELPERS_NAME} if asks_for(form, "name") else {}
    return await server.person(who).submit_modal(form, {"text": TEXT, "picture": (name, data)} | named)


def last(server: Server, thread: ChannelHandle) -> Message:
    """The newest message in a thread, as Discord keeps it for all."""
    kept = server.env.backend.messages[thread.id].values()
    return [message for message in kept if not message.is_ephemeral][-1]


def pixels(server: Server, message: Message) -> tuple[bytes, str]:
    """The picture of a message, which is shown in its card: the file and its name."""
    (file,) = message.attachments
    assert message.embeds[0]["image"]["url"] in (f"attachment://{file['filename']}", file["url"])
    data = server.env.backend.cdn.get(file["url"])
    assert data is not None
    return data, file["filename"]


async def kept(server: Server) -> list[bytes]:
    """The pictures that the database still holds."""
    async with server.bot.database.read() as session:
        return [one for one in await session.scalars(select(Post.picture)) if one is not None]


async def test_a_picture_is_posted_anew_under_a_random_name(server: Server) -> None:
    thread = await server.ask()
    told = await send(server, thread, photo())
    assert da("answer.sent", name=HELPERS_NAME) in text_of(told)
    message = last(server, thread)
    data, name = pixels(server, message)
    assert re.fullmatch(r"[0-9a-f]{22}\.webp", name)
    assert message.attachments[0]["description"] == da("answer.picture_alt")
    assert (message.author_id, message.interaction_metadata) == (server.env.backend.bot_user.id, None)
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (40, 30), {})
    assert CANARY.encode() not in data
    assert await kept(server) == []
    assert_unseen(server)


async def test_the_name_of_the_file_is_nowhere(server: Server) -> None:
    thread = await server.ask()
    await send(server, thread, photo())
    await send(server, thread, b"<svg/>", name="Malik_Hansen_konfirmation.png")
    told = [FILE_NAME, "Malik_Hansen", "konfirmation", CANARY, *traces(server, "Malik")[:1]]
    for name in (*OTHERS[1:], "Emil", "Jonas"):
        assert not found_in(reach(server, name), told)
    assert not found_in(traffic(server), told)
    assert not found_in(server.logs.text, told)
    sent_back = [[request.path, request.json] for request in server.env.http_requests]
    assert not found_in(json.dumps(sent_back, ensure_ascii=False), told[:-1])
    async with server.bot.database.read() as session:
        rows = [row.__dict__ for row in await session.scalars(select(Post))]
    assert not found_in(str(rows), told)


async def test_two_pictures_of_one_boy_share_no_name(server: Server) -> None:
    thread = await server.ask()
    names: set[str] = set()
    for _ in range(3):
        await send(server, thread, photo())
        names.add(pixels(server, last(server, thread))[1])
    assert len(names) == 3


async def test_a_picture_is_not_needed(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    assert last(server, thread).attachments == []
    assert "image" not in last(server, thread).embeds[0]


BAD: dict[str, tuple[bytes, str]] = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "error.picture_unusable"),
    "html": (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "error.picture_unusable"),
    "half": (photo((400, 300))[:900], "error.picture_unusable"),
    "many bytes": (photo() + b"\0" * pictures.BYTES_MAX, "error.picture_big"),
    "many pixels": (photo((5001, 5000)), "error.picture_big"),
}


@pytest.mark.parametrize("what", BAD)
async def test_what_is_no_picture_is_refused_and_the_text_given_back(server: Server, what: str) -> None:
    data, key = BAD[what]
    thread = await server.ask()
    refused = await send(server, thread, data, name="billede.png")
    limits = {"megabytes": pictures.MEGABYTES_MAX, "megapixels": pictures.MEGAPIXELS_MAX}
    assert da(key, **(limits if key == "error.picture_big" else {})) in text_of(refused)
    assert TEXT in text_of(refused)
    assert refused.ephemeral
    assert len(server.texts_in(thread)) == 1
    assert await kept(server) == []


async def test_a_file_that_is_too_big_is_not_fetched(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetched(_: str) -> bytes:
        raise AssertionError("fetched")

    thread = await server.ask()
    monkeypatch.setattr(server.bot.http, "get_from_cdn", fetched)
    refused = await send(server, thread, b"\0" * (pictures.BYTES_MAX + 1))
    assert "8 MB" in text_of(refused)


async def test_a_file_that_discord_has_lost_is_explained(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: str) -> bytes:
        raise TimeoutError

    thread = await server.ask()
    monkeypatch.setattr(server.bot.http, "get_from_cdn", lost)
    refused = await send(server, thread, photo())
    assert da("error.picture_lost") in text_of(refused)
    assert TEXT in text_of(refused)
    assert len(server.texts_in(thread)) == 1


async def test_a_file_is_acknowledged_before_it_is_worked_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen(_: bytes) -> bytes:
        callbacks = [request for request in server.env.http_requests if "callback" in request.path]
        assert callbacks[-1].json is not None
        assert callbacks[-1].json["type"] == discord.InteractionResponseType.deferred_channel_message.value
        return b"RIFF"

    thread = await server.ask()
    monkeypatch.setattr(pictures, "remake", seen)
    assert da("answer.sent", name=HELPERS_NAME) in text_of(await send(server, thread, photo()))


async def test_where_pictures_are_not_allowed_there_is_no_field(server: Server) -> None:
    thread = await server.ask()
    opened = await form_of(server, thread)
    assert asks_for(opened, "picture")
    everyone = server.world.guild.default_role._role  # pyright: ignore[reportPrivateUsage]
    everyone.permissions &= ~discord.Permissions(attach_files=True).value
    assert not asks_for(await form_of(server, thread), "picture")
    late = await server.person("Malik").submit_modal(
        opened, {"text": TEXT, "name": HELPERS_NAME, "picture": (FILE_NAME, photo())}
    )
    assert da("error.picture_off") in text_of(late)
    assert TEXT in text_of(late)
    assert len(server.texts_in(thread)) == 1


async def test_questions_and_follow_ups_take_no_files(server: Server) -> None:
    upload = f"'type': {discord.ComponentType.file_upload.value}"
    asking = await server.hands("Jonas").slash(server.lobby, "ask")
    assert upload not in str(asking.modal)
    thread = await server.ask()
    hands = server.hands("Jonas")
    following = await hands.press(hands.starter(thread), da("button.follow_up"))
    assert asks_for(following, "text")
    assert upload not in str(following.modal)
    assert upload in str((await form_of(server, thread)).modal)


async def test_removing_an_answer_removes_its_picture_and_restoring_brings_the_text(server: Server) -> None:
    thread = await server.ask()
    await send(server, thread, photo())
    mette = server.person("Mette")
    (choice,) = await mette.autocomplete(thread, "mod hide", "answer", "")
    await server.hands("Mette").slash(thread, "mod hide", answer=choice["value"])
    message = last(server, thread)
    assert message.attachments == []
    assert message.embeds[0]["description"] == da("answer.removed")
    assert not found_in(reach(server, "Emil"), ["attachment://", ".webp"])
    told = await server.hands("Mette").slash(thread, "mod restore", answer=choice["value"])
    assert da("mod.restored") in text_of(told)
    message = last(server, thread)
    assert message.embeds[0]["description"] == TEXT
    assert message.attachments == []
    assert "image" not in message.embeds[0]


async def test_a_picture_that_discord_would_not_take_is_dropped(server: Server) -> None:
    thread = await server.ask()
    server.fail("POST", f"/channels/{thread.id}/messages", 403)
    refused = await send(server, thread, photo())
    assert da("error.not_posted") in text_of(refused)
    assert TEXT in text_of(refused)
    assert await kept(server) == []


async def test_a_picture_waits_until_discord_works_again(server: Server) -> None:
    thread = await server.ask()
    server.fail("POST", f"/channels/{thread.id}/messages", 503, times=None)
    assert da("answer.later") in text_of(await send(server, thread, photo()))
    assert len(await kept(server)) == 1
    server.works_again()
    await server.restart()
    await server.later(LONG)
    assert pixels(server, last(server, thread))[0].startswith(b"RIFF")
    assert len(server.texts_in(thread)) == 2
    assert await kept(server) == []


@pytest.mark.parametrize(("step", "at_most"), [("claim", 1), ("sent", 1)])
async def test_a_crash_neither_loses_nor_doubles_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, step: str, at_most: int
) -> None:
    """It dies before it is sent, and after it is sent but before that is recorded."""
    thread = await server.ask()
    server.faults_expected = True
    monkeypatch.setattr(PublishingService, step, _dies(step))
    await send(server, thread, photo())
    monkeypatch.undo()
    await server.restart()
    await server.later(LONG)
    await server.later(LONG)
    sent = [message for message in server.env.backend.messages[thread.id].values() if message.attachments]
    assert len(sent) == at_most
    assert pixels(server, sent[0])[0].startswith(b"RIFF")
    assert await kept(server) == []


def _dies(step: str) -> Callable[..., object]:
    async def dies(*_: object) -> None:
        raise RuntimeError(step)

    return dies


async def test_the_answer_of_one_who_sent_a_picture_is_private(server: Server) -> None:
    thread = await server.ask()
    told = await send(server, thread, photo())
    assert response(told).ephemeral
    assert response(told).attachments == []
