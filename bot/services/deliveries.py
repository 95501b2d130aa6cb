"""What is made for others to see. It has no author field: who asked cannot be rendered by mistake."""

from dataclasses import dataclass

from bot.services.coaches import CoachProfile
from db.models import SummonState


@dataclass(frozen=True)
class Envelope:
    """What every delivery has. ``retry`` means that an earlier try may have reached Discord."""

    post_id: int
    token: str
    retry: bool
    guild_id: int
    language: str


@dataclass(frozen=True)
class QuestionDelivery:
    """A new thread in a forum.

    ``wanted`` is False for a question that was withdrawn after a try whose outcome nobody knows: it is
    only looked for, so that it can be deleted.
    """

    envelope: Envelope
    forum_id: int
    tag_ids: tuple[int, ...]
    title: str
    body: str
    alias: str
    topic: str
    wants_coach: bool
    wanted: bool


@dataclass(frozen=True)
class FollowUpDelivery:
    """The alias writes in his thread."""

    envelope: Envelope
    thread_id: int
    alias: str
    body: str


@dataclass(frozen=True)
class AnswerDelivery:
    """A player writes in a thread. ``picture`` was made anew from its pixels."""

    envelope: Envelope
    thread_id: int
    player_name: str
    body: str
    picture: bytes | None


@dataclass(frozen=True)
class CoachCardDelivery:
    """A coach is announced in a thread."""

    envelope: Envelope
    thread_id: int
    coach: CoachProfile
    coach_user_id: int


@dataclass(frozen=True)
class CaseDelivery:
    """A private thread for a coach, with the question and two buttons."""

    envelope: Envelope
    channel_id: int
    case_thread_id: int | None
    case_code: str
    coach_user_id: int
    coach_name: str
    question_thread_id: int
    title: str
    body: str
    alias: str
    topic: str
    expires_at: int


@dataclass(frozen=True)
class CaseTextDelivery:
    """A text in a coach's private thread: from the asker, or (``body`` None) a note that it is over."""

    envelope: Envelope
    case_thread_id: int
    alias: str
    body: str | None
    ended: SummonState | None


Delivery = (
    QuestionDelivery | FollowUpDelivery | AnswerDelivery | CoachCardDelivery | CaseDelivery | CaseTextDelivery
)
