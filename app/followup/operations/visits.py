"""A volunteer's visit seen from the village: answered, missed, logged, confirmed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.followup.models import OfficeVisit, PairTie
from app.followup.operations.notes import note_pair
from app.followup.queries import pair_by_ref, visit_by_ref
from app.followup.states import OFFICE_VISIT, PairState
from app.policy.actors import SYSTEM, Actor

ANSWERS = {"accept": "accepted", "refuse": "refused", "cancel": "cancelled", "miss": "missed"}


def take_visit_plan(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter visit.planned."""
    if visit_by_ref(session, payload["visit_ref"]) is not None:
        return
    pair = pair_by_ref(session, payload["pairing_ref"])
    if pair is None:
        raise LookupError("no such pairing")
    visit = OfficeVisit(
        visit_ref=payload["visit_ref"],
        pair=pair,
        pair_id=pair.id,
        planned_at=datetime.fromisoformat(payload["planned_at"]),
        kind=payload["kind"],
        adults_n=payload["adults_n"],
    )
    begin(session, OFFICE_VISIT, visit, actor=SYSTEM, now=now)
    if pair.state != PairState.ACTIVE:  # it ended while the letter was under way
        advance(session, OFFICE_VISIT, visit, "call_off", actor=SYSTEM, now=now)


def take_visit_log(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter visit.logged: the sentence lives here from now on."""
    visit = visit_by_ref(session, payload["visit_ref"])
    if visit is None:
        raise LookupError("no such visit")
    if OFFICE_VISIT.find(visit.state, "log") is None:
        return
    visit.sentence, visit.minutes = payload["sentence"], payload["minutes"]
    visit.mood_code, visit.concern = payload["mood_code"], bool(payload.get("concern"))
    advance(session, OFFICE_VISIT, visit, "log", actor=SYSTEM, now=now)


def answer_visit(session: Session, visit: OfficeVisit, action: str, *, actor: Actor, now: datetime) -> None:
    """`action`: accept or refuse what is planned; cancel what was agreed, or say that nobody came (miss)."""
    if action not in ANSWERS:
        raise BadInput(msg("请选一个答复。"))
    advance(session, OFFICE_VISIT, visit, action, actor=actor, now=now)
    answer = ANSWERS[action]
    key = f"{visit.visit_ref}/{answer}"
    payload = {"visit_ref": visit.visit_ref, "answer": answer}
    send(session, "visit.answered", payload, key=key, subject=visit.pair.project_id, now=now)


def confirm_visit(
    session: Session, visit: OfficeVisit, *, minutes: int | None = None, actor: Actor, now: datetime
) -> None:
    """The village agrees to the minutes, or to fewer; hours count from here (I-25). Raises BadInput for
    more."""
    logged = visit.minutes or 0
    agreed = logged if minutes is None else minutes
    if not 1 <= agreed <= max(1, logged):
        raise BadInput(msg("对方记的是 {n} 分钟。一样就照写，短一些写短的。", n=logged), field="minutes")
    advance(session, OFFICE_VISIT, visit, "confirm", actor=actor, now=now)
    visit.minutes = agreed
    payload = {"visit_ref": visit.visit_ref, "minutes": agreed}
    send(session, "visit.confirmed", payload, key=visit.visit_ref, subject=visit.pair.project_id, now=now)
    text, code = f"来访 {agreed} 分钟：{visit.sentence}", f"visit/{visit.visit_ref}"
    note_pair(session, visit.pair, text, code, actor=actor, now=now, kind="visit")


def call_off_visits(session: Session, pair: PairTie, *, now: datetime) -> None:
    """The pairing is over: nothing that was planned takes place (I-32)."""
    for visit in pair.visits:
        if OFFICE_VISIT.find(visit.state, "call_off") is not None:
            advance(session, OFFICE_VISIT, visit, "call_off", actor=SYSTEM, now=now)
