"""A small bot and a small Danish server, with one of everything that the rehearsal's page can show."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import discord
import simcord
from discord import app_commands
from discord.ext import commands

from bot.play import simulator, web
from bot.play.hub import Hub

#: Sets a mark if it is ever put into a page as markup.
XSS = "<img src=x onerror=hacked=1>"

Interaction = discord.Interaction[commands.Bot]
#: The items of discord.ui are generic over their view, which says nothing where they are only listed.
ui: Any = discord.ui
TOPICS = ["kærester", "skole", "familie", "kroppen", "venner"]


def png(width: int, height: int, rgb: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\x00" + bytes(rgb) * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def picture(name: str, rgb: tuple[int, int, int] = (88, 101, 242)) -> discord.File:
    """A picture to send."""
    return discord.File(io.BytesIO(png(640, 240, rgb)), name)


class Form(discord.ui.Modal):
    """A form that answers with what was filled in."""

    def __init__(self, title: str, *items: discord.ui.Item[Any]) -> None:
        super().__init__(title=title)
        for item in items:
            self.add_item(item)

    async def on_submit(self, interaction: Interaction, /) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # the client type
        data = cast("dict[str, Any]", interaction.data)
        values = (
            f"{field['custom_id']}={field.get('value', field.get('values'))}"
            for row in data["components"]
            for field in (row.get("component"), *(row.get("components") or ()))
            if field
        )
        await interaction.response.send_message("Modtaget: " + "; ".join(values), ephemeral=True)


def ask_form() -> Form:
    """Text, selects and boxes to tick."""
    return Form(
        "Stil et spørgsmål",
        ui.TextInput(
            label="Overskrift", placeholder="Kort og klart", min_length=3, max_length=60, custom_id="headline"
        ),
        ui.Label(
            text="Dit spørgsmål",
            description="Skriv det, som du ville sige det.",
            component=ui.TextInput(
                style=discord.TextStyle.paragraph, default="Hej, ", required=False, custom_id="body"
            ),
        ),
        ui.Label(
            text="Emne",
            component=ui.Select(
                custom_id="topic",
                placeholder="Vælg et emne",
                options=[
                    discord.SelectOption(label="Kærester", value="love", emoji="❤️"),
                    discord.SelectOption(label="Skole", value="school", description="Lektier, lærere, pres"),
                    discord.SelectOption(label=XSS, value="xss"),
                ],
            ),
        ),
        ui.Label(
            text="Haster det?",
            component=ui.RadioGroup(
                custom_id="urgency",
                options=[
                    discord.RadioGroupOption(label="Nej", value="no", default=True),
                    discord.RadioGroupOption(label="Ja", value="yes", description="Så ser vi på det nu"),
                ],
            ),
        ),
        ui.Label(
            text="Mere",
            component=ui.CheckboxGroup(
                custom_id="extras",
                required=False,
                options=[
                    discord.CheckboxGroupOption(label="Jeg vil have en coach", value="coach"),
                    discord.CheckboxGroupOption(label="Giv mig besked", value="notify"),
                ],
            ),
        ),
    )


def people_form() -> Form:
    """Selects of people and places, and a single box to tick."""
    return Form(
        f"Vælg {XSS}",
        ui.Label(text=XSS, component=ui.UserSelect(custom_id="coach")),
        ui.Label(text="Rolle", component=ui.RoleSelect(custom_id="role", required=False)),
        ui.Label(text="Kanal", component=ui.ChannelSelect(custom_id="place", required=False)),
        ui.Label(text="Er du sikker?", component=ui.Checkbox(custom_id="sure")),
    )


class Panel(discord.ui.View):
    """Buttons and selects under a message."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="Læs mere", url="https://mitassist.dk/", row=0))

    @discord.ui.button(
        label="Svar", style=discord.ButtonStyle.primary, emoji="💬", custom_id="p:answer", row=0
    )
    async def answer(self, interaction: Interaction, _button: discord.ui.Button[Any]) -> None:
        """Open the big form."""
        await interaction.response.send_modal(ask_form())

    @discord.ui.button(label="Vælg folk", custom_id="p:people", row=0)
    async def people(self, interaction: Interaction, _button: discord.ui.Button[Any]) -> None:
        """Open the form with people."""
        await interaction.response.send_modal(people_form())

    @discord.ui.button(label=XSS, style=discord.ButtonStyle.danger, custom_id="p:private", row=0)
    async def private(self, interaction: Interaction, _button: discord.ui.Button[Any]) -> None:
        """Answer so that only he sees it."""
        await interaction.response.send_message(f"Hemmeligt svar {XSS}", ephemeral=True)

    @discord.ui.button(
        label="Lukket", style=discord.ButtonStyle.success, custom_id="p:off", row=0, disabled=True
    )
    async def off(self, interaction: Interaction, _button: discord.ui.Button[Any]) -> None:
        """Never reached: it is disabled."""

    @discord.ui.select(
        custom_id="p:topics",
        placeholder="Vælg op til to emner",
        max_values=2,
        row=1,
        options=[discord.SelectOption(label=name.capitalize(), value=name) for name in TOPICS]
        + [discord.SelectOption(label=XSS, value="xss")],
    )
    async def topics(self, interaction: Interaction, select: discord.ui.Select[Any]) -> None:
        """Say what was chosen."""
        await interaction.response.send_message(f"Valgt: {', '.join(select.values)}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="p:coach", placeholder="Vælg en coach", row=2)
    async def coach(self, interaction: Interaction, select: discord.ui.UserSelect[Any]) -> None:
        """Say who was chosen."""
        await interaction.response.send_message(f"Coach: {select.values[0].mention}", ephemeral=True)


class Card(discord.ui.LayoutView):
    """A message of components only."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        button = ui.Button(label="Tilkald", custom_id="card:call")
        button.callback = self.call
        self.add_item(
            ui.Container(
                ui.TextDisplay(f"## Coach Henrik\nFar til to. **Skilt i 2019.** {XSS}"),
                ui.Separator(),
                ui.Section(
                    ui.TextDisplay("På bænken nu"),
                    ui.TextDisplay("-# Svarer som regel inden for en time"),
                    accessory=ui.Thumbnail("attachment://henrik.png"),
                ),
                ui.Section(ui.TextDisplay("Vil du tale med ham?"), accessory=button),
                ui.MediaGallery(
                    discord.MediaGalleryItem("attachment://wide.png"),
                    discord.MediaGalleryItem("https://example.org/far-away.png"),
                ),
                accent_colour=discord.Colour(0x3BA55C),
            )
        )

    async def call(self, interaction: Interaction) -> None:
        """Answer so that all see it."""
        await interaction.response.send_message("Henrik er tilkaldt.")


class ToyBot(commands.Bot):
    """The bot under the page."""

    def __init__(self) -> None:
        intents = discord.Intents.default()
        super().__init__(command_prefix=commands.when_mentioned, intents=intents)
        self.reactions: list[discord.RawReactionActionEvent] = []

    async def setup_hook(self) -> None:
        """Make the commands and the views that outlive a restart."""
        commands: list[Any] = [_topic, _panel, _card, _boom, _report]
        for command in commands:
            self.tree.add_command(command)
        self.add_view(Panel())
        self.add_view(Card())
        await self.tree.sync()

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Remember who reacted."""
        self.reactions.append(event)


async def _topics(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=name.capitalize(), value=name) for name in TOPICS if typed in name]


@app_commands.command(name="emne", description="Se hvad de andre har spurgt om")
@app_commands.describe(emne="Hvad handler det om?", antal="Hvor mange?", privat="Kun for dig?")
@app_commands.autocomplete(emne=_topics)
async def _topic(interaction: Interaction, emne: str, antal: int = 3, privat: bool = True) -> None:
    await interaction.response.send_message(f"{antal} spørgsmål om **{emne}**", ephemeral=privat)


@app_commands.command(name="panel", description="Vis knapper og menuer")
async def _panel(interaction: Interaction) -> None:
    await interaction.response.send_message("Hvad vil du?", view=Panel())


@app_commands.command(name="kort", description="Vis en coachs kort")
async def _card(interaction: Interaction) -> None:
    files = [picture("henrik.png", (59, 165, 92)), picture("wide.png")]
    await interaction.response.send_message(view=Card(), files=files)


@app_commands.command(name="fejl", description="Gå i stykker")
async def _boom(_interaction: Interaction) -> None:
    raise RuntimeError("det her skulle ikke ske")


@app_commands.context_menu(name="Anmeld")
async def _report(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"Anmeldt: {message.id}", ephemeral=True)


def embed() -> discord.Embed:
    """An embed with everything on it."""
    made = discord.Embed(
        title=f"Stillingen {XSS}",
        description=f"Sæson 3 · uge 2 {XSS}",
        colour=discord.Colour(0xFAA61A),
        url="https://mitassist.dk/stilling",
    )
    made.set_author(name=f"MitAssist {XSS}")
    made.add_field(name="Mest brugte", value="1. **Falken** · 42\n2. **Stenen** · 37", inline=True)
    made.add_field(name=XSS, value=XSS, inline=True)
    made.add_field(name="Din plads", value="Nr. 12", inline=False)
    made.set_image(url="attachment://board.png")
    made.set_footer(text=f"Opdateret i dag {XSS}")
    return made


@dataclass
class Scene:
    """The toy world, and the page that shows it."""

    env: simcord.Env
    guild: simcord.GuildHandle
    bot: ToyBot
    hub: Hub
    server: web.Server
    channels: dict[str, int]
    people: dict[str, simcord.MemberActor]

    def channel(self, name: str) -> discord.abc.Messageable:
        """A channel as the bot has it."""
        return cast("discord.abc.Messageable", self.bot.get_channel(self.channels[name]))


@asynccontextmanager
async def scene(port: int = 0) -> AsyncGenerator[Scene]:
    """The toy world with its page being served."""
    simulator.apply()
    bot = ToyBot()
    env = simcord.Env(bot, check_errors=False, settle_timeout=2.0)
    simulator.use_wall_clock(env)
    await env.start()
    guild = env.create_guild("MitAssist")
    made = await _build(env, guild, bot)
    hub = Hub(env, guild)
    for actor, label in made[1]:
        hub.add_person(actor, label)
    server = await web.serve(hub, port)
    hub.start()
    try:
        yield Scene(env, guild, bot, hub, server, made[0], {actor.name: actor for actor, _ in made[1]})
    finally:
        await hub.stop()
        await server.close()
        await env.shutdown()
        await bot.close()


async def _build(
    env: simcord.Env, guild: simcord.GuildHandle, bot: ToyBot
) -> tuple[dict[str, int], list[tuple[simcord.MemberActor, str]]]:
    boy_role = guild.create_role("Spiller", color=0x5865F2)
    coach_role = guild.create_role("Coach", color=0x3BA55C)
    mod_role = guild.create_role(
        "Moderator",
        color=0xED4245,
        permissions=discord.Permissions(manage_threads=True, manage_messages=True),
    )
    people = [
        (guild.add_member(env.create_user("mikkel"), roles=[boy_role], nick="Mikkel"), "Dreng"),
        (guild.add_member(env.create_user("jonas"), roles=[boy_role], nick=f"Jonas {XSS}"), "Dreng"),
        (guild.add_member(env.create_user("henrik"), roles=[coach_role], nick="Henrik"), "Coach"),
        (guild.add_member(env.create_user("sofie"), roles=[mod_role], nick="Sofie"), "Moderator"),
    ]
    start, room = guild.create_category("Start her"), guild.create_category("Banen")
    guild.create_text_channel("velkommen", category=start, topic="Læs det her først")
    talk = guild.create_text_channel("snak", category=room, topic="Det der ikke er et spørgsmål")
    hidden = guild.create_text_channel(
        "moderatorer",
        category=room,
        overwrites={
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            mod_role: discord.PermissionOverwrite(view_channel=True),
        },
    )
    server = cast("discord.Guild", bot.get_guild(guild.id))
    forum = await server.create_forum(
        "spørgsmål",
        category=cast("discord.CategoryChannel", server.get_channel(room.id)),
        topic="Spørg om alt. Ingen ved, at det er dig.",
        available_tags=[
            discord.ForumTag(name="Ubesvaret", emoji="❓"),
            discord.ForumTag(name="Besvaret", emoji="✅"),
            discord.ForumTag(name="Kærester", emoji="❤️"),
        ],
    )
    await _fill(bot, forum, cast("discord.TextChannel", bot.get_channel(talk.id)), people[2][0].id)
    ids = {name: handle.id for name, handle in guild.channels.items()}
    ids["moderatorer"] = hidden.id
    return ids, people


async def _fill(bot: ToyBot, forum: discord.ForumChannel, talk: discord.TextChannel, coach_id: int) -> None:
    post = await forum.create_thread(
        name="Min kæreste vil have, at jeg slår op med mine venner",
        content="Vi har været sammen i et halvt år, og hun kan ikke med dem. Hvad gør jeg?\n\n— *Ugle 41*",
        applied_tags=[forum.available_tags[0], forum.available_tags[2]],
        view=Panel(),
    )
    await post.message.add_reaction("🤝")
    await forum.create_thread(
        name=f"Må man græde på arbejdet? {XSS}",
        content="Det skete i går. Nu tør jeg ikke komme tilbage.",
        applied_tags=[forum.available_tags[1]],
    )
    old = await forum.create_thread(name="Min far drikker igen", content="Hvem siger jeg det til?")
    await old.thread.send("Tak for i dag. Spørgsmålet er lukket.")
    await old.thread.edit(archived=True, locked=True)
    await talk.send("Velkommen på banen! Skriv `/emne` for at se, hvad de andre spørger om.")
    await talk.send(embed=embed(), file=picture("board.png", (250, 166, 26)))
    private = await talk.create_thread(name=f"Linje 7 {XSS}", type=discord.ChannelType.private_thread)
    await private.add_user(discord.Object(coach_id))
    await private.send("Ny linje. Kun coachen kan se den her tråd.")


async def main() -> None:
    """Serve the toy world until it is interrupted: to look at the page while changing it."""
    async with scene(port=8765):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
