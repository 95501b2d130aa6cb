"""Forgetting, as everyone sees it: the thread stands, and nobody can tell any more whose it is."""

from bot.config import PrivacySettings
from bot.play.driver import response, text_of
from tests.sim.server import BODY, TITLE, Server, da
from tests.sim.visible import assert_unseen

LINK_SECONDS = (PrivacySettings().link_days * 24 + 1) * 3600


async def test_after_its_time_it_is_in_nobodys_inbox(server: Server) -> None:
    thread = await server.ask()
    await server.in_inbox(da("button.solve"))
    before = server.hands("Malik").read(thread)
    await server.later(LINK_SECONDS - 2 * 3600)
    assert TITLE in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    await server.later(3 * 3600)
    assert da("inbox.empty") in text_of(await server.hands("Jonas").slash(server.lobby, "inbox"))
    assert server.hands("Malik").read(thread) == before
    assert BODY in before
    assert_unseen(server)


async def test_moderators_can_no_longer_open_it(server: Server) -> None:
    thread = await server.ask()
    await server.in_inbox(da("button.solve"))
    await server.later(LINK_SECONDS)
    mette = server.hands("Mette")
    asked = await mette.fill(
        await mette.slash(thread, "mod reveal"),
        reason=da("reveal.reason_life_in_danger"),
        explanation="Han skriver, at han gør det i aften klokken ti.",
        silent=da("reveal.silent_no"),
    )
    opened = await mette.press(response(asked), da("button.reveal_alone"))
    assert text_of(opened) == da("error.reveal_no_link")


async def test_the_clockwork_runs_it(server: Server) -> None:
    sweeps = server.bot.sweeps._sweeps  # pyright: ignore[reportPrivateUsage]
    assert sweeps["retention"].seconds == 86_400
    assert sweeps["erasures"].seconds <= 3600
