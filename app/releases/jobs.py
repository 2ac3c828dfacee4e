"""The corridor to the library, the weekly hour, the nightly plan, and the watch over withdrawn consents."""

import logging
import random
from datetime import datetime, timedelta

from app.core.clock import SHANGHAI, local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.releases.operations.letters import LETTERS
from app.releases.operations.planning import note_plan
from app.releases.operations.seen import keep_seen
from app.releases.operations.takedown import blank_withdrawn
from app.releases.operations.tick import run_tick
from app.releases.queries import projects_without_consent, run_of, unplanned_exist

log = logging.getLogger(__name__)
TO_PUBLIC = LETTERS
TO_OFFICE = {"cards.seen": keep_seen}
MONDAY, WEEKLY_HOUR, NIGHT = 0, 8, range(1, 7)


def weekly(house: House, now: datetime) -> None:
    """Monday 08:00 Asia/Shanghai, or later that day if the worker was down (decisions 15)."""
    local = now.astimezone(SHANGHAI)
    if local.weekday() != MONDAY or local.hour < WEEKLY_HOUR:
        return
    office, day = house.need_office(), local_day(now)
    with office.transaction(writes=False) as session:
        if run_of(session, day) is not None:
            return
    with office.transaction() as session:
        run = run_tick(session, day=day, rng=random.SystemRandom(), now=now)
        log.info(
            "tick day=%s published=%s flipped=%s retired=%s",
            run.tick,
            run.published,
            run.flipped,
            run.retired,
        )


def nightly(house: House, now: datetime) -> None:
    """Between one and seven the planner looks at everything that waits, so that officers see why in the
    morning."""
    office, day = house.need_office(), local_day(now)
    if now.astimezone(SHANGHAI).hour not in NIGHT:
        return
    with office.transaction(writes=False) as session:
        if not unplanned_exist(session, day):
            return
    with office.transaction() as session:
        log.info("plan day=%s placed=%s", day, note_plan(session, now=now))


def follow_withdrawals(house: House, now: datetime) -> None:
    """Consent withdrawn on whatever page: the card is blank within a minute (I-23)."""
    office = house.need_office()
    with office.transaction(writes=False) as session:
        if not projects_without_consent(session, local_day(now)):
            return
    with office.transaction() as session:
        log.info("blanked n=%s", blank_withdrawn(session, now=now))


PERIODIC = (
    Periodic("releases.weekly", timedelta(minutes=1), weekly),
    Periodic("releases.nightly", timedelta(minutes=10), nightly),
    Periodic("releases.withdrawals", timedelta(seconds=20), follow_withdrawals),
)
