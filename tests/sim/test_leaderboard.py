"""Who gave most assists."""

from bot.play.driver import text_of
from tests.sim.server import HELPERS_NAME, Server, da


async def test_an_empty_board_says_so(server: Server) -> None:
    board = await server.board()
    assert da("board.nobody") in board
    assert da("board.own_none") in board


async def test_the_board_is_for_the_reader_alone(server: Server) -> None:
    result = await server.hands("Malik").slash(server.lobby, "leaderboard")
    assert result.ephemeral


async def test_most_assists_come_first_and_ties_share_a_place(server: Server) -> None:
    for title, helpers in (("Den ene", ("Malik", "Emil", "Oliver")), ("Den anden", ("Emil",))):
        thread = await server.ask(title=title)
        for helper in helpers:
            message = await server.person(helper).send(thread, f"Svar fra {helper}")
            await server.person("Noah").react(message, "🤝")
    column = (await server.board("Malik")).split(da("board.all_time"))[1]
    lines = [line.strip() for line in column.splitlines() if "·" in line]
    mention = {name: server.person(name).mention for name in ("Malik", "Emil", "Oliver")}
    assert f"**1.** {mention['Emil']} · 2" in lines[0]
    assert {line.split(" · ")[0] for line in lines[1:]} == {
        f"**2.** {mention['Malik']}",
        f"**2.** {mention['Oliver']}",
    }
    assert da("board.own_one", assists=1, place=2) in column


async def test_last_month_counts_in_all_but_not_in_this_month(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.hands("Emil").give_by_button(thread)
    month = (await server.board()).split(da("board.all_time"))[0]
    assert HELPERS_NAME in month
    await server.env.advance_time(40 * 24 * 3600)
    month, all_time = (await server.board()).split(da("board.all_time"))
    assert HELPERS_NAME not in month
    assert HELPERS_NAME in all_time


async def test_a_players_name_cannot_format_the_board(server: Server) -> None:
    thread = await server.ask()
    hands = server.hands("Malik")
    form = await hands.press(hands.starter(thread), da("button.answer"))
    await hands.fill(form, text="Et svar", name="**Fed** _skrift_")
    await server.hands("Emil").give_by_button(thread)
    assert r"\*\*Fed\*\* \_skrift\_" in await server.board()


async def test_a_hidden_player_is_not_on_the_board_but_sees_himself(server: Server) -> None:
    thread = await server.ask()
    await server.answer(thread)
    await server.hands("Emil").give_by_button(thread)
    profile = await server.hands("Malik").slash(server.lobby, "profile")
    assert profile.response is not None
    await server.hands("Malik").choose(profile.response, da("profile.hidden"))
    assert HELPERS_NAME not in await server.board()
    own = text_of(await server.hands("Malik").slash(server.lobby, "leaderboard"))
    assert da("board.own_one", assists=1, place=1) in own
