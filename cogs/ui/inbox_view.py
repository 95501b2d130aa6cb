"""How the inbox looks. Only ever shown to its owner."""

import discord

from bot.services.inbox import InboxItem, OwnQuestion
from bot.services.lines import Line
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import Style, button, link, menu, shorten, view
from cogs.ui.places import thread_url
from db.models import QuestionState, SummonState

_EMBED_MAX = 4096
_QUOTE_MAX = 1000
_UNSENT_SHOWN = 3
# What all cards of a message may hold together.
_EMBEDS_MAX = 6000

Shown = tuple[list[discord.Embed], discord.ui.View]


def overview(
    texts: Texts, items: list[InboxItem], unsent: list[str]
) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """The list of one's own questions, and one's own answers that did not come out."""
    card = discord.Embed(title=texts("inbox.title"), colour=cards.QUESTION)
    card.set_footer(text=texts("inbox.intro"))
    embeds = [card, *(_lost(texts, text) for text in unsent)]
    if not items:
        card.description = texts("inbox.empty")
        return embeds, None
    for item in items:
        card.add_field(name=item.title, value=_summary(texts, item), inline=False)
    options = [(item.title, item.token, _summary(texts, item)) for item in items]
    return embeds, view([menu(texts("inbox.pick"), "own", options)])


def _lost(texts: Texts, text: str) -> discord.Embed:
    """A text that Discord would not take, to copy."""
    return discord.Embed(title=texts("inbox.unsent"), description=text[:_QUOTE_MAX], colour=cards.QUIET)


def _summary(texts: Texts, item: InboxItem) -> str:
    state = "hidden" if item.hidden else item.state
    parts = [texts(f"inbox.state_{state}"), _count(texts, item.answers)]
    if item.unread and item.coach:
        parts.append(_unread(texts, item.unread, item.coach))
    elif item.coach:
        parts.append(texts("inbox.coach_on", coach=item.coach))
    return " · ".join(parts)


def _unread(texts: Texts, count: int, coach: str) -> str:
    return texts("inbox.unread_one" if count == 1 else "inbox.unread_many", count=count, coach=coach)


def _count(texts: Texts, answers: int) -> str:
    return texts("inbox.answers_one") if answers == 1 else texts("inbox.answers_many", count=answers)


def question(texts: Texts, own: OwnQuestion) -> Shown:
    """One of one's own questions, with everything that can be done."""
    card = discord.Embed(title=own.title, description=own.body, colour=cards.QUESTION)
    card.set_author(name=texts("inbox.title")).set_footer(text=own.topic)
    state = texts("inbox.state_hidden" if own.hidden else f"inbox.state_{own.state}")
    lines = [texts("inbox.alias", alias=own.alias), f"{state} · {_count(texts, own.answers)}"]
    if own.summon:
        lines.append(texts(f"inbox.coach_{own.summon.state}", coach=own.summon.coach))
    if own.unread and own.summon:
        lines.append(_unread(texts, own.unread, own.summon.coach))
    embeds = [discord.Embed(description="\n".join(lines), colour=cards.QUIET), card]
    room = _EMBEDS_MAX - sum(len(embed) for embed in embeds)
    for text in own.unsent[:_UNSENT_SHOWN]:
        lost = _lost(texts, text)
        room -= len(lost)
        if room >= 0:
            embeds.append(lost)
    return embeds, view(_buttons(texts, own))


def _buttons(texts: Texts, own: OwnQuestion) -> list[discord.ui.Item[discord.ui.View]]:
    items: list[discord.ui.Item[discord.ui.View]] = []
    published = own.state in (QuestionState.OPEN, QuestionState.SOLVED)
    state = own.summon.state if own.summon else None
    if published and own.thread_id is not None and not own.hidden:
        items.append(button(texts("button.follow_up"), "follow_up", own.token, Style.primary))
        if state not in (SummonState.PENDING, SummonState.ACCEPTED):
            items.append(button(texts("button.summon"), "summon", own.token))
    if own.summon and own.summon.taken:
        items.append(button(texts("button.line"), "line", own.token, Style.success))
    if state in (SummonState.PENDING, SummonState.ACCEPTED):
        label = "button.cancel_call" if state is SummonState.PENDING else "button.end_line"
        items.append(button(texts(label), "line_end", own.token))
    if own.state is QuestionState.OPEN and not own.hidden:
        items.append(button(texts("button.solve"), "solve", own.token))
    if own.state is QuestionState.FAILED:
        items.append(button(texts("button.retry"), "publish", own.token, Style.primary))
        items.append(button(texts("ask.edit"), "edit_draft", own.token))
    items.append(button(texts("button.withdraw"), "withdraw", own.token, Style.danger))
    items.append(button(texts("button.back"), "inbox", own.token))
    if published and own.thread_id is not None:
        items.append(link(texts("inbox.go_to_thread"), thread_url(own.guild_id, own.thread_id)))
    return items


def confirm_withdraw(texts: Texts, token: str) -> discord.ui.View:
    """One more tap before everything is gone."""
    return view(
        [
            button(texts("button.withdraw_yes"), "withdraw_yes", token, Style.danger),
            button(texts("button.back"), "own", token),
        ]
    )


def line(texts: Texts, shown: Line) -> tuple[discord.Embed, discord.ui.View]:
    """The private line, newest at the bottom; what does not fit is left out from the top."""
    blocks: list[str] = []
    room = _EMBED_MAX
    for entry in reversed(shown.entries):
        who = texts("line.coach_says", coach=shown.coach) if entry.from_coach else texts("line.you_say")
        mark = "line.new" if entry.new else "line.failed" if entry.failed else None
        new = f" · **{texts(mark)}**" if mark else ""
        block = f"**{shorten(who)}** <t:{int(entry.at.timestamp())}:R>{new}\n{entry.text}"
        room -= len(block) + 2
        if room < 0:
            break
        blocks.append(block)
    text = "\n\n".join(reversed(blocks)) or texts("line.empty")
    card = discord.Embed(title=texts("line.title", coach=shown.coach), description=text, colour=cards.COACH)
    items: list[discord.ui.Item[discord.ui.View]] = []
    if shown.open:
        items.append(button(texts("button.line_write"), "line_write", shown.question_token, Style.primary))
    else:
        card.set_footer(text=texts("line.closed"))
    items.append(button(texts("button.back"), "own", shown.question_token))
    return card, view(items)
