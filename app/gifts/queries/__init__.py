"""Reading claims, pledges, payments; each partner its own."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.core.states import PublicStateChange
from app.gifts.models import CharityProject, Claim, DirectOffer, LedgerEntry, Payment, Pledge
from app.gifts.states import (
    HELD,
    LIVE,
    TO_PAY,
    CharityProjectState,
    OfferState,
    PaymentState,
    PledgeState,
)
from app.library.models import Card
from app.policy.actors import Actor


def claims_are_of(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is not None:
        return Claim.organisation_id == actor.organisation_id
    return Claim.volunteer_id == actor.volunteer_id


def claim_by_ref(session: Session, claim_ref: str) -> Claim | None:
    return session.scalar(select(Claim).where(Claim.claim_ref == claim_ref))


def pledge_by_ref(session: Session, pledge_ref: str) -> Pledge | None:
    return session.scalar(select(Pledge).where(Pledge.pledge_ref == pledge_ref))


def payment_by_ref(session: Session, payment_ref: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.payment_ref == payment_ref))


def payment_for_notice(session: Session, payment_ref: str, intent_id: str) -> Payment | None:
    """By our own number, else by the provider's; the row stays locked until the transaction ends."""
    named = Payment.payment_ref == payment_ref if payment_ref else Payment.intent_id == intent_id
    statement = select(Payment).where(named).with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement) if payment_ref or intent_id else None


def payment_of(session: Session, pledge: Pledge) -> Payment | None:
    return session.scalar(
        select(Payment).where(Payment.pledge_id == pledge.id).order_by(Payment.id.desc()).limit(1)
    )


def card_of(session: Session, claim: Claim) -> Card | None:
    """The card that was claimed, also when its cohort has left the library meanwhile."""
    return session.scalar(
        select(Card)
        .join(Card.cohort)
        .where(Card.project_id == claim.project_id)
        .options(contains_eager(Card.cohort))
    )


def claims_of(session: Session, actor: Actor) -> Sequence[Claim]:
    return session.scalars(
        select(Claim)
        .where(claims_are_of(actor))
        .options(joinedload(Claim.pledge).joinedload(Pledge.charity_project))
        .order_by(Claim.id.desc())
        .limit(200)
    ).all()


def live_claim_on(session: Session, actor: Actor, project_id: str) -> Claim | None:
    """The partner's own live claim of a card."""
    return session.scalar(
        select(Claim)
        .where(claims_are_of(actor), Claim.project_id == project_id, Claim.state.in_(LIVE))
        .limit(1)
    )


def live_holds(session: Session, actor: Actor, now: datetime) -> int:
    """Holds that count against the limit; one whose days are over no longer does (states.hold_is_over)."""
    we_are_late = and_(Claim.contacted_at.is_(None), Claim.contact_due < now)
    running = or_(Claim.lapses_at > now, we_are_late)
    return (
        session.scalar(
            select(func.count())
            .select_from(Claim)
            .where(claims_are_of(actor), Claim.state.in_(HELD), running)
        )
        or 0
    )


def holds_on(session: Session, project_id: str) -> Sequence[Claim]:
    """At most one (I-08)."""
    return session.scalars(select(Claim).where(Claim.live_key == project_id, Claim.state.in_(HELD))).all()


def lapsing_claims(session: Session, now: datetime) -> Sequence[Claim]:
    return session.scalars(
        select(Claim).where(Claim.state.in_(HELD), Claim.lapses_at <= now).order_by(Claim.id)
    ).all()


def moves_of(session: Session, machine: str, thing_id: int) -> dict[str, PublicStateChange]:
    """The last move of each action in a thing's life."""
    rows = session.scalars(
        select(PublicStateChange)
        .where(PublicStateChange.subject_type == machine, PublicStateChange.subject_id == thing_id)
        .order_by(PublicStateChange.id)
    )
    return {row.action: row for row in rows}


def offer_by_number(session: Session, offer_no: str) -> DirectOffer | None:
    """What the county asked one organisation for; nobody else's page loads it."""
    return session.scalar(select(DirectOffer).where(DirectOffer.offer_no == offer_no))


def offers_run_out(session: Session, now: datetime) -> Sequence[DirectOffer]:
    statement = select(DirectOffer).where(
        DirectOffer.state == OfferState.OFFERED, DirectOffer.answer_by <= now
    )
    return session.scalars(statement.order_by(DirectOffer.id)).all()


def charity_project_by_ref(session: Session, ref: str) -> CharityProject | None:
    return session.scalar(select(CharityProject).where(CharityProject.ref == ref))


def charity_projects_of(session: Session, actor: Actor) -> Sequence[CharityProject]:
    return session.scalars(
        select(CharityProject)
        .where(CharityProject.organisation_id == actor.organisation_id)
        .order_by(CharityProject.id.desc())
    ).all()


def projects_taking(session: Session, item_code: str | None, day: date) -> list[CharityProject]:
    """Filed projects that are valid on that day and cover an item; None (the item is not told) fits all."""
    rows = session.scalars(
        select(CharityProject)
        .where(CharityProject.state == CharityProjectState.VALID)
        .options(joinedload(CharityProject.organisation))
        .order_by(CharityProject.name)
    )
    covering = [p for p in rows if item_code is None or item_code in p.item_codes]
    return [p for p in covering if p.takes_money_on(day)]


def gifts_to(session: Session, actor: Actor) -> Sequence[Pledge]:
    """Money that was paid to this charity's projects, what still waits for a purchase first."""
    return session.scalars(
        select(Pledge)
        .join(CharityProject)
        .where(
            CharityProject.organisation_id == actor.organisation_id,
            Pledge.state.not_in((PledgeState.PLEDGED, PledgeState.PAY_PENDING, PledgeState.CANCELLED)),
        )
        .options(joinedload(Pledge.charity_project), joinedload(Pledge.claim))
        .order_by(Pledge.purchased_on.is_not(None), Pledge.id.desc())
    ).all()


def refunds_to_send(session: Session) -> Sequence[Payment]:
    return session.scalars(
        select(Payment)
        .where(Payment.state == PaymentState.REFUND_REQUESTED)
        .options(joinedload(Payment.charity_project))
        .order_by(Payment.id)
    ).all()


def checkouts_to_close(session: Session) -> Sequence[Payment]:
    """Pages of the provider that still wait for money although the hold is gone."""
    return session.scalars(
        select(Payment)
        .join(Payment.pledge)
        .join(Pledge.claim)
        .where(Payment.state.in_(TO_PAY), Payment.session_id.is_not(None), Claim.state.not_in(HELD))
        .options(joinedload(Payment.charity_project))
        .order_by(Payment.id)
    ).all()


def refunded_fen(session: Session, payment_id: int) -> int:
    """What the ledger says was given back of a payment."""
    return (
        session.scalar(
            select(func.sum(LedgerEntry.amount_fen)).where(
                LedgerEntry.payment_id == payment_id, LedgerEntry.account == "refund"
            )
        )
        or 0
    )


def cards_named(session: Session, project_ids: Sequence[str]) -> dict[str, Card]:
    """The cards of these numbers, also when their cohort has left the library."""
    rows = session.scalars(
        select(Card)
        .join(Card.cohort)
        .where(Card.project_id.in_(project_ids))
        .options(contains_eager(Card.cohort))
    )
    return {card.project_id: card for card in rows}


def ledger_totals(session: Session) -> dict[str, int]:
    """Each account's balance in fen. Together they are nothing; `charity` is what was settled less what was
    refunded."""
    rows = session.execute(
        select(LedgerEntry.account, func.sum(LedgerEntry.amount_fen)).group_by(LedgerEntry.account)
    )
    return {account: int(total) for account, total in rows}
