"""What a text says about danger, and about who somebody is. Rules, no model; Danish and English."""

from bot.services.safety.model import DataKind, Finding, PersonalData, Risk, Screening
from bot.services.safety.personal import masked
from bot.services.safety.screen import explain, screen

__all__ = ["DataKind", "Finding", "PersonalData", "Risk", "Screening", "explain", "masked", "screen"]
