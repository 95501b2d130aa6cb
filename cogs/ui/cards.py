"""How things look: embeds made of public values only, never of a member who asked."""

from collections.abc import Sequence

import discord

from bot.services.coaches import CoachProfile
from bot.services.deliveries import CaseDelivery
from bot.texts import Texts
from cogs.ui.parts import Style, button, view

QUESTION = discord.Colour(0x2D7D9A)
ANSWER = discord.Colour(0x5B6B7A)
COACH = discord.Colour(0xC98A1B)
QUIET = discord.Colour(0x4E5058)
WARNING = discord.Colour(0xB3402A)


def question(
    texts: Texts, *, alias: str, topic: str, title: str, body: str, wants_coach: bool
) -> discord.Embed:
    """The card that opens a question's thread, and its preview."""
    card = discord.Embed(title=title, description=body, colour=QUESTION)
    card.set_author(name=texts("question.asks", alias=alias))
    footer = f"{topic} · {texts('question.wants_coach')}" if wants_coach else topic
    return card.set_footer(text=footer)


def question_buttons(texts: Texts, token: str) -> discord.ui.View:
    """What can be done under a question."""
    return view(
        [
            button(texts("button.answer"), "answer", token, Style.primary),
            button(texts("button.follow_up"), "follow_up", token),
            button(texts("button.summon"), "summon", token),
            button(texts("button.follow"), "follow", token),
        ]
    )


def hidden_question(texts: Texts) -> discord.Embed:
    """What stands instead of a question that was taken down."""
    return discord.Embed(description=texts("question.hidden"), colour=QUIET)


def follow_up(texts: Texts, alias: str, body: str) -> discord.Embed:
    """The asker writing on in his thread."""
    card = discord.Embed(description=body, colour=QUESTION)
    return card.set_author(name=texts("question.follow_up", alias=alias))


def follow_up_buttons(texts: Texts, token: str) -> discord.ui.View:
    """What can be done under a follow-up."""
    return view([button(texts("button.answer"), "answer", token)])


def answer(player_name: str, body: str, picture: str | None = None) -> discord.Embed:
    """An answer under a player name; ``picture`` is the name of a file that goes with it."""
    card = discord.Embed(description=body, colour=ANSWER).set_author(name=player_name)
    return card.set_image(url=f"attachment://{picture}") if picture else card


def answer_buttons(texts: Texts, token: str) -> discord.ui.View:
    """What can be done under an answer."""
    return view([button(texts("button.give"), "give", token, Style.success)])


def removed_answer(texts: Texts) -> discord.Embed:
    """What stands instead of an answer that was removed."""
    return discord.Embed(description=texts("answer.removed"), colour=QUIET)


def coach(texts: Texts, profile: CoachProfile) -> discord.Embed:
    """A coach, in his own words."""
    card = discord.Embed(title=f"{profile.name}, {texts('coach.age', age=profile.age)}", colour=COACH)
    card.add_field(name=texts("coach.knows"), value=profile.topics, inline=False)
    return card.add_field(name=texts("coach.lived"), value=profile.experience, inline=False)


def coach_announced(texts: Texts, profile: CoachProfile, user_id: int) -> discord.Embed:
    """A coach coming onto a question."""
    card = discord.Embed(
        title=texts("coach.announce", name=profile.name, age=profile.age),
        description=texts("coach.announce_text", mention=f"<@{user_id}>"),
        colour=COACH,
    )
    return card.add_field(name=texts("coach.lived"), value=profile.experience, inline=False)


def case(texts: Texts, delivery: CaseDelivery) -> Sequence[discord.Embed]:
    """What a coach gets to see of a case."""
    intro = discord.Embed(
        title=texts("case.title", title=delivery.title),
        description="\n".join(
            (
                texts(
                    "case.intro",
                    mention=f"<@{delivery.coach_user_id}>",
                    alias=delivery.alias,
                    deadline=f"<t:{delivery.expires_at}:f>",
                ),
                texts("case.question", link=f"<#{delivery.question_thread_id}>"),
                texts("case.how"),
            )
        ),
        colour=COACH,
    )
    text = discord.Embed(description=delivery.body, colour=QUESTION)
    text.set_author(name=texts("question.asks", alias=delivery.alias)).set_footer(text=delivery.topic)
    return [intro, text]


def case_buttons(texts: Texts, token: str) -> discord.ui.View:
    """What a coach can do with a case."""
    return view(
        [
            button(texts("button.accept"), "accept", token, Style.success),
            button(texts("button.decline"), "decline", token),
            button(texts("button.reply"), "line_reply", token, Style.primary),
        ]
    )


def from_asker(texts: Texts, alias: str, body: str) -> discord.Embed:
    """The asker writing to his coach."""
    card = discord.Embed(description=body, colour=QUESTION)
    return card.set_author(name=texts("line.from_asker", alias=alias))


def line_buttons(texts: Texts, token: str) -> discord.ui.View:
    """What a coach can do with a message from the asker."""
    return view([button(texts("button.reply"), "line_reply", token, Style.primary)])
