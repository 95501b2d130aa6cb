"""How grave a text is: the rules held against it."""

from collections.abc import Sequence

from bot.services.safety.bits import numbers_of
from bot.services.safety.line import Line, Part, Places, line_of
from bot.services.safety.model import Finding, Risk
from bot.services.safety.rulebook import Rule, Rulebook

_NEGATION_REACH = 3
_LONGEST_IDIOM = 20


def findings(parts: Sequence[Part], book: Rulebook) -> list[Finding]:
    """Every rule that holds for a text; idioms first, with no risk."""
    line = line_of(parts)
    possible = book.index.possible(set(parts))
    found: list[Finding] = []
    blank = 0
    for rule, places in _matched(possible & book.idioms, line, book):
        held = _Reading(line, possible, book).idiom(rule, places)
        if held:
            found.append(_finding(rule, Risk.NONE))
            blank |= held
    if blank:
        # The words of idioms no longer mean what they say.
        line = line.without(blank)
    reading = _Reading(line, possible, book)
    for rule, places in _matched(possible & book.triggers, line, book):
        risk = reading.risk(rule, places)
        if risk:
            found.append(_finding(rule, risk))
    return found


def _finding(rule: Rule, risk: Risk) -> Finding:
    return Finding(rule.name, rule.reason, risk, rule.firm)


def _matched(possible: int, line: Line, book: Rulebook) -> list[tuple[Rule, Places]]:
    """The rules of which a pattern holds, and where these begin."""
    matched: dict[int, Places] = {}
    for entry in book.index.among(possible):
        if places := line.where(entry.node):
            matched[entry.owner] = matched.get(entry.owner, 0) | places
    return [(book.rules[owner], matched[owner]) for owner in sorted(matched)]


class _Reading:
    """One text being judged."""

    def __init__(self, line: Line, possible: int, book: Rulebook) -> None:
        self._line = line
        self._possible = possible
        self._book = book
        self._conditions: dict[int, Places] = {}

    def risk(self, rule: Rule, places: Places) -> Risk | None:
        """The gravest level at which a rule holds at one of these places."""
        line = self._line
        found: Risk | None = None
        for place in numbers_of(places):
            if rule.negatable and self._denied(place):
                continue
            sentence = line.sentence(place)
            if self._where(rule.unless) & sentence:
                continue
            if self._where(rule.unless_text) or not all(map(self._where, rule.needs)):
                return None
            risk = rule.risk
            if risk is Risk.ACUTE and self._where(rule.lowered_by) & sentence:
                risk = Risk.CONCERN
            if risk is Risk.CONCERN and self._where(rule.raised_by):
                risk = Risk.ACUTE
            if risk is Risk.ACUTE:
                return risk
            found = risk
        return found

    def idiom(self, rule: Rule, places: Places) -> Places:
        """The words of an idiom that begins at these places; none where it is meant after all."""
        line = self._line
        held = 0
        for place in numbers_of(places):
            if not self._where(rule.unless) & line.sentence(place):
                held |= self._span(rule, place)
        return held

    def _span(self, rule: Rule, place: int) -> Places:
        """From where an idiom begins to the last place where it may end."""
        line = self._line
        first = 1 << place
        nodes = [
            entry.node
            for entry in self._book.index.among(self._possible & rule.patterns)
            if line.where(entry.node) & first
        ]
        for length in range(_LONGEST_IDIOM, 0, -1):
            end = first << length & line.all
            if end and any(node.starts(line, end) & first for node in nodes):
                return end - first
        return 0

    def _where(self, condition: int) -> Places:
        """Where a condition of a rule begins to hold."""
        if not condition:
            return 0
        places = self._conditions.get(condition)
        if places is None:
            places = 0
            for entry in self._book.index.among(self._possible & condition):
                places |= self._line.where(entry.node)
            self._conditions[condition] = places
        return places

    def _denied(self, place: int) -> bool:
        """Whether a negation before the words reaches them."""
        line = self._line
        if line.clause_start >> place & 1:
            # "ikke fordi jeg …": only a negation right before the clause reaches into it.
            before = place - 1
            while before >= 0 and line.passing >> before & 1:
                before -= 1
            return 0 <= before < place - 1 and bool(line.negation >> before & 1)
        left = _NEGATION_REACH
        stops = line.negation | line.clause_start | line.ends
        before = place - 1
        while before >= 0 and left:
            if stops >> before & 1:
                return bool(line.negation >> before & 1) or (
                    bool(line.clause_start >> before & 1) and self._denied(before)
                )
            left -= not line.light >> before & 1
            before -= 1
        return False
