"""Who gave most assists."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import MitAssist
from bot.reporting import ack, tell
from bot.services.leaderboard import Board
from bot.texts import Texts
from bot.translation import said
from cogs.ui import cards
from cogs.ui.places import guild_of


class Leaderboard(commands.Cog):
    """`/leaderboard`."""

    def __init__(self, bot: MitAssist) -> None:
        self.bot = bot

    @app_commands.command(
        name=said("command.leaderboard.name"), description=said("command.leaderboard.description")
    )
    @app_commands.guild_only()
    async def leaderboard(self, interaction: discord.Interaction) -> None:
        """This month and all time, and one's own place, privately."""
        await ack(interaction)
        boards = await self.bot.services.leaderboard.boards(guild_of(interaction), interaction.user.id)
        texts = await self.bot.texts_for(interaction)
        card = discord.Embed(title=texts("board.title"), colour=cards.COACH)
        card.add_field(name=texts("board.month"), value=_column(texts, boards.month))
        card.add_field(name=texts("board.all_time"), value=_column(texts, boards.all_time))
        await tell(interaction, embeds=[card])


def _column(texts: Texts, board: Board) -> str:
    lines = [
        texts(
            "board.line",
            place=line.place,
            name=discord.utils.escape_markdown(line.player_name)
            if line.player_name
            else f"<@{line.user_id}>",
            assists=line.assists,
        )
        for line in board.lines
    ] or [texts("board.nobody")]
    own = board.own
    if own.place is None:
        lines += ["", texts("board.own_none")]
    else:
        key = "board.own_one" if own.assists == 1 else "board.own_many"
        lines += ["", texts(key, assists=own.assists, place=own.place)]
    return "\n".join(lines)


async def setup(bot: MitAssist) -> None:
    """Called by discord.py."""
    await bot.add_cog(Leaderboard(bot))
