"""The one place that reads the time. Everything below the guard and the worker is handed `now`."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock:
    """Real time, or for demo and test a fixed start that runs on from there."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._since = time.monotonic()

    def now(self) -> datetime:
        if self._start is None:
            return datetime.now(UTC)
        return (self._start + timedelta(seconds=time.monotonic() - self._since)).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def at_local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """That hour of that day in Asia/Shanghai, as an aware UTC moment."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
