"""The asker writing on under his alias."""

from bot.play.driver import response, text_of
from tests.sim.server import Server, da, send_again
from tests.sim.visible import assert_unseen, reach


async def test_a_follow_up_stands_under_the_alias(server: Server) -> None:
    thread = await server.ask()
    alias = server.hands("Malik").starter(thread).embeds[0].author.name or ""
    told = await server.follow_up(thread, "Jeg spurgte hende. Hun sagde nej.")
    assert da("follow_up.sent") in text_of(told)
    last = thread.history()[-1]
    assert last.embeds[0].description == "Jeg spurgte hende. Hun sagde nej."
    assert (last.embeds[0].author.name or "").startswith(alias.removesuffix(" spørger"))
    assert last.interaction_metadata is None
    assert last.reference is None
    assert_unseen(server)


async def test_a_follow_up_can_be_written_from_the_inbox(server: Server) -> None:
    thread = await server.ask()
    form = await server.in_inbox(da("button.follow_up"))
    await server.hands("Jonas").fill(form, text="Fra indbakken")
    assert "Fra indbakken" in server.texts_in(thread)[-1]
    assert_unseen(server)


async def test_nobody_else_writes_as_the_asker(server: Server) -> None:
    thread = await server.ask()
    for name in ("Malik", "Søren", "Mette", "Karen"):
        hands = server.hands(name)
        refused = await hands.press(hands.starter(thread), da("button.follow_up"))
        assert da("error.not_asker") in text_of(refused)
        assert refused.ephemeral
    assert len(server.texts_in(thread)) == 1


async def test_a_follow_up_waits_its_delay_out(slow_server: Server) -> None:
    server = slow_server
    await server.hands("Jonas").press(response(await server.preview()), da("ask.publish"))
    await server.later(31)
    (thread,) = server.posts()
    await server.follow_up(thread, "Ikke endnu")
    await server.later(29)
    assert "Ikke endnu" not in reach(server, "Malik")
    await server.later(2)
    assert "Ikke endnu" in server.texts_in(thread)[-1]
    await server.later(600)
    assert len(server.texts_in(thread)) == 2
    assert_unseen(server)


async def test_a_follow_up_sent_twice_is_posted_once(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Jonas")
    form = await hands.press(hands.starter(thread), da("button.follow_up"))
    for result in await send_again(hands, form, text="Kun én gang"):
        assert da("follow_up.sent") in text_of(result)
    assert len(server.texts_in(thread)) == 2


async def test_a_follow_up_waits_while_the_question_is_hidden(slow_server: Server) -> None:
    server = slow_server
    await server.hands("Jonas").press(response(await server.preview()), da("ask.publish"))
    await server.later(31)
    (thread,) = server.posts()
    await server.follow_up(thread, "Skrevet lige før")
    await server.hands("Mette").slash(thread, "mod hide")
    await server.later(60)
    assert "Skrevet lige før" not in reach(server, "Malik")
    channel = server.env.backend.get_channel(thread.id)
    assert channel.thread_metadata is not None
    assert channel.thread_metadata.archived
    choices = await server.person("Mette").autocomplete(server.staff, "mod restore", "question", "")
    await server.hands("Mette").slash(server.staff, "mod restore", question=choices[0]["value"])
    await server.later(60)
    assert "Skrevet lige før" in server.texts_in(thread)[-1]
