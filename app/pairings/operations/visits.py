"""A visit is planned by the volunteer, accepted in the village, logged in one sentence, confirmed by the
village."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI, local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.pairings.models import Pairing, ServiceHour, Visit
from app.pairings.queries import partner_named, visit_by_ref, written_on
from app.pairings.states import VISIT, PairingState, VisitState
from app.policy.actors import SYSTEM, Actor

FIRST_HOUR, LAST_HOUR = 8, 20
LONGEST = 60
MOST_MINUTES, MOST_A_DAY = 480, 16 * 60
ANSWERS = {"accepted": "accept", "refused": "refuse", "missed": "miss", "cancelled": "cancel"}
_SPACES = re.compile(r"\s+")


def plan_visit(
    session: Session,
    pairing: Pairing,
    *,
    planned_at: datetime,
    kind: str,
    adults_n: int,
    actor: Actor,
    now: datetime,
) -> Visit:
    """Raises BadInput: outside 08:00-20:00, in the past, more than 60 days ahead, too few adults, checks run
    out."""
    if pairing.state != PairingState.ACTIVE:
        raise BadInput(msg("结对开始以后才能约。"))
    hour = planned_at.astimezone(SHANGHAI).hour
    if not FIRST_HOUR <= hour < LAST_HOUR:
        raise BadInput(msg("请约在 8 点到 20 点之间。"), field="planned_at")
    if planned_at < now or planned_at > now + timedelta(days=60):
        raise BadInput(msg("请约从现在起 60 天以内的时间。"), field="planned_at")
    if adults_n < pairing.adults_min:
        raise BadInput(
            msg("这家有孩子，要 {n} 位核验过的成年人一起。", n=pairing.adults_min), field="adults_n"
        )
    _checks_hold(session, pairing, local_day(planned_at))
    visit = Visit(
        visit_ref=token(),
        pairing=pairing,
        pairing_id=pairing.id,
        planned_at=planned_at,
        kind=kind,
        adults_n=adults_n,
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


def _checks_hold(session: Session, pairing: Pairing, day: date) -> None:
    """On the day of the visit, not only today (I-21, I-22)."""
    partner = partner_named(session, pairing)
    if partner is None or not partner.is_verified(day):
        raise BadInput(msg("到那天你的核验已经到期。请先在“我的”里再交一次材料。"), field="planned_at")
    if pairing.adults_min > 1 and not partner.may_be_with_children(day):
        raise BadInput(msg("到那天你的儿童保护培训或无犯罪记录证明已经到期。请先补上。"), field="planned_at")


@dataclass(frozen=True)
class VisitLog:
    """What the volunteer writes afterwards; `concern` asks the social worker to look."""

    sentence: str
    minutes: int
    mood_code: str
    concern: bool = False


def log_visit(session: Session, visit: Visit, log: VisitLog, *, actor: Actor, now: datetime) -> None:
    """Raises BadInput: too long, too many minutes, overlapping, or words that would tell who the family
    is."""
    text = _whole_sentence(log.sentence)
    if not 1 <= log.minutes <= MOST_MINUTES:
        raise BadInput(msg("时长填 1 到 480 分钟。"), field="minutes")
    _fits_the_day(session, visit, log.minutes)
    advance(session, VISIT, visit, "log", actor=actor, now=now)
    visit.minutes, visit.mood_code, visit.logged_at = log.minutes, log.mood_code, now
    visit.draft = visit.draft_at = None
    payload = {
        "visit_ref": visit.visit_ref,
        "sentence": text,
        "minutes": log.minutes,
        "mood_code": log.mood_code,
        "concern": log.concern,
    }
    send(session, "visit.logged", payload, key=visit.visit_ref, subject=visit.pairing.project_id, now=now)


def keep_draft(session: Session, visit: Visit, *, sentence: str, actor: Actor, now: datetime) -> None:
    """An unsent sentence, encrypted, so that it can be finished on another phone; gone once it is sent."""
    require(actor, "visit.log", visit)
    if visit.state == VisitState.ACCEPTED:
        visit.draft, visit.draft_at = sentence[:LONGEST] or None, now


def _whole_sentence(sentence: str) -> str:
    text = _SPACES.sub(" ", sentence).strip()
    if not text or len(text) > LONGEST:
        raise BadInput(msg("请用一句话写，1 到 60 个字，现在是 {n} 个字。", n=len(text)), field="sentence")
    telling = telling_words(text)
    if telling:
        raise BadInput(msg("“{word}”可能让人认出是谁家，请换个说法。", word=telling[0]), field="sentence")
    return text


def _fits_the_day(session: Session, visit: Visit, minutes: int) -> None:
    """No two visits of one partner at the same time, and at most 16 hours a day (I-25)."""
    ends, total = visit.planned_at + timedelta(minutes=minutes), minutes
    for other in written_on(session, visit, local_day(visit.planned_at)):
        total += other.minutes or 0
        other_ends = other.planned_at + timedelta(minutes=other.minutes or 0)
        if visit.planned_at < other_ends and other.planned_at < ends:
            raise BadInput(msg("这段时间和你另一次记的重了。请改一改时长。"), field="minutes")
    if total > MOST_A_DAY:
        raise BadInput(msg("一天加起来最多 16 小时。请改一改时长。"), field="minutes")


def take_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """visit.answered: the village accepts, asks for another time, or says that nobody came."""
    visit = _known(session, payload["visit_ref"])
    action = ANSWERS[payload["answer"]]
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
