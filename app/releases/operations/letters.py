"""What the office's letters do on the shelf: cohorts, blankings, a freeze, the end of a tick.

A cohort crosses as one letter and waits; the letter at the end of the tick shows all of the week at once, so
that whoever kills the worker leaves last week's library or this week's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.outbox import Handler
from app.library import operations as library

Payload = dict[str, Any]


def shelve(session: Session, payload: Payload, now: datetime) -> None:
    library.shelve_cohort(session, payload, now=now)


def retire(session: Session, payload: Payload, now: datetime) -> None:
    library.retire_cohorts(session, payload["cohorts"], tick=payload["tick"], now=now)


def freeze(session: Session, payload: Payload, now: datetime) -> None:
    library.freeze_cohort(session, payload["cohort_id"], now=now)


def unfreeze(session: Session, payload: Payload, now: datetime) -> None:
    library.unfreeze_cohort(session, payload["cohort_id"], now=now)


def blank(session: Session, payload: Payload, now: datetime) -> None:
    library.blank_card(session, payload["project_id"], now=now)


def finish(session: Session, payload: Payload, now: datetime) -> None:
    """The whole week in one transaction: what turns, what leaves, and what appears."""
    tick = payload["tick"]
    library.flip_statuses(session, payload["changes"], now=now)
    if payload["retired"]:
        library.retire_cohorts(session, payload["retired"], tick=tick, now=now)
    library.finish_tick(session, tick, now=now)


LETTERS: dict[str, Handler] = {
    "cohort.shelve": shelve,
    "cohort.freeze": freeze,
    "cohort.unfreeze": unfreeze,
    "cohorts.retire": retire,
    "card.blank": blank,
    "tick.done": finish,
}
