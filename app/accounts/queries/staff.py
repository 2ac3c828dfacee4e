"""Staff accounts as the platform's administrator lists them."""

from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models.office import Officer, OfficeSession, Post, Unit
from app.core.paging import Page, paged

STATES = ("active", "locked", "disabled")


def officer_by_id(session: Session, officer_id: int) -> Officer | None:
    return session.get(Officer, officer_id)


def officers_page(
    session: Session,
    *,
    q: str = "",
    role: str = "",
    county: str = "",
    state: str = "",
    now: datetime,
    page: int = 1,
) -> Page:
    """`q`: the beginning of a login (names lie encrypted and are not searched)."""
    statement = (
        select(Officer).options(selectinload(Officer.posts).joinedload(Post.unit)).order_by(Officer.login)
    )
    if q:
        statement = statement.where(func.lower(Officer.login).startswith(q.lower(), autoescape=True))
    if role or county:
        statement = statement.where(Officer.id.in_(_holders(role, county)))
    if state == "locked":
        statement = statement.where(or_(Officer.status == "locked", Officer.locked_until > now))
    elif state:
        statement = statement.where(Officer.status == state)
    return paged(session, statement, page)


def _holders(role: str, county: str) -> Select[int]:
    found = select(Post.officer_id)
    if role:
        found = found.where(Post.role == role)
    return found.where(Post.region_code.startswith(county)) if county else found


def last_seen(session: Session, officer: Officer) -> datetime | None:
    return session.scalar(
        select(func.max(OfficeSession.seen_at)).where(OfficeSession.account_id == officer.id)
    )


def all_units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.region_code, Unit.id)))


def is_over(post: Post, day: date) -> bool:
    return post.valid_to is not None and post.valid_to < day
