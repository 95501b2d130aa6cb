"""Make the pictures of the documents from the play server: ``make pictures``."""

import asyncio
import shutil
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, async_playwright

from bot.play.main import rehearsal

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
PORT = 8766
SIZE: ViewportSize = {"width": 1440, "height": 860}
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


async def main() -> None:
    """Start the rehearsal, play to a telling moment, take the picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with rehearsal(PORT) as (url, _):
        await _take(url)


async def _take(url: str) -> None:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=shutil.which("chromium"), args=_ARGUMENTS)
        page = await browser.new_page(viewport=SIZE)
        await page.goto(url)
        await _asker_and_other(page)
        await page.screenshot(path=PICTURES / "two-panes.png")
        await browser.close()


async def _asker_and_other(page: Page) -> None:
    """The asker with his inbox open in his own thread; another boy in the same thread."""
    asker = await _pane(page, "left", "Emil")
    other = await _pane(page, "right", "Malik")
    for pane in (asker, other):
        await pane.get_by_test_id("forum-post").first.click()
        await pane.get_by_test_id("message").last.wait_for()
    await asker.get_by_test_id("dismiss").click()
    await asker.get_by_test_id("composer").fill("/")
    await asker.get_by_test_id("command-option").and_(page.locator('[data-name="inbox"]')).click()
    await asker.get_by_test_id("command-run").click()
    await asker.get_by_test_id("dismiss").wait_for()
    await page.mouse.move(0, 0)


async def _pane(page: Page, side: str, name: str) -> Locator:
    """One half of the page, with this person in it."""
    pane = page.get_by_test_id(f"pane-{side}")
    chooser = pane.get_by_test_id("person-select")
    option = chooser.locator("option", has_text=name)
    await chooser.select_option(await option.get_attribute("value"))
    return pane


if __name__ == "__main__":
    asyncio.run(main())
