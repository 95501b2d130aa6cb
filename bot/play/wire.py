"""Reading Discord's JSON, in which a missing part may be absent or null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rows(node: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects inside an object; empty when it is missing."""
    return node.get(key) or []


def part(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object inside an object; empty when it is missing."""
    return node.get(key) or {}


def texts(node: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts or ids inside an object; empty when it is missing."""
    return [str(value) for value in node.get(key) or ()]
