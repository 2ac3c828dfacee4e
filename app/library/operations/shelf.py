"""Shelving a cohort in one transaction, flipping, blanking, retiring. Every change moves the counter for
ETags."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.sealing import BadSeal, opened
from app.library.models import (
    FROZEN,
    RETIRED,
    WAITING,
    Card,
    LibraryTick,
    ShelfCohort,
    SigningKey,
    WeeklyStatus,
)
from app.library.operations.wordings import drop_unused, wordings_for
from app.library.states import CardStatus
from app.policy.gate.rules import RULES_VERSION
from app.policy.lattice import Label

CARD_COLUMNS = frozenset({"project_id", "action_no", "need_item", "kind", "amount_band", "urgency"})
CHUNK = 500
LEAST = 11  # k, whatever a letter says
NEEDED = ("k", "households", "register", "compatible", "implied", "items", "top_share", "number")


class UnsafeCohort(Exception):
    """A cohort without a whole certificate, or with a label or column that the gate does not know: not
    shelved."""


def shelve_cohort(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """All its cards or none. A cohort that stands already is left alone. Raises UnsafeCohort (rule 8: fail
    closed). One that `waits` is shown with the rest of its week, when that is whole (`finish_tick`)."""
    if (
        session.scalar(select(ShelfCohort.id).where(ShelfCohort.cohort_id == payload["cohort_id"]))
        is not None
    ):
        return
    cohort = _cohort(payload)
    week = _counter(session).tick
    cohort.absence = WAITING if payload.get("waits") and (week is None or week < cohort.tick) else None
    session.add(cohort)
    _keep_key(session, payload)
    session.flush()
    cards = [_card(row, cohort) for row in payload["cards"]]
    wordings = wordings_for(session, cards, cohort)
    for card in cards:
        card.wording_id = wordings[card.project_id]
    session.add_all(cards)
    session.flush()
    _changed(session, [card.id for card in cards])


def flip_statuses(session: Session, changes: Sequence[Mapping[str, str]], *, now: datetime) -> None:
    """`[{project_id, status}]`, done or retired. Raises LookupError for a card that has not arrived yet."""
    touched = []
    for change in changes:
        card = _card_named(session, change["project_id"])
        if not card.blanked:
            card.status = CardStatus(change["status"])
            touched.append(card.id)
    _changed(session, touched)


def retire_cohorts(session: Session, cohort_ids: Sequence[str], *, tick: str, now: datetime) -> None:
    """Whole cohorts leave the library and the export together."""
    _set_absence(session, ShelfCohort.cohort_id.in_(cohort_ids), RETIRED)


def freeze_cohort(session: Session, cohort_id: str, *, now: datetime) -> None:
    """All its cards are hidden together, in every place. Raises LookupError when it has not arrived yet."""
    cohort = _cohort_named(session, cohort_id)
    if cohort.absence != RETIRED:
        _set_absence(session, ShelfCohort.id == cohort.id, FROZEN)


def unfreeze_cohort(session: Session, cohort_id: str, *, now: datetime) -> None:
    """They come back as they were, under the same label."""
    cohort = _cohort_named(session, cohort_id)
    if cohort.absence == FROZEN:
        _set_absence(session, ShelfCohort.id == cohort.id, None)


def _cohort_named(session: Session, cohort_id: str) -> ShelfCohort:
    cohort = session.scalar(select(ShelfCohort).where(ShelfCohort.cohort_id == cohort_id))
    if cohort is None:
        raise LookupError("no such cohort yet")
    return cohort


def _set_absence(session: Session, which: ColumnElement[bool], absence: str | None) -> None:
    cohorts = session.scalars(select(ShelfCohort.id).where(which)).all()
    session.execute(update(ShelfCohort).where(ShelfCohort.id.in_(cohorts)).values(absence=absence))
    _changed(session, session.scalars(select(Card.id).where(Card.cohort_key.in_(cohorts))).all())


def blank_card(session: Session, project_id: str, *, now: datetime) -> None:
    """Consent withdrawn: the place stays and counts, what it said is gone, in past weeks too (decisions
    17)."""
    card = _card_named(session, project_id)
    wording = card.wording_id
    card.action_no = card.need_item = card.kind = card.amount_band = card.urgency = card.wording_id = None
    card.blanked, card.status = True, CardStatus.RETIRED
    session.flush()
    if wording is not None:
        drop_unused(session, wording)
    _changed(session, [card.id])


def set_claimed(session: Session, project_id: str, *, claimed: bool, now: datetime) -> bool:
    """The atomic step that every claim goes through: open → claimed, or back. False when someone was
    first."""
    before, after = (
        (CardStatus.OPEN, CardStatus.CLAIMED) if claimed else (CardStatus.CLAIMED, CardStatus.OPEN)
    )
    changed = session.execute(
        update(Card)
        .where(Card.project_id == project_id, Card.status == before, Card.blanked.is_(False))
        .values(status=after)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    _changed(session, session.scalars(select(Card.id).where(Card.project_id == project_id)).all())
    return True


def finish_tick(session: Session, tick: str, *, now: datetime) -> None:
    """The week is whole: what came with it appears, its date stands, and every status of it is kept for later
    exports."""
    day = date.fromisoformat(tick)
    _set_absence(session, and_(ShelfCohort.absence == WAITING, ShelfCohort.tick <= day), None)
    counter = _counter(session)
    counter.tick = max(day, counter.tick or day)
    session.execute(delete(WeeklyStatus).where(WeeklyStatus.tick == day))
    rows = session.execute(
        select(Card.id, Card.status).join(ShelfCohort).where(ShelfCohort.retired.is_(False))
    ).all()
    if rows:
        session.execute(insert(WeeklyStatus), [{"tick": day, "card_id": r[0], "status": r[1]} for r in rows])
    _changed(session, [])


def _cohort(payload: Mapping[str, Any]) -> ShelfCohort:
    certificate = payload["certificate"]
    if any(key not in certificate for key in NEEDED):
        raise UnsafeCohort("the certificate is not whole")
    k = certificate["k"]
    if k < LEAST or certificate["households"] < k or certificate["compatible"] < k:
        raise UnsafeCohort("the certificate guarantees too little")
    if certificate.get("rules", RULES_VERSION) != RULES_VERSION:
        raise UnsafeCohort("the certificate follows other rules than ours")
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
        jws=_seal(payload),
        **label.as_dict(),
    )


def _seal(payload: Mapping[str, Any]) -> str | None:
    """The office's signature must open, and what it signs must be what is shelved."""
    jws = payload.get("jws")
    if jws is None:
        return None
    try:
        signed = opened(jws, payload["public_key"])
    except BadSeal as error:
        raise UnsafeCohort("the signature does not hold") from error
    told = (signed["certificate"], signed["label"], signed["cohort_id"], signed["tick"])
    if told != (payload["certificate"], payload["label"], payload["cohort_id"], payload["tick"]):
        raise UnsafeCohort("the signature is of something else")
    return str(jws)


def _keep_key(session: Session, payload: Mapping[str, Any]) -> None:
    """The first letter under a new key brings it; old keys stay."""
    if payload.get("jws") is None:
        return
    key_id = payload["key_id"]
    if session.scalar(select(SigningKey.id).where(SigningKey.key_id == key_id)) is None:
        since = date.fromisoformat(payload["tick"])
        session.add(SigningKey(key_id=key_id, public_key=payload["public_key"], since=since))


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


def _changed(session: Session, cards: Sequence[int]) -> None:
    """Moves the counter, and notes on these cards that it was they who moved it."""
    _counter(session)
    session.execute(update(LibraryTick).values(changes=LibraryTick.changes + 1))
    now_at = select(LibraryTick.changes).where(LibraryTick.id == 1).scalar_subquery()
    for start in range(0, len(cards), CHUNK):
        some = cards[start : start + CHUNK]
        session.execute(update(Card).where(Card.id.in_(some)).values(touched=now_at))
