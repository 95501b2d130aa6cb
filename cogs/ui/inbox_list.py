"""The list in the inbox: what a member asked, what he follows. Only ever shown to him."""

from dataclasses import dataclass

import discord

from bot.routing import NO_TOKEN
from bot.services.following import FollowedQuestion
from bot.services.inbox import InboxItem
from bot.services.notices import NoticeChoice
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import button, menu, view

# More would be a wall on a phone; Discord allows 25.
_PAGE = 10
_NAME_MAX = 256
_QUOTE_MAX = 700


@dataclass(frozen=True)
class Contents:
    """Everything that the list shows."""

    own: list[InboxItem]
    followed: list[FollowedQuestion]
    # His own answers that Discord would not take.
    unsent_answers: list[str]
    messages: NoticeChoice


def overview(texts: Texts, contents: Contents, page: int = 0) -> tuple[list[discord.Embed], discord.ui.View]:
    """One page of the list: his own questions first, then those he follows."""
    everything: list[InboxItem | FollowedQuestion] = [*contents.own, *contents.followed]
    pages = max(1, -(-len(everything) // _PAGE))
    page = min(max(page, 0), pages - 1)
    shown = everything[page * _PAGE : (page + 1) * _PAGE]
    card = discord.Embed(title=texts("inbox.title"), colour=cards.QUESTION)
    card.set_footer(text=_footer(texts, page, pages))
    if not shown:
        card.description = texts("inbox.empty")
    if contents.messages.wanted and contents.messages.refused:
        card.description = "\n\n".join(filter(None, (card.description, texts("notice.refused"))))
    for one in shown:
        card.add_field(name=_title(texts, one)[:_NAME_MAX], value=summary(texts, one), inline=False)
    embeds = [card, *(_lost(texts, text) for text in contents.unsent_answers)]
    return embeds, view([*_menus(texts, shown), *_buttons(texts, contents.messages, page, pages)])


def _lost(texts: Texts, text: str) -> discord.Embed:
    """A text that Discord would not take, to copy."""
    return discord.Embed(title=texts("inbox.unsent"), description=text[:_QUOTE_MAX], colour=cards.QUIET)


def summary(texts: Texts, one: InboxItem | FollowedQuestion) -> str:
    """One question in a line, what is new first."""
    if isinstance(one, FollowedQuestion):
        if one.hidden:
            return f"{texts('following.mark')} · {texts('inbox.state_hidden')}"
        state = "inbox.state_solved" if one.solved else "inbox.state_open"
        parts = [new(texts, one.new), texts("following.mark"), texts(state), count(texts, one.answers)]
        return " · ".join(filter(None, parts))
    parts = [
        texts("inbox.gave_away") if one.gave_himself_away else "",
        new(texts, one.new),
        unread(texts, one.unread, one.coach or ""),
        texts(f"inbox.state_{one.standing}"),
        count(texts, one.answers),
        texts("inbox.something_unsent") if one.unsent else "",
        texts("inbox.coach_on", coach=one.coach) if one.coach and not one.unread else "",
    ]
    return " · ".join(filter(None, parts))


def count(texts: Texts, answers: int) -> str:
    """How many answers there are."""
    return texts("inbox.answers_one") if answers == 1 else texts("inbox.answers_many", count=answers)


def new(texts: Texts, answers: int) -> str:
    """How many of them are new; nothing where none is."""
    if not answers:
        return ""
    return texts("inbox.new_one") if answers == 1 else texts("inbox.new_many", count=answers)


def unread(texts: Texts, messages: int, coach: str) -> str:
    """How many messages a coach has written that were not read; nothing where none was."""
    if not messages:
        return ""
    return texts("inbox.unread_one" if messages == 1 else "inbox.unread_many", count=messages, coach=coach)


def _footer(texts: Texts, page: int, pages: int) -> str:
    if pages == 1:
        return texts("inbox.intro")
    return f"{texts('inbox.intro')} · {texts('coach.page', page=page + 1, pages=pages)}"


def _title(texts: Texts, one: InboxItem | FollowedQuestion) -> str:
    return one.title or texts("following.hidden_title")


def _menus(texts: Texts, shown: list[InboxItem | FollowedQuestion]) -> list[discord.ui.Item[discord.ui.View]]:
    own = [one for one in shown if isinstance(one, InboxItem)]
    followed = [one for one in shown if isinstance(one, FollowedQuestion)]
    return [
        menu(texts(label), action, [(_title(texts, one), one.token, summary(texts, one)) for one in found])
        for label, action, found in (("inbox.pick", "own", own), ("following.pick", "followed", followed))
        if found
    ]


def _buttons(
    texts: Texts, messages: NoticeChoice, page: int, pages: int
) -> list[discord.ui.Item[discord.ui.View]]:
    items: list[discord.ui.Item[discord.ui.View]] = []
    if page > 0:
        items.append(button(texts("button.previous"), "inbox", detail=str(page - 1)))
    if page + 1 < pages:
        items.append(button(texts("button.next"), "inbox", detail=str(page + 1)))
    items.append(notices_button(texts, messages))
    return items


def notices_button(texts: Texts, messages: NoticeChoice) -> discord.ui.Button[discord.ui.View]:
    """Turns direct messages on or off."""
    label, detail = ("button.notices_off", "off") if messages.wanted else ("button.notices_on", "on")
    return button(texts(label), "notices", NO_TOKEN, detail=detail)
