"""From a cookie's token to the actor who holds it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, OfficeSession, Post, Unit
from app.accounts.models.public import DonorAccount, PublicSession
from app.core.clock import local_day
from app.core.tokens import digest
from app.policy import parameters
from app.policy.actors import Actor, Role


def officer_by_login(session: Session, login: str) -> Officer | None:
    return session.scalar(select(Officer).where(Officer.login == login))


def donor_by_login(session: Session, login: str) -> DonorAccount | None:
    return session.scalar(select(DonorAccount).where(DonorAccount.login == login))


def valid_posts(officer: Officer, day: date) -> list[Post]:
    return [p for p in officer.posts if p.valid_from <= day and (p.valid_to is None or day <= p.valid_to)]


def office_actor(officer: Officer, post: Post) -> Actor:
    unit = post.unit
    return Actor(
        account_id=officer.id,
        person_key=officer.person_key,
        name=officer.display_name,
        role=Role(post.role),
        area=post.region_code,
        unit_id=post.unit_id,
        actions=frozenset(unit.actions if unit else ()),
        grid=post.grid,
        safeguarding=bool(unit and unit.safeguarding),
        finance=bool(unit and unit.finance),
    )


def donor_actor(account: DonorAccount) -> Actor:
    return Actor(
        account_id=account.id,
        person_key=f"donor:{account.id}",
        name=account.display_name,
        role=Role(account.role),
        organisation_id=account.organisation_id,
        volunteer_id=account.volunteer_id,
    )


def live_office_session(session: Session, token: str, now: datetime) -> OfficeSession | None:
    """None when closed, unknown, or idle for longer than `idle_minutes`."""
    found = session.scalar(select(OfficeSession).where(OfficeSession.token_hash == digest(token)))
    return found if found is not None and _awake(found.closed_at, found.seen_at, now) else None


def live_public_session(session: Session, token: str, now: datetime) -> PublicSession | None:
    found = session.scalar(select(PublicSession).where(PublicSession.token_hash == digest(token)))
    return found if found is not None and _awake(found.closed_at, found.seen_at, now) else None


def office_actor_of(session: Session, token: str, now: datetime) -> Actor | None:
    """The officer behind a cookie at the chosen post, or None."""
    found = live_office_session(session, token, now)
    if found is None or found.post_id is None:
        return None
    officer = session.get_one(Officer, found.account_id)
    post = next((p for p in valid_posts(officer, local_day(now)) if p.id == found.post_id), None)
    return office_actor(officer, post) if post is not None and officer.status == "active" else None


def open_sessions_of(session: Session, account_id: int) -> Sequence[PublicSession]:
    """A donor's sign-ins that nobody closed, the last used first; an idle one may be among them."""
    return session.scalars(
        select(PublicSession)
        .where(PublicSession.account_id == account_id, PublicSession.closed_at.is_(None))
        .order_by(PublicSession.seen_at.desc(), PublicSession.id.desc())
    ).all()


def donor_actor_of(session: Session, token: str, now: datetime) -> Actor | None:
    """The partner behind a cookie, or None. One query: it is asked on every page."""
    row = session.execute(
        select(PublicSession, DonorAccount)
        .join(DonorAccount, DonorAccount.id == PublicSession.account_id)
        .where(PublicSession.token_hash == digest(token))
    ).one_or_none()
    if row is None or not _awake(row[0].closed_at, row[0].seen_at, now):
        return None
    return donor_actor(row[1]) if row[1].status == "active" else None


def actor_for_login(session: Session, login: str, day: date) -> Actor | None:
    """The officer whom a command names with --actor, at the first valid post."""
    officer = officer_by_login(session, login)
    if officer is None or officer.status != "active":
        return None
    posts = valid_posts(officer, day)
    return office_actor(officer, posts[0]) if posts else None


def units_in(session: Session, area: str) -> list[Unit]:
    statement = select(Unit).where(Unit.region_code.startswith(area), Unit.active).order_by(Unit.id)
    return list(session.scalars(statement))


def _awake(closed_at: datetime | None, seen_at: datetime, now: datetime) -> bool:
    idle = timedelta(minutes=parameters.at("idle_minutes", local_day(now)))
    return closed_at is None and now - seen_at <= idle
