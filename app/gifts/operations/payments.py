"""Paying a charity's filed project: from the promise to the provider's page. What was paid comes by webhook
alone (settling)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import CharityProject, Claim, Payment, Pledge
from app.gifts.operations.claims import told_county
from app.gifts.operations.pledges import begin_pledge, check_hold
from app.gifts.queries import card_of, payment_of
from app.gifts.states import HELD, PAYMENT, PLEDGE, TO_PAY, PledgeState
from app.library.queries import parameter_at
from app.policy.actors import SYSTEM, Actor
from app.policy.catalogue import NAMES
from app.policy.lattice import covered_counties

LEAST_FEN, MOST_FEN = 1_00, 20_000_00


def money_is_on(session: Session, claim: Claim, day: date) -> bool:
    """The county that the holder was told has switched money on (decisions 35); before it is told, every
    county of the card's label must have."""
    county, card = told_county(claim), card_of(session, claim)
    if county is None and card is None:
        return False
    counties = {county} if county else covered_counties(card.cohort.region_label) if card else set()
    return all(parameter_at(session, "money_enabled", day, one) for one in counties)


def promise_money(
    session: Session, claim: Claim, project: CharityProject, *, amount_fen: int, actor: Actor, now: datetime
) -> Payment:
    """A pledge to a filed project and its payment, not yet opened at the provider; one that waits already is
    given back as it is. Raises Refusal, BadInput."""
    require(actor, "claim.change", claim)
    check_hold(claim, actor, now)
    _check_payee(session, claim, project, now)
    waiting = can_pay_again(session, claim.pledge) if claim.pledge else None
    if waiting is not None:
        return waiting
    if not LEAST_FEN <= amount_fen <= MOST_FEN:
        raise BadInput(msg("金额填 1 元到 20000 元。"), field="amount")
    pledge = claim.pledge or _new_pledge(session, claim, project, amount_fen, actor, now)
    pledge.amount_fen, pledge.date_by = amount_fen, local_day(now)
    pledge.charity_project, pledge.charity_project_id = project, project.id
    payment = Payment(
        payment_ref=token(),
        pledge=pledge,
        pledge_id=pledge.id,
        charity_project=project,
        charity_project_id=project.id,
        amount_fen=amount_fen,
        currency="cny",
    )
    begin(session, PAYMENT, payment, actor=actor, now=now)
    return payment


def _check_payee(session: Session, claim: Claim, project: CharityProject, now: datetime) -> None:
    """I-26: money on in the region, a project valid today that covers the item."""
    today, item = local_day(now), NAMES.get(claim.title)
    if claim.kind != "money" or not money_is_on(session, claim, today):
        raise Refusal(msg("这里的网上付款还没开通。县里会告诉你怎么办。"))
    if not project.takes_money_on(today) or (item is not None and item.code not in project.item_codes):
        raise Refusal(msg("这个备案项目现在不能接这一项。请换一个项目。"))


def _new_pledge(
    session: Session, claim: Claim, project: CharityProject, amount_fen: int, actor: Actor, now: datetime
) -> Pledge:
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
    begin_pledge(session, pledge, actor=actor, now=now)
    return pledge


def open_checkout(
    session: Session, payment: Payment, *, session_id: str, pay_url: str, actor: Actor, now: datetime
) -> None:
    """The provider made its page; from now on it may tell us that it was paid."""
    payment.session_id, payment.pay_url = session_id, pay_url
    advance(session, PAYMENT, payment, "open", actor=actor, now=now)
    if payment.pledge.state == PledgeState.PLEDGED:
        advance(session, PLEDGE, payment.pledge, "start_checkout", actor=actor, now=now)


def give_up_checkout(session: Session, payment: Payment, *, actor: Actor, now: datetime) -> None:
    """The donor did not pay, and wants another amount or project; the provider has closed its page."""
    require(actor, "pledge.pay", payment)
    advance(session, PAYMENT, payment, "expire", actor=SYSTEM, now=now)
    if payment.pledge.state == PledgeState.PAY_PENDING:
        advance(session, PLEDGE, payment.pledge, "give_up_checkout", actor=actor, now=now)


def can_pay_again(session: Session, pledge: Pledge) -> Payment | None:
    """The open payment of a pledge, so that a second visit finds the same page."""
    payment = payment_of(session, pledge)
    live = payment is not None and payment.state in TO_PAY
    return payment if live and pledge.claim.state in HELD else None
