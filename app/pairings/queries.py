"""Reading pairings and visits; each partner its own."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models.partners import Organisation, Volunteer
from app.core.clock import at_local
from app.core.states import PublicStateChange
from app.pairings.models import Pairing, Visit
from app.pairings.states import WRITTEN
from app.policy.actors import Actor


def pairings_are_of(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is not None:
        return Pairing.organisation_id == actor.organisation_id
    return Pairing.volunteer_id == actor.volunteer_id


def pairings_of(session: Session, actor: Actor) -> Sequence[Pairing]:
    """With their visits. One query."""
    mine = select(Pairing).where(pairings_are_of(actor)).options(joinedload(Pairing.visits))
    return session.scalars(mine.order_by(Pairing.id.desc())).unique().all()


def pairing_by_ref(session: Session, pairing_ref: str) -> Pairing | None:
    return session.scalar(
        select(Pairing).where(Pairing.pairing_ref == pairing_ref).options(selectinload(Pairing.visits))
    )


def pairing_of_proposal(session: Session, proposal_ref: str) -> Pairing | None:
    return session.scalar(select(Pairing).where(Pairing.proposal_ref == proposal_ref))


def moves_of(session: Session, pairing: Pairing) -> Sequence[PublicStateChange]:
    """What happened with a pairing, in order."""
    return session.scalars(
        select(PublicStateChange)
        .where(PublicStateChange.subject_type == "pairing", PublicStateChange.subject_id == pairing.id)
        .order_by(PublicStateChange.id)
    ).all()


def visit_by_ref(session: Session, visit_ref: str) -> Visit | None:
    return session.scalar(
        select(Visit).where(Visit.visit_ref == visit_ref).options(joinedload(Visit.pairing))
    )


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
