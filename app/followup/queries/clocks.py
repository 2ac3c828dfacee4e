"""How long until something is due, and in which words (domain §9). Working days are those of Ningxia's
offices."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.clock import SHANGHAI, local_day
from app.core.messages import Message, msg
from app.followup.models import PairTie, Tie
from app.followup.states import OfficeVisitState, PairState, TieState
from app.policy import parameters
from app.policy.calendar import add_working_days

HAND_OVER_WD = CONFIRM_WD = 3
ASK_WD, REPAIR_WD = 5, 10
PLAN_DAYS = 21


@dataclass(frozen=True)
class Clock:
    """`until` is the last day; `at` a moment of it, where the hour counts."""

    until: date
    at: datetime | None
    late: bool
    text: Message


def clock(until: date, now: datetime, at: datetime | None = None) -> Clock:
    days = (until - local_day(now)).days
    late = at < now if at is not None else days < 0
    if late:
        text = msg("超时 {n} 天", n=-days) if days < 0 else msg("今天过了时限")
    elif days == 0:
        moment = f"{at.astimezone(SHANGHAI):%H:%M}" if at is not None else ""
        text = msg("今天 {at} 前", at=moment) if moment else msg("就在今天")
    else:
        text = msg("还有 {n} 天", n=days)
    return Clock(until, at, late, text)


def tie_clock(tie: Tie, now: datetime) -> Clock | None:
    """What the office or the donor owes now; None when nothing runs."""
    if tie.state == TieState.HELD:
        return clock(local_day(tie.contact_due), now, tie.contact_due)
    if tie.state == TieState.CONTACTED:
        return clock(local_day(tie.lapses_at), now, tie.lapses_at)
    if tie.state == TieState.COMMITTED and tie.disputed_on is not None:
        return clock(add_working_days(tie.disputed_on, REPAIR_WD), now)
    if tie.state == TieState.COMMITTED and tie.date_by is not None:
        return clock(tie.date_by, now)
    if tie.state == TieState.ARRIVED and tie.arrived_on is not None:
        return clock(add_working_days(tie.arrived_on, HAND_OVER_WD), now)
    if tie.state == TieState.HANDED_OVER and tie.handed_on is not None:
        return clock(add_working_days(tie.handed_on, CONFIRM_WD), now)
    return None


def pair_clock(pair: PairTie, now: datetime) -> Clock | None:
    begun = local_day(pair.created_at)
    if pair.state == PairState.ASKING:
        return clock(add_working_days(begun, ASK_WD), now)
    if pair.state == PairState.AGREED:
        return clock(begun + timedelta(days=PLAN_DAYS), now)
    if pair.state == PairState.ACTIVE and pair.first_on is not None and not _met(pair):
        return clock(pair.first_on, now)
    return None


def asking_ends(pair: PairTie) -> datetime:
    """Until when the partner and the need are held for the household's answer (domain 4.9)."""
    days = parameters.at("pair_hold_days", local_day(pair.created_at))
    return pair.created_at + timedelta(days=days)


def _met(pair: PairTie) -> bool:
    return any(v.state in (OfficeVisitState.LOGGED, OfficeVisitState.CONFIRMED) for v in pair.visits)


def last_day_in_time(day: date, working_days: int) -> date:
    """The earliest day from which so many working days are not over before `day`."""
    found = day
    while add_working_days(found - timedelta(days=1), working_days) >= day:
        found -= timedelta(days=1)
    return found
