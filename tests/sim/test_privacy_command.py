"""`/privacy`: what a boy reads, privately, and that it says what the server is set to."""

from dataclasses import replace

from bot.config import PrivacySettings
from bot.play.driver import button_labels, is_private, response, text_of
from bot.texts import texts
from tests.sim.server import Server, da

EMBED_MAX, FIELD_MAX = 6000, 1024


async def test_the_promise_and_what_it_means_are_told_to_him_alone(server: Server) -> None:
    shown = await server.hands("Jonas").slash(server.lobby, "privacy")
    said = text_of(shown)
    assert is_private(shown)
    assert "Anonym over for de andre, fortrolig over for os" in said
    for part in ("en anden skal være enig", "Du får det at vide bagefter", "nogens liv er i fare"):
        assert part in said
    assert "5. Læs det igennem" in said
    assert button_labels(server.env, response(shown)) == [da("privacy.export"), da("privacy.erase")]


async def test_the_times_are_those_of_the_settings(server: Server) -> None:
    chosen = PrivacySettings(link_days=11, quiet_days=22, audit_days=777, reveal_hours=5)
    server.bot.settings = replace(server.bot.settings, privacy=chosen)
    said = text_of(await server.hands("Jonas").slash(server.lobby, "privacy"))
    for words in ("11 dage", "22 dage", "777 dage", "5 timer", "24 timer"):
        assert words in said


async def test_how_often_it_was_opened_this_year(server: Server) -> None:
    assert "Åbnet i år: **0**" in text_of(await server.hands("Jonas").slash(server.lobby, "privacy"))
    thread = await server.ask("Emil")
    mette = server.hands("Mette")
    form = await mette.slash(thread, "mod reveal")
    asked = await mette.fill(
        form,
        reason=da("reveal.reason_life_in_danger"),
        explanation="Han skriver, at han gør det i aften klokken ti.",
        silent=da("reveal.silent_no"),
    )
    await mette.press(response(asked), da("button.reveal_alone"))
    assert "Åbnet i år: **1**" in text_of(await server.hands("Jonas").slash(server.lobby, "privacy"))


async def test_in_english(server: Server) -> None:
    await server.hands("Karen").slash(server.staff, "admin language", language="en")
    said = text_of(await server.hands("Jonas").slash(server.lobby, "privacy"))
    assert "Anonymous to the others, confidential to us" in said


def test_it_fits_into_a_card() -> None:
    """Discord refuses a longer one."""
    for language in ("da", "en"):
        say = texts(language)
        for table, most in (("privacy.", EMBED_MAX), ("mydata.", EMBED_MAX)):
            entries = {key: text for key, text in say.entries.items() if key.startswith(table)}
            assert max(map(len, entries.values())) < FIELD_MAX, language
            assert sum(map(len, entries.values())) < most, language
