"""From what rules and model say to one level.

The model alone is easily wrong about short and bland texts. So how sure it has to be depends on the evidence:
a rule that holds, or at least a word of a grave theme. The numbers were found by testing on authors whom the
model had not read (`python -m scripts.train_screen --check`).
"""

from collections.abc import Sequence

from bot.services.safety.model import Finding, Risk

# To miss a boy in danger is worse than to meet one without need, but nobody heeds a screen that cries wolf.
_ACUTE_FROM_WITH_FIRM_RULE = 0.1
_ACUTE_FROM_WITH_RULE = 0.13
_ACUTE_FROM_WITH_EVIDENCE = 0.2
_ACUTE_FROM = 0.45
_CONCERN_FROM_WITH_RULE = 0.35
_CONCERN_FROM = 0.5
_CONCERN_FROM_WITH_IDIOM = 0.7


def judged(probabilities: Sequence[float], found: Sequence[Finding], *, grave: bool) -> Risk:
    """What rules and model say together: the rules' findings are part of what the model weighs."""
    _, concern, acute = probabilities
    if acute >= _acute_from(found, grave=grave):
        return Risk.ACUTE
    return Risk.CONCERN if acute + concern >= _concern_from(found) else Risk.NONE


def _acute_from(found: Sequence[Finding], *, grave: bool) -> float:
    acute_rules = [finding for finding in found if finding.risk is Risk.ACUTE]
    if any(finding.firm for finding in acute_rules):
        return _ACUTE_FROM_WITH_FIRM_RULE
    if acute_rules:
        return _ACUTE_FROM_WITH_RULE
    held = grave or any(finding.risk for finding in found)
    return _ACUTE_FROM_WITH_EVIDENCE if held else _ACUTE_FROM


def _concern_from(found: Sequence[Finding]) -> float:
    if any(finding.risk for finding in found):
        return _CONCERN_FROM_WITH_RULE
    # Only an idiom or a denial, and no rule that holds besides: the model has to be surer still.
    return _CONCERN_FROM_WITH_IDIOM if found else _CONCERN_FROM
