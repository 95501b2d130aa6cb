"""Names in Danish and English, and a server that reads English."""

from collections.abc import Iterable
from typing import Any

from bot.play.driver import response, text_of
from bot.texts import texts
from tests.sim.server import BODY, TITLE, Server, da

en = texts("en")


def registered(server: Server) -> list[dict[str, Any]]:
    """The commands as the bot registered them with Discord."""
    requests = server.env.http_requests
    payloads = [r.json for r in requests if r.method == "PUT" and r.path.endswith("/commands")]
    assert payloads
    return list(payloads[-1] or [])


def parts(commands: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Commands, subcommands and options, one by one."""
    for command in commands:
        yield command
        yield from parts(command.get("options") or [])


async def test_every_name_and_description_is_in_danish_too(bare_server: Server) -> None:
    for part in parts(registered(bare_server)):
        danish: dict[str, str] = part.get("name_localizations") or {}
        assert set(danish) == {"da"}, part["name"]
        assert danish["da"] == danish["da"].strip()
        if part.get("type") != 3 or "description" in part:
            assert set(part.get("description_localizations") or {"da"}) == {"da"}
    names = {command["name"]: command["name_localizations"]["da"] for command in registered(bare_server)}
    assert names["ask"] == "spørg"
    assert names["inbox"] == "indbakke"
    assert names["Give assist"] == "Giv assist"


async def test_a_server_that_reads_english_gets_english(server: Server) -> None:
    await server.hands("Karen").slash(server.staff, "admin language", language="en")
    hands = server.hands("Jonas")
    form = await hands.slash(server.lobby, "ask")
    assert (form.modal or {})["title"] == en("ask.modal_title")
    preview = await hands.fill(form, topic="Piger", title=TITLE, body=BODY, coach=en("ask.coach_no"))
    assert en("ask.preview_intro") in text_of(preview)
    published = await hands.press(response(preview), en("ask.publish"))
    assert "/inbox" in text_of(published)
    (thread,) = server.posts()
    shown = server.texts_in(thread)[0]
    assert "asks" in shown
    assert "spørger" not in shown
    refused = await server.hands("Malik").press(thread.history()[0], en("button.follow_up"))
    assert text_of(refused) == en("error.not_asker")
    assert da("error.not_asker") not in text_of(refused)
