"""The rule files, read and compiled."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, cast
from zlib import crc32

from bot.services.safety.index import Collection, Index
from bot.services.safety.lexicon import Lexicon
from bot.services.safety.model import Risk
from bot.services.safety.patterns import Node, PatternError, Reader
from bot.services.safety.themes import Themes

_LEVELS = {risk.word: risk for risk in Risk}
_LISTS = ("any", "needs", "unless", "unless_text", "lowered_by", "raised_by", "match", "miss")
_FIELDS = {"name", "level", "reason", "negatable", "firm", *_LISTS}
_NO_CLUSTERS = {"light", "clause_start", "passing"}
# Which of them a file may set once for all its rules.
_SHARED = {"level", "reason", "unless", "unless_text", "lowered_by", "raised_by"}


class RuleError(ValueError):
    """A mistake in a rule file; the message says where."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Without a level it is an idiom: what it matches means nothing to the other rules."""

    name: str
    reason: str
    risk: Risk
    negatable: bool
    firm: bool  # says it nearly by itself: the model need not be so sure
    # Conditions: sets of patterns in the book's index.
    needs: tuple[int, ...]
    unless: int
    unless_text: int
    lowered_by: int
    raised_by: int
    patterns: int  # its own, in the book's index
    match: tuple[str, ...]
    miss: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that the rule files say."""

    lexicon: Lexicon
    themes: Themes
    rules: tuple[Rule, ...]
    index: Index
    triggers: int  # the patterns of rules, in the index
    idioms: int  # the patterns of idioms
    light: int
    negation: int
    clause_start: int
    passing: int  # words that may stand between "not" and the clause that it denies
    clusters: tuple[tuple[str, int], ...]  # concepts as sets of single words, for the model
    known_concepts: dict[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])

    def concepts_of(self, bits: int) -> tuple[int, ...]:
        """The concepts to which a word belongs, as numbers made of their names."""
        if not bits:
            return ()
        known = self.known_concepts.get(bits)
        if known is None:
            known = tuple(crc32(name.encode()) * 17 + 5 for name, words in self.clusters if bits & words)
            self.known_concepts[bits] = known
        return known


@cache
def rulebook() -> Rulebook:
    """The rules of this installation, compiled once. Raises RuleError."""
    folder = files("bot.services.safety").joinpath("rules")
    sources = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
    return compile_rules(sources)


def compile_rules(sources: Mapping[str, str]) -> Rulebook:
    """Rule files (name → text) as one book. Raises RuleError."""
    concepts: dict[str, Sequence[str]] = {}
    themes: dict[str, list[str]] = {}
    grave: list[str] = []
    tables: dict[str, dict[str, Any]] = {}
    for name, source in sources.items():
        try:
            tables[name] = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{name}: {error}") from error
        for concept, words in cast("dict[str, list[str]]", tables[name].get("concepts", {})).items():
            if concept in concepts:
                raise RuleError(f"{name}: the concept {concept} is defined twice")
            concepts[concept] = words
        themes |= cast("dict[str, list[str]]", tables[name].get("themes", {}))
        grave += cast("list[str]", tables[name].get("grave", []))
    if unknown := set(grave) - set(themes):
        raise RuleError(f"these themes are grave, and there are no such: {', '.join(sorted(unknown))}")
    lexicon = Lexicon(concepts.pop("lookalikes", ()), concepts.pop("glue", ()))
    reader = Reader(lexicon, concepts)
    collection = Collection()
    rules: list[Rule] = []
    triggers = idioms = 0
    try:
        for name, table, raw in _raw_rules(tables):
            rule = _rule(name, table, raw, len(rules), reader, collection)
            if rule.risk is Risk.NONE:
                idioms |= rule.patterns
            else:
                triggers |= rule.patterns
            rules.append(rule)
        for name in concepts:
            reader.concept(name)
    except PatternError as error:
        raise RuleError(str(error)) from error
    names = [rule.name for rule in rules]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise RuleError(f"two rules have one name: {', '.join(sorted(doubled))}")
    return Rulebook(
        lexicon=lexicon,
        themes=Themes(themes, grave),
        rules=tuple(rules),
        index=Index(collection.patterns),
        triggers=triggers,
        idioms=idioms,
        light=_bits(lexicon, concepts, "light"),
        negation=_bits(lexicon, concepts, "negation"),
        clause_start=_bits(lexicon, concepts, "clause_start"),
        passing=_bits(lexicon, concepts, "passing"),
        clusters=tuple(
            (name, bits)
            for name in concepts
            if name not in _NO_CLUSTERS and (bits := _bits(lexicon, concepts, name))
        ),
    )


def _raw_rules(tables: Mapping[str, dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any], dict[str, Any]]]:
    for name, table in tables.items():
        shared = cast("dict[str, Any]", table.get("defaults", {}))
        if unknown := set(shared) - _SHARED:
            raise RuleError(f"{name}: unknown defaults: {', '.join(sorted(unknown))}")
        for raw in cast("list[dict[str, Any]]", table.get("rules", [])):
            yield name, shared, raw


def _rule(
    file: str,
    shared: Mapping[str, Any],
    raw: Mapping[str, Any],
    number: int,
    reader: Reader,
    collection: Collection,
) -> Rule:
    name = f"{file.removesuffix('.toml')}.{raw.get('name', '?')}"
    if unknown := set(raw) - _FIELDS:
        raise RuleError(f"{name}: unknown: {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {**shared, **raw}
    level = values.get("level", "none")
    if level not in _LEVELS or not raw.get("any") or not raw.get("match"):
        raise RuleError(f"{name}: a rule has a level, patterns under `any` and examples under `match`")

    def patterns(field: str) -> tuple[Node, ...]:
        try:
            return tuple(reader.read(source) for source in cast("list[str]", values.get(field, [])))
        except PatternError as error:
            raise RuleError(f"{name}, {field}: {error}") from error

    def condition(field: str) -> int:
        return collection.condition(patterns(field))

    return Rule(
        name=name,
        reason=values.get("reason", "idiom"),
        risk=_LEVELS[level],
        negatable=values.get("negatable", True),
        firm=values.get("firm", False),
        needs=tuple(collection.condition([need]) for need in patterns("needs")),
        unless=condition("unless"),
        unless_text=condition("unless_text"),
        lowered_by=condition("lowered_by"),
        raised_by=condition("raised_by"),
        patterns=sum(collection.trigger(node, number) for node in patterns("any")),
        match=tuple(values.get("match", ())),
        miss=tuple(values.get("miss", ())),
    )


def _bits(lexicon: Lexicon, concepts: Mapping[str, Sequence[str]], name: str) -> int:
    """The single words of a concept; phrases and other concepts in it do not count."""
    bits = 0
    for entry in concepts.get(name, ()):
        if entry.isalpha() or entry.rstrip("*").isalpha():
            bits |= lexicon.bit(entry)
    return bits
