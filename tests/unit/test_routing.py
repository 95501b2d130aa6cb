"""Custom ids hold all that is needed, and every shape of form is read."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import MemberError
from bot.routing import NO_TOKEN, Filled, Press, Router, form_id, press_id, typed_in
from bot.services.identity import new_token

Kind = discord.InteractionType


def _interaction(kind: Kind, custom_id: str, **data: Any) -> discord.Interaction:
    return cast("discord.Interaction", SimpleNamespace(type=kind, data={"custom_id": custom_id, **data}))


def _field(name: str, value: Any) -> dict[str, Any]:
    kind = "values" if isinstance(value, list) else "value"
    return {"custom_id": name, kind: value}


class Hall:
    """Remembers who came."""

    def __init__(self) -> None:
        self.router = Router()
        self.presses: list[Press] = []
        self.forms: list[Filled] = []
        self.router.press("answer", self._pressed)
        self.router.form("answer", self._filled)

    async def _pressed(self, interaction: discord.Interaction, press: Press) -> None:
        self.presses.append(press)

    async def _filled(self, interaction: discord.Interaction, form: Filled) -> None:
        self.forms.append(form)


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.mark.parametrize(
    ("custom_id", "press"),
    [
        (press_id("answer"), Press(NO_TOKEN, "", ())),
        (press_id("answer", "aB-_9"), Press("aB-_9", "", ())),
        (press_id("answer", "aB-_9", "2"), Press("aB-_9", "2", ())),
    ],
)
async def test_press_finds_its_handler(hall: Hall, custom_id: str, press: Press) -> None:
    await hall.router.dispatch(_interaction(Kind.component, custom_id))
    assert hall.presses == [press]


async def test_choice_brings_its_values(hall: Hall) -> None:
    await hall.router.dispatch(_interaction(Kind.component, press_id("answer", "x"), values=["a", "b"]))
    assert hall.presses == [Press("x", "", ("a", "b"))]


@pytest.mark.parametrize("wrap", ["label", "row", "bare"])
@pytest.mark.parametrize(
    ("value", "read"), [("tekst", "tekst"), ("", ""), (None, ""), (["a", "b"], "a"), ([], ""), (5, "5")]
)
async def test_every_shape_of_field_is_read(hall: Hall, wrap: str, value: Any, read: str) -> None:
    field = _field("text", value)
    shapes = {
        "label": {"type": 18, "component": field},
        "row": {"type": 1, "components": [field]},
        "bare": field,
    }
    note = {"type": 10, "content": "only to read"}
    custom_id = form_id("answer", "x")
    await hall.router.dispatch(_interaction(Kind.modal_submit, custom_id, components=[note, shapes[wrap]]))
    assert hall.forms == [Filled("x", custom_id.rsplit(":", 1)[1], {"text": read})]


async def test_each_form_has_a_name_of_its_own(hall: Hall) -> None:
    for _ in range(2):
        await hall.router.dispatch(_interaction(Kind.modal_submit, form_id("answer"), components=[]))
    first, second = hall.forms
    assert first.nonce != second.nonce
    assert first.token == second.token == NO_TOKEN


async def test_button_of_a_forgotten_kind_is_explained(hall: Hall) -> None:
    with pytest.raises(MemberError) as refused:
        await hall.router.dispatch(_interaction(Kind.component, press_id("dance", "x")))
    assert refused.value.key == "error.question_gone"


async def test_form_of_a_forgotten_kind_gives_back_what_was_typed(hall: Hall) -> None:
    fields = [{"component": _field("title", "Titel")}, {"component": _field("body", "Tekst")}]
    with pytest.raises(MemberError) as refused:
        await hall.router.dispatch(_interaction(Kind.modal_submit, form_id("dance"), components=fields))
    assert refused.value.typed == "Titel\n\nTekst"


@pytest.mark.parametrize(
    "custom_id",
    ["", "answer", "answer:", "Answer:x", "answer:x:y:z", "answer:" + "x" * 23, "form:a:x:y:z", "an swer:x"],
)
async def test_what_is_not_ours_is_left_alone(hall: Hall, custom_id: str) -> None:
    for kind in set(Kind) - {Kind.modal_submit}:
        await hall.router.dispatch(_interaction(kind, custom_id, components=[]))
    assert (hall.presses, hall.forms) == ([], [])


@pytest.mark.parametrize("custom_id", ["", "form:answer", "form:answer:Rolig Ulv 123:y", "form:a:x:y:z"])
async def test_a_form_that_cannot_be_placed_gives_back_what_was_typed(hall: Hall, custom_id: str) -> None:
    fields = [{"component": _field("explanation", "Hvad jeg så")}]
    with pytest.raises(MemberError) as refused:
        await hall.router.dispatch(_interaction(Kind.modal_submit, custom_id, components=fields))
    assert (refused.value.key, refused.value.typed) == ("error.question_gone", "Hvad jeg så")


async def test_command_is_not_ours(hall: Hall) -> None:
    await hall.router.dispatch(_interaction(Kind.application_command, press_id("answer", "x")))
    nothing = cast("discord.Interaction", SimpleNamespace(type=Kind.ping, data=None))
    await hall.router.dispatch(nothing)
    assert hall.presses == []


async def test_what_a_handler_raises_comes_through(hall: Hall) -> None:
    async def refuse(interaction: discord.Interaction, press: Press) -> None:
        raise MemberError("case_over")

    hall.router.press("refuse", refuse)
    with pytest.raises(MemberError):
        await hall.router.dispatch(_interaction(Kind.component, press_id("refuse")))


def test_action_has_one_handler(hall: Hall) -> None:
    async def other(interaction: discord.Interaction, it: object) -> None: ...

    with pytest.raises(ValueError, match="answer"):
        hall.router.press("answer", other)
    with pytest.raises(ValueError, match="answer"):
        hall.router.form("answer", other)


@given(action=st.from_regex(r"[a-z_]{1,30}", fullmatch=True))
def test_ids_are_short_enough_for_discord(action: str) -> None:
    assert len(press_id(action, new_token(), new_token())) <= 100
    assert len(form_id(action, new_token())) <= 100


def test_typed_text_is_found_in_a_form_and_choices_are_not() -> None:
    fields = [
        {"component": _field("topic", ["token"])},
        {"component": _field("title", "Titel")},
        {"component": _field("body", "  ")},
        {"components": [_field("more", "Mere")]},
    ]
    assert typed_in(_interaction(Kind.modal_submit, "x", components=fields)) == "Titel\n\nMere"
    assert typed_in(_interaction(Kind.component, "x", components=fields)) == ""
