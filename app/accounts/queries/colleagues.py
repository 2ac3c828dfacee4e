"""Who else works for a village: the ones who may have gone along on a visit."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post
from app.policy.actors import Role

HOME_VISITORS = (Role.VILLAGE_WORKER, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD)


def visitors_of(session: Session, village: str, day: date) -> list[Post]:
    """Valid posts in the village and in its township, one a person, the village's first."""
    statement = (
        select(Post)
        .join(Officer)
        .where(
            Post.region_code.in_((village, village[:9])),
            Post.role.in_(HOME_VISITORS),
            Post.valid_from <= day,
            or_(Post.valid_to.is_(None), Post.valid_to >= day),
            Officer.status == "active",
        )
        .order_by(Post.region_code.desc(), Post.id)
    )
    people: dict[str, Post] = {}
    for post in session.scalars(statement):
        people.setdefault(post.officer.person_key, post)
    return list(people.values())


def holders_of(session: Session, role: Role, region: str, day: date) -> list[str]:
    """Names of those who hold that role at exactly that place on that day."""
    statement = (
        select(Officer)
        .join(Post, Post.officer_id == Officer.id)
        .where(
            Post.role == role,
            Post.region_code == region,
            Post.valid_from <= day,
            or_(Post.valid_to.is_(None), Post.valid_to >= day),
            Officer.status == "active",
        )
        .order_by(Officer.id)
    )
    return [officer.display_name for officer in session.scalars(statement).unique()]
