"""``python -m bot screen``: texts in, judgements out, a JSON object a line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO, cast

from bot.services.safety import Screening, screen


class LineError(ValueError):
    """A line that holds no text to screen; the message says why, without quoting it."""


def screen_lines(lines: Iterable[str], output: TextIO, errors: TextIO) -> bool:
    """Screen every line; say on `errors` which could not be read. Whether all could."""
    complete = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            text = _text(line)
        except LineError as error:
            complete = False
            print(f"Line {number}: {error}", file=errors)
            continue
        print(json.dumps(as_json(screen(text)), ensure_ascii=False), file=output, flush=True)
    return complete


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Lines as text. What is no UTF-8 becomes a mark that no JSON has, so that its line alone is refused."""
    for line in lines:
        yield line.decode("utf-8-sig", errors="surrogateescape")


def as_json(screening: Screening) -> dict[str, Any]:
    """A judgement as it is written."""
    return {
        "risk": screening.risk.word,
        "reasons": list(screening.reasons),
        "personal_data": [
            {"type": found.kind.value, "text": found.text, "start": found.start, "end": found.end}
            for found in screening.personal_data
        ],
    }


def _text(line: str) -> str:
    try:
        line.encode("utf-8")
        row: object = json.loads(line)
    except UnicodeEncodeError:
        raise LineError("this is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise LineError(f"this is not JSON ({getattr(error, 'msg', 'nested too deeply')})") from None
    text = cast("dict[str, object]", row).get("text") if isinstance(row, dict) else None
    if not isinstance(text, str):
        raise LineError('this is not an object with a text: {"text": "…"}')
    return text.encode("utf-8", "replace").decode("utf-8")
