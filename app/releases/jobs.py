"""The corridor to the library: cohorts, flips, blankings; and the weekly hour."""

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI, local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.library import operations as library
from app.releases.operations.tick import run_tick

log = logging.getLogger(__name__)


def shelve(session: Session, payload: dict[str, Any], now: datetime) -> None:
    library.shelve_cohort(session, payload, now=now)


def flip(session: Session, payload: dict[str, Any], now: datetime) -> None:
    library.flip_statuses(session, payload["changes"], now=now)


def retire(session: Session, payload: dict[str, Any], now: datetime) -> None:
    library.retire_cohorts(session, payload["cohorts"], tick=payload["tick"], now=now)


def blank(session: Session, payload: dict[str, Any], now: datetime) -> None:
    library.blank_card(session, payload["project_id"], now=now)


def finish(session: Session, payload: dict[str, Any], now: datetime) -> None:
    library.finish_tick(session, payload["tick"], now=now)


def weekly(house: House, now: datetime) -> None:
    """Monday 08:00 Asia/Shanghai, and later that day if the worker was down (decisions 15)."""
    local = now.astimezone(SHANGHAI)
    if local.weekday() != 0 or local.hour < 8:
        return
    with house.need_office().transaction() as session:
        run = run_tick(session, day=local_day(now), rng=random.SystemRandom(), now=now)
        log.info("tick day=%s published=%s flipped=%s", run.tick, run.published, run.flipped)


TO_PUBLIC = {
    "cohort.shelve": shelve,
    "cards.flip": flip,
    "cohorts.retire": retire,
    "card.blank": blank,
    "tick.done": finish,
}
PERIODIC = (Periodic("releases.weekly", timedelta(minutes=1), weekly),)
