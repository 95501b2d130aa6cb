"""Managers set the server up: forums and topics, coaches, language."""

from simcord import ChannelHandle, InteractionResult

from bot.play.driver import response, text_of
from bot.texts import texts
from tests.sim.server import TITLE, Server, da

en = texts("en")
STATUS = ("unanswered", "answered", "coach", "solved")


def forum(server: Server, name: str = "skole-og-job") -> ChannelHandle:
    return server.world.channels[name]


def tag_names(server: Server, channel: ChannelHandle) -> list[str]:
    return [str(tag["name"]) for tag in server.env.backend.get_channel(channel.id).available_tags]


async def add(server: Server, channel: ChannelHandle, topics: str) -> InteractionResult:
    return await server.hands("Karen").slash(server.staff, "admin forum add", channel=channel, topics=topics)


async def topics_offered(server: Server) -> list[str]:
    form = await server.hands("Jonas").slash(server.lobby, "ask")
    menu = str(form.modal)
    return [name for name in ("Piger", "Skole", "Job", "Penge", "Kost", "piger") if f"'{name}'" in menu]


async def test_a_forum_gets_its_tags(bare_server: Server) -> None:
    server = bare_server
    told = await add(server, forum(server), "Skole, Job ,, Job")
    assert "Skole, Job." in text_of(told)
    assert told.ephemeral
    assert set(tag_names(server, forum(server))) == {da(f"tag.{tag}") for tag in STATUS} | {"Skole", "Job"}
    assert await topics_offered(server) == ["Skole", "Job"]


async def test_setting_a_forum_up_twice_changes_nothing(server: Server) -> None:
    before = tag_names(server, forum(server))
    await add(server, forum(server), "Skole, Job, Penge")
    assert tag_names(server, forum(server)) == before
    await add(server, forum(server), "Kost")
    assert tag_names(server, forum(server)) == [*before, "Kost"]
    assert await topics_offered(server) == ["Piger", "Skole", "Job", "Penge", "Kost"]


async def test_a_topic_is_the_same_however_it_is_spelt(server: Server) -> None:
    await add(server, forum(server, "livet"), "piger")
    assert await topics_offered(server) == ["Piger", "Skole", "Job", "Penge"]


async def test_tags_that_are_there_already_are_used(bare_server: Server) -> None:
    server = bare_server
    channel = server.env.backend.get_channel(forum(server).id)
    channel.available_tags = [
        {"id": "101", "name": "Skole", "moderated": False, "emoji_id": None, "emoji_name": None},
        {"id": "102", "name": da("tag.solved"), "moderated": False, "emoji_id": None, "emoji_name": None},
    ]
    await server.restart()
    await add(server, forum(server), "Skole")
    assert sorted(tag_names(server, forum(server))).count("Skole") == 1
    assert {int(tag["id"]) for tag in channel.available_tags} >= {101, 102}
    hands = server.hands("Jonas")
    preview = await hands.preview(server.lobby, topic="Skole", title=TITLE, body="Hvordan?")
    thread = await server.publish(preview)
    assert server.tags(thread) == {"Skole", da("tag.unanswered")}


async def test_too_many_tags_are_explained(bare_server: Server) -> None:
    server = bare_server
    channel = server.env.backend.get_channel(forum(server).id)
    channel.available_tags = [
        {"id": str(100 + n), "name": f"Nr {n}", "moderated": False, "emoji_id": None, "emoji_name": None}
        for n in range(17)
    ]
    await server.restart()
    told = await add(server, forum(server), "Skole")
    assert da("error.too_many_tags", forum=forum(server).mention, limit=20) in text_of(told)
    many = ", ".join(f"Emne {n}" for n in range(17))
    told = await add(server, forum(server, "livet"), many)
    assert da("error.too_many_topics", forum=16, server=25) in text_of(told)


async def test_bad_topics_are_explained(server: Server) -> None:
    for topics, key in (
        (" , ,", "error.empty"),
        ("\u200b", "error.empty"),
        ("Et emne der er alt for langt", ""),
    ):
        told = text_of(await add(server, forum(server), topics))
        assert da(key) in told if key else da("error.too_long", length=28, limit=20) in told
    assert await topics_offered(server) == ["Piger", "Skole", "Job", "Penge"]


async def test_a_dropped_topic_takes_no_questions_and_can_come_back(server: Server) -> None:
    thread = await server.ask()
    choices = await server.person("Karen").autocomplete(
        server.staff, "admin forum drop-topic", "topic", "pig"
    )
    (choice,) = choices
    told = await server.hands("Karen").slash(server.staff, "admin forum drop-topic", topic=choice["value"])
    assert da("admin.topic_removed", topic="Piger") in text_of(told)
    assert "Piger" not in await topics_offered(server)
    assert "Piger" in server.tags(thread)
    again = await server.hands("Karen").slash(server.staff, "admin forum drop-topic", topic=choice["value"])
    assert da("error.topic_gone") in text_of(again)
    await add(server, forum(server, "livet"), "Piger")
    assert "Piger" in await topics_offered(server)


async def test_a_coach_is_added_changed_and_removed(server: Server) -> None:
    hands = server.hands("Karen")
    saved = await hands.add_coach(
        server.staff, server.person("Oliver"), age="52", topics="Sorg", experience="Mistede min bror."
    )
    assert "Mistede min bror." in text_of(saved)
    listed = text_of(await server.hands("Jonas").slash(server.lobby, "coach"))
    assert "Oliver, 52 år" in listed
    form = await hands.slash(server.staff, "admin coach add", member=server.person("Oliver"))
    assert "Mistede min bror." in str(form.modal)
    await hands.fill(form, name="Olli", age="53", topics="Sorg", experience="Mistede min bror.")
    listed = text_of(await server.hands("Jonas").slash(server.lobby, "coach"))
    assert "Olli, 53 år" in listed
    assert "Oliver" not in listed
    told = await hands.slash(server.staff, "admin coach remove", member=server.person("Oliver"))
    assert da("admin.coach_removed") in text_of(told)
    assert "Olli" not in text_of(await server.hands("Jonas").slash(server.lobby, "coach"))
    told = await hands.slash(server.staff, "admin coach remove", member=server.person("Oliver"))
    assert da("error.no_such_coach") in text_of(told)


async def test_an_opened_form_alone_lists_nobody(server: Server) -> None:
    await server.hands("Karen").slash(server.staff, "admin coach add", member=server.person("Oliver"))
    assert "Oliver" not in text_of(await server.hands("Jonas").slash(server.lobby, "coach"))


async def test_a_removed_coach_keeps_his_case(server: Server) -> None:
    await server.call(await server.ask())
    case = await server.accept()
    await server.hands("Karen").slash(server.staff, "admin coach remove", member=server.person("Søren"))
    said = await server.hands("Søren").slash(case, "line reply", text="Jeg er her stadig")
    assert da("line.coach_sent") in text_of(said)
    assert "Jeg er her stadig" in text_of(await server.in_inbox(da("button.line")))


async def test_many_coaches_are_shown_in_pages(server: Server) -> None:
    backend = server.env.backend
    for number in range(22):
        user = server.env.create_user(f"coach{number}", global_name=f"Coach nr {number:02}")
        member = server.world.guild.add_member(user)
        await server.hands("Karen").add_coach(
            server.staff, member, age="40", topics="Alt " * 20, experience="Meget " * 160
        )
    listed = await server.hands("Jonas").slash(server.lobby, "coach")
    assert da("coach.page", page=1, pages=2) in text_of(listed)
    assert "Søren" not in text_of(listed)
    turned = await server.hands("Jonas").press(response(listed), da("button.next"))
    assert "Søren" in text_of(turned)
    back = await server.hands("Jonas").press(response(turned), da("button.previous"))
    assert "Coach nr 00" in text_of(back)
    assert backend.users


async def test_the_language_can_be_changed(server: Server) -> None:
    thread = await server.ask()
    told = await server.hands("Karen").slash(server.staff, "admin language", language="en")
    assert en("admin.language") in text_of(told)
    assert text_of(await server.hands("Jonas").slash(server.lobby, "coach")).startswith(
        en("coach.list_title")
    )
    names = tag_names(server, forum(server))
    assert {en(f"tag.{tag}") for tag in STATUS} <= set(names)
    assert not {da(f"tag.{tag}") for tag in STATUS} & set(names)
    assert en("tag.unanswered") in server.tags(thread)
    await add(server, forum(server), "Kost")
    assert len(tag_names(server, forum(server))) == len(names) + 1
    await server.hands("Karen").slash(server.staff, "admin language", language="da")
    assert da("tag.unanswered") in server.tags(thread)
