"""Time as the services see it, so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def to_the_hour(moment: datetime) -> datetime:
    """The hour it was, all that is kept of what somebody did unseen: an exact time could be matched with
    who was online."""
    return moment.replace(minute=0, second=0, microsecond=0)


def to_the_next_hour(moment: datetime) -> datetime:
    """The first full hour that is not before it."""
    return to_the_hour(moment + timedelta(hours=1, microseconds=-1))


def to_the_month(moment: datetime) -> datetime:
    """The month it was, where the hours of several things would tell that one boy did them."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
