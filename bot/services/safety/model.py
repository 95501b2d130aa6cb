"""What the screen says about a text."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Risk(IntEnum):
    """How grave it is; higher is graver."""

    NONE = 0
    CONCERN = 1
    ACUTE = 2

    @property
    def word(self) -> str:
        """The name that is written and read."""
        return self.name.lower()


class DataKind(StrEnum):
    """What tells who somebody is."""

    CPR = "cpr"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    FULL_NAME = "full_name"
    SCHOOL_OR_WORKPLACE = "school_or_workplace"
    SOCIAL_HANDLE = "social_handle"
    URL_PROFILE = "url_profile"
    PLATE = "plate"
    CARD_NUMBER = "card_number"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A piece of personal data: the exact substring and its place."""

    kind: DataKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that held, and at which level."""

    rule: str
    reason: str
    risk: Risk
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Screening:
    """The whole judgement. ``reasons`` are those of the gravest level, each once."""

    risk: Risk
    reasons: tuple[str, ...]
    personal_data: tuple[PersonalData, ...]
