"""What the moderators' channel shows of each request to see who asked: claimed here, sent by the cog.

As in the outbox, a row is leased while it is being shown. After a lease that ran out, a message may or may
not be there, so the sender looks for it before it sends again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.services.reveals import RevealView, view_of
from db.engine import Database
from db.models import Guild, Reveal, RevealState
from db.repositories import reveals

LEASE = timedelta(seconds=60)
# How long a review may wait before the moderators are asked for it again.
REMIND_AFTER = timedelta(hours=12)


class Look(StrEnum):
    """What the message of a request shows."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    OPENED = "opened"
    CLOSED = "closed"
    TO_REVIEW = "to_review"
    REVIEWED = "reviewed"


# Nothing comes after these.
SETTLED = (Look.REFUSED, Look.EXPIRED, Look.CLOSED, Look.REVIEWED)
# A change of the message would go unread; these are said in a new one.
_SAID_ANEW = (Look.APPROVED, Look.REFUSED, Look.TO_REVIEW)


@dataclass(frozen=True)
class StaffCard:
    """A message to bring up to date: a new one where ``message_id`` is None or ``anew`` is set.

    ``retry`` means that an earlier try may have reached Discord.
    """

    view: RevealView
    language: str
    channel_id: int
    message_id: int | None
    look: Look
    anew: bool
    retry: bool


class StaffRoom:
    """Leases out what the channel must show, and records what it shows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim_due(self) -> list[StaffCard]:
        """Take what does not look as it should, and reviews that have waited too long."""
        now = self._clock()
        async with self._database.write() as session:
            cards = [
                card
                for reveal, guild in await reveals.free(session, SETTLED, now)
                if (card := _card(reveal, guild, now)) is not None
            ]
            taken = {card.view.token for card in cards}
            await reveals.lease(session, taken, now + LEASE)
        return cards

    async def shown(self, token: str, look: Look, message_id: int) -> None:
        """The channel shows it now, in this message."""
        async with self._database.write() as session:
            reveal = await reveals.by_token(session, token, lock=True)
            if reveal is None:
                return
            if reveal.message_id != message_id:
                reveal.message_id, reveal.posted_at = message_id, self._clock()
            reveal.shown, reveal.lease_until = look, None


def _card(reveal: Reveal, guild: Guild, now: datetime) -> StaffCard | None:
    look = _look(reveal, now)
    late = reveal.posted_at is not None and reveal.posted_at + REMIND_AFTER <= now
    remind = look is Look.TO_REVIEW and late
    if guild.staff_channel_id is None or (look == reveal.shown and not remind):
        return None
    return StaffCard(
        view=view_of(reveal),
        language=guild.language,
        channel_id=guild.staff_channel_id,
        message_id=reveal.message_id,
        look=look,
        anew=look in _SAID_ANEW,
        retry=reveal.lease_until is not None,
    )


def _look(reveal: Reveal, now: datetime) -> Look:
    if reveal.state is not RevealState.OPENED:
        return Look(reveal.state)
    if reveal.emergency:
        return Look.TO_REVIEW if reveal.reviewed_by is None else Look.REVIEWED
    return Look.OPENED if now < reveal.expires_at else Look.CLOSED
