"""The Bot: wiring, set-up, error handling, shutdown."""

import logging
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.ext import commands

from bot.clock import Clock, system_clock
from bot.config import Settings
from bot.errors import DATABASE_FAULTS, StartError
from bot.logs import redactor
from bot.reporting import report
from bot.routing import Router
from bot.scheduling import Sweeps
from bot.services import container, key_check
from bot.services.identity import Identity, Keys
from bot.sightings import names_in
from bot.texts import Texts, texts
from bot.translation import CatalogueTranslator
from db import migrate
from db.engine import Database
from db.models import PostState

_log = logging.getLogger(__name__)

COGS = (
    "cogs.publishing",
    "cogs.upkeep",
    "cogs.ask",
    "cogs.inbox",
    "cogs.following",
    "cogs.notices",
    "cogs.disclosure",
    "cogs.assist",
    "cogs.coach",
    "cogs.case",
    "cogs.leaderboard",
    "cogs.profile",
    "cogs.moderation",
    "cogs.reveal",
    "cogs.privacy",
    "cogs.hotline",
    "cogs.admin",
)
# Longer than this, a wait that Discord asks for is left to the next turn of a sweep.
_RATE_LIMIT_PATIENCE_SECONDS = 30.0


class Sender(Protocol):
    """Sends what services reserved; the publishing cog is it."""

    async def send(self, post_id: int) -> PostState:
        """Try to send one post now, if it is due; how it stands afterwards."""
        ...


class MitAssist(commands.Bot):
    """One process of the bot."""

    sender: Sender

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        database_url: str,
        *,
        clock: Clock = system_clock,
        run_scheduler: bool = True,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            # The cache is searched one by one at every reaction, and nothing here reads it.
            max_messages=None,
            max_ratelimit_timeout=_RATE_LIMIT_PATIENCE_SECONDS,
        )
        self.settings = settings
        self.database = Database(database_url)
        self.identity = Identity(keys)
        self.clock = clock
        self.services = container.build(self.database, self.identity, clock, settings)
        self.router = Router()
        self.sweeps = Sweeps()
        self._run_scheduler = run_scheduler
        self._healed = False
        self.tree.error(self._command_failed)

    async def setup_hook(self) -> None:
        """Migrate, load the cogs, and tell Discord which commands there are.

        Raises StartError when the database is newer than this code, or was made with other keys.
        """
        await prepare_database(self.database)
        await key_check.confirm(self.database, self.identity)
        for name in COGS:
            await self.load_extension(name)
        await self.tree.set_translator(CatalogueTranslator())
        await self.tree.sync()
        # Before the first interaction: later, a lease could be one of this process.
        await self.services.publishing.recover()

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Every event passes here before anyone acts on it: the log must know its names by then."""
        for part in args:
            for name in names_in(part):
                redactor.names.saw(name)
        super().dispatch(event_name, *args, **kwargs)

    async def on_ready(self) -> None:
        """Heal what was left half done, once, and start the clockwork."""
        if self._healed:
            return
        self._healed = True
        await self.sweeps.run_all()
        if self._run_scheduler:
            self.sweeps.start()
        _log.info("ready in %d servers", len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Buttons, select menus and forms; commands go through the tree."""
        try:
            await self.router.dispatch(interaction)
        except Exception as error:
            await self.explain(interaction, error)

    async def explain(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell a member what went wrong, in his server's language if the database can say it."""
        try:
            say = await self.texts_for(interaction)
        except DATABASE_FAULTS:
            say = texts(self.settings.server.language)
        await report(interaction, error, say)

    async def texts_for(self, interaction: discord.Interaction) -> Texts:
        """The catalogue of the server that the interaction comes from."""
        return texts(await self.services.servers.language(interaction.guild_id))

    async def close(self) -> None:
        """Stop the clockwork, leave Discord, give the database back."""
        self.sweeps.stop()
        await super().close()
        await self.database.close()

    async def _command_failed(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        await self.explain(interaction, error)


def intents() -> discord.Intents:
    """Nothing that is privileged: neither message content nor members nor presences."""
    return discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)


async def prepare_database(database: Database) -> None:
    """Migrate. Raises StartError when the database is newer than this code."""
    try:
        await migrate.upgrade(database.engine)
    except migrate.NewerDatabaseError as error:
        raise StartError(
            f"The database is at revision {error}, which this version does not know. "
            "Update the bot, or restore the backup that was made before the update."
        ) from error
