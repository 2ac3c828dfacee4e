"""Reading partners, on either side."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post
from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.verification import Verification
from app.accounts.states import VerificationState
from app.core.paging import Page, paged
from app.core.states import OfficeStateChange
from app.policy.actors import Actor


def partner_of(session: Session, actor: Actor) -> Organisation | Volunteer | None:
    """The partner that a signed-in donor acts for."""
    if actor.organisation_id is not None:
        return session.get(Organisation, actor.organisation_id)
    return session.get(Volunteer, actor.volunteer_id) if actor.volunteer_id is not None else None


def partner_by_token(session: Session, token: str) -> Organisation | Volunteer | None:
    organisation = session.scalar(select(Organisation).where(Organisation.token == token))
    return organisation or session.scalar(select(Volunteer).where(Volunteer.token == token))


def organisation_by_uscc(session: Session, uscc: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.uscc == uscc))


def organisation_named(session: Session, name: str) -> Organisation | None:
    """The first registered under this very name."""
    named = select(Organisation).where(Organisation.name == name).order_by(Organisation.id)
    return session.scalar(named.limit(1))


def verification_by_id(session: Session, verification_id: int) -> Verification | None:
    return session.get(Verification, verification_id)


def verifications_in_area(session: Session, actor: Actor, *, state: str = "", page: int = 1) -> Page:
    """The newest first; `state` blank shows all."""
    statement = select(Verification).where(Verification.area.startswith(actor.area))
    if state:
        statement = statement.where(Verification.state == state)
    return paged(session, statement.order_by(Verification.id.desc()), page)


def verification_counts(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(Verification.state, func.count())
        .where(Verification.area.startswith(actor.area))
        .group_by(Verification.state)
    )
    return {state: n for state, n in rows}


def dossiers_of(session: Session, token: str) -> Sequence[Verification]:
    """Everything one partner ever handed in, the newest first."""
    return session.scalars(
        select(Verification).where(Verification.token == token).order_by(Verification.id.desc())
    ).all()


def moves_of(session: Session, dossier: Verification) -> dict[str, OfficeStateChange]:
    """Who did what to a dossier: the last move of each action."""
    rows = session.scalars(
        select(OfficeStateChange)
        .where(OfficeStateChange.subject_type == "verification", OfficeStateChange.subject_id == dossier.id)
        .order_by(OfficeStateChange.id)
    )
    return {row.action: row for row in rows}


def twins_of(session: Session, dossier: Verification) -> Sequence[Verification]:
    """The same identity number under another account: two people must look before it is verified twice."""
    if dossier.id_index is None:
        return []
    return session.scalars(
        select(Verification).where(
            Verification.id_index == dossier.id_index,
            Verification.token != dossier.token,
            Verification.state.not_in((VerificationState.RETURNED, VerificationState.REJECTED)),
        )
    ).all()


def works_in(session: Session, id_index: str | None, county: str, day: date) -> bool:
    """True when an officer with this identity number holds a post in the county on that day."""
    if id_index is None:
        return False
    post = (
        select(Post.id)
        .join(Officer)
        .where(
            Officer.person_key == id_index,
            Post.region_code.startswith(county),
            or_(Post.valid_to.is_(None), Post.valid_to >= day),
        )
    )
    return session.scalar(post.limit(1)) is not None
