"""What a partner promises, and how the office's letters carry it to the end (domain 4.11)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import Claim, Pledge
from app.gifts.operations.claims import wanted_qty
from app.gifts.queries import pledge_by_ref
from app.gifts.states import CLAIM, HELD, PLEDGE, PledgeState, the_hold_still_runs
from app.library.operations import set_claimed
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor

MOST = 99


def make_pledge(
    session: Session, claim: Claim, *, qty: int, date_by: date, actor: Actor, now: datetime
) -> Pledge:
    """Goods or a service, by a day within thirty. Raises BadInput for the day or quantity; Refusal for money,
    and before the office has told what is lacking."""
    require(actor, "claim.change", claim)
    if claim.kind == "money":
        raise Refusal(msg("资金只付到慈善组织备案的项目，请从“付到慈善项目”走。"))
    check_hold(claim, actor, now)
    check_promise(claim, qty, date_by, now)
    pledge = Pledge(
        pledge_ref=token(), claim=claim, claim_id=claim.id, kind=claim.kind, qty=qty, date_by=date_by
    )
    begin_pledge(session, pledge, actor=actor, now=now)
    advance(session, CLAIM, claim, "convert", actor=actor, now=now)
    tell_office(session, pledge, now)
    return pledge


def make_pledges(
    session: Session, claims: Sequence[Claim], *, date_by: date, actor: Actor, now: datetime
) -> None:
    """Each claim in full, all by one day. Raises BadInput when none is chosen; Refusal as for one."""
    if not claims:
        raise BadInput(msg("请先勾上要一起说定的几件。"))
    for claim in claims:
        make_pledge(session, claim, qty=wanted_qty(claim) or 1, date_by=date_by, actor=actor, now=now)


def begin_pledge(session: Session, pledge: Pledge, *, actor: Actor, now: datetime) -> None:
    """Raises Refusal when the same promise was made in another window at the same time."""
    try:
        begin(session, PLEDGE, pledge, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(msg("这一项你刚刚已经说定了。请刷新看看。")) from error


def check_hold(claim: Claim, actor: Actor, now: datetime) -> None:
    """Raises Refusal unless the claim is still held and its days are not over."""
    if claim.state not in HELD:
        raise Refusal(msg("这一项现在不能再说定了。"))
    over = the_hold_still_runs(claim, actor, now)
    if over is not None:
        raise Refusal(over)


def check_promise(claim: Claim, qty: int, date_by: date, now: datetime) -> None:
    today = local_day(now)
    latest = today + timedelta(days=parameters.at("pledge_max_days", today))
    wanted = wanted_qty(claim)
    if not claim.terms:
        raise Refusal(msg("尺寸和数量还在路上，一般一分钟内到。到了再说定。"))
    if not today <= date_by <= latest:
        first, last = f"{today.month} 月 {today.day} 日", f"{latest.month} 月 {latest.day} 日"
        raise BadInput(msg("请选 {a} 到 {b} 之间的一天。", a=first, b=last), field="date_by")
    if not 1 <= qty <= (wanted or MOST):
        raise BadInput(msg("还差 {n}，请填 1 到 {n} 之间的数。", n=wanted or MOST), field="qty")


def tell_office(session: Session, pledge: Pledge, now: datetime) -> None:
    payload = {
        "claim_ref": pledge.claim.claim_ref,
        "pledge_ref": pledge.pledge_ref,
        "kind": pledge.kind,
        "qty": pledge.qty,
        "date_by": pledge.date_by.isoformat(),
    }
    send(session, "pledge.made", payload, key=pledge.pledge_ref, subject=pledge.claim.project_id, now=now)


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
        session.flush()
        if payload.get("met") is False:  # part of it is still lacking: the card is open for the rest
            set_claimed(session, pledge.claim.project_id, claimed=False, now=now)
