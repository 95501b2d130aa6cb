"""Following a question: what the follower gets, and that nobody learns of it."""

from bot.play.driver import button_labels, response, text_of
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.visible import OTHERS, assert_unseen, found_in, reach, traces, traffic


async def press_follow(server: Server, who: str = "Emil") -> str:
    (thread,) = server.posts()
    pressed = await server.hands(who).press(server.hands(who).starter(thread), da("button.follow"))
    assert pressed.ephemeral
    return text_of(pressed)


async def listed(server: Server, who: str = "Emil") -> str:
    return text_of(await server.hands(who).slash(server.lobby, "inbox"))


async def test_a_follower_finds_new_answers_in_his_inbox(server: Server) -> None:
    thread = await server.ask()
    assert await press_follow(server) == da("following.on")
    await server.answer(thread)
    shown = await listed(server)
    assert da("inbox.new_one") in shown
    assert da("following.mark") in shown
    hands = server.hands("Emil")
    opened = await hands.choose(response(await hands.slash(server.lobby, "inbox")), TITLE)
    assert BODY in text_of(opened)
    assert da("inbox.new_one") not in await listed(server)
    stopped = await hands.press(response(opened), da("button.unfollow"))
    assert text_of(stopped) == da("following.off")
    assert da("inbox.empty") in await listed(server)


async def test_answers_that_discord_did_not_show_are_still_new(server: Server) -> None:
    server.faults_expected = True
    thread = await server.ask()
    await press_follow(server)
    await server.answer(thread)
    hands = server.hands("Emil")
    shown = response(await hands.slash(server.lobby, "inbox"))
    for method in ("PATCH", "POST"):
        server.fail(method, "/webhooks/*", 500, times=None)
    await hands.choose(shown, TITLE)
    server.works_again()
    assert da("inbox.new_one") in await listed(server)


async def test_pressing_again_stops(server: Server) -> None:
    await server.ask()
    assert await press_follow(server) == da("following.on")
    assert await press_follow(server) == da("following.off")
    assert da("inbox.empty") in await listed(server)


async def test_the_asker_reads_the_same_as_anybody_and_is_not_listed_twice(server: Server) -> None:
    await server.ask()
    own: list[str] = []
    other: list[str] = []
    for _ in range(2):
        own.append(await press_follow(server, "Jonas"))
        other.append(await press_follow(server, "Emil"))
    assert own == other
    await press_follow(server, "Jonas")
    shown = await listed(server, "Jonas")
    assert shown.count(TITLE) == 1
    assert da("following.mark") not in shown


async def test_nobody_learns_who_follows(server: Server) -> None:
    thread = await server.ask()
    await press_follow(server, "Emil")
    await press_follow(server, "Jonas")
    await server.answer(thread)
    await listed(server)
    assert_unseen(server)
    own_name = traces(server, "Emil")
    for name in OTHERS:
        assert not found_in(reach(server, name), own_name), name
    assert not found_in(traffic(server), own_name)
    assert not found_in(server.logs.text, own_name)


async def test_what_was_taken_down_is_not_read_by_its_followers(server: Server) -> None:
    thread = await server.ask()
    await press_follow(server)
    await server.hands("Mette").slash(thread, "mod hide")
    shown = await server.hands("Emil").slash(server.lobby, "inbox")
    assert TITLE not in text_of(shown)
    opened = await server.hands("Emil").choose(response(shown), da("following.hidden_title"))
    assert da("following.hidden_why") in text_of(opened)
    assert BODY not in text_of(opened)


async def test_the_button_is_there_after_a_restart_and_after_a_restore(server: Server) -> None:
    thread = await server.ask()
    await server.restart()
    assert await press_follow(server) == da("following.on")
    await server.hands("Mette").slash(thread, "mod hide")
    await server.hands("Mette").slash(thread, "mod restore")
    assert da("button.follow") in button_labels(server.env, server.hands("Emil").starter(thread))
