"""Reading claims, pledges, payments; each partner its own."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from app.gifts.models import CharityProject, Claim, LedgerEntry, Payment, Pledge
from app.gifts.states import HELD, CharityProjectState
from app.policy.actors import Actor


def _mine(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is not None:
        return Claim.organisation_id == actor.organisation_id
    return Claim.volunteer_id == actor.volunteer_id


def claim_by_ref(session: Session, claim_ref: str) -> Claim | None:
    return session.scalar(select(Claim).where(Claim.claim_ref == claim_ref))


def pledge_by_ref(session: Session, pledge_ref: str) -> Pledge | None:
    return session.scalar(select(Pledge).where(Pledge.pledge_ref == pledge_ref))


def payment_by_ref(session: Session, payment_ref: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.payment_ref == payment_ref))


def payment_of(session: Session, pledge: Pledge) -> Payment | None:
    return session.scalar(
        select(Payment).where(Payment.pledge_id == pledge.id).order_by(Payment.id.desc()).limit(1)
    )


def claims_of(session: Session, actor: Actor) -> Sequence[Claim]:
    return session.scalars(
        select(Claim)
        .where(_mine(actor))
        .options(joinedload(Claim.pledge))
        .order_by(Claim.id.desc())
        .limit(200)
    ).all()


def live_holds(session: Session, actor: Actor) -> int:
    return session.scalar(select(func.count()).where(_mine(actor), Claim.state.in_(HELD))) or 0


def lapsing_claims(session: Session, now: datetime) -> Sequence[Claim]:
    return session.scalars(
        select(Claim).where(Claim.state.in_(HELD), Claim.lapses_at <= now).order_by(Claim.id)
    ).all()


def charity_project_by_ref(session: Session, ref: str) -> CharityProject | None:
    return session.scalar(select(CharityProject).where(CharityProject.ref == ref))


def charity_projects_of(session: Session, actor: Actor) -> Sequence[CharityProject]:
    return session.scalars(
        select(CharityProject)
        .where(CharityProject.organisation_id == actor.organisation_id)
        .order_by(CharityProject.id.desc())
    ).all()


def projects_taking(session: Session, item_code: str, day: date) -> list[CharityProject]:
    """Filed projects that cover an item and are valid on that day."""
    rows = session.scalars(
        select(CharityProject)
        .where(CharityProject.state == CharityProjectState.VALID)
        .options(joinedload(CharityProject.organisation))
        .order_by(CharityProject.name)
    )
    return [p for p in rows if item_code in p.item_codes and p.takes_money_on(day)]


def pledges_to(session: Session, actor: Actor) -> Sequence[Pledge]:
    """Money promised or paid to this charity's projects."""
    return session.scalars(
        select(Pledge)
        .join(CharityProject)
        .where(CharityProject.organisation_id == actor.organisation_id)
        .options(joinedload(Pledge.charity_project), joinedload(Pledge.claim))
        .order_by(Pledge.id.desc())
    ).all()


def ledger_of(session: Session, payment_id: int) -> Sequence[LedgerEntry]:
    return session.scalars(
        select(LedgerEntry).where(LedgerEntry.payment_id == payment_id).order_by(LedgerEntry.id)
    ).all()


def ledger_sum(session: Session) -> Any:
    return session.scalar(select(func.coalesce(func.sum(LedgerEntry.amount_fen), 0)))
