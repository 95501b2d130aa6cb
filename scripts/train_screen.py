"""Train the screen's statistical model: ``make screen-weights``.

Logistic regression; the same examples give the same weights. It learns from ``scripts/screen_examples`` and
from the development part of the labelled set, never from the held-out part.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from bot.services.safety.classifier import FILE, packed, unpacked
from bot.services.safety.model import Risk
from bot.services.safety.normalise import is_end, pieces
from bot.services.safety.personal import personal_data
from bot.services.safety.reading import Text
from bot.services.safety.rulebook import rulebook
from bot.services.safety.screen import judged_text
from bot.services.safety.terms import PIECES_FROM, SIZE, Vocabulary

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "scripts" / "screen_examples"
DEVELOPMENT = ROOT / "tests" / "safety" / "development.jsonl"
TARGET = ROOT / "bot" / "services" / "safety" / FILE

_EPOCHS = 6
_STEP = 0.08
_DECAY = 2e-5
_BIAS_STEP = 0.02
_RARITY_STEP = 0.2
_PIECE_STEP = 0.5  # pieces of words say less than words
_WORD_FROM = 1  # texts in which a word stands that the screen is to know at once
_HEADINGS = {f"[{risk.word}]": risk for risk in Risk}
# Each of these has an author of its own; the rest was written after reading misses of the development part.
_BY_AUTHOR = ("messages_*.txt", "ordinary.txt")

Labelled = tuple[str, Risk]


def examples(path: Path) -> Iterator[Labelled]:
    """Examples of our own, with their level: one a line, under the heading of their level."""
    risk = Risk.NONE
    for line in path.read_text(encoding="utf-8").splitlines():
        if line in _HEADINGS:
            risk = _HEADINGS[line]
        elif line:
            yield line.replace("\\n", "\n"), risk


def development() -> Iterator[Labelled]:
    """The part of the labelled set that may be learnt from."""
    for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["text"], Risk[row["risk"].upper()]


def everything() -> dict[str, list[Labelled]]:
    """All that is learnt from, by where it stands."""
    own = {path.name: list(examples(path)) for path in sorted(EXAMPLES.glob("*.txt"))}
    return {**own, DEVELOPMENT.name: list(development())}


@dataclass(frozen=True, slots=True)
class Example:
    """A text that was read: its features, and what each counts."""

    places: list[int]
    share: float
    risk: Risk


def prepared(text: str, risk: Risk, vocabulary: Vocabulary) -> Example:
    """A text, read."""
    read = Text(text, personal_data(text), vocabulary)
    whole = read.whole()
    return Example(whole.places(read.findings()), whole.share(), risk)


def rarity(read: Sequence[Example]) -> list[float]:
    """How much each feature counts: the fewer messages have it, the more it says."""
    seen = [0] * SIZE
    for example in read:
        for place in set(example.places):
            seen[place] += 1
    return [
        (_PIECE_STEP if place >= PIECES_FROM else 1) * _RARITY_STEP * (log((1 + len(read)) / (1 + count)) + 1)
        # What stands in one message only tells of that message.
        if count > 1
        else 0.0
        for place, count in enumerate(seen)
    ]


def train(read: Sequence[Example]) -> tuple[list[list[float]], list[float]]:
    """Weights and biases of the graver levels, beside none, by AdaGrad."""
    chance = random.Random(0)
    rare = rarity(read)
    rows = [
        ([(place, rare[place] * example.share) for place in example.places if rare[place]], example.risk)
        for example in read
    ]
    graver = tuple(risk for risk in Risk if risk)
    weights = [[0.0] * SIZE for _ in graver]
    squares = [[1e-2] * SIZE for _ in graver]
    biases = [0.0 for _ in graver]
    for _ in range(_EPOCHS):
        chance.shuffle(rows)
        for kept, risk in rows:
            scores = [0.0]
            for bias, table in zip(biases, weights, strict=True):
                scores.append(bias + sum([table[place] * value for place, value in kept]))
            top = max(scores)
            shares = [exp(score - top) for score in scores]
            total = sum(shares)
            for level in graver:
                error = shares[level] / total - (level == risk)
                table, square = weights[level - 1], squares[level - 1]
                for place, value in kept:
                    slope = error * value + _DECAY * table[place]
                    square[place] = seen = square[place] + slope * slope
                    table[place] -= _STEP * slope / seen**0.5
                biases[level - 1] -= _BIAS_STEP * error
    return [[weight * much for weight, much in zip(table, rare, strict=True)] for table in weights], biases


def usual(texts: Sequence[str]) -> list[str]:
    """The words that stand in several texts."""
    seen = Counter(
        word for text in texts for word in {piece.lower() for piece in pieces(text) if not is_end(piece)}
    )
    return sorted(word for word, count in seen.items() if count >= _WORD_FROM and word.isalpha())


def check() -> None:
    """Recall and precision for each author, judged by a model that has read nothing of his."""
    labelled = everything()
    vocabulary = Vocabulary(rulebook())
    read = {
        name: [prepared(text, risk, vocabulary) for text, risk in rows] for name, rows in labelled.items()
    }
    authors = [DEVELOPMENT.name, *(path.name for mask in _BY_AUTHOR for path in sorted(EXAMPLES.glob(mask)))]
    for author in authors:
        others = [example for name, found in read.items() if name != author for example in found]
        model = unpacked(packed(*train(others), words=()))
        learnt = Vocabulary(rulebook(), model.table)
        said: Counter[tuple[Risk, Risk]] = Counter()
        for text, risk in labelled[author]:
            one = Text(text, personal_data(text), learnt)
            said[risk, judged_text(one, one.findings(), model)] += 1
        print(f"{author}: {said.total()} messages")
        for level in reversed(Risk):
            right = said[level, level]
            true = sum(count for (risk, _), count in said.items() if risk is level)
            found_so = sum(count for (_, risk), count in said.items() if risk is level)
            recall, precision = right / max(true, 1), right / max(found_so, 1)
            print(f"  {level.word:<8} recall {recall:.3f}  precision {precision:.3f}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="train_screen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only measure, across authors")
    if parser.parse_args(arguments).check:
        check()
        return 0
    labelled = [row for rows in everything().values() for row in rows]
    vocabulary = Vocabulary(rulebook())
    weights, biases = train([prepared(text, risk, vocabulary) for text, risk in labelled])
    data = packed(weights, biases, usual([text for text, _ in labelled]))
    TARGET.write_bytes(data)
    print(f"{len(labelled)} examples, {len(data)} bytes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
