"""A visit is planned by the volunteer, accepted in the village, logged in one sentence, confirmed by the village."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin
from app.core.tokens import token
from app.pairings.models import Pairing, ServiceHour, Visit
from app.pairings.queries import visit_by_ref
from app.pairings.states import VISIT, PairingState
from app.policy.actors import SYSTEM, Actor

FIRST_HOUR, LAST_HOUR = 8, 20
LONGEST = 60
_SPACES = re.compile(r"\s+")


def plan_visit(
    session: Session, pairing: Pairing, *, planned_at: datetime, kind: str, adults_n: int, actor: Actor, now: datetime
) -> Visit:
    """Raises BadInput: outside 08:00-20:00, in the past, more than 60 days ahead, or a pairing that is not active."""
    if pairing.state != PairingState.ACTIVE:
        raise BadInput(msg("结对开始以后才能约。"))
    hour = planned_at.astimezone(SHANGHAI).hour
    if not FIRST_HOUR <= hour < LAST_HOUR:
        raise BadInput(msg("请约在 8 点到 20 点之间。"), field="planned_at")
    if planned_at < now or planned_at > now + timedelta(days=60):
        raise BadInput(msg("请约从现在起 60 天以内的时间。"), field="planned_at")
    visit = Visit(
        visit_ref=token(), pairing=pairing, pairing_id=pairing.id, planned_at=planned_at, kind=kind, adults_n=adults_n
    )
    begin(session, VISIT, visit, actor=actor, now=now)
    payload = {
        "visit_ref": visit.visit_ref,
        "pairing_ref": pairing.pairing_ref,
        "planned_at": planned_at.isoformat(),
        "kind": kind,
        "adults_n": adults_n,
    }
    send(session, "visit.planned", payload, key=visit.visit_ref, subject=pairing.project_id, now=now)
    return visit


def log_visit(
    session: Session, visit: Visit, *, sentence: str, minutes: int, mood_code: str, actor: Actor, now: datetime
) -> None:
    """Raises BadInput: too long, too many minutes, or words that would tell who the family is."""
    text = _SPACES.sub(" ", sentence).strip()
    if not text or len(text) > LONGEST:
        raise BadInput(msg("请用一句话写，1 到 60 个字，现在是 {n} 个字。", n=len(text)), field="sentence")
    telling = telling_words(text)
    if telling:
        raise BadInput(msg("“{word}”可能让人认出是谁家，请换个说法。", word=telling[0]), field="sentence")
    if not 1 <= minutes <= 480:
        raise BadInput(msg("时长填 1 到 480 分钟。"), field="minutes")
    visit.minutes, visit.mood_code, visit.logged_at = minutes, mood_code, now
    advance(session, VISIT, visit, "log", actor=actor, now=now)
    payload = {"visit_ref": visit.visit_ref, "sentence": text, "minutes": minutes, "mood_code": mood_code}
    send(session, "visit.logged", payload, key=visit.visit_ref, subject=visit.pairing.project_id, now=now)


def take_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """visit.answered: the village accepts or asks for another time."""
    visit = _known(session, payload["visit_ref"])
    action = "accept" if payload["answer"] == "accepted" else "refuse"
    if VISIT.find(visit.state, action):
        advance(session, VISIT, visit, action, actor=SYSTEM, now=now)


def take_confirmation(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """visit.confirmed: now the minutes count, once."""
    visit = _known(session, payload["visit_ref"])
    if VISIT.find(visit.state, "confirm"):
        advance(session, VISIT, visit, "confirm", actor=SYSTEM, now=now)
    if session.scalar(select(ServiceHour.id).where(ServiceHour.visit_id == visit.id)) is None:
        session.add(
            ServiceHour(
                visit_id=visit.id,
                minutes=payload["minutes"],
                confirmed_at=now,
                created_at=now,
                created_by=SYSTEM.label,
            )
        )


def _known(session: Session, visit_ref: str) -> Visit:
    visit = visit_by_ref(session, visit_ref)
    if visit is None:
        raise LookupError("no such visit")
    return visit
