"""One thing that waits for a person, when it is due, and which five come first (domain §7)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI, at_local, local_day
from app.core.messages import Message, msg
from app.policy.actors import Actor
from app.policy.calendar import add_working_days

FIRST = 5
OF_ONE_KIND = 2
_URGENCY = {"urgent": 9, "important": 6, "deferred": 3}
_OVERDUE_MOST = 10


@dataclass(frozen=True)
class Due:
    """A deadline: a day, or a moment of a day."""

    at: datetime
    whole_day: bool = True

    def late(self, now: datetime) -> bool:
        return self.at < now

    def days(self, now: datetime) -> int:
        """Days left; negative when the day has passed."""
        return (local_day(self.at) - local_day(now)).days

    def words(self, now: datetime) -> Message:
        days, moment = self.days(now), self.at.astimezone(SHANGHAI)
        if self.late(now):
            return msg("超时 {n} 天", n=-days) if days < 0 else msg("今天过了时限")
        if days == 0:
            return msg("就在今天") if self.whole_day else msg("今天 {at}", at=f"{moment:%H:%M}")
        return msg("还有 {n} 天", n=days)


def on_day(day: date | None) -> Due | None:
    """Due by the end of that day in Asia/Shanghai."""
    return None if day is None else Due(at_local(day, 23, 59))


def at_moment(moment: datetime | None) -> Due | None:
    return None if moment is None else Due(moment, whole_day=False)


@dataclass(frozen=True)
class Task:
    """`title` is the thing, `where` the place and number, `why` says why now; `act` is the one button."""

    kind: str
    ref: int
    title: Message
    where: str
    why: Message
    act: Message
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    due: Due | None = None
    urgency: str = ""

    def is_late(self, now: datetime) -> bool:
        return self.due is not None and self.due.late(now)


@dataclass(frozen=True)
class Pile:
    """All tasks of one kind that wait for one person: how many, the most pressing, and where they are all
    listed."""

    kind: str
    heading: Message
    icon: str
    total: int
    tasks: tuple[Task, ...]
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)

    def late(self, now: datetime) -> int:
        return sum(task.is_late(now) for task in self.tasks)


Provider = Callable[[Session, Actor, datetime], Pile]


def score(task: Task, now: datetime) -> int:
    """Domain §7: a broken clock 80, due within a day 60, within three working days 40, else 20."""
    points = 20
    if task.due is not None:
        soon = add_working_days(local_day(now), 3)
        if task.due.late(now):
            points = 80 + min(_OVERDUE_MOST, -min(0, task.due.days(now)))
        elif task.due.at - now <= timedelta(hours=24):
            points = 60
        elif local_day(task.due.at) <= soon:
            points = 40
    return points + _URGENCY.get(task.urgency, 0)


def in_order(tasks: Iterable[Task], now: datetime) -> list[Task]:
    """The most pressing first; ties by what is due sooner, then by what came earlier."""
    far = now + timedelta(days=3650)
    return sorted(tasks, key=lambda t: (-score(t, now), t.due.at if t.due else far, t.kind, t.ref))


def first_five(piles: Sequence[Pile], now: datetime) -> list[Task]:
    """At most two of one kind while other kinds wait."""
    ordered = in_order((task for pile in piles for task in pile.tasks), now)
    chosen: list[Task] = []
    for task in ordered:
        if sum(c.kind == task.kind for c in chosen) < OF_ONE_KIND and len(chosen) < FIRST:
            chosen.append(task)
    rest = [task for task in ordered if task not in chosen]
    return in_order(chosen + rest[: FIRST - len(chosen)], now)
