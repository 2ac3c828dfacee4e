"""What happens in the demo's past, each thing at its hour: tasks are noted in any order and done in that of
their moments."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.queries.sessions import donor_actor, donor_by_login
from app.core.clock import at_local, local_day
from app.core.house import House
from app.demo.staff import Staff
from app.policy.actors import Actor
from app.worker import Worker

WEEKLY_HOUR = 8
Act = Callable[[Session, datetime], None]
Task = Callable[[datetime], None]


@dataclass
class Stage:
    """The house in which it happens, and who is in it."""

    house: House
    staff: Staff = field(default_factory=Staff)

    def __post_init__(self) -> None:
        self.worker = Worker(self.house)

    @contextmanager
    def office(self) -> Iterator[Session]:
        with self.house.need_office().transaction() as session:
            yield session

    @contextmanager
    def public(self) -> Iterator[Session]:
        with self.house.public.transaction() as session:
            yield session

    def carry(self, now: datetime) -> None:
        self.worker.carry_letters(now)

    def partner(self, session: Session, login: str) -> Actor:
        """Raises LookupError for a login that nobody has."""
        account = donor_by_login(session, login)
        if account is None:
            raise LookupError(f"no partner {login}")
        return donor_actor(account)


class Agenda:
    """`now` is the moment at which the demo is loaded; nothing happens after it."""

    def __init__(self, stage: Stage, now: datetime) -> None:
        self.stage, self.now = stage, now
        self.today = local_day(now)
        self.last_tick = last_tick(now)
        self._tasks: list[tuple[datetime, int, Task]] = []

    def at(self, moment: datetime, task: Task) -> None:
        self._tasks.append((min(moment, self.now), len(self._tasks), task))

    def in_office(self, moment: datetime, act: Act) -> None:
        """One office transaction; what it writes to the other side is carried at once."""

        def task(now: datetime) -> None:
            with self.stage.office() as session:
                act(session, now)
            self.stage.carry(now)

        self.at(moment, task)

    def in_public(self, moment: datetime, act: Act) -> None:
        def task(now: datetime) -> None:
            with self.stage.public() as session:
                act(session, now)
            self.stage.carry(now)

        self.at(moment, task)

    def day(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """That hour, so many days from the last tick's Monday."""
        return at_local(self.last_tick + timedelta(days=days), hour, minute)

    def ago(self, **span: float) -> datetime:
        return self.now - timedelta(**span)

    def run(self) -> int:
        """Does everything that was noted; returns how many tasks that were."""
        done = 0
        for moment, _serial, task in sorted(self._tasks, key=lambda t: t[:2]):
            task(moment)
            done += 1
        self._tasks.clear()
        return done


def last_tick(now: datetime) -> date:
    """The Monday of the newest tick that is over at that moment."""
    day = local_day(now)
    monday = day - timedelta(days=day.weekday())
    return monday if at_local(monday, WEEKLY_HOUR) <= now else monday - timedelta(weeks=1)
