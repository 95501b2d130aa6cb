"""A browser for the tests of the rehearsal's page."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, Page, async_playwright
from pytest_asyncio import fixture

from tests.browser.toybot import Scene, scene

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
_PATIENCE_MS = 5000


@fixture(loop_scope="module", scope="module")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium as it is installed. Without one these tests are skipped, but never where CI runs them."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium is installed")
        pytest.skip("no Chromium is installed")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield running
        await running.close()


@fixture(loop_scope="module")
async def toy() -> AsyncGenerator[Scene]:
    """The toy world, being served."""
    async with scene() as made:
        yield made


@fixture(loop_scope="module")
async def page(browser: Browser, toy: Scene) -> AsyncGenerator[Page]:
    """The toy world's page."""
    async with opened(browser, toy.server.url) as page:
        yield page


@contextlib.asynccontextmanager
async def opened(browser: Browser, url: str) -> AsyncGenerator[Page]:
    """A rehearsal's page. Anything that the browser itself complains of fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="da-DK")
    context.set_default_timeout(_PATIENCE_MS)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.goto(url)
    yield page
    hacked = await page.evaluate("window.hacked")
    await context.close()
    assert hacked is None, "something that was sent was run"
    assert complaints == []
