"""The hour of the tests, and a clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from app.core.clock import Clock

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Ningxia


class SteppingClock(Clock):
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = NOW) -> None:
        super().__init__(at)
        self._at = at

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at

    def forward(self, by: timedelta) -> datetime:
        self._at += by
        return self._at
