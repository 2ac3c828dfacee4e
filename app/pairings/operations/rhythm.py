"""How far a pairing has come on its way: what is next, and the strip of contacts done and to come. Reads
alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.clock import local_day
from app.pairings.models import Pairing, Visit
from app.pairings.states import LOG_WITHIN, WRITTEN, PairingState, VisitState
from app.policy import parameters

CELLS = 12
_EVERY = {"weekly": 7, "fortnightly": 14, "monthly": 30}
_YEAR = 365


@dataclass(frozen=True)
class NextContact:
    """`code`: log (it is over, write a sentence), today, agreed, asked (the village answers), plan. `late`:
    the day to do it has come."""

    code: str
    due_on: date
    visit: Visit | None = None
    late: bool = False


@dataclass(frozen=True)
class Cell:
    """One contact of the strip. `mark`: ok (done), now, or blank for what is to come."""

    number: int
    mark: str
    day: date


def answer_by(pairing: Pairing) -> datetime:
    """Until when the household is waited for; the office lets go then (domain 4.9)."""
    days = parameters.at("pair_hold_days", local_day(pairing.created_at))
    return pairing.created_at + timedelta(days=days)


def next_contact(pairing: Pairing, now: datetime) -> NextContact | None:
    """None unless the pairing runs."""
    if pairing.state != PairingState.ACTIVE:
        return None
    to_write = loggable(pairing, now)
    if to_write:
        return NextContact("log", local_day(to_write[0].planned_at), to_write[0], late=True)
    today, coming = local_day(now), _coming(pairing, now)
    for visit in coming:
        if visit.state == VisitState.ACCEPTED:
            day = local_day(visit.planned_at)
            return NextContact("today" if day == today else "agreed", day, visit, late=day == today)
    if coming:
        return NextContact("asked", local_day(coming[0].planned_at), coming[0])
    due = _next_due(pairing, today)
    return NextContact("plan", due, late=due <= today)


def loggable(pairing: Pairing, now: datetime) -> list[Visit]:
    """Agreed visits whose hour has come and whose week is not over, the oldest first."""
    return [
        v
        for v in _in_order(pairing.visits)
        if v.state == VisitState.ACCEPTED and v.planned_at <= now <= v.planned_at + LOG_WITHIN
    ]


def strip(pairing: Pairing, now: datetime) -> list[Cell]:
    """At most twelve contacts around the present one; days to come follow the rhythm that was agreed."""
    done, total = _done(pairing), pairing.contacts_min or CELLS
    ahead = next_contact(pairing, now)
    first = ahead.due_on if ahead is not None else local_day(now)
    cells = [Cell(n, "ok", local_day(v.planned_at)) for n, v in enumerate(done, 1)]
    every = timedelta(days=interval_days(pairing))
    for number in range(len(done) + 1, max(total, len(done) + 1) + 1):
        ahead_of = number - len(done) - 1
        cells.append(Cell(number, "now" if ahead_of == 0 else "", first + every * ahead_of))
    begins = max(0, min(len(done) - CELLS // 2 + 1, len(cells) - CELLS))
    return cells[begins : begins + CELLS]


def done_count(pairing: Pairing) -> int:
    return len(_done(pairing))


def interval_days(pairing: Pairing) -> int:
    """Days from one contact to the next, as agreed; else the year shared out evenly."""
    return _EVERY.get(pairing.cadence, _YEAR // max(1, pairing.contacts_min or 4))


def _next_due(pairing: Pairing, today: date) -> date:
    done = _done(pairing)
    if done:
        return local_day(done[-1].planned_at) + timedelta(days=interval_days(pairing))
    return pairing.first_on or today


def _done(pairing: Pairing) -> list[Visit]:
    return [v for v in _in_order(pairing.visits) if v.state in WRITTEN]


def _coming(pairing: Pairing, now: datetime) -> list[Visit]:
    states = (VisitState.PLANNED, VisitState.ACCEPTED)
    return [v for v in _in_order(pairing.visits) if v.state in states and v.planned_at > now]


def _in_order(visits: Sequence[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda v: v.planned_at)
