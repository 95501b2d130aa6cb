"""Nothing in the log tells who a boy is or what he wrote."""

import ast
import asyncio
import io
import logging
import sqlite3
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot import logs, tracebacks
from bot.app import MitAssist
from bot.config import LoggingSettings
from bot.errors import MemberError, StartError
from bot.redaction import Names, Redactor, secrets_in
from bot.reporting import report
from bot.services.identity import Keys
from bot.sightings import names_in
from bot.texts import texts

BOY = 1_300_000_000_000_000_011
TOKEN = "MTMwMDAwMDAwMDAwMDAwMDAx.GhT3aQ.t4nVqQm2l0b1c2d3e4f5g6h7i8j9k0l1m2n"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTMwMDAwMDAwMDAwMDAwMDAxOmFiY2RlZg"
TYPED = "Jeg har det ad helvede til med min far"
# The same in every worker: tests are named after what they are given.
KEYS = Keys((bytes(range(32)),), bytes(range(32, 64)))
ENVIRONMENT = {
    "MITASSIST_TOKEN": TOKEN,
    "MITASSIST_DATABASE_URL": "postgresql+asyncpg://bot:hemmelig%40kode@localhost/mitassist",
    **KEYS.environment(),
}

Log = Callable[..., str]


@pytest.fixture(autouse=True)
def process_left_alone() -> Iterator[None]:
    """Give the log, the names and the hooks of the process back as they were."""
    root = logging.getLogger()
    handlers, hooks = root.handlers[:], (sys.excepthook, threading.excepthook, sys.unraisablehook)
    names = ["", "bot", "bot.test", "cogs", "db", "discord", "discord.http"]
    names += ["aiosqlite", "asyncio", "apscheduler", "alembic", "sqlalchemy", "sqlalchemy.engine"]
    levels = {name: logging.getLogger(name).level for name in names}
    seen, logs.redactor.names = logs.redactor.names, Names()
    yield
    root.handlers[:] = handlers
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(False)
    logs.redactor.names = seen
    logs.redactor.hide(set())


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What a bot that is configured as in production writes."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(LoggingSettings(level="DEBUG"), ENVIRONMENT)
    return stream


def line_of(message: Any, *arguments: Any, name: str = "bot.test", **parts: Any) -> str:
    """What one record becomes."""
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)
    for part, value in parts.items():
        setattr(record, part, value)
    stream = io.StringIO()
    logs.SafeHandler(stream).handle(record)
    return stream.getvalue()


def raised(error: BaseException) -> BaseException:
    """The error with a traceback."""
    try:
        raise error
    except type(error) as caught:
        return caught


def http_error(text: str = TYPED) -> discord.HTTPException:
    """Discord refusing a message and quoting it."""
    response = cast("Any", SimpleNamespace(status=400, reason="Bad Request"))
    errors = {"content": {"_errors": [{"code": "X", "message": text}]}}
    return discord.HTTPException(response, {"code": 50035, "message": text, "errors": errors})


# --- the text of a line ---


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"member {BOY} left", "member [id] left"),
        (f"{BOY}{BOY}", "[id]"),
        (f"from {BOY}.", "from [id]."),
        ("123456789012345", "[id]"),
        ("after 12345678901234 ms", "after 12345678901234 ms"),
        (
            f"<@{BOY}> and <@!{BOY}> and <@&{BOY}> in <#{BOY}>",
            "[mention] and [mention] and [mention] in [mention]",
        ),
        (f"/webhooks/{BOY}/{INTERACTION_TOKEN}/messages/@original", "/webhooks/[token]/messages/@original"),
        (
            f"https://x/api/v10/interactions/{BOY}/abc-DEF/callback?x=1",
            "https://x/api/v10/interactions/[token]/callback?x=1",
        ),
        (f"webhooks/1/short and {INTERACTION_TOKEN}", "webhooks/[token] and [token]"),
        (f"Bot {TOKEN}", "Bot [token]"),
        ("(Session ID: 0123456789abcdef0123456789abcdef)", "(Session ID: [token])"),
        (f"key {KEYS.environment()['MITASSIST_MEMBER_KEY']}", "key [key]"),
        (KEYS.member.hex(), "[key]"),
        (
            "post 12 was not taken (transient): TimeoutError",
            "post 12 was not taken (transient): TimeoutError",
        ),
    ],
)
def test_ids_tokens_and_mentions_go_and_the_rest_stays(text: str, cleaned: str) -> None:
    assert Redactor().clean(text) == cleaned


def test_secrets_of_the_environment_go_in_every_way_they_could_be_written() -> None:
    redactor = Redactor()
    redactor.hide(secrets_in(ENVIRONMENT | {"MITASSIST_TOKEN": "not-like-a-token"}))
    seal, member = KEYS.seal[0], KEYS.member
    said = f"{seal!r} {member!r} {seal.hex()} hemmelig@kode hemmelig%40kode not-like-a-token"
    for secret in (repr(seal)[2:-1], repr(member)[2:-1], seal.hex(), "hemmelig", "not-like-a-token"):
        assert secret not in redactor.clean(said)


def test_a_short_or_missing_secret_does_not_eat_the_log() -> None:
    assert secrets_in({"MITASSIST_TOKEN": "abc", "MITASSIST_DATABASE_URL": "http://[broken"}) == set()
    redactor = Redactor()
    redactor.hide({""})
    assert redactor.clean("all is well") == "all is well"


# --- names ---


@pytest.mark.parametrize(
    ("name", "text", "cleaned"),
    [
        ("Jonas", "jonas, JONAS and Jonas' post", "[name], [name] and [name]' post"),
        ("Jonas", "jonasson and Jonas2", "jonasson and Jonas2"),
        ("Jonas", "user_jonas is jonas.", "user_[name] is [name]."),
        ("jonas.holm_09", "by jonas.holm_09!", "by [name]!"),
        ("Jonas Holm", "Jonas  Holm, Jonas", "[name], Jonas"),
        ("Bo", "Bo borrows a book", "[name] borrows a book"),
        ("Søren", "SØREN", "[name]"),
        ("Zoë", "zoe and Zoe\u0308", "[name] and [name]\u0308"),
        ("J\u0335o\u0335nas", "Jonas", "[name]"),
        ("Jo\u200bnas", "Jonas", "[name]"),
        ("𝕁𝕠𝕟𝕒𝕤", "jonas", "[name]"),
        ("龍", "龍 left", "[name] left"),
        ("🔥🔥", "the 🔥🔥 one", "the [name] one"),
        ("\"'x", repr("\"'x"), "'[name]'"),
        ("Søren Ærø", '{"nick": "S\\u00f8ren \\u00c6r\\u00f8"}', '{"nick": "[name]"}'),
    ],
)
def test_a_name_goes_as_a_whole_word_however_it_is_written(name: str, text: str, cleaned: str) -> None:
    redactor = Redactor()
    redactor.names.saw(name)
    assert redactor.clean(text) == cleaned


@pytest.mark.parametrize("name", ["a", "7", ".", "--", "::", "", "  ", "\u200b", "\u0301"])
def test_what_is_too_common_to_be_a_name_does_not_eat_the_log(name: str) -> None:
    redactor = Redactor()
    redactor.names.saw(name)
    said = "post 7 -- a: b.c::d"
    assert redactor.clean(said) == said


def test_the_longest_of_several_names_goes_and_an_id_in_a_name_cannot_save_the_rest() -> None:
    redactor = Redactor()
    for name in ("Jonas", "Jonas Holm", f"Holm <@{BOY}> Sø", "webhooks"):
        redactor.names.saw(name)
    assert redactor.clean("Jonas Holm and Jonas") == "[name] and [name]"
    assert redactor.clean(f"x Holm <@{BOY}> Sø y") == "x [name] y"
    assert "abc-token" not in redactor.clean(f"/webhooks/{BOY}/abc-token/x")


def test_only_so_many_names_are_kept_and_those_seen_last() -> None:
    names = Names(limit=3)
    for name in ("first", "second", "third", "first", "fourth"):
        names.saw(name)
    redactor = Redactor()
    redactor.names = names
    assert redactor.clean("first second third fourth") == "[name] second [name] [name]"


def test_a_line_costs_the_same_however_many_names_are_known() -> None:
    redactor = Redactor()
    for number in range(20_000):
        redactor.names.saw(f"Dreng {number} æøå")
    began = time.perf_counter()
    for _ in range(100):
        redactor.clean("post 12 was not taken (transient): TimeoutError " * 10)
    # Measured: 0.03 s. With one pattern of all names it is minutes.
    assert time.perf_counter() - began < 5


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32)
around = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
LABELS = "[name] [id] [token] [mention] [secret] [key]"


@given(names=st.lists(words, max_size=4), before=around, after=around, data=st.data())
@settings(max_examples=400)
def test_whatever_stands_around_it_no_name_and_no_id_is_left(
    names: list[str], before: str, after: str, data: st.DataObject
) -> None:
    redactor = Redactor()
    for name in names:
        redactor.names.saw(name)
    number = data.draw(st.integers(10**14, 2**64))
    hidden = [str(number), f"<@{number}>", f"/webhooks/{number}/{INTERACTION_TOKEN}", TOKEN, *names]
    one = data.draw(st.sampled_from(hidden))
    cleaned = redactor.clean(f"{before} {one} {after}")
    assert str(number) not in cleaned
    assert INTERACTION_TOKEN not in cleaned
    assert TOKEN not in cleaned
    # What is left between the labels holds no name as a whole word.
    known = Names()
    for name in names:
        known.saw(name)
    left = cleaned
    for label in LABELS.split():
        left = left.replace(label, "\n\0\n")
    assert not list(known.spans(left)), cleaned


@given(text=st.text(max_size=200))
def test_a_text_without_anything_in_it_stays_as_it_is(text: str) -> None:
    cleaned = Redactor().clean(text)
    assert cleaned == text or any(label in cleaned for label in LABELS.split())


# --- records: message, arguments, tracebacks, stacks ---


def test_message_arguments_exception_and_stack_are_all_cleaned() -> None:
    logs.redactor.names.saw("Jonas Holm")
    said = line_of(
        f"{BOY} %s %d %r %(",
        exc_text=f"old text of Jonas Holm {BOY}",
        stack_info=f"stack of Jonas Holm {BOY}",
    )
    said += line_of("%s and %d and %r", "Jonas Holm", BOY, f"Jonas Holm {BOY}")
    said += line_of("%(who)s", {"who": "Jonas Holm"})
    said += line_of("it failed", exc_info=(RuntimeError, raised(RuntimeError(f"Jonas Holm {BOY}")), None))
    assert "Jonas" not in said
    assert str(BOY) not in said
    assert "[name] and [id] and '[name] [id]'" in said


@pytest.mark.parametrize(
    "value",
    [{"content": TYPED}, [TYPED], TYPED.encode(), SimpleNamespace(content=TYPED), ValueError(TYPED), {TYPED}],
)
def test_objects_are_named_by_their_kind_alone(value: object) -> None:
    for template in ("%s", "%r", "got %s"):
        said = line_of(template, value, "") + line_of(template, value) + line_of(value)
        assert "helvede" not in said
        assert type(value).__name__ in said


def test_plain_values_are_printed() -> None:
    assert "12 0.50 x None True" in line_of("%d %.2f %s %s %s", 12, 0.5, "x", None, True)
    assert "at TimeoutError" in line_of("at %s", TimeoutError)


def test_values_that_do_not_fit_are_not_printed_by_logging_itself(
    capsys: pytest.CaptureFixture[str], stream: io.StringIO
) -> None:
    logging.getLogger("bot.test").error("%d posts", TYPED)
    logging.getLogger("bot.test").error("no place for it", TYPED)
    said = stream.getvalue() + "".join(capsys.readouterr())
    assert "helvede" not in said
    assert "%d posts (its values do not fit)" in said


def test_a_line_that_cannot_be_written_is_not_printed_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    elsewhere = io.StringIO()
    monkeypatch.setattr(sys, "stderr", elsewhere)
    record = logging.LogRecord("bot.test", logging.ERROR, __file__, 1, "%s", (TYPED,), None)
    logs.SafeHandler(FullDisk()).handle(record)
    assert elsewhere.getvalue() == "a log line of bot.test could not be written\n"


# --- exceptions ---


def fail(body: str) -> None:
    """Something with a local variable that nobody may read."""
    secret_local = body.upper()
    raise http_error(secret_local)


def test_a_traceback_says_where_and_what_kind_but_no_text_and_no_locals() -> None:
    with pytest.raises(discord.HTTPException) as failure:
        fail(TYPED)
    said = tracebacks.render(failure.value)
    assert "in fail" in said
    assert "raise http_error(secret_local)" in said
    assert said.endswith("discord.errors.HTTPException: 400 (error code: 50035)")
    assert "HELVEDE" not in said


def test_causes_contexts_groups_and_notes_hold_no_text_either() -> None:
    inner = raised(ValueError(TYPED))
    inner.add_note(TYPED)
    try:
        try:
            raise inner
        except ValueError:
            raise http_error() from raised(KeyError(TYPED))
    except discord.HTTPException as error:
        group = raised(BaseExceptionGroup(TYPED, [error, raised(RuntimeError(TYPED))]))
    said = tracebacks.render(group)
    assert "helvede" not in said
    for part in (
        "ExceptionGroup",
        "HTTPException: 400",
        "KeyError: (text",
        "RuntimeError: (text",
        "direct cause",
    ):
        assert part in said
    try:
        raise http_error()
    except discord.HTTPException:
        context = raised(ZeroDivisionError("float division by zero"))
    assert "During handling" in tracebacks.render(context)


def test_a_circle_of_causes_ends() -> None:
    first, second = raised(ValueError("a")), raised(KeyError("b"))
    first.__cause__, second.__cause__ = second, first
    assert tracebacks.render(first).count("Traceback") == 2


def test_a_database_error_tells_its_code_and_not_the_row() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE q (body TEXT UNIQUE)")
        connection.execute("INSERT INTO q VALUES (?)", (TYPED,))
        with pytest.raises(sqlite3.IntegrityError) as failure:
            connection.execute("INSERT INTO q VALUES (?)", (TYPED,))
    connection.close()
    error = IntegrityError("INSERT INTO q VALUES (?)", (TYPED,), failure.value)
    assert TYPED in str(error)
    assert (
        tracebacks.describe(error) == "sqlalchemy.exc.IntegrityError: IntegrityError SQLITE_CONSTRAINT_UNIQUE"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AttributeError("'NoneType' object has no attribute 'token'"),
            "AttributeError: 'NoneType' object has no",
        ),
        (ConnectionResetError(104, "Connection reset by peer"), "ConnectionResetError: ECONNRESET"),
        (TimeoutError(), "TimeoutError"),
        (StartError("Discord does not accept it"), "bot.errors.StartError: Discord does not accept it"),
        (MemberError("closed", typed=TYPED), "bot.errors.MemberError: (text withheld)"),
        (UnicodeEncodeError("ascii", TYPED, 0, 1, TYPED), "UnicodeEncodeError: (text withheld)"),
    ],
)
def test_what_is_said_of_an_error(error: BaseException, said: str) -> None:
    assert tracebacks.describe(error).startswith(said)


@given(
    text=st.text(min_size=4, max_size=100),
    kind=st.sampled_from([ValueError, KeyError, RuntimeError, OSError]),
)
def test_no_text_of_an_exception_reaches_the_log(text: str, kind: type[Exception]) -> None:
    marked = f"«{text}»"
    said = line_of("failed: %s %r", raised(kind(marked)), raised(http_error(marked)))
    error = raised(kind(marked))
    said += line_of("failed", exc_info=(kind, error, error.__traceback__))
    said += line_of(raised(kind(marked)))
    assert "«" not in said


async def test_an_error_report_holds_a_code_and_nothing_of_the_member(stream: io.StringIO) -> None:
    logs.redactor.names.saw("Jonas Holm")
    interaction = MagicMock(spec=discord.Interaction)
    interaction.response.is_done.return_value = False
    interaction.response.send_message = AsyncMock()
    await report(interaction, raised(http_error(f"{TYPED} {BOY} Jonas Holm")), texts("da"))
    said = stream.getvalue()
    assert "bot.reporting: fault " in said
    assert "HTTPException: 400 (error code: 50035)" in said
    for trace in ("helvede", str(BOY), "Jonas"):
        assert trace not in said


async def test_asyncio_says_that_something_failed_but_not_what_it_carried(stream: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_exception(ValueError(TYPED))
    error = future.exception()
    loop.default_exception_handler(
        {"message": "Task exception was never retrieved", "future": future, "exception": error}
    )
    loop.default_exception_handler({"message": f"Exception in callback say({TYPED!r})", "exception": error})
    said = stream.getvalue()
    assert "Task exception was never retrieved" in said
    assert "Exception in callback say\n" in said
    assert "ValueError: (text withheld)" in said
    assert "helvede" not in said


@pytest.mark.filterwarnings("default")
def test_what_would_be_printed_past_the_log_goes_through_it(stream: io.StringIO) -> None:
    error = raised(ValueError(TYPED))
    sys.excepthook(ValueError, error, error.__traceback__)

    def thread() -> None:
        raise error

    one = threading.Thread(target=thread)
    one.start()
    one.join()
    sys.unraisablehook(cast("Any", SimpleNamespace(exc_value=error)))
    warnings.warn(f"about {BOY}", stacklevel=1)
    said = stream.getvalue()
    assert said.count("ValueError: (text withheld)") == 3
    assert "about [id]" in said
    assert "helvede" not in said


def test_an_interrupt_is_no_fault(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = MagicMock()
    monkeypatch.setattr(sys, "__excepthook__", passed)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    passed.assert_called_once()
    assert stream.getvalue() == ""


# --- levels ---


def test_no_library_speaks_below_its_level_whatever_anyone_configures(stream: io.StringIO) -> None:
    loud = ["", "discord", "discord.http", "asyncio", "aiosqlite", "sqlalchemy", "sqlalchemy.engine", "bot"]
    for name in loud:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in loud:
        logging.getLogger(name).debug("debug of %s", name)
        logging.getLogger(name).info("info of %s", name)
    said = stream.getvalue()
    assert [line.split("debug of ")[1] for line in said.splitlines() if "debug of " in line] == ["bot"]
    assert "info of discord.http" in said
    assert "info of sqlalchemy" not in said


def test_the_configured_level_is_that_of_our_own_loggers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    logs.configure(LoggingSettings(level="ERROR"), {})
    for name in ("bot.x", "cogs.x", "db.x", "discord.client"):
        logging.getLogger(name).warning("from %s", name)
    assert "from discord.client" in stream.getvalue()
    assert "from bot.x" not in stream.getvalue()
    logs.configure(LoggingSettings(level="DEBUG"), {})
    assert logging.getLogger("discord").level == logging.INFO


def test_our_own_lines_are_written_with_a_fixed_text_and_plain_values() -> None:
    """What is built into the text of a line cannot be told from the line's own words."""
    for path in sorted(Path(logs.__file__).parents[1].glob("*/**/*.py")):
        if path.parts[len(Path(logs.__file__).parents[1].parts)] not in ("bot", "cogs", "db"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "_log":
                    assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"


# --- names seen in events ---


def person(name: str, global_name: str | None, nick: str | None = None, *, bot: bool = False) -> Any:
    """A member as discord.py hands him over."""
    member = MagicMock(spec=discord.Member)
    member.name, member.global_name, member.nick, member.bot = name, global_name, nick, bot
    return member


def events() -> list[tuple[str, object]]:
    """One event of each kind that carries people."""
    member = person("jonas.holm", "Jonas H", "Nattergalen")
    interaction = MagicMock(spec=discord.Interaction)
    interaction.user = member
    interaction.data = {
        "resolved": {"users": {"5": {"username": "malik07"}}, "members": {"5": {"nick": "Mallen"}}}
    }
    message = MagicMock(spec=discord.Message)
    message.author, message.mentions = member, [person("karen_k", None)]
    reaction = MagicMock(spec=discord.RawReactionActionEvent)
    reaction.member = member
    return [
        ("interaction", interaction),
        ("message", message),
        ("raw_reaction_add", reaction),
        ("member_join", member),
    ]


@pytest.mark.parametrize(("name", "event"), events())
def test_the_names_in_an_event_are_known_before_anyone_acts_on_it(
    name: str, event: object, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def speak(*_: object) -> None:
        logging.getLogger("bot.test").error("%s", "jonas.holm alias Jonas H alias nattergalen")

    monkeypatch.setattr(discord.Client, "dispatch", speak)
    BareBot().dispatch(name, event)
    assert "[name] alias [name] alias [name]" in stream.getvalue()


class BareBot(MitAssist):
    """The bot without anything behind it."""

    def __init__(self) -> None:
        self.extra_events = {}


def test_those_who_were_chosen_or_mentioned_are_seen_too() -> None:
    by_kind = dict(events())
    assert {"malik07", "Mallen"} <= set(names_in(by_kind["interaction"]))
    assert "karen_k" in set(names_in(by_kind["message"]))


def test_bots_are_no_persons() -> None:
    assert list(names_in(person("MitAssist", None, bot=True))) == []
    assert list(names_in(object())) == []
    unknown = MagicMock(spec=discord.RawReactionActionEvent)
    unknown.member = None
    assert list(names_in(unknown)) == []
