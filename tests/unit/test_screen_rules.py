"""Every rule's own examples: those that it must match, and those that it must not."""

import pytest

from bot.services.safety import Risk, explain
from bot.services.safety.reading import Text
from bot.services.safety.rulebook import RuleError, compile_rules, rulebook
from bot.services.safety.terms import Vocabulary


def _examples(field: str) -> list[object]:
    return [
        pytest.param(rule.name, text, id=f"{rule.name}-{field}-{number}")
        for rule in rulebook().rules
        for number, text in enumerate(getattr(rule, field))
    ]


def _holding(text: str) -> set[str]:
    return {finding.rule for finding in explain(text)}


@pytest.mark.parametrize(("name", "text"), _examples("match"))
def test_a_rule_matches_its_examples(name: str, text: str) -> None:
    assert name in _holding(text)


@pytest.mark.parametrize(("name", "text"), _examples("miss"))
def test_a_rule_leaves_its_counterexamples(name: str, text: str) -> None:
    assert name not in _holding(text)


def _rule(body: str) -> dict[str, str]:
    return {"my.toml": f"[[rules]]\nname = 'one'\nlevel = 'acute'\nreason = 'x'\nmatch = ['a']\n{body}"}


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"my.toml": "[["}, "my.toml"),
        (_rule(""), "patterns under `any`"),
        (_rule("any = ['a']\nunles = ['b']"), "unles"),
        (_rule("any = ['{nobody}']"), "nobody"),
        (_rule("any = ['a{b']"), "a{b"),
        (_rule("any = ['']"), "empty"),
        (_rule("any = ['a (b|c']"), r"\("),
        (_rule("any = ['(b|)']"), "empty"),
        (_rule("any = ['{a}']\n[concepts]\na = ['{b}']\nb = ['{a}']"), "contains itself"),
        ({"a.toml": "[concepts]\nx = ['a']", "b.toml": "[concepts]\nx = ['b']"}, "defined twice"),
        (_rule("any = ['a']\n[[rules]]\nname = 'one'\nany = ['b']\nmatch = ['b']"), "one name"),
        (_rule("any = ['a']\n[defaults]\nmatch = ['a']"), "unknown defaults"),
    ],
)
def test_a_mistake_in_a_rule_file_is_named(sources: dict[str, str], said: str) -> None:
    with pytest.raises(RuleError, match=said):
        compile_rules(sources)


def test_a_rule_takes_its_level_down_and_up() -> None:
    assert max(finding.risk for finding in explain("nogle gange vil jeg bare dø")) is Risk.CONCERN
    assert max(finding.risk for finding in explain("jeg vil bare dø")) is Risk.ACUTE


def test_brackets_choose_between_phrases_and_bars_between_words() -> None:
    book = compile_rules(_rule("any = ['gør det (i nat|nu)', 'slå ihjel|ned nu']"))
    vocabulary = Vocabulary(book)
    held = [
        bool(Text(text, (), vocabulary).findings())
        for text in ("gør det i nat", "gør det nu", "gør det i nu", "slå ned nu", "slå ihjel")
    ]
    assert held == [True, True, False, True, False]
