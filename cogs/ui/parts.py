"""Buttons, menus and forms, all of them stateless: see `bot.routing`."""

from collections.abc import Iterable, Sequence

import discord

from bot.routing import NO_TOKEN, form_id, press_id

Style = discord.ButtonStyle
# Discord's own limits for what stands in a menu.
OPTION_MAX = 100
OPTIONS_MAX = 25


def button(
    label: str, action: str, token: str = NO_TOKEN, style: Style = Style.secondary, detail: str = ""
) -> discord.ui.Button[discord.ui.View]:
    """A button that carries its action."""
    return discord.ui.Button(label=label[:80], custom_id=press_id(action, token, detail), style=style)


def link(label: str, url: str) -> discord.ui.Button[discord.ui.View]:
    """A button that opens an address."""
    return discord.ui.Button(label=label[:80], url=url)


def menu(
    placeholder: str,
    action: str,
    options: Iterable[tuple[str, str, str | None]],
    token: str = NO_TOKEN,
) -> discord.ui.Select[discord.ui.View]:
    """A select menu of (label, opaque value, description)."""
    return discord.ui.Select(
        placeholder=placeholder[:OPTION_MAX],
        custom_id=press_id(action, token),
        options=[
            discord.SelectOption(
                label=shorten(label), value=value, description=shorten(text) if text else None
            )
            for label, value, text in options
        ],
    )


def view(items: Iterable[discord.ui.Item[discord.ui.View]]) -> discord.ui.View:
    """A view that discord.py does not keep: the router handles its presses."""
    made = discord.ui.View(timeout=None)
    for item in items:
        made.add_item(item)
    made.stop()
    return made


class Form(discord.ui.Modal):
    """A modal that discord.py does not keep: the router handles it, also after a restart."""

    def __init__(self, title: str, action: str, token: str = NO_TOKEN) -> None:
        super().__init__(title=title[:45], custom_id=form_id(action, token))

    def text(
        self,
        name: str,
        label: str,
        hint: str | None = None,
        *,
        limit: int,
        long: bool = False,
        value: str | None = None,
        required: bool = True,
    ) -> "Form":
        """Add a field to write in; ``limit`` in characters."""
        field: discord.ui.TextInput[discord.ui.View] = discord.ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            placeholder=hint[:OPTION_MAX] if hint else None,
            default=value,
            max_length=limit,
            required=required,
        )
        self.add_item(discord.ui.Label(text=label[:45], component=field))
        return self

    def choose(
        self, name: str, label: str, options: Sequence[tuple[str, str]], chosen: str | None = None
    ) -> "Form":
        """Add a menu of (label, value)."""
        field: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=name,
            options=[
                discord.SelectOption(label=shorten(text), value=value, default=value == chosen)
                for text, value in options[:OPTIONS_MAX]
            ],
        )
        self.add_item(discord.ui.Label(text=label[:45], component=field))
        return self

    def file(self, name: str, label: str, hint: str) -> "Form":
        """Add a field for one file, which may stay empty."""
        field: discord.ui.FileUpload[discord.ui.View] = discord.ui.FileUpload(
            custom_id=name, required=False, min_values=0, max_values=1
        )
        self.add_item(discord.ui.Label(text=label[:45], description=hint[:OPTION_MAX], component=field))
        return self

    async def show(self, interaction: discord.Interaction) -> None:
        """Open it for the member."""
        self.stop()
        await interaction.response.send_modal(self)


def shorten(text: str, limit: int = OPTION_MAX) -> str:
    """On one line, with an ellipsis where it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
