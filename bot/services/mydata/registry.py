"""What every table answers when a member asks for his data, or for its erasure.

A new table must be entered here: a test compares this list with the models.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Section(StrEnum):
    """The parts of the exported file."""

    QUESTIONS = "questions"
    PLAYER = "player"
    ANSWERS = "answers"
    ASSISTS = "assists"
    VOTES = "votes"
    FOLLOWED = "followed"
    PREFERENCES = "preferences"
    COACH = "coach"
    MODERATION = "moderation"


class Step(StrEnum):
    """The steps of an erasure, in the order they are taken."""

    FOLLOWED = "followed"
    PREFERENCES = "preferences"
    VOTES = "votes"
    QUESTIONS = "questions"
    PLAYER = "player"
    COACH = "coach"


@dataclass(frozen=True)
class Rights:
    """Where a table's rows about a member stand in his file, and which steps erase them.

    ``kept`` says why nothing, or not everything, of it is exported or erased.
    """

    exported: tuple[Section, ...] = ()
    erased: tuple[Step, ...] = ()
    kept: str = ""


_NOBODY = "holds nothing of a member"

RIGHTS: dict[str, Rights] = {
    "guilds": Rights(kept=_NOBODY),
    "forums": Rights(kept=_NOBODY),
    "topics": Rights(kept=_NOBODY),
    "questions": Rights((Section.QUESTIONS,), (Step.QUESTIONS,)),
    "posts": Rights(
        (Section.QUESTIONS, Section.ANSWERS),
        (Step.QUESTIONS, Step.PLAYER),
        "an answer stays in its thread without its writer's name: the thread is another boy's; a follow-up"
        " in a thread that is kept stays like the question",
    ),
    "players": Rights((Section.PLAYER,), (Step.PLAYER,)),
    "answers": Rights(
        (Section.ANSWERS,), (Step.PLAYER,), "the row stays, handed to a player row that is nobody's"
    ),
    "ledger": Rights(
        (Section.ASSISTS,), (Step.PLAYER,), "the entry stays, handed to a player row that is nobody's"
    ),
    "tallies": Rights((Section.ASSISTS,), (Step.PLAYER,)),
    "votes": Rights((Section.VOTES,), (Step.VOTES,), "the vote still counts; its giver's key is destroyed"),
    "coaches": Rights(
        (Section.COACH,), (Step.COACH,), "an empty row stays, because the cases of boys refer to it"
    ),
    "summons": Rights(
        (Section.QUESTIONS, Section.COACH),
        (Step.QUESTIONS, Step.COACH),
        "the case stays as a number for the report: neither end of it names anyone",
    ),
    "line_messages": Rights(
        (Section.QUESTIONS, Section.COACH),
        (Step.QUESTIONS,),
        "what a coach wrote to a boy is the boy's too, and goes with the boy's question; blanks stay as long"
        " as the lines of others",
    ),
    "followers": Rights((Section.FOLLOWED,), (Step.FOLLOWED,)),
    "preferences": Rights((Section.PREFERENCES,), (Step.PREFERENCES,)),
    "notices": Rights(
        (Section.QUESTIONS, Section.FOLLOWED),
        (Step.QUESTIONS, Step.FOLLOWED),
    ),
    "reveals": Rights(
        (Section.QUESTIONS, Section.MODERATION),
        kept="the record of breaking the glass has its own clock (privacy.audit_days)",
    ),
    "audit": Rights((Section.MODERATION,), kept="what moderators did has its own clock (privacy.audit_days)"),
    "audit_heads": Rights(kept=_NOBODY),
    "key_checks": Rights(kept=_NOBODY),
}


def unanswered(tables: Collection[str]) -> list[str]:
    """What is wrong with the list: tables it lacks, tables that are gone, and tables without an answer."""
    lacking = [f"{name} is not in the list" for name in tables if name not in RIGHTS]
    gone = [f"{name} is no table" for name in RIGHTS if name not in tables]
    silent = [
        f"{name} does not say why"
        for name, rights in RIGHTS.items()
        if not (rights.exported and rights.erased) and not rights.kept
    ]
    return lacking + gone + silent
