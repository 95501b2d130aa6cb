"""Whom to call: for his eyes only, 112 first, another situation with one press."""

from bot.play.driver import response, text_of
from tests.sim.server import Server, da
from tests.sim.visible import assert_unseen


async def test_it_opens_with_danger_and_turns_to_anything_else(server: Server) -> None:
    jonas = server.hands("Jonas")
    shown = await jonas.slash(server.lobby, "hotline")
    assert shown.ephemeral
    assert da("hotline.situation_danger") in text_of(shown)
    assert "112" in text_of(shown)
    turned = await jonas.choose(response(shown), da("hotline.situation_gambling"))
    assert response(turned).ephemeral
    assert "StopSpillet" in text_of(turned)
    assert_unseen(server)
    assert server.texts_in(server.lobby) == []


async def test_a_situation_can_be_chosen_at_once(server: Server) -> None:
    shown = text_of(await server.hands("Jonas").slash(server.lobby, "hotline", situation="die"))
    assert "Livslinien: 70 201 201" in shown
    assert da("hotline.unverified") in shown
    assert shown.index("112") < shown.index("Livslinien")


async def test_what_nobody_verified_is_said_at_start_up(server: Server) -> None:
    assert "helplines are not verified" in server.logs.text
