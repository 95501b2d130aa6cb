"""How fast the screen is and how well it does: ``make bench``. Percentiles and ratios, no verdict."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.services.safety import Risk, Screening, screen

ROOT = Path(__file__).parent.parent
SETS = ROOT / "tests" / "safety"
_LENGTH = 4_000
_ROUNDS = 60
# Repeated, these are what a slow pattern chokes on.
_AWKWARD = (
    "a",
    "a_",
    "A",
    "a.",
    "a-",
    "1",
    "1 ",
    "a1",
    "@",
    " ",
    "snap er ",
    "Aa Bb ",
    "to ",
    "gade 1 ",
    "skole",
)
_LEARNT = " (the model has learnt from these: see `python -m scripts.train_screen --check`)"


@dataclass
class Tally:
    """What was right, missed and found without need."""

    right: int = 0
    missed: list[str] = field(default_factory=list[str])
    needless: list[str] = field(default_factory=list[str])

    def line(self, name: str) -> str:
        """Recall and precision, as one line."""
        true, found = self.right + len(self.missed), self.right + len(self.needless)
        recall = f"{self.right / true:.3f}" if true else "  –  "
        precision = f"{self.right / found:.3f}" if found else "  –  "
        return f"  {name:<20} recall {recall}  precision {precision}  ({true} there, {found} found)"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.screen", description=__doc__)
    parser.add_argument("--set", type=Path, action="append", help="a labelled set (all in tests/safety)")
    parser.add_argument("--numbers-only", action="store_true", help="print no text at all")
    options = parser.parse_args(arguments)
    paths: list[Path] = options.set or sorted(SETS.glob("*.jsonl"))
    rows = {path: list(_rows(path)) for path in paths}
    for path in paths:
        # The held-out part stays unread: whoever reads its misses would tune on them.
        quality(path.name, rows[path], listed=not options.numbers_only and "held" not in path.name)
    speed([row["text"] for found in rows.values() for row in found])
    return 0


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def quality(name: str, rows: Sequence[dict[str, Any]], *, listed: bool) -> None:
    """Recall and precision for each level and each kind of personal data, then the misses."""
    levels = {risk: Tally() for risk in Risk}
    kinds: dict[str, Tally] = {}
    everything = Tally()
    confused: Counter[tuple[str, str]] = Counter()
    for row in rows:
        screening = screen(row["text"])
        true = Risk[row["risk"].upper()]
        confused[true.word, screening.risk.word] += 1
        if screening.risk is true:
            levels[true].right += 1
        else:
            levels[true].missed.append(f"{screening.risk.word}: {row['text']}")
            levels[screening.risk].needless.append(f"{true.word}: {row['text']}")
        _personal(row, screening, kinds, everything)
    print(f"{name}: {len(rows)} messages{_LEARNT if name.startswith('development') else ''}")
    for risk in reversed(Risk):
        print(levels[risk].line(risk.word))
    print("  " + "  ".join(f"{true}→{said} {count}" for (true, said), count in sorted(confused.items())))
    print(everything.line("personal data"))
    for kind in sorted(kinds):
        print(kinds[kind].line(kind))
    if listed:
        _list("acute, missed as", levels[Risk.ACUTE].missed)
        _list("acute without need, was", levels[Risk.ACUTE].needless)
        _list("personal data missed", everything.missed)
        _list("personal data without need", everything.needless)


def _personal(row: dict[str, Any], screening: Screening, kinds: dict[str, Tally], everything: Tally) -> None:
    """Scored by overlap and type; each piece found answers one piece that is there."""
    found = list(screening.personal_data)
    for piece in row["personal_data"]:
        kind, text = piece["type"], piece["text"]
        start = row["text"].find(text)
        hit = next(
            (
                other
                for other in found
                if other.kind.value == kind and other.start < start + len(text) and start < other.end
            ),
            None,
        )
        for tally in (kinds.setdefault(kind, Tally()), everything):
            if hit:
                tally.right += 1
            else:
                tally.missed.append(f"{kind} {text!r} in: {row['text']}")
        if hit:
            found.remove(hit)
    for other in found:
        for tally in (kinds.setdefault(other.kind.value, Tally()), everything):
            tally.needless.append(f"{other.kind.value} {other.text!r} in: {row['text']}")


def _list(title: str, lines: Sequence[str]) -> None:
    print(f"  {title}:")
    for line in lines:
        print(f"    {' '.join(line.split())}")


def speed(texts: Sequence[str]) -> None:
    """Percentiles for texts of 4,000 characters, made of messages laid end to end."""
    began = perf_counter()
    screen("hej")
    print(f"speed: {1000 * (perf_counter() - began):.1f} ms for three letters")
    samples = list(_long(texts)) or ["hej " * (_LENGTH // 4)]
    taken: list[float] = []
    for number in range(_ROUNDS):
        text = samples[number % len(samples)]
        began = perf_counter()
        screen(text)
        taken.append(1000 * (perf_counter() - began))
    taken.sort()
    shown = "  ".join(
        f"p{share} {taken[min(len(taken) - 1, len(taken) * share // 100)]:.1f} ms" for share in (5, 50, 95)
    )
    print(f"  {_LENGTH} characters: {shown}")
    slowest: list[tuple[float, str]] = []
    for piece in _AWKWARD:
        text = (piece * _LENGTH)[:_LENGTH]
        began = perf_counter()
        screen(text)
        slowest.append((1000 * (perf_counter() - began), piece))
    print(
        "  slowest awkward texts: "
        + "  ".join(f"{piece!r} {ms:.0f} ms" for ms, piece in sorted(slowest)[:-4:-1])
    )


def _long(texts: Sequence[str]) -> Iterator[str]:
    text = ""
    for piece in texts:
        text += piece + "\n"
        if len(text) >= _LENGTH:
            yield text[:_LENGTH]
            text = ""


if __name__ == "__main__":
    sys.exit(main())
