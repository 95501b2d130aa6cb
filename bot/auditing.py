"""`python -m bot audit`: read the record, and whether anyone has meddled with it. Changes nothing."""

from collections.abc import Callable, Mapping

from bot import config, offline
from bot.clock import system_clock
from bot.errors import StartError
from bot.services import key_check
from bot.services.audit import AuditService, Record, Verdict
from bot.services.identity import Identity

Say = Callable[[str], None]


async def verify_chains(environment: Mapping[str, str], say: Say) -> bool:
    """Whether the chain of every server is whole.

    Raises ConfigError, and StartError as `bot.offline.opened` or when the database was made with other keys.
    """
    identity = Identity(config.load_keys(environment))
    async with offline.opened(environment) as database:
        if problems := await key_check.problems(database, identity):
            raise StartError("\n".join(problems))
        verdicts = await AuditService(database, identity, system_clock).verify_all()
    for verdict in verdicts:
        say(_line(verdict))
    if not verdicts:
        say("Nothing is on record yet.")
    return all(verdict.whole for verdict in verdicts)


async def show_chains(environment: Mapping[str, str], say: Say) -> None:
    """Every entry of every server, oldest first; what they say is not checked. Raises as `verify_chains`."""
    identity = Identity(config.load_keys(environment))
    async with offline.opened(environment) as database:
        shown = 0
        async for record in AuditService(database, identity, system_clock).records():
            shown += 1
            say(_record(record))
    if not shown:
        say("Nothing is on record yet.")


def _record(record: Record) -> str:
    """One line, whatever somebody wrote into the rows by hand."""
    who = f"by {record.actor}" if record.actor else "by the bot"
    detail = "" if record.detail == "{}" else f" {record.detail}"
    where = f"{record.guild_id} #{record.seq} {record.at:%Y-%m-%d %H:%M}Z"
    line = f"{where} {record.action} {record.subject} {who}{detail}"
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def _line(verdict: Verdict) -> str:
    if verdict.whole:
        return (
            f"Server {verdict.guild_id}: whole, {verdict.entries} entries, fingerprint {verdict.fingerprint}."
        )
    return f"Server {verdict.guild_id}: BROKEN at entry {verdict.broken_at} ({verdict.fault})."
