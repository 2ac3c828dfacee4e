"""What a partner promises, and how the office's letters carry it to the end (domain 4.11)."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import Claim, Pledge
from app.gifts.operations.claims import end_claim
from app.gifts.queries import pledge_by_ref
from app.gifts.states import CLAIM, HELD, PLEDGE, PledgeState
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor


def make_pledge(session: Session, claim: Claim, *, qty: int, date_by: date, actor: Actor, now: datetime) -> Pledge:
    """Goods or a service, by a day within thirty. Raises BadInput for the day or quantity; Refusal for money."""
    require(actor, "claim.change", claim)
    if claim.kind == "money":
        raise Refusal(msg("资金只付到慈善组织备案的项目，请从“付到慈善项目”走。"))
    check_promise(claim, qty, date_by, now)
    pledge = Pledge(
        pledge_ref=token(), claim=claim, claim_id=claim.id, kind=claim.kind, qty=qty, date_by=date_by
    )
    begin(session, PLEDGE, pledge, actor=actor, now=now)
    advance(session, CLAIM, claim, "convert", actor=actor, now=now)
    tell_office(session, pledge, now)
    return pledge


def check_promise(claim: Claim, qty: int, date_by: date, now: datetime) -> None:
    today = local_day(now)
    latest = today + timedelta(days=parameters.at("pledge_max_days", today))
    if claim.state not in HELD:
        raise Refusal(msg("这一项现在不能再说定了。"))
    if not today <= date_by <= latest:
        raise BadInput(msg("请选从今天到 {d} 之间的一天。", d=latest.isoformat()), field="date_by")
    if not 1 <= qty <= 99:
        raise BadInput(msg("数量填 1 到 99。"), field="qty")


def tell_office(session: Session, pledge: Pledge, now: datetime) -> None:
    payload = {
        "claim_ref": pledge.claim.claim_ref,
        "pledge_ref": pledge.pledge_ref,
        "kind": pledge.kind,
        "qty": pledge.qty,
        "date_by": pledge.date_by.isoformat(),
    }
    send(session, "pledge.made", payload, key=pledge.pledge_ref, subject=pledge.claim.project_id, now=now)


def cancel_pledge(session: Session, pledge: Pledge, *, actor: Actor, now: datetime) -> None:
    """The partner can't after all; the need is open again."""
    advance(session, PLEDGE, pledge, "cancel", actor=actor, now=now)
    advance(session, CLAIM, pledge.claim, "release", actor=actor, now=now)
    end_claim(session, pledge.claim, "released", now=now)


def take_step(session: Session, payload: dict[str, Any], action: str, *, now: datetime) -> None:
    """pledge.arrived, .handed_over, .confirmed, .disputed. A step that was taken already changes nothing."""
    pledge = pledge_by_ref(session, payload["pledge_ref"])
    if pledge is None:
        raise LookupError("no such pledge")
    if PLEDGE.find(pledge.state, action) is None:
        return
    advance(session, PLEDGE, pledge, action, actor=SYSTEM, now=now)
    if pledge.state == PledgeState.CONFIRMED:
        advance(session, CLAIM, pledge.claim, "finish", actor=SYSTEM, now=now)
        pledge.claim.live_key, pledge.claim.ended_at = None, now
