"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_TEST = re.compile(r"`(?:tests/\w+/)?(test_\w+\.py)(?:::(\w+))?`")
_PATH = re.compile(r"`((?:bot|cogs|db|tests|docs|scripts)/[\w./]+\.\w+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_links_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = {ROOT / path for path in _PATH.findall(text)}
    linked = {document.parent / path for path in _LINK.findall(text)}
    assert [str(path) for path in sorted(named | linked) if not path.exists()] == []


def test_the_threat_model_names_tests_that_exist() -> None:
    sources = {path.name: "" for path in (ROOT / "tests").rglob("test_*.py")}
    for path in (ROOT / "tests").rglob("test_*.py"):
        sources[path.name] += path.read_text(encoding="utf-8")
    found = _TEST.findall((ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8"))
    assert len(found) > 20
    for file, name in found:
        assert f"def {name}(" in sources[file] if name else file in sources, (file, name)
