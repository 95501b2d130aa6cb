"""cogs → bot.services → db.repositories → db.models, and nothing the other way."""

import subprocess
import sys

import pytest

from tests.unit.walls import ROOT, breaches, modules

_MODULES = dict(modules())


@pytest.mark.parametrize("module", _MODULES)
def test_walls_stand(module: str) -> None:
    assert breaches(module, _MODULES[module]) == []


def test_every_part_of_the_code_is_looked_at() -> None:
    assert {"bot.app", "bot.services.questions", "cogs.ask", "cogs.ui.cards", "db.repositories.posts"} < set(
        _MODULES
    )
    assert "db.migrations.versions.v0001_first_tables" in _MODULES


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("db.models", "import discord"),
        ("db.models", "from bot.clock import Clock"),
        ("db.repositories.posts", "import cogs.ask"),
        ("db.repositories.posts", "async def f(session):\n    await session.commit()"),
        ("bot.services.questions", "import discord"),
        ("bot.services.questions", "def f():\n    from discord.ext import commands"),
        ("bot.services.questions", "from sqlalchemy import select"),
        ("bot.services.questions", "import sqlalchemy"),
        ("bot.services.questions", "from sqlalchemy.ext.asyncio import create_async_engine"),
        ("bot.services.questions", "from cogs.ui import cards"),
        ("bot.services.questions", "query = 'SELECT * FROM questions'"),
        ("bot.app", "import cogs.ask"),
        ("bot.app", "from db.repositories import posts"),
        ("bot.scheduling", "COG = 'cogs.ask'"),
        ("bot.check", "from sqlalchemy import text"),
        ("cogs.ask", "from db.repositories import questions"),
        ("cogs.ask", "from sqlalchemy.ext.asyncio import AsyncSession"),
        ("cogs.ask", "import simcord"),
        ("cogs.ui.cards", "from ..repositories import x\nfrom db import repositories"),
        ("bot.app", "from bot.play import main"),
        ("bot.app", "def f():\n    from bot.play import main"),
        ("bot.cli", "from bot.play import main"),
        ("bot.cli", "import simcord"),
        ("bot.services", "from . import play\nfrom ..play import main"),
        ("bot.reporting", "from tests.helpers import MovingClock"),
    ],
)
def test_a_hole_is_seen(module: str, source: str) -> None:
    assert breaches(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cogs.ask", "from db.models import PostState\nfrom bot.services.questions import Ask"),
        (
            "bot.services.questions",
            "from sqlalchemy.ext.asyncio import AsyncSession\nfrom db.repositories import posts",
        ),
        ("bot.cli", "from sqlalchemy.exc import SQLAlchemyError"),
        ("bot.app", "COGS = ('cogs.ask',)\nfrom db.engine import Database"),
        ("bot.cli", "def f():\n    from bot.play import main"),
        ("bot.play.world", "import simcord\nfrom bot.play.driver import Driver"),
        ("db.engine", "text = 'PRAGMA foreign_keys=ON'\nfrom sqlalchemy import select"),
    ],
)
def test_a_door_is_open(module: str, source: str) -> None:
    assert breaches(module, source) == []


def test_running_bot_never_loads_the_rehearsal() -> None:
    program = (
        "import importlib, sys, bot.app, bot.cli, bot.check\n"
        "for name in bot.app.COGS: importlib.import_module(name)\n"
        "print([name for name in sys.modules if name.startswith(('simcord', 'bot.play', 'tests'))])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
