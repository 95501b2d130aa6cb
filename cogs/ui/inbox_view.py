"""How what is opened in the inbox looks. Only ever shown to its owner."""

from collections.abc import Iterable, Sequence

import discord

from bot.services.following import FollowedQuestion
from bot.services.inbox import OwnQuestion, Standing, Unsent
from bot.services.lines import Line
from bot.texts import Texts
from cogs.ui import cards, inbox_list
from cogs.ui.parts import Style, button, link, shorten, view
from cogs.ui.places import thread_url
from db.models import PostKind, QuestionState, SummonState

_QUOTE_MAX = 1000
_UNSENT_SHOWN = 3
# What all cards of a message may hold together is 6,000; the rest is for what stands above them.
_EMBEDS_MAX = 5600

Shown = tuple[list[discord.Embed], discord.ui.View]


def question(texts: Texts, own: OwnQuestion, warning: Sequence[discord.Embed] = ()) -> Shown:
    """One of one's own questions, with everything that can be done. ``warning`` goes with a draft."""
    card = discord.Embed(title=own.title, description=own.body, colour=cards.QUESTION)
    card.set_author(name=texts("inbox.title")).set_footer(text=own.topic)
    embeds = [discord.Embed(description="\n".join(_lines(texts, own)), colour=cards.QUIET), card]
    embeds[1:1] = _own_messages(texts, own)
    embeds += warning
    room = _EMBEDS_MAX - sum(len(embed) for embed in embeds)
    if room < 0:
        card.description = own.body[: room - 1] + "…"
    for unsent in own.unsent[:_UNSENT_SHOWN]:
        lost = _unsent(texts, unsent)
        room -= len(lost)
        if room >= 0:
            embeds.append(lost)
    return embeds, view(_buttons(texts, own))


def _lines(texts: Texts, own: OwnQuestion) -> Iterable[str]:
    yield texts("inbox.alias", alias=own.alias)
    state = [inbox_list.new(texts, own.new), texts(f"inbox.state_{own.standing}")]
    if own.state is not QuestionState.DRAFT:
        state.append(inbox_list.count(texts, own.answers))
    yield " · ".join(filter(None, state))
    if own.standing is Standing.HIDDEN:
        yield texts("inbox.hidden_why")
    if own.standing is Standing.GONE:
        yield texts("inbox.gone_why")
    yield from (_why(texts, unsent) for unsent in own.unsent if unsent.kind is PostKind.QUESTION)
    if own.summon:
        key = f"inbox.coach_{own.summon.state}" if own.summon.reached else "inbox.coach_unreached"
        yield texts(key, coach=own.summon.coach)
    if own.unread and own.summon:
        yield inbox_list.unread(texts, own.unread, own.summon.coach)


def _why(texts: Texts, unsent: Unsent) -> str:
    return texts("inbox.why_gave_up" if unsent.gave_up else "inbox.why_refused")


def _unsent(texts: Texts, unsent: Unsent) -> discord.Embed:
    title = "inbox.unsent_line" if unsent.kind is PostKind.LINE else "inbox.unsent"
    lost = discord.Embed(title=texts(title), description=unsent.text[:_QUOTE_MAX], colour=cards.QUIET)
    return lost.set_footer(text=_why(texts, unsent))


def _own_messages(texts: Texts, own: OwnQuestion) -> list[discord.Embed]:
    """That he wrote in his thread under his own name."""
    found = own.own_messages
    parts: list[str] = []
    if found.standing:
        parts.append(texts("disclosed.standing", links=_links(texts, own, found.standing)))
    if found.promised:
        parts.append(texts("disclosed.promised", links=_links(texts, own, found.promised)))
    if found.taken_down:
        parts.append(texts("disclosed.taken_down"))
    if not parts:
        return []
    return [
        discord.Embed(title=texts("disclosed.title"), description="\n\n".join(parts), colour=cards.WARNING)
    ]


def _links(texts: Texts, own: OwnQuestion, message_ids: Sequence[int]) -> str:
    thread = thread_url(own.guild_id, own.thread_id or 0)
    return ", ".join(
        f"[{texts('disclosed.message', number=number)}]({thread}/{message_id})"
        for number, message_id in enumerate(message_ids, 1)
    )


def _buttons(texts: Texts, own: OwnQuestion) -> list[discord.ui.Item[discord.ui.View]]:
    if own.state is QuestionState.DRAFT:
        return [*draft_buttons(texts, own.token), button(texts("button.back"), "inbox", own.token)]
    items: list[discord.ui.Item[discord.ui.View]] = []
    published = own.state in (QuestionState.OPEN, QuestionState.SOLVED)
    state = own.summon.state if own.summon else None
    if own.own_messages.standing and own.state is not QuestionState.GONE:
        label = "button.take_down_one" if len(own.own_messages.standing) == 1 else "button.take_down_many"
        items.append(button(texts(label), "take_down", own.token, Style.danger))
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
    if own.state is QuestionState.GONE:
        items.append(button(texts("button.put_away"), "put_away", own.token))
    else:
        items.append(button(texts("button.withdraw"), "withdraw", own.token, Style.danger))
    items.append(button(texts("button.back"), "inbox", own.token))
    if published and own.thread_id is not None:
        items.append(link(texts("inbox.go_to_thread"), thread_url(own.guild_id, own.thread_id)))
    return items


def draft_buttons(texts: Texts, token: str) -> list[discord.ui.Item[discord.ui.View]]:
    """What can be done with a question that is not posted."""
    return [
        button(texts("ask.publish"), "publish", token, Style.success),
        button(texts("ask.edit"), "edit_draft", token),
        button(texts("ask.discard"), "discard", token, Style.danger),
    ]


def followed(texts: Texts, shown: FollowedQuestion) -> Shown:
    """A question of somebody else's that one follows."""
    items: list[discord.ui.Item[discord.ui.View]] = [
        button(texts("button.unfollow"), "unfollow", shown.token),
        button(texts("button.back"), "inbox"),
    ]
    if shown.hidden:
        title, text = texts("following.hidden_title"), texts("following.hidden_why")
        return [discord.Embed(title=title, description=text, colour=cards.QUIET)], view(items)
    card = discord.Embed(title=shown.title, description=shown.body, colour=cards.QUESTION)
    card.set_author(name=texts("question.asks", alias=shown.alias)).set_footer(text=shown.topic)
    note = discord.Embed(description=inbox_list.summary(texts, shown), colour=cards.QUIET)
    if shown.thread_id is not None:
        items.append(link(texts("inbox.go_to_thread"), thread_url(shown.guild_id, shown.thread_id)))
    return [note, card], view(items)


def confirm_withdraw(texts: Texts, token: str) -> discord.ui.View:
    """One more tap before everything is gone."""
    return view(
        [
            button(texts("button.withdraw_yes"), "withdraw_yes", token, Style.danger),
            button(texts("button.back"), "own", token),
        ]
    )


def line(texts: Texts, shown: Line) -> tuple[discord.Embed, discord.ui.View]:
    """A page of the private line, newest at the bottom."""
    blocks: list[str] = []
    for entry in shown.entries:
        who = texts("line.coach_says", coach=shown.coach) if entry.from_coach else texts("line.you_say")
        mark = "line.new" if entry.new else "line.failed" if entry.failed else None
        new = f" · **{texts(mark)}**" if mark else ""
        # Of what he wrote himself only the hour is kept: "three minutes ago" would be wrong.
        style = "R" if entry.from_coach else "d"
        blocks.append(f"**{shorten(who)}** <t:{int(entry.at.timestamp())}:{style}>{new}\n{entry.text}")
    text = "\n\n".join(blocks) or texts("line.empty")
    card = discord.Embed(title=texts("line.title", coach=shown.coach), description=text, colour=cards.COACH)
    footer = [] if shown.open else [texts("line.closed")]
    if shown.pages > 1:
        footer.append(texts("coach.page", page=shown.page + 1, pages=shown.pages))
    if footer:
        card.set_footer(text=" · ".join(footer))
    items: list[discord.ui.Item[discord.ui.View]] = []
    if shown.page > 0:
        items.append(button(texts("button.older"), "line", shown.question_token, detail=str(shown.page - 1)))
    if shown.page + 1 < shown.pages:
        items.append(button(texts("button.newer"), "line", shown.question_token, detail=str(shown.page + 1)))
    if shown.open:
        items.append(button(texts("button.line_write"), "line_write", shown.question_token, Style.primary))
    items.append(button(texts("button.back"), "own", shown.question_token))
    return card, view(items)
