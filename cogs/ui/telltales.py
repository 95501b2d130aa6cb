"""Warning a boy, before anything is posted, of what could give him away."""

from collections.abc import Sequence

import discord

from bot.services.telltales import Telltale
from bot.texts import Texts
from cogs.ui import cards
from cogs.ui.parts import shorten

_SHOWN = 6
_FOUND_MAX = 120


def names_of(member: discord.User | discord.Member) -> list[str]:
    """What Discord calls a member, as others see it first; handed on and kept nowhere."""
    nick = member.nick if isinstance(member, discord.Member) else None
    return [name for name in (nick, member.global_name, member.name) if name]


def warning(texts: Texts, telltales: Sequence[Telltale]) -> list[discord.Embed]:
    """What was found, and what to do about it; nothing where nothing was."""
    if not telltales:
        return []
    lines = [
        "• "
        + texts(
            f"telltale.{telltale.kind}",
            found=discord.utils.escape_markdown(shorten(telltale.found, _FOUND_MAX)),
        )
        for telltale in telltales[:_SHOWN]
    ]
    text = "\n".join([*lines, "", texts("telltale.advice")])
    return [discord.Embed(title=texts("telltale.title"), description=text, colour=cards.WARNING)]
