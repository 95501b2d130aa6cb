"""One half of the rehearsal's page, as a person in front of it uses it."""

from __future__ import annotations

import json

from playwright.async_api import Locator, Page, expect


def quoted(text: str) -> str:
    """A text as a selector has it."""
    return json.dumps(text, ensure_ascii=False)


class Half:
    """One half of the page, and the person in it."""

    def __init__(self, page: Page, side: str) -> None:
        self.page = page
        self.root = page.get_by_test_id(f"pane-{side}")

    def get(self, testid: str, **data: str) -> Locator:
        """Something in this half by its mark, and by the data it carries."""
        found = self.root.get_by_test_id(testid)
        for name, value in data.items():
            found = found.and_(self.page.locator(f"[data-{name.replace('_', '-')}={quoted(value)}]"))
        return found

    async def play(self, person_id: int) -> Half:
        """Choose who is in this half."""
        await self.get("person-select").select_option(str(person_id))
        return self

    async def open(self, channel: str) -> Half:
        """Open a channel of the list."""
        await self.get("channel", name=channel).click()
        await expect(self.get("channel-head")).to_contain_text(channel)
        return self

    async def write(self, text: str) -> None:
        """Write a message."""
        await self.get("composer").fill(text)
        await self.get("composer").press("Enter")

    async def command(self, name: str) -> None:
        """Pick a slash command from the list."""
        await self.get("composer").fill("/")
        await self.get("command-option", name=name).click()

    async def run(self, name: str) -> None:
        """Run a slash command that needs nothing filled in."""
        await self.command(name)
        await self.get("command-run").click()

    def message(self, text: str) -> Locator:
        """The messages that contain a text."""
        return self.get("message").filter(has_text=text)

    def button(self, custom_id: str) -> Locator:
        """A button of a message."""
        return self.get("button", custom_id=custom_id).last

    def field(self, custom_id: str) -> Locator:
        """A field of the open form."""
        return self.get("field", custom_id=custom_id)
