"""Reading partners, on either side."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.verification import Verification, VerificationPaper
from app.core.paging import Page, paged
from app.policy.actors import Actor


def partner_of(session: Session, actor: Actor) -> Organisation | Volunteer | None:
    """The partner that a signed-in donor acts for."""
    if actor.organisation_id is not None:
        return session.get(Organisation, actor.organisation_id)
    return session.get(Volunteer, actor.volunteer_id) if actor.volunteer_id is not None else None


def partner_by_token(session: Session, token: str) -> Organisation | Volunteer | None:
    organisation = session.scalar(select(Organisation).where(Organisation.token == token))
    return organisation or session.scalar(select(Volunteer).where(Volunteer.token == token))


def verification_by_id(session: Session, verification_id: int) -> Verification | None:
    return session.get(Verification, verification_id)


def paper_by_id(session: Session, verification_id: int, paper_id: int) -> VerificationPaper | None:
    paper = session.get(VerificationPaper, paper_id)
    return paper if paper is not None and paper.verification_id == verification_id else None


def verifications_in_area(session: Session, actor: Actor, *, state: str = "", page: int = 1) -> Page:
    statement = select(Verification).where(Verification.area.startswith(actor.area))
    if state:
        statement = statement.where(Verification.state == state)
    return paged(session, statement.order_by(Verification.id.desc()), page)


def verifications_waiting(session: Session, actor: Actor, *states: str) -> Sequence[Verification]:
    return session.scalars(
        select(Verification)
        .where(Verification.area.startswith(actor.area), Verification.state.in_(states))
        .order_by(Verification.id)
    ).all()
