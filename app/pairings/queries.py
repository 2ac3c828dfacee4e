"""Reading pairings and visits; each partner its own."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.pairings.models import Pairing, ServiceHour, Visit
from app.policy.actors import Actor


def _mine(actor: Actor):  # type: ignore[no-untyped-def]
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
    return session.scalar(select(Visit).where(Visit.visit_ref == visit_ref))


def minutes_of(session: Session, actor: Actor) -> int:
    total = select(func.sum(ServiceHour.minutes)).join(Visit).join(Pairing).where(_mine(actor))
    return session.scalar(total) or 0
