"""The labelled messages in tests/safety: whole, apart from each other, and as their README says."""

import json
import re
from collections import Counter
from typing import Any

from tests.unit.walls import ROOT

PLACE = ROOT / "tests" / "safety"
FILES = {"development": "d", "held_out": "h"}
LEVELS = ("acute", "concern", "none")
LANGUAGES = ("da", "en", "mix")
TYPES = (
    "cpr",
    "phone",
    "email",
    "address",
    "full_name",
    "school_or_workplace",
    "social_handle",
    "url_profile",
    "plate",
    "card_number",
)


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PLACE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def bare(text: str) -> str:
    """The text without capitals, signs and spaces between words; a text of signs alone stays as it is."""
    return " ".join(re.findall(r"\w+", text.lower())) or text


def test_every_line_is_valid() -> None:
    for name, initial in FILES.items():
        for line in lines(name):
            assert list(line) == ["id", "text", "risk", "personal_data", "lang", "tags"], line
            assert re.fullmatch(initial + r"\d{4}", line["id"]), line
            assert line["text"] == line["text"].strip() != "", line
            assert len(line["text"]) <= 4_000, line
            assert line["risk"] in LEVELS, line
            assert line["lang"] in LANGUAGES, line
            assert line["tags"], line
            assert all(isinstance(tag, str) and tag for tag in line["tags"]), line


def test_personal_data_stand_in_their_text_in_order() -> None:
    for name in FILES:
        for line in lines(name):
            place = 0
            for found in line["personal_data"]:
                assert list(found) == ["type", "text"], line
                assert found["type"] in TYPES, line
                assert found["text"] == found["text"].strip() != "", line
                place = line["text"].find(found["text"], place)
                assert place >= 0, line
                place += len(found["text"])


def test_ids_and_texts_are_there_once_within_and_across_the_files() -> None:
    together = [line for name in FILES for line in lines(name)]
    for kind, seen in (
        ("id", Counter(line["id"] for line in together)),
        ("text", Counter(bare(line["text"]) for line in together)),
    ):
        assert not {key for key, times in seen.items() if times > 1}, kind
    assert len(together) >= 2_000


def test_the_held_out_part_shares_no_personal_data_with_the_other() -> None:
    data = {
        name: {
            re.sub(r"[\W_]", "", found["text"].lower())
            for line in lines(name)
            for found in line["personal_data"]
        }
        for name in FILES
    }
    assert not data["development"] & data["held_out"]


def test_the_counts_are_those_of_the_readme() -> None:
    readme = (PLACE / "README.md").read_text(encoding="utf-8")
    told = {
        row[1]: (int(row[2]), int(row[3]))
        for row in re.finditer(r"^\| `?([\w ]+?)`? \| (\d+) \| (\d+) \|$", readme, re.MULTILINE)
    }
    counts = {name: Counter[str]() for name in FILES}
    for name, count in counts.items():
        for line in lines(name):
            count.update(["messages", line["risk"], line["lang"]])
            count.update(found["type"] for found in line["personal_data"])
            count["messages with personal data"] += bool(line["personal_data"])
    asked = ("messages", *LEVELS, *LANGUAGES, "messages with personal data", *TYPES)
    assert told == {key: (counts["development"][key], counts["held_out"][key]) for key in asked}
    for name, count in counts.items():
        assert 0.20 <= count["acute"] / count["messages"] <= 0.28, name
        assert 0.18 <= count["concern"] / count["messages"] <= 0.26, name
        assert count["messages with personal data"] / count["messages"] >= 0.25, name
