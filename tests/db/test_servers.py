"""What managers set up."""

import asyncio

import pytest
from sqlalchemy import select

from bot.services.servers import StatusTags
from db.models import Forum, Guild, Topic
from tests.db.club import FORUM_CHANNEL, GUILD, OTHER_GUILD, STATUS, Club, refusal

NEW_CHANNEL = FORUM_CHANNEL + 100


async def test_language_is_danish_until_it_is_changed(club: Club) -> None:
    servers = club.services.servers
    assert await servers.language(None) == await servers.language(OTHER_GUILD) == "da"
    await servers.set_language(OTHER_GUILD, "en")
    assert await servers.language(OTHER_GUILD) == "en"
    assert await servers.language(GUILD) == "da"


async def test_settings_made_at_once_make_one_server(club: Club) -> None:
    servers = club.services.servers
    await asyncio.gather(
        *(servers.set_language(OTHER_GUILD, "en") for _ in range(4)),
        *(servers.set_coach_channel(OTHER_GUILD, 5) for _ in range(4)),
    )
    guild = await club.one(select(Guild).where(Guild.id == OTHER_GUILD))
    assert (guild.language, guild.coach_channel_id) == ("en", 5)


async def test_topics_are_split_cleaned_and_named_once(club: Club) -> None:
    found = await club.services.servers.check_topics(GUILD, NEW_CHANNEL, " Krop ,, krop, Ven\u200bner ,")
    assert [name.casefold() for name in found] == ["krop", "venner"]


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ("", "empty"),
        (" , ,", "empty"),
        ("x" * 21, "too_long"),
        (",".join(f"Emne {n}" for n in range(17)), "too_many_topics"),
    ],
)
async def test_refused_topics_are_given_back(club: Club, names: str, key: str) -> None:
    with refusal(key) as refused:
        await club.services.servers.check_topics(GUILD, NEW_CHANNEL, names)
    assert refused.value.typed == names


async def test_server_has_room_for_twenty_five_topics(club: Club) -> None:
    servers = club.services.servers
    for channel in (NEW_CHANNEL, NEW_CHANNEL + 1):
        await servers.save_forum(GUILD, channel, STATUS, {f"Emne {n}": n for n in range(11)})
    await servers.check_topics(GUILD, NEW_CHANNEL + 2, "Det sidste")
    with refusal("too_many_topics"):
        await servers.check_topics(GUILD, NEW_CHANNEL + 2, "Det sidste, Et for meget")


async def test_saving_a_forum_again_adds_topics_and_updates_tags(club: Club) -> None:
    tags = StatusTags(unanswered=91, answered=92, coach=93, solved=94)
    await club.services.servers.save_forum(GUILD, FORUM_CHANNEL, tags, {"Skole": 911, "Krop": 912})
    forum = await club.one(select(Forum))
    assert (forum.tag_unanswered, forum.tag_solved) == (91, 94)
    topics = {topic.name: (topic.token, topic.tag_id) for topic in await club.rows(select(Topic))}
    assert set(topics) == {"Skole", "Piger", "Krop"}
    assert topics["Skole"] == (club.topics["Skole"], 911)


async def test_removed_topic_comes_back_when_it_is_added_again(club: Club) -> None:
    servers, token = club.services.servers, club.topics["Skole"]
    assert await servers.remove_topic(GUILD, token) == "Skole"
    with refusal("topic_gone"):
        await servers.remove_topic(GUILD, token)
    with refusal("topic_gone"):
        await servers.remove_topic(OTHER_GUILD, club.topics["Piger"])
    await servers.save_forum(GUILD, FORUM_CHANNEL, STATUS, {"Skole": 11})
    assert token in [topic.token for topic in await club.services.questions.topics(GUILD)]


async def test_known_topic_in_another_spelling_is_the_same_topic(club: Club) -> None:
    names = await club.services.servers.check_topics(GUILD, FORUM_CHANNEL, "SKOLE, piger, Krop")
    assert names == ["Skole", "Piger", "Krop"]


async def test_topics_of_a_forum_that_is_gone_cannot_be_asked_about(club: Club) -> None:
    await club.services.servers.save_forum(GUILD, NEW_CHANNEL, STATUS, {"Krop": 5})
    await club.services.servers.forum_gone(FORUM_CHANNEL)
    await club.services.servers.forum_gone(FORUM_CHANNEL + 1)
    assert [topic.name for topic in await club.services.questions.topics(GUILD)] == ["Krop"]


async def test_topic_cannot_be_called_as_a_status(club: Club) -> None:
    with refusal("topic_is_status") as refused:
        await club.services.servers.check_topics(GUILD, NEW_CHANNEL, "Krop, LØST", ["Ubesvaret", "Løst"])
    assert refused.value.typed == "Krop, LØST"
