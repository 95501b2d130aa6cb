"""Finds in the code which texts it asks the catalogues for."""

import ast
import re
from collections.abc import Iterator

from bot.permissions import NEEDED
from bot.services.audit import Fault
from bot.services.helplines import Situation
from bot.services.inbox import Standing
from bot.services.staffroom import Look
from bot.services.telltales import TelltaleKind
from db.models import RevealReason, RevealState, SummonState, Visibility

_KEY = re.compile(r"[a-z_]+(\.[a-z_]+)+")
# An f-string such as "inbox.state_{item.state}": its values are pieced in.
FAMILIES: dict[str, tuple[str, ...]] = {
    "audit.fault_": tuple(Fault),
    "hotline.situation_": tuple(Situation),
    "inbox.coach_": tuple(SummonState),
    "inbox.state_": tuple(Standing),
    "profile.": tuple(Visibility),
    "reveal.look_": tuple(Look),
    "reveal.reason_": tuple(RevealReason),
    # Of a request that was just decided.
    "reveal.state_": tuple(state for state in RevealState if state is not RevealState.REQUESTED),
    "right.": tuple(NEEDED),
    "tag.": ("unanswered", "answered", "coach", "solved"),
    "telltale.": tuple(TelltaleKind),
}


def keys_in(source: str, sections: set[str]) -> Iterator[str]:
    """Every key that a module names: as a text of its own, in an f-string family, or in a MemberError."""
    tree = ast.parse(source)
    pieces = {
        id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            if _KEY.fullmatch(node.value) and node.value.split(".")[0] in sections:
                yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from _family(node, sections)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MemberError":
            yield from _refusals(node)


def _family(node: ast.JoinedStr, sections: set[str]) -> Iterator[str]:
    first = node.values[0]
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return
    prefix = first.value
    if re.fullmatch(r"[a-z_]+\.[a-z_]*", prefix) and prefix.split(".")[0] in sections - {"error"}:
        # A family that is not listed above is a KeyError here.
        yield from (f"{prefix}{member}" for member in FAMILIES[prefix])


def _refusals(node: ast.Call) -> Iterator[str]:
    """``MemberError("x")``, and ``MemberError("x" if … else "y")``."""
    for inner in ast.walk(node.args[0]):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield f"error.{inner.value}"
