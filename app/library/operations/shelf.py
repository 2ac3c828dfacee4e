"""Shelving a cohort in one transaction, flipping, blanking, retiring. Every change moves the counter for
ETags."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.library.models import Card, LibraryTick, ShelfCohort, WeeklyStatus
from app.library.states import CardStatus
from app.policy.lattice import Label

CARD_COLUMNS = frozenset({"project_id", "action_no", "need_item", "kind", "amount_band", "urgency"})
NEEDED = ("k", "households", "register", "compatible", "implied", "items", "top_share", "number")


class UnsafeCohort(Exception):
    """A cohort without a whole certificate, or with a label or column that the gate does not know: not
    shelved."""


def shelve_cohort(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """All its cards or none. A cohort that stands already is left alone. Raises UnsafeCohort (rule 8: fail
    closed)."""
    if (
        session.scalar(select(ShelfCohort.id).where(ShelfCohort.cohort_id == payload["cohort_id"]))
        is not None
    ):
        return
    cohort = _cohort(payload)
    session.add(cohort)
    session.flush()
    session.add_all([_card(row, cohort) for row in payload["cards"]])
    _changed(session)


def flip_statuses(session: Session, changes: Sequence[Mapping[str, str]], *, now: datetime) -> None:
    """`[{project_id, status}]`, done or retired. Raises LookupError for a card that has not arrived yet."""
    for change in changes:
        card = _card_named(session, change["project_id"])
        if not card.blanked:
            card.status = CardStatus(change["status"])
            card.fresh = True
    _changed(session)


def retire_cohorts(session: Session, cohort_ids: Sequence[str], *, tick: str, now: datetime) -> None:
    """Whole cohorts leave the library and the export together."""
    session.execute(update(ShelfCohort).where(ShelfCohort.cohort_id.in_(cohort_ids)).values(retired=True))
    leaving = select(ShelfCohort.id).where(ShelfCohort.cohort_id.in_(cohort_ids))
    session.execute(update(Card).where(Card.cohort_key.in_(leaving)).values(fresh=True))
    _changed(session)


def blank_card(session: Session, project_id: str, *, now: datetime) -> None:
    """Consent withdrawn: the place stays and counts, what it said is gone, in past weeks too (decisions
    17)."""
    card = _card_named(session, project_id)
    card.action_no = card.need_item = card.kind = card.amount_band = card.urgency = None
    card.blanked, card.status, card.fresh = True, CardStatus.RETIRED, True
    _changed(session)


def set_claimed(session: Session, project_id: str, *, claimed: bool, now: datetime) -> bool:
    """The atomic step that every claim goes through: open → claimed, or back. False when someone was
    first."""
    before, after = (
        (CardStatus.OPEN, CardStatus.CLAIMED) if claimed else (CardStatus.CLAIMED, CardStatus.OPEN)
    )
    changed = session.execute(
        update(Card)
        .where(Card.project_id == project_id, Card.status == before, Card.blanked.is_(False))
        .values(status=after, fresh=True)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    _changed(session)
    return True


def finish_tick(session: Session, tick: str, *, now: datetime) -> None:
    """The week is whole: its date stands, and every status of it is kept for later exports."""
    day = date.fromisoformat(tick)
    counter = _counter(session)
    counter.tick = max(day, counter.tick or day)
    session.execute(delete(WeeklyStatus).where(WeeklyStatus.tick == day))
    rows = session.execute(
        select(Card.id, Card.status).join(ShelfCohort).where(ShelfCohort.retired.is_(False))
    ).all()
    if rows:
        session.execute(insert(WeeklyStatus), [{"tick": day, "card_id": r[0], "status": r[1]} for r in rows])
    _changed(session)


def _cohort(payload: Mapping[str, Any]) -> ShelfCohort:
    certificate = payload["certificate"]
    if any(key not in certificate for key in NEEDED):
        raise UnsafeCohort("the certificate is not whole")
    if certificate["households"] < certificate["k"] or certificate["compatible"] < certificate["k"]:
        raise UnsafeCohort("the certificate guarantees too little")
    try:
        label = Label(**payload["label"])
    except (TypeError, ValueError) as error:
        raise UnsafeCohort("the label cannot be read") from error
    return ShelfCohort(
        cohort_id=payload["cohort_id"],
        certificate_no=certificate["number"],
        certificate=certificate,
        households_n=certificate["households"],
        tick=date.fromisoformat(payload["tick"]),
        published_month=payload["published_month"],
        **label.as_dict(),
    )


def _card(row: Mapping[str, Any], cohort: ShelfCohort) -> Card:
    if set(row) != CARD_COLUMNS:
        raise UnsafeCohort("a card carries a column that is not public")
    return Card(cohort_key=cohort.id, status=CardStatus.OPEN, **row)


def _card_named(session: Session, project_id: str) -> Card:
    card = session.scalar(select(Card).where(Card.project_id == project_id))
    if card is None:
        raise LookupError("no such card yet")
    return card


def _counter(session: Session) -> LibraryTick:
    counter = session.get(LibraryTick, 1)
    if counter is None:
        counter = LibraryTick(id=1, changes=0)
        session.add(counter)
        session.flush()
    return counter


def _changed(session: Session) -> None:
    _counter(session)
    session.execute(update(LibraryTick).values(changes=LibraryTick.changes + 1))
