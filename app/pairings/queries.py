"""Reading pairings and visits; each partner its own."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models.partners import Organisation, Volunteer
from app.core.clock import at_local
from app.pairings.models import Pairing, ServiceHour, Visit
from app.pairings.states import COMING, WRITTEN, PairingState
from app.policy.actors import Actor


def _mine(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is not None:
        return Pairing.organisation_id == actor.organisation_id
    return Pairing.volunteer_id == actor.volunteer_id


def pairings_of(session: Session, actor: Actor) -> Sequence[Pairing]:
    return session.scalars(
        select(Pairing).where(_mine(actor)).options(selectinload(Pairing.visits)).order_by(Pairing.id.desc())
    ).all()


def pairing_by_ref(session: Session, pairing_ref: str) -> Pairing | None:
    return session.scalar(
        select(Pairing).where(Pairing.pairing_ref == pairing_ref).options(selectinload(Pairing.visits))
    )


def visit_by_ref(session: Session, visit_ref: str) -> Visit | None:
    return session.scalar(
        select(Visit).where(Visit.visit_ref == visit_ref).options(joinedload(Visit.pairing))
    )


def minutes_of(session: Session, actor: Actor) -> int:
    total = select(func.sum(ServiceHour.minutes)).join(Visit).join(Pairing).where(_mine(actor))
    return session.scalar(total) or 0


def partner_named(session: Session, pairing: Pairing) -> Organisation | Volunteer | None:
    if pairing.organisation_id is not None:
        return session.get(Organisation, pairing.organisation_id)
    return session.get(Volunteer, pairing.volunteer_id)


def written_on(session: Session, visit: Visit, day: date) -> Sequence[Visit]:
    """Other visits of the same partner on that day that were logged already."""
    pairing = visit.pairing
    same = (
        Pairing.organisation_id == pairing.organisation_id
        if pairing.organisation_id is not None
        else Pairing.volunteer_id == pairing.volunteer_id
    )
    begins = at_local(day)
    return session.scalars(
        select(Visit)
        .join(Pairing)
        .where(
            same,
            Visit.id != visit.id,
            Visit.state.in_(WRITTEN),
            Visit.planned_at >= begins,
            Visit.planned_at < begins + timedelta(days=1),
        )
    ).all()


def next_visit(session: Session, actor: Actor, now: datetime) -> Visit | None:
    """The next thing to do: what was agreed or asked for in a pairing that runs."""
    return session.scalar(
        select(Visit)
        .join(Pairing)
        .where(
            _mine(actor),
            Pairing.state == PairingState.ACTIVE,
            Visit.state.in_(COMING),
            Visit.planned_at > now - timedelta(days=7),
        )
        .options(joinedload(Visit.pairing))
        .order_by(Visit.planned_at)
        .limit(1)
    )
