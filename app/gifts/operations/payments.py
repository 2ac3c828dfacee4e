"""Paying a charity's filed project: the checkout is the provider's, the ledger ours; state comes only by webhook."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import CharityProject, Claim, LedgerEntry, Payment, Pledge, WebhookEvent
from app.gifts.operations.pledges import check_promise, tell_office
from app.gifts.queries import payment_by_ref, payment_of
from app.gifts.states import CLAIM, HELD, PAYMENT, PLEDGE, ClaimState, PaymentState, PledgeState
from app.library.queries import card_by_number, parameter_at
from app.policy.actors import SYSTEM, Actor
from app.policy.catalogue import NAMES
from app.policy.lattice import covered_counties

MOST_FEN = 20_000_00


@dataclass(frozen=True)
class Settled:
    """What the provider's signed event says."""

    event_id: str
    kind: str
    payment_ref: str
    amount_fen: int
    currency: str
    intent_id: str


def money_is_on(session: Session, claim: Claim, day: date) -> bool:
    """Every county of the card's label has switched money on (decisions 35)."""
    card = card_by_number(session, claim.project_id)
    if card is None:
        return False
    counties = covered_counties(card.cohort.region_label)
    return all(parameter_at(session, "money_enabled", day, county) for county in counties)


def promise_money(
    session: Session, claim: Claim, project: CharityProject, *, amount_fen: int, actor: Actor, now: datetime
) -> Payment:
    """A pledge to a filed project and its payment, not yet opened at the provider. Raises Refusal, BadInput."""
    require(actor, "claim.change", claim)
    today = local_day(now)
    item = NAMES.get(claim.title)
    if claim.kind != "money" or not money_is_on(session, claim, today):
        raise Refusal(msg("这里的网上付款还没开通。县里会告诉你怎么办。"))
    if not project.takes_money_on(today) or (item is not None and item.code not in project.item_codes):
        raise Refusal(msg("这个备案项目现在不能接这一项。请换一个项目。"))
    if not 100 <= amount_fen <= MOST_FEN:
        raise BadInput(msg("金额填 1 元到 20000 元。"), field="amount")
    pledge = claim.pledge or _money_pledge(session, claim, project, amount_fen, actor, now)
    payment = Payment(
        payment_ref=token(),
        pledge=pledge,
        pledge_id=pledge.id,
        charity_project=project,
        charity_project_id=project.id,
        amount_fen=pledge.amount_fen or amount_fen,
        currency="cny",
    )
    begin(session, PAYMENT, payment, actor=actor, now=now)
    return payment


def _money_pledge(
    session: Session, claim: Claim, project: CharityProject, amount_fen: int, actor: Actor, now: datetime
) -> Pledge:
    check_promise(claim, 1, local_day(now), now)
    pledge = Pledge(
        pledge_ref=token(),
        claim=claim,
        claim_id=claim.id,
        kind="money",
        qty=1,
        date_by=local_day(now),
        amount_fen=amount_fen,
        charity_project=project,
        charity_project_id=project.id,
    )
    begin(session, PLEDGE, pledge, actor=actor, now=now)
    return pledge


def open_checkout(
    session: Session, payment: Payment, *, session_id: str, pay_url: str, actor: Actor, now: datetime
) -> None:
    """The provider made its page; from now on it may tell us that it was paid."""
    payment.session_id, payment.pay_url = session_id, pay_url
    advance(session, PAYMENT, payment, "open", actor=actor, now=now)
    if payment.pledge.state == PledgeState.PLEDGED:
        advance(session, PLEDGE, payment.pledge, "start_checkout", actor=actor, now=now)


def settle(session: Session, event: Settled, *, now: datetime) -> str:
    """Posts a paid checkout to the ledger once, however often the event comes. Returns what became of it."""
    if session.get(WebhookEvent, event.event_id) is not None:
        return "seen"
    payment = payment_by_ref(session, event.payment_ref)
    outcome = _outcome(payment, event)
    session.add(WebhookEvent(event_id=event.event_id, kind=event.kind, received_at=now, outcome=outcome))
    session.flush()
    if payment is None or outcome != "posted":
        return outcome
    payment.intent_id, payment.paid_at = event.intent_id, now
    advance(session, PAYMENT, payment, "settle", actor=SYSTEM, now=now)
    _post(session, payment, event, now)
    _carry_on(session, payment, now)
    return outcome


def _outcome(payment: Payment | None, event: Settled) -> str:
    if payment is None:
        return "unknown"
    if payment.amount_fen != event.amount_fen or payment.currency != event.currency:
        return "amount_differs"
    if PAYMENT.find(payment.state, "settle") is None:
        return "already_settled"
    return "posted"


def _post(session: Session, payment: Payment, event: Settled, now: datetime) -> None:
    for account, sign in (("donor", -1), ("charity", 1)):
        session.add(
            LedgerEntry(
                payment_id=payment.id,
                event_id=event.event_id,
                account=account,
                amount_fen=sign * payment.amount_fen,
                at=now,
                created_at=now,
                created_by=SYSTEM.label,
            )
        )
    session.flush()


def _carry_on(session: Session, payment: Payment, now: datetime) -> None:
    """In time: the pledge is paid and the office hears. After the hold lapsed: the money goes back."""
    pledge, claim = payment.pledge, payment.pledge.claim
    if claim.state not in HELD:
        payment.refund_reason = "claim_ended"
        advance(session, PAYMENT, payment, "ask_refund", actor=SYSTEM, now=now)
        return
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


def can_pay_again(session: Session, pledge: Pledge) -> Payment | None:
    """The open payment of a pledge, so that a second visit finds the same page."""
    payment = payment_of(session, pledge)
    live = payment is not None and payment.state in (PaymentState.CREATED, PaymentState.OPEN)
    return payment if live and pledge.claim.state in (ClaimState.HELD, ClaimState.CONTACTED) else None
