"""How a request to see who asked looks: in the moderators' channel, and privately to those who act on it.

The explanation is only shown privately: it may hold what the whole staff need not read.
"""

import discord

from bot.services.reveals import EXPLANATION_MAX, EXPLANATION_MIN, RevealView, Told
from bot.services.staffroom import Look, StaffCard
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import Form, Style, button, view
from db.models import RevealReason, RevealState

# The custom ids and option values of the form.
YES, NO = "yes", "no"
_LIVE = (Look.REQUESTED, Look.APPROVED, Look.OPENED, Look.TO_REVIEW)
_MAY_SHOW = (Look.APPROVED, Look.OPENED, Look.TO_REVIEW)


def form(texts: Texts, question_token: str) -> Form:
    """What a moderator fills in to ask."""
    reasons = [(texts(f"reveal.reason_{reason}"), reason.value) for reason in RevealReason]
    made = Form(texts("reveal.modal_title"), "reveal", question_token)
    made.choose("reason", texts("reveal.reason"), reasons)
    made.text(
        "explanation",
        texts("reveal.explanation"),
        texts("reveal.explanation_hint", minimum=EXPLANATION_MIN),
        limit=EXPLANATION_MAX,
        long=True,
    )
    made.choose(
        "silent",
        texts("reveal.silent"),
        [(texts("reveal.silent_no"), NO), (texts("reveal.silent_yes"), YES)],
        NO,
    )
    return made


def review_form(texts: Texts, opened: RevealView) -> Form:
    """What somebody else writes after a lone moderator opened it.

    Where that one wanted silence, another now decides whether it lasts.
    """
    made = Form(texts("reveal.review_title"), "reveal_review", opened.token)
    hint = texts("reveal.review_hint", minimum=EXPLANATION_MIN)
    made.text("text", texts("reveal.review"), hint, limit=EXPLANATION_MAX, long=True)
    if opened.silent:
        options = [(texts("reveal.tell_yes"), YES), (texts("reveal.tell_no"), NO)]
        made.choose("tell", texts("reveal.tell"), options, YES)
    return made


def staff_card(texts: Texts, card: StaffCard) -> discord.Embed:
    """The message in the moderators' channel."""
    shown = card.view
    lines = [
        texts(
            "reveal.asked_by",
            mention=_mention(shown.requested_by),
            alias=shown.alias,
            link=f"<#{shown.thread_id}>",
        ),
        texts("reveal.reason_is", reason=texts(f"reveal.reason_{shown.reason}")),
        texts(
            f"reveal.look_{card.look}",
            requester=_mention(shown.requested_by),
            decider=_mention(shown.decided_by),
            reviewer=_mention(shown.reviewed_by),
            deadline=f"<t:{int(shown.expires_at.timestamp())}:f>",
        ),
    ]
    colour = cards.COACH if card.look in _LIVE else cards.QUIET
    return discord.Embed(title=texts("reveal.title"), description="\n".join(lines), colour=colour)


def staff_buttons(texts: Texts, card: StaffCard) -> discord.ui.View:
    """What moderators can do with it; who may do what is checked when they press."""
    token = card.view.token
    items: list[discord.ui.Item[discord.ui.View]] = [
        button(texts("button.reveal_read"), "reveal_read", token)
    ]
    if card.view.may_open_alone:
        # Also here: the requester may have lost the private message that offers it.
        items.append(_alone(texts, token))
    if card.look is Look.TO_REVIEW:
        items.append(button(texts("button.reveal_review"), "reveal_review", token, Style.primary))
    if card.look in _MAY_SHOW:
        items.append(button(texts("button.reveal_show"), "reveal_show", token, Style.danger))
    return view(items)


def request(texts: Texts, shown: RevealView) -> tuple[discord.Embed, discord.ui.View | None]:
    """The explanation, with the decision while there is one to make. For one moderator's eyes."""
    card = discord.Embed(
        title=texts("reveal.explanation_is"), description=shown.explanation, colour=cards.QUIET
    )
    card.add_field(name=texts("reveal.reason"), value=texts(f"reveal.reason_{shown.reason}"), inline=False)
    if shown.silent:
        card.add_field(name=texts("reveal.silent"), value=texts("reveal.silent_yes"), inline=False)
    if shown.state is not RevealState.REQUESTED:
        return card, None
    buttons = [button(texts("button.reveal_yes"), "reveal_yes", shown.token, Style.success)]
    if shown.silent:
        # Whoever approves decides that too.
        labels = (("button.reveal_yes_tell", NO), ("button.reveal_yes_silent", YES))
        buttons = [
            button(texts(label), "reveal_yes", shown.token, Style.success, detail=silent)
            for label, silent in labels
        ]
    return card, view([*buttons, button(texts("button.reveal_no"), "reveal_no", shown.token, Style.danger)])


def alone_button(texts: Texts, shown: RevealView) -> discord.ui.View:
    """The way out for a requester who cannot wait, where a life is in danger."""
    return view([_alone(texts, shown.token)])


def account(texts: Texts, member_id: int) -> discord.Embed:
    """Who it is: a Discord account and nothing more. Only ever shown privately."""
    return discord.Embed(
        description=texts("reveal.account", mention=_mention(member_id), id=member_id), colour=cards.QUIET
    )


def told(texts: Texts, owed: list[Told], key: str = "reveal.told") -> discord.Embed | None:
    """What the boy is told about his own questions, if anything."""
    if not owed:
        return None
    lines = [texts(key, alias=one.alias, reason=texts(f"reveal.reason_{one.reason}")) for one in owed]
    return discord.Embed(description="\n".join(lines), colour=cards.COACH)


def _mention(member_id: int | None) -> str:
    return f"<@{member_id}>" if member_id else "–"


def _alone(texts: Texts, token: str) -> discord.ui.Button[discord.ui.View]:
    return button(texts("button.reveal_alone"), "reveal_alone", token, Style.danger)
