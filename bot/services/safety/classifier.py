"""The statistical model beside the rules: it has read some thousand examples, and knows what no rule says.

`scripts/train_screen.py` makes its weights from examples in the repository. They are small whole numbers, so
that the file stays small; which of them a text's features have is worked out in `features.py`.
"""

import json
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any

from bot.services.safety.model import Risk
from bot.services.safety.terms import SIZE

FILE = "weights.bin"
_MOST = 250
_GRAVER = len(Risk) - 1
# Both levels' weights stand in one number, so that a feature is looked up once: acute above, concern below.
# The lower has room for the sum over more features than any text has.
_SHIFT = 32
_LOW = (1 << _SHIFT) - 1
_ZERO = 1_024


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights of the graver levels, beside none, for each feature; and the words it has often read."""

    table: Sequence[int]
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    words: tuple[str, ...]

    def probabilities(self, total: int, count: int, share: float) -> tuple[float, float, float]:
        """How likely each level is, from none to acute.

        `total` is the sum of so many features' weights, `share` what each of them counts.
        """
        scores = (
            0.0,
            self.biases[0] + self.scales[0] * share * ((total & _LOW) - _ZERO * count),
            self.biases[1] + self.scales[1] * share * ((total >> _SHIFT) - _ZERO * count),
        )
        top = max(scores)
        shares = [exp(score - top) for score in scores]
        whole = sum(shares)
        return shares[0] / whole, shares[1] / whole, shares[2] / whole


def packed(tables: Sequence[Sequence[float]], biases: Sequence[float], words: Sequence[str]) -> bytes:
    """Weights of concern and acute, and words, as they are kept in the file."""
    scales = [max(max(map(abs, table)), 1e-9) / _MOST for table in tables]
    head = json.dumps({"scales": scales, "biases": list(biases), "words": " ".join(words)}).encode()
    body = b"".join(
        array("h", [round(weight / scale) for weight in table]).tobytes()
        for table, scale in zip(tables, scales, strict=True)
    )
    return zlib.compress(head + b"\n" + body, 9)


@cache
def classifier() -> Classifier:
    """The model of this installation."""
    return unpacked(files("bot.services.safety").joinpath(FILE).read_bytes())


def unpacked(data: bytes) -> Classifier:
    """Weights from the file."""
    head, _, numbers = zlib.decompress(data).partition(b"\n")
    known: dict[str, Any] = json.loads(head)
    concern, acute = (
        array("h", numbers[2 * level * SIZE : 2 * (level + 1) * SIZE]) for level in range(_GRAVER)
    )
    table = array(
        "q", [(_ZERO + high << _SHIFT) + _ZERO + low for low, high in zip(concern, acute, strict=True)]
    )
    return Classifier(table, tuple(known["scales"]), tuple(known["biases"]), tuple(known["words"].split()))
