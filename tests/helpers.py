"""Small things that several kinds of tests need."""

from datetime import UTC, datetime, timedelta


class MovingClock:
    """Time that only moves when told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 12, 20, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass: ``move(hours=2)``."""
        self.now += timedelta(**by)
