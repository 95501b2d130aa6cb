"""How helplines look."""

from datetime import date

import discord

from bot.services import helplines
from bot.services.helplines import Helpline, Situation
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import menu, view


def lines(texts: Texts, situation: Situation, today: date) -> tuple[discord.Embed, discord.ui.View]:
    """Those for one situation, 112 first, and a menu of the others."""
    first, *others = helplines.for_situation(situation)
    card = discord.Embed(
        title=texts(f"hotline.situation_{situation}"),
        description=texts("hotline.first", name=first.name, who=first.who[texts.language]),
        colour=cards.WARNING,
    )
    for line in others:
        card.add_field(name=_title(line), value=_about(texts, line, today), inline=False)
    card.set_footer(text=texts("hotline.next"))
    options = [(texts(f"hotline.situation_{one}"), one.value, None) for one in Situation]
    return card, view([menu(texts("hotline.pick"), "hotline", options)])


def _title(line: Helpline) -> str:
    return f"{line.name}: {line.number}" if line.number and line.number not in line.name else line.name


def _about(texts: Texts, line: Helpline, today: date) -> str:
    parts = [line.who[texts.language]]
    if line.hours and line.is_verified(today):
        parts.append(line.hours[texts.language])
    elif not line.is_verified(today):
        parts.append(texts("hotline.unverified"))
    if line.web:
        parts.append(line.web)
    return "\n".join(parts)
