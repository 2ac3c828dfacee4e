"""Private questions of partners that wait for a county, and those that were answered."""

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case, Household
from app.core.paging import Page, paged
from app.followup.models import Inquiry
from app.followup.states import InquiryState
from app.needs.models import Need
from app.policy.actors import Actor

_WHOLE = (
    joinedload(Inquiry.need).joinedload(Need.case).joinedload(Case.household).selectinload(Household.members)
)


def inquiry_by_id(session: Session, inquiry_id: int) -> Inquiry | None:
    return session.scalar(select(Inquiry).where(Inquiry.id == inquiry_id).options(_WHOLE))


def inquiry_by_ref(session: Session, question_ref: str) -> Inquiry | None:
    return session.scalar(select(Inquiry).where(Inquiry.question_ref == question_ref))


def inquiries_in(actor: Actor, *, waiting: bool) -> Select[Inquiry]:
    """Of needs in the actor's own county: those due first first, or those that are over."""
    found = select(Inquiry).join(Need, Inquiry.need_id == Need.id)
    found = found.where(Need.area.startswith(actor.area, autoescape=True))
    if waiting:
        return found.where(Inquiry.state == InquiryState.ASKED).order_by(Inquiry.due_on, Inquiry.id)
    return found.where(Inquiry.state != InquiryState.ASKED).order_by(Inquiry.answered_at.desc())


def inquiries_page(session: Session, actor: Actor, *, waiting: bool, page: int) -> Page:
    statement = inquiries_in(actor, waiting=waiting).options(joinedload(Inquiry.need).joinedload(Need.case))
    return paged(session, statement, page)


def inquiries_past(actor: Actor, day: date) -> Select[Inquiry]:
    """Those whose working days are over."""
    return inquiries_in(actor, waiting=True).where(Inquiry.due_on < day)


def earlier_of(session: Session, inquiry: Inquiry) -> list[Inquiry]:
    """What the same partner asked about the same need before."""
    rows = select(Inquiry).where(
        Inquiry.need_id == inquiry.need_id,
        Inquiry.donor_token == inquiry.donor_token,
        Inquiry.id < inquiry.id,
    )
    return list(session.scalars(rows.order_by(Inquiry.id.desc()).limit(5)))
