"""A player's own profile."""

import pytest

from bot.play.driver import response, text_of
from tests.sim.server import HELPERS_NAME, Server, da


async def rename(server: Server, who: str, name: str) -> str:
    """Someone changes his player name."""
    profile = await server.hands(who).slash(server.lobby, "profile")
    assert profile.ephemeral
    form = await server.hands(who).press(response(profile), da("button.rename"))
    return text_of(await server.hands(who).fill(form, name=name))


async def test_a_new_profile_is_empty(server: Server) -> None:
    assert da("profile.no_name") in text_of(await server.hands("Malik").slash(server.lobby, "profile"))


async def test_a_name_can_be_chosen_and_changed(server: Server) -> None:
    assert HELPERS_NAME in await rename(server, "Malik", HELPERS_NAME)
    assert "Sydvest" in await rename(server, "Malik", "Sydvest")
    assert HELPERS_NAME in await rename(server, "Emil", HELPERS_NAME)


@pytest.mark.parametrize(
    ("name", "key"),
    [("NORDLYS", "name_taken"), ("Bilal", "name_taken"), ("é", "name_short"), ("Coach Kim", "name_reserved")],
)
async def test_a_name_that_cannot_be_had_is_explained_and_given_back(
    server: Server, name: str, key: str
) -> None:
    await rename(server, "Malik", HELPERS_NAME)
    refused = await rename(server, "Emil", name)
    assert da(f"error.{key}") in refused
    assert name in refused


async def test_playing_under_a_name_takes_a_name(server: Server) -> None:
    profile = response(await server.hands("Malik").slash(server.lobby, "profile"))
    refused = await server.hands("Malik").choose(profile, da("profile.player_name"))
    assert da("error.name_first") in text_of(refused)


async def test_the_board_shows_a_player_as_he_chose(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.hands("Emil").give_by_button(thread)
    assert HELPERS_NAME in await server.board()
    profile = response(await server.hands("Malik").slash(server.lobby, "profile"))
    await server.hands("Malik").choose(profile, da("profile.discord_name"))
    assert server.person("Malik").mention in await server.board()
