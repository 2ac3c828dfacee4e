"""What the office's letters do on the shelf: cohorts, flips, blankings, the end of a tick."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.outbox import Handler
from app.library import operations as library

Payload = dict[str, Any]


def shelve(session: Session, payload: Payload, now: datetime) -> None:
    library.shelve_cohort(session, payload, now=now)


def flip(session: Session, payload: Payload, now: datetime) -> None:
    library.flip_statuses(session, payload["changes"], now=now)


def retire(session: Session, payload: Payload, now: datetime) -> None:
    library.retire_cohorts(session, payload["cohorts"], tick=payload["tick"], now=now)


def blank(session: Session, payload: Payload, now: datetime) -> None:
    library.blank_card(session, payload["project_id"], now=now)


def finish(session: Session, payload: Payload, now: datetime) -> None:
    library.finish_tick(session, payload["tick"], now=now)


LETTERS: dict[str, Handler] = {
    "cohort.shelve": shelve,
    "cards.flip": flip,
    "cohorts.retire": retire,
    "card.blank": blank,
    "tick.done": finish,
}
