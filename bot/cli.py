"""The command line."""

import argparse
import asyncio
import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from dotenv import load_dotenv
from sqlalchemy.exc import SQLAlchemyError

from bot import config
from bot.errors import StartError
from bot.services.identity import Keys
from db.backup import BackupError, back_up

_LAST_PORT = 65535
EXIT_OK, EXIT_FAILED, EXIT_CONFIG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 fine, 1 failed, 2 the configuration is wrong."""
    options = _parser().parse_args(arguments)
    # Whatever is made here, the database first of all, is its owner's alone to read.
    os.umask(0o077)
    try:
        load_dotenv(options.env)
        return _COMMANDS[options.command](options)
    except config.ConfigError as error:
        print("The configuration is wrong:", file=sys.stderr)
        for mistake in error.mistakes:
            print(f"  {mistake}", file=sys.stderr)
        return EXIT_CONFIG
    except (StartError, BackupError) as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except SQLAlchemyError as error:
        print(f"The database cannot be used: {_short(error)}", file=sys.stderr)
        return EXIT_FAILED
    except OSError as error:
        print(f"Something outside the bot is missing or in the way: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_OK


def _short(error: Exception) -> str:
    """The first line, which names the cause; the rest is SQL."""
    return str(error).splitlines()[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mitassist", description="MitAssist on Discord")
    parser.add_argument("--config", type=Path, help="settings (config.toml, which may be missing)")
    parser.add_argument("--env", type=Path, default=Path(".env"), help="secrets (.env)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run the bot")
    commands.add_parser("check", help="say what is wrong or missing, without starting the bot")
    play = commands.add_parser("play", help="rehearse in a simulated Discord, in a browser")
    play.add_argument("--port", type=_port, default=8765, help="loopback port of the page (8765)")
    play.add_argument(
        "--tour",
        nargs="?",
        const="story",
        metavar="NAME",
        help="play a story without a browser; `list` names them",
    )
    database = commands.add_parser("db", help="the database")
    database.add_argument("action", choices=["upgrade"], help="bring it to the newest schema")
    keys = commands.add_parser("keys", help="the sealing keys")
    keys.add_argument(
        "action",
        choices=["new", "rotate"],
        help="new: print fresh ones for .env; rotate: re-seal everything under the first one",
    )
    audit = commands.add_parser("audit", help="the record of what moderators and managers did")
    audit.add_argument(
        "action",
        choices=["show", "verify"],
        help="show: print it, oldest first; verify: say whether anyone has meddled with it",
    )
    commands.add_parser(
        "screen", help='judge texts: JSON lines {"text": …} from standard input, JSON lines out'
    )
    backup = commands.add_parser("backup", help="write a consistent copy of the database while the bot runs")
    backup.add_argument("target", type=Path, help="a file that does not exist yet")
    return parser


def _port(text: str) -> int:
    """A port of this machine. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {_LAST_PORT}, not {text!r}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    from bot.app import MitAssist
    from bot.logs import configure

    settings, secrets = _load(options)
    configure(settings.logging)

    async def run() -> None:
        bot = MitAssist(settings, secrets.keys, secrets.database_url)
        _end_on_sigterm()
        # Cancelled by Ctrl+C or SIGTERM: leaving the block closes what is open.
        with contextlib.suppress(asyncio.CancelledError):
            async with bot:
                await bot.start(secrets.token)

    import aiohttp
    import discord

    try:
        # Debug mode would log callbacks with what they were called with, whatever the environment says.
        asyncio.run(run(), debug=False)
    except discord.LoginFailure as error:
        raise StartError("Discord does not accept MITASSIST_TOKEN. Copy the bot's token again.") from error
    except aiohttp.ClientConnectionError as error:
        raise StartError("Discord cannot be reached. Is this machine on the network?") from error
    return EXIT_OK


def _end_on_sigterm() -> None:
    task = asyncio.current_task()
    # Windows has no loop signals.
    with contextlib.suppress(NotImplementedError):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _check(options: argparse.Namespace) -> int:
    from bot.check import check
    from bot.logs import configure

    configure(config.LoggingSettings())
    findings = asyncio.run(check(options.config, os.environ))
    for finding in findings:
        print(finding)
    grave = any(finding.grave for finding in findings)
    print("Something must be mended before the bot can run." if grave else "Everything needed is there.")
    return EXIT_CONFIG if grave else EXIT_OK


def _play(options: argparse.Namespace) -> int:
    try:
        from bot.play import main as play
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("simcord"):
            raise
        raise StartError(
            "The rehearsal needs more than the bot: install requirements/play.txt, or type `make play`."
        ) from error
    if options.tour is None:
        return play.play(options.port)
    return play.tour(options.tour)


def _database(_: argparse.Namespace) -> int:
    from bot.app import prepare_database
    from db.engine import Database
    from db.migrate import head

    async def upgrade() -> None:
        database = Database(config.load_database_url(os.environ))
        try:
            await prepare_database(database)
        finally:
            await database.close()

    asyncio.run(upgrade())
    print(f"The database is at revision {head()}.")
    return EXIT_OK


def _keys(options: argparse.Namespace) -> int:
    return _rotate() if options.action == "rotate" else _new_keys()


def _rotate() -> int:
    from bot.logs import configure
    from bot.rotating import rotate_keys

    configure(config.LoggingSettings())
    complete = asyncio.run(rotate_keys(os.environ, print), debug=False)
    return EXIT_OK if complete else EXIT_FAILED


def _audit(options: argparse.Namespace) -> int:
    from bot.auditing import show_chains, verify_chains
    from bot.logs import configure

    configure(config.LoggingSettings())
    if options.action == "show":
        asyncio.run(show_chains(os.environ, print), debug=False)
        return EXIT_OK
    whole = asyncio.run(verify_chains(os.environ, print), debug=False)
    return EXIT_OK if whole else EXIT_FAILED


def _backup(options: argparse.Namespace) -> int:
    from bot.logs import configure

    configure(config.LoggingSettings())
    back_up(config.load_database_url(os.environ), options.target)
    print(
        f"{options.target} holds a consistent copy of the database. It holds no keys: keep those elsewhere."
    )
    return EXIT_OK


def _screen(_: argparse.Namespace) -> int:
    from bot.screening import decoded, screen_lines

    # What is read and written is UTF-8, whatever the machine's locale says.
    output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n", write_through=True)
    try:
        complete = screen_lines(decoded(sys.stdin.buffer), output, sys.stderr)
    finally:
        output.detach()
    return EXIT_OK if complete else EXIT_FAILED


def _new_keys() -> int:
    print("# Keep these apart from the database and its backups. Without them no boy finds his questions.")
    for name, value in Keys.new().environment().items():
        print(f"{name}={value}")
    return EXIT_OK


def _load(options: argparse.Namespace) -> tuple[config.Settings, config.Secrets]:
    """Read everything and report every mistake of both at once. Raises ConfigError."""
    mistakes: list[config.Mistake] = []
    settings, secrets = config.Settings(), None
    try:
        settings = config.load_settings(options.config)
    except config.ConfigError as error:
        mistakes += error.mistakes
    try:
        secrets = config.load_secrets(os.environ)
    except config.ConfigError as error:
        mistakes += error.mistakes
    if mistakes or secrets is None:
        raise config.ConfigError(mistakes)
    return settings, secrets


_COMMANDS = {
    "run": _run,
    "check": _check,
    "play": _play,
    "db": _database,
    "keys": _keys,
    "audit": _audit,
    "backup": _backup,
    "screen": _screen,
}
