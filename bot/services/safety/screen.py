"""The screen: every text that passes through the bot, judged before it is published."""

from collections.abc import Sequence
from functools import cache

from bot.services.safety.classifier import Classifier, classifier
from bot.services.safety.features import of_rules
from bot.services.safety.judging import judged
from bot.services.safety.model import Finding, Risk, Screening
from bot.services.safety.personal import personal_data
from bot.services.safety.reading import Text
from bot.services.safety.rulebook import rulebook
from bot.services.safety.terms import Vocabulary

# Where the model alone says so: no rule names the words.
_BY_WORDING = "wording"


@cache
def _vocabulary() -> Vocabulary:
    model = classifier()
    return Vocabulary(rulebook(), model.table, model.words)


def screen(text: str) -> Screening:
    """How grave a text is and why, and the personal data in it."""
    personal = personal_data(text)
    read = Text(text, personal, _vocabulary())
    found = read.findings()
    risk = judged_text(read, found, classifier())
    return Screening(risk, _reasons(risk, found), tuple(personal))


def judged_text(read: Text, found: Sequence[Finding], model: Classifier) -> Risk:
    """The level of the gravest passage."""
    rules = list(of_rules(found))
    risk = Risk.NONE
    for passage in read.passages():
        likely = model.probabilities(*passage.score(rules, model.table))
        risk = max(risk, judged(likely, found, grave=passage.grave()))
        if risk is Risk.ACUTE:
            break
    return risk


def _reasons(risk: Risk, found: Sequence[Finding]) -> tuple[str, ...]:
    if risk is Risk.NONE:
        return ()
    reasons = dict.fromkeys(finding.reason for finding in found if finding.risk is risk)
    if not reasons:
        reasons = dict.fromkeys([*(finding.reason for finding in found if finding.risk), _BY_WORDING])
    return tuple(reasons)


def explain(text: str) -> list[Finding]:
    """Which rules hold for a text, for those who work on the rules."""
    return Text(text, (), _vocabulary()).findings()
