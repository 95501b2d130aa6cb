"""`python -m bot check`: what is wrong or missing, one line each, without starting the bot."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import discord

from bot import config, permissions
from bot.clock import system_clock
from bot.services import helplines, key_check
from bot.services.identity import Identity
from db import migrate
from db.engine import Database


@dataclass(frozen=True)
class Finding:
    """Something to know; a grave one keeps the bot from working, a warning is for somebody to see to."""

    grave: bool
    text: str
    warning: bool = False

    def __str__(self) -> str:
        mark = "MEND" if self.grave else "warn" if self.warning else "ok  "
        return f"{mark}  {self.text}"


async def check(config_path: Path | None, environment: Mapping[str, str]) -> list[Finding]:
    """Look at configuration, keys, database, token and the bot's rights; grave findings first."""
    findings = _configuration(config_path, environment)
    with contextlib.suppress(config.ConfigError):  # among the findings already
        findings += await _database(config.load_database_url(environment), environment)
    findings += _helplines()
    token = environment.get("MITASSIST_TOKEN", "").strip()
    if token:
        findings += await _discord(token)
    return sorted(findings, key=lambda finding: (not finding.grave, not finding.warning))


def _helplines() -> list[Finding]:
    due = helplines.due(system_clock().date())
    if not due:
        return [Finding(False, f"all {len(helplines.all_lines())} helplines are verified")]
    names = ", ".join(line.name for line in due)
    text = (
        f"nobody has verified these helplines in {helplines.VERIFIED_FOR.days} days: {names}. "
        "Ring them or read their pages, and write the day into bot/data/helplines.toml"
    )
    return [Finding(False, text, warning=True)]


def _configuration(config_path: Path | None, environment: Mapping[str, str]) -> list[Finding]:
    mistakes: list[config.Mistake] = []
    try:
        config.load_settings(config_path)
    except config.ConfigError as error:
        mistakes += error.mistakes
    try:
        config.load_secrets(environment)
    except config.ConfigError as error:
        mistakes += error.mistakes
    if not mistakes:
        return [Finding(False, "configuration and keys are complete")]
    return [Finding(True, str(mistake)) for mistake in mistakes]


async def _database(url: str, environment: Mapping[str, str]) -> list[Finding]:
    try:
        database = Database(url)
        try:
            revision = await migrate.current(database.engine)
            keys = await _keys(database, environment) if revision == migrate.head() else []
        finally:
            await database.close()
    except Exception as error:  # any driver's own errors: all mean that it cannot be used
        return [
            Finding(True, f"the database cannot be used: {type(error).__name__}: {error}".splitlines()[0])
        ]
    if revision == migrate.head():
        return [Finding(False, f"the database is at revision {revision}"), *keys]
    if revision is not None and not migrate.is_known(revision):
        return [Finding(True, f"the database is at revision {revision}, newer than this version: update")]
    return [Finding(False, "the database will be migrated at the next start, or by `db upgrade`")]


async def _keys(database: Database, environment: Mapping[str, str]) -> list[Finding]:
    """Whether the keys are the database's own."""
    try:
        identity = Identity(config.load_keys(environment))
    except config.ConfigError:  # among the findings already
        return []
    problems = await key_check.problems(database, identity)
    if problems:
        return [Finding(True, problem) for problem in problems]
    return [Finding(False, "the keys are those of the database")]


async def _discord(token: str) -> list[Finding]:
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            return [Finding(True, "MITASSIST_TOKEN is not accepted by Discord: copy it again")]
        except (discord.HTTPException, OSError) as error:
            return [Finding(True, f"Discord cannot be reached: {type(error).__name__}")]
        return await rights(client)


async def rights(client: discord.Client) -> list[Finding]:
    """The bot's rights in each server, over a client that is logged in."""
    me = client.user
    if me is None:
        raise RuntimeError("the client is not logged in")
    findings: list[Finding] = []
    link = permissions.invite_link(client.application_id or me.id)
    async for partial in client.fetch_guilds(limit=None):
        guild = await client.fetch_guild(partial.id)
        member = await guild.fetch_member(me.id)
        granted = discord.Permissions.none()
        for role in [guild.default_role, *member.roles]:
            granted.value |= role.permissions.value
        missing = permissions.missing(granted)
        findings += [
            Finding(True, f"{guild.name}: the right {name} is missing ({permissions.NEEDED[name]})")
            for name in missing
        ]
        if not missing:
            findings.append(Finding(False, f"{guild.name}: every right is there"))
    if not findings:
        findings.append(Finding(True, "the bot is in no server yet: invite it"))
    return [*findings, Finding(False, f"the link that invites the bot with every right: {link}")]
