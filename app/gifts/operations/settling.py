"""What the provider's signed events do: paid, not paid, given back. Each is posted to the ledger once,
however often it comes and in whatever order (I-27)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.outbox import send
from app.core.states import advance
from app.gifts.models import LedgerEntry, Payment, WebhookEvent
from app.gifts.operations.claims import end_claim
from app.gifts.operations.pledges import tell_office
from app.gifts.queries import payment_for_notice, refunded_fen
from app.gifts.states import CLAIM, HELD, PAYMENT, PLEDGE, PaymentState, PledgeState, hold_is_over
from app.policy.actors import SYSTEM

log = logging.getLogger(__name__)


class News(StrEnum):
    PAID = "paid"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class Outcome(StrEnum):
    """What became of an event. TOO_EARLY is the only one that is not kept: the provider repeats it."""

    POSTED = "posted"
    SEEN = "seen"
    NOTHING_NEW = "nothing_new"
    UNKNOWN = "unknown"
    DIFFERS = "differs"
    TOO_EARLY = "too_early"


@dataclass(frozen=True)
class Notice:
    """What a signed event says. `amount_fen` of a refund is all that was given back so far."""

    event_id: str
    news: News
    payment_ref: str
    amount_fen: int
    currency: str
    intent_id: str = ""


def take_notice(session: Session, notice: Notice, *, now: datetime) -> Outcome:
    """The payment's row is locked first, so that two events at once are taken one after the other."""
    payment = payment_for_notice(session, notice.payment_ref, notice.intent_id)
    if session.get(WebhookEvent, notice.event_id) is not None:
        return Outcome.SEEN
    outcome = Outcome.UNKNOWN if payment is None else _outcome(session, payment, notice)
    if outcome is Outcome.TOO_EARLY:
        return outcome
    if not _keep(session, notice, outcome, now):
        return Outcome.SEEN
    if outcome is Outcome.DIFFERS:
        log.warning("payment_differs event=%s", notice.event_id)
    if payment is not None and outcome is Outcome.POSTED:
        _POSTED[notice.news](session, payment, notice, now)
    return outcome


def _keep(session: Session, notice: Notice, outcome: Outcome, now: datetime) -> bool:
    try:
        with session.begin_nested():
            event = WebhookEvent(event_id=notice.event_id, kind=notice.news, received_at=now, outcome=outcome)
            session.add(event)
    except IntegrityError:
        return False
    return True


def _outcome(session: Session, payment: Payment, notice: Notice) -> Outcome:
    if payment.currency != notice.currency:
        return Outcome.DIFFERS
    if notice.news is News.REFUNDED:
        return _refund_outcome(session, payment, notice)
    if notice.news is News.EXPIRED:
        return Outcome.NOTHING_NEW if PAYMENT.find(payment.state, "expire") is None else Outcome.POSTED
    if payment.amount_fen != notice.amount_fen:
        return Outcome.DIFFERS
    return Outcome.NOTHING_NEW if PAYMENT.find(payment.state, "settle") is None else Outcome.POSTED


def _refund_outcome(session: Session, payment: Payment, notice: Notice) -> Outcome:
    if payment.paid_at is None:
        return Outcome.TOO_EARLY
    if notice.amount_fen > payment.amount_fen:
        return Outcome.DIFFERS
    new = notice.amount_fen > refunded_fen(session, payment.id)
    return Outcome.POSTED if new else Outcome.NOTHING_NEW


def _paid(session: Session, payment: Payment, notice: Notice, now: datetime) -> None:
    """In time: the pledge is paid and the office hears. After the hold ended: the money goes back."""
    payment.intent_id, payment.paid_at = notice.intent_id, now
    advance(session, PAYMENT, payment, "settle", actor=SYSTEM, now=now)
    _post(session, payment, notice.event_id, "donor", "charity", payment.amount_fen, now)
    claim = payment.pledge.claim
    in_time = claim.state in HELD and not hold_is_over(claim, now)
    if not in_time or PLEDGE.find(payment.pledge.state, "pay") is None:
        payment.refund_reason = "claim_ended"
        advance(session, PAYMENT, payment, "ask_refund", actor=SYSTEM, now=now)
        return
    _carry_on(session, payment, now)


def _carry_on(session: Session, payment: Payment, now: datetime) -> None:
    pledge, claim = payment.pledge, payment.pledge.claim
    pledge.amount_fen = payment.amount_fen
    pledge.charity_project, pledge.charity_project_id = payment.charity_project, payment.charity_project_id
    advance(session, PLEDGE, pledge, "pay", actor=SYSTEM, now=now)
    advance(session, CLAIM, claim, "convert", actor=SYSTEM, now=now)
    tell_office(session, pledge, now)
    payload = {
        "claim_ref": claim.claim_ref,
        "pledge_ref": pledge.pledge_ref,
        "amount_fen": payment.amount_fen,
        "charity_project": payment.charity_project.name,
        "paid_at": now.isoformat(),
    }
    send(session, "payment.settled", payload, key=payment.payment_ref, subject=claim.project_id, now=now)


def _expired(session: Session, payment: Payment, notice: Notice, now: datetime) -> None:
    advance(session, PAYMENT, payment, "expire", actor=SYSTEM, now=now)
    if payment.pledge.state == PledgeState.PAY_PENDING:
        advance(session, PLEDGE, payment.pledge, "give_up_checkout", actor=SYSTEM, now=now)


def _refunded(session: Session, payment: Payment, notice: Notice, now: datetime) -> None:
    """A part or the whole; with the whole the need is free again, unless something was bought already."""
    part = notice.amount_fen - refunded_fen(session, payment.id)
    _post(session, payment, notice.event_id, "charity", "refund", part, now)
    if notice.amount_fen < payment.amount_fen:
        return
    if payment.state == PaymentState.PAID:
        payment.refund_reason = "charity_gave_back"
    advance(session, PAYMENT, payment, "refund", actor=SYSTEM, now=now)
    pledge = payment.pledge
    if pledge.state == PledgeState.PAID and pledge.purchase is None:
        advance(session, PLEDGE, pledge, "call_off", actor=SYSTEM, now=now)
        advance(session, CLAIM, pledge.claim, "release", actor=SYSTEM, now=now)
        end_claim(session, pledge.claim, "released", now=now)


def _post(
    session: Session, payment: Payment, event_id: str, giver: str, taker: str, amount_fen: int, now: datetime
) -> None:
    for account, sign in ((giver, -1), (taker, 1)):
        session.add(
            LedgerEntry(
                payment_id=payment.id,
                event_id=event_id,
                account=account,
                amount_fen=sign * amount_fen,
                at=now,
                created_at=now,
                created_by=SYSTEM.label,
            )
        )
    session.flush()


_POSTED: dict[News, Callable[[Session, Payment, Notice, datetime], None]] = {
    News.PAID: _paid,
    News.EXPIRED: _expired,
    News.REFUNDED: _refunded,
}
