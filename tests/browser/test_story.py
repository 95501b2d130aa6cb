"""The main story, played in the page with the real bot, and what the second person sees of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from pytest_asyncio import fixture

from bot.play.main import rehearsal
from bot.play.world import LOBBY, World
from tests.browser.conftest import opened
from tests.browser.half import Half

#: All in one event loop, that of the browser, which is slow to start.
pytestmark = pytest.mark.asyncio(loop_scope="module")

TITLE = "Jeg tør ikke sige nej til en joint"
BODY = "Alle de andre gør det. Jeg vil ikke, men jeg vil heller ikke være ham den kedelige."
ANSWER = "Sig, at du skal køre. Det virker hver gang."
NATIVE = "Jeg sagde bare nej. Der skete ingenting."
FOLLOW_UP = "Jeg har ikke kørekort endnu."
FROM_COACH = "Hvem af dem kan du tale med alene?"
TO_COACH = "Min fætter."
ANY_FREE_PORT = 0


@fixture(loop_scope="module")
async def played(browser: Browser) -> AsyncGenerator[tuple[Page, World]]:
    """The rehearsal with the real bot, and its page."""
    async with rehearsal(ANY_FREE_PORT) as (url, world), opened(browser, url) as page:
        yield page, world


async def test_the_story(played: tuple[Page, World]) -> None:
    page, world = played
    left, right = Half(page, "left"), Half(page, "right")

    async def be(half: Half, name: str) -> None:
        await half.play(world.people[name].id)

    # Emil asks; Malik, beside him, sees the question and not who asked.
    await be(left, "Emil")
    await be(right, "Malik")
    await left.open(LOBBY)
    await left.run("ask")
    await choose(left.field("topic").get_by_test_id("select"), "Venner")
    await left.field("title").locator("input").fill(TITLE)
    await left.field("body").locator("textarea").fill(BODY)
    await left.get("modal-submit").click()
    preview = left.message("Sådan ser de andre det")
    await expect(preview).to_contain_text(BODY)
    await right.open(LOBBY)
    await expect(right.message(BODY)).to_have_count(0)
    await left.get("button").filter(has_text="Slå op").click()
    await expect(left.message("Slået op som")).to_be_visible()
    await right.open("livet")
    await right.get("forum-post", name=TITLE).click()
    question = right.message(BODY)
    await expect(question).to_contain_text("spørger")
    await expect(question.get_by_test_id("invoked")).to_have_count(0)
    await expect(right.get("messages")).not_to_contain_text("Emil")

    # Malik answers under a player name, Noah in the thread.
    await question.get_by_test_id("button").filter(has_text="Svar").first.click()
    await right.field("name").locator("input").fill("Kometen")
    await right.field("text").locator("textarea").fill(ANSWER)
    await right.get("modal-submit").click()
    await expect(right.message(ANSWER)).to_contain_text("Kometen")
    await be(right, "Noah")
    await open_thread(right)
    await expect(right.message(ANSWER)).not_to_contain_text("Malik")
    await right.write(NATIVE)

    # Emil credits both, one by the button and one by the reaction; nobody sees him at it but by his reaction.
    await open_thread(left)
    await left.message(ANSWER).get_by_test_id("button").filter(has_text="Giv assist").click()
    await expect(left.message("Noteret")).to_be_visible()
    await left.message(NATIVE).hover()
    await left.message(NATIVE).get_by_test_id("react-add").click()
    await page.get_by_test_id("emoji").and_(page.locator("[data-emoji='🤝']")).click()
    await expect(right.message(NATIVE).get_by_test_id("reaction")).to_contain_text("1")

    # He follows up as the alias, and calls Søren.
    await left.message(BODY).get_by_test_id("button").filter(has_text="Svar som spørger").click()
    await left.field("text").locator("textarea").fill(FOLLOW_UP)
    await left.get("modal-submit").click()
    await expect(right.message(FOLLOW_UP)).to_contain_text("spørgeren")
    await left.message(BODY).get_by_test_id("button").filter(has_text="Tilkald coach").click()
    coaches = left.message("De har selv prøvet noget")
    await choose(coaches.get_by_test_id("select"), "Søren, 34 år")
    await left.get("button").filter(has_text="Tilkald Søren").click()
    await expect(left.message("Søren er tilkaldt")).to_be_visible()

    # Søren takes the case in his private thread and writes on the line.
    await be(right, "Søren")
    await right.get("channel").filter(has_text="Sag ").click()
    case = right.message("Ny sag")
    await expect(case).to_contain_text("du er valgt af")
    await expect(case).to_contain_text(f"Spørgsmålet: #{TITLE}")
    await case.get_by_test_id("button").filter(has_text="Tag sagen").click()
    await expect(right.message("Du har sagen")).to_be_visible()
    await case.get_by_test_id("button").filter(has_text="Svar").click()
    await right.field("text").locator("textarea").fill(FROM_COACH)
    await right.get("modal-submit").click()
    await expect(left.message("Coach på: Søren, 34 år")).to_be_visible()

    # Emil reads and answers from his inbox; Søren sees the alias and nothing more.
    await left.run("inbox")
    inbox = left.message("Din indbakke").last
    await expect(inbox).to_contain_text("1 ny fra Søren")
    await choose(inbox.get_by_test_id("select"), TITLE)
    await left.get("button").filter(has_text="Læs linjen").click()
    await expect(left.message(FROM_COACH)).to_be_visible()
    await left.get("button").filter(has_text="Skriv til coachen").click()
    await left.field("text").locator("textarea").fill(TO_COACH)
    await left.get("modal-submit").click()
    await expect(right.message(TO_COACH)).to_contain_text("skriver")
    await expect(right.get("messages")).not_to_contain_text("Emil")

    # The leaderboard knows both helpers; a moderator hides the question.
    await be(right, "Mette")
    await open_thread(right)
    await right.run("leaderboard")
    board = right.message("Denne måned")
    await expect(board).to_contain_text("Kometen")
    await expect(board).to_contain_text("Noah")
    await right.run("mod hide")
    await expect(right.message("Spørgsmålet er taget ned")).to_be_visible()
    await expect(left.message(BODY)).to_have_count(0)


async def open_thread(half: Half) -> None:
    """Open the story's thread from its forum."""
    await half.open("livet")
    await half.get("forum-post", name=TITLE).click()
    await expect(half.get("channel-head")).to_contain_text(TITLE)


async def choose(menu: Locator, label: str) -> None:
    """Choose the option with this label in a menu."""
    await menu.click()
    await menu.page.get_by_test_id("select-option").filter(has_text=label).click()
