"""Choosing a coach: pages of a menu, then one card with a button."""

import discord

from bot.routing import NO_TOKEN
from bot.services.coaches import CoachProfile
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import Style, button, menu, view

# An embed holds 25 fields and 6,000 characters, a menu 25 options.
_PAGE = 20


def coach_menu(
    texts: Texts, profiles: list[CoachProfile], page: int, question: str
) -> discord.ui.Select[discord.ui.View]:
    """One page of coaches; ``question`` is the token of the question he is called onto, or NO_TOKEN."""
    options = [
        (f"{profile.name}, {texts('coach.age', age=profile.age)}", profile.token, profile.experience)
        for profile in profiles[page * _PAGE : (page + 1) * _PAGE]
    ]
    return menu(texts("coach.pick"), "pick_coach", options, question)


def coach_list(
    texts: Texts, profiles: list[CoachProfile], page: int = 0, question: str = NO_TOKEN
) -> tuple[discord.Embed, discord.ui.View]:
    """A page of coaches in short, the menu, and the way to other pages."""
    pages = max(1, -(-len(profiles) // _PAGE))
    page = min(max(page, 0), pages - 1)
    card = discord.Embed(
        title=texts("coach.list_title"), description=texts("coach.list_intro"), colour=cards.COACH
    )
    for profile in profiles[page * _PAGE : (page + 1) * _PAGE]:
        name = f"{profile.name}, {texts('coach.age', age=profile.age)}"
        card.add_field(name=name, value=profile.topics, inline=True)
    if pages > 1:
        card.set_footer(text=texts("coach.page", page=page + 1, pages=pages))
    items: list[discord.ui.Item[discord.ui.View]] = [coach_menu(texts, profiles, page, question)]
    if page > 0:
        items.append(button(texts("button.previous"), "coaches", question, detail=str(page - 1)))
    if page + 1 < pages:
        items.append(button(texts("button.next"), "coaches", question, detail=str(page + 1)))
    return card, view(items)


def coach_card(texts: Texts, profile: CoachProfile, question: str) -> tuple[discord.Embed, discord.ui.View]:
    """One coach in full, with the button that calls him where a question is at hand."""
    items: list[discord.ui.Item[discord.ui.View]] = []
    if question != NO_TOKEN:
        label = texts("button.call", name=profile.name)
        items.append(button(label, "call", question, Style.success, detail=profile.token))
    items.append(button(texts("button.others"), "coaches", question, detail="0"))
    card = cards.coach(texts, profile)
    if question == NO_TOKEN:
        card.set_footer(text=texts("coach.list_hint"))
    return card, view(items)
