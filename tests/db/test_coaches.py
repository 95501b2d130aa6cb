"""The list of coaches."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Coach
from tests.db.club import COACH, GUILD, OTHER_GUILD, READER, Club, refusal

FILLED: dict[str, Any] = {"name": "Jens", "age": "40", "topics": "Job", "experience": "Har selv været fyret."}


async def test_prepared_coach_is_seen_by_nobody_until_saved(club: Club) -> None:
    coaches = club.services.coaches
    known = await coaches.prepare(GUILD, READER, "Jens")
    assert (known.name, known.age, known.topics) == ("Jens", 0, "")
    assert "Jens" not in [coach.name for coach in await coaches.all(GUILD)]
    saved = await coaches.save(GUILD, known.token, **FILLED)
    assert (saved.token, saved.age, saved.experience) == (known.token, 40, "Har selv været fyret.")
    assert saved in await coaches.all(GUILD)
    assert await coaches.one(GUILD, known.token) == saved


async def test_preparing_again_shows_what_is_known(club: Club) -> None:
    prepared = await asyncio.gather(
        *(club.services.coaches.prepare(GUILD, COACH, "Et andet navn") for _ in range(5))
    )
    assert {(coach.token, coach.name, coach.age) for coach in prepared} == {
        (club.coaches[COACH], "Søren", 34)
    }


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"age": "17"}, "coach_age"),
        ({"age": "100"}, "coach_age"),
        ({"age": "fyrre"}, "coach_age"),
        ({"age": ""}, "coach_age"),
        ({"age": "²"}, "coach_age"),
        ({"name": "\u200b"}, "empty"),
        ({"topics": "x" * 101}, "too_long"),
        ({"experience": "x" * 1001}, "too_long"),
    ],
)
async def test_refused_profile_gives_back_the_experience(
    club: Club, change: dict[str, Any], key: str
) -> None:
    known = await club.services.coaches.prepare(GUILD, READER, "Jens")
    filled = FILLED | change
    with refusal(key) as refused:
        await club.services.coaches.save(GUILD, known.token, **filled)
    assert refused.value.typed == filled["experience"]
    assert not (await club.one(select(Coach).where(Coach.token == known.token))).active


async def test_coach_belongs_to_his_server(club: Club) -> None:
    token = club.coaches[COACH]
    with refusal("no_such_coach"):
        await club.services.coaches.save(OTHER_GUILD, token, **FILLED)
    with refusal("coach_gone"):
        await club.services.coaches.one(OTHER_GUILD, token)
    with refusal("no_coaches"):
        await club.services.coaches.all(OTHER_GUILD)


async def test_removed_coach_cannot_be_called_and_can_come_back(club: Club) -> None:
    coaches, token = club.services.coaches, club.coaches[COACH]
    await coaches.remove(GUILD, COACH)
    with refusal("no_such_coach"):
        await coaches.remove(GUILD, COACH)
    with refusal("no_such_coach"):
        await coaches.remove(GUILD, READER)
    with refusal("coach_gone"):
        await coaches.one(GUILD, token)
    question = await club.ask()
    with refusal("coach_gone"):
        await club.call(question)
    await coaches.save(GUILD, token, **FILLED)
    assert (await coaches.one(GUILD, token)).name == "Jens"
