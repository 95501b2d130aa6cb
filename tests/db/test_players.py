"""Player names, and how the board shows them."""

import asyncio

import pytest
from sqlalchemy import select

from bot.errors import MemberError
from db.models import Player, Visibility
from tests.db.club import GUILD, HELPER, OTHER_GUILD, READER, Club, refusal


async def test_profile_of_one_who_never_answered(club: Club) -> None:
    profile = await club.services.players.profile(GUILD, HELPER)
    assert (profile.name, profile.visibility) == (None, Visibility.DISCORD_NAME)
    assert await club.rows(select(Player)) == []


async def test_first_name_is_played_under_and_a_choice_is_kept(club: Club) -> None:
    players = club.services.players
    await players.rename(GUILD, HELPER, "  Nord   lys ")
    profile = await players.profile(GUILD, HELPER)
    assert (profile.name, profile.visibility) == ("Nord lys", Visibility.PLAYER_NAME)
    await players.show_as(GUILD, HELPER, Visibility.HIDDEN)
    await players.rename(GUILD, HELPER, "Sydpol")
    profile = await players.profile(GUILD, HELPER)
    assert (profile.name, profile.visibility) == ("Sydpol", Visibility.HIDDEN)


async def test_player_name_cannot_be_shown_before_it_is_chosen(club: Club) -> None:
    with refusal("name_first"):
        await club.services.players.show_as(GUILD, HELPER, Visibility.PLAYER_NAME)
    await club.services.players.show_as(GUILD, HELPER, Visibility.HIDDEN)
    assert (await club.services.players.profile(GUILD, HELPER)).visibility is Visibility.HIDDEN


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", "empty"),
        ("\u200b", "empty"),
        ("n" * 33, "too_long"),
        ("🤝🤝", "name_short"),
        ("x!", "name_short"),
        ("Bilal", "name_taken"),
        ("b-i-l-a-l", "name_taken"),
        ("Rolig Ulv 123", "name_reserved"),
        ("rolig ulv", "name_reserved"),
        ("MitAssist", "name_reserved"),
        ("Coach Bo", "name_reserved"),
        ("spørgeren", "name_reserved"),
    ],
)
async def test_name_that_cannot_be_had(club: Club, name: str, key: str) -> None:
    with refusal(key) as refused:
        await club.services.players.rename(GUILD, HELPER, name)
    assert refused.value.typed == name
    assert (await club.services.players.profile(GUILD, HELPER)).name is None


@pytest.mark.parametrize("other", ["nordlys", "NORDLYS", "Nord.lys", "Nördlys"])
async def test_taken_name_is_taken_in_any_spelling(club: Club, other: str) -> None:
    await club.services.players.rename(GUILD, HELPER, "Nordlys")
    with refusal("name_taken"):
        await club.services.players.rename(GUILD, READER, other)
    await club.services.players.rename(GUILD, HELPER, other)


async def test_name_is_taken_in_one_server_only(club: Club) -> None:
    await club.services.servers.set_language(OTHER_GUILD, "da")
    await club.services.players.rename(GUILD, HELPER, "Nordlys")
    await club.services.players.rename(OTHER_GUILD, READER, "Nordlys")


async def test_name_wanted_by_many_at_once_goes_to_one(club: Club) -> None:
    wanted = await asyncio.gather(
        *(club.services.players.rename(GUILD, HELPER + n, "Nordlys") for n in range(8)),
        return_exceptions=True,
    )
    refused = [error for error in wanted if isinstance(error, MemberError)]
    assert [error.key for error in refused] == ["error.name_taken"] * 7
    assert len([error for error in wanted if error is None]) == 1


async def test_name_that_unfolds_enormously_is_kept_or_refused_politely(club: Club) -> None:
    await club.services.players.rename(GUILD, HELPER, "\ufdfa" * 30)
    assert (await club.services.players.profile(GUILD, HELPER)).name == "\ufdfa" * 30
