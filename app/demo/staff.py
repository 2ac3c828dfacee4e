"""Who does the work of the demo: the demo's own officers where one holds the post, made-up ones elsewhere."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models.office import Officer
from app.accounts.queries.sessions import office_actor, valid_posts
from app.policy.actors import Actor, Role


class Staff:
    """`staff(role, area)` is the actor of that post; the same one every time. Without `real` all are made
    up."""

    def __init__(self, real: Sequence[Actor] = ()) -> None:
        self._real = real
        self._known: dict[tuple[Role, str], Actor] = {}
        for actor in reversed(real):  # the first of several at one post
            self._known[actor.role, actor.area] = actor

    def __call__(self, role: Role, area: str) -> Actor:
        key = (role, area)
        if key not in self._known:
            self._known[key] = made_up(role, area)
        return self._known[key]

    def department(self, need: Any) -> Actor:
        """Whoever answers for step ① of a need, by the action under which it is filed."""
        county, action = need.area[:6], need.action_no
        for actor in self._real:
            if actor.role == Role.COUNTY_DEPT and actor.area == county and action in actor.actions:
                return actor
        return made_up(Role.COUNTY_DEPT, county, actions=frozenset({action}))

    def unit_of(self, need: Any) -> Actor:
        """The contact of the unit that looks after the household."""
        for actor in self._real:
            if actor.role == Role.DUTY_OFFICER and actor.unit_id == need.unit_id:
                return actor
        return made_up(Role.DUTY_OFFICER, need.area[:6], unit_id=need.unit_id)

    def safeguard(self, county: str) -> Actor:
        """The third look: the unit that stands up for children and rare cases."""
        for actor in self._real:
            if actor.safeguarding and actor.area == county:
                return actor
        return made_up(Role.COUNTY_DEPT, county, safeguarding=True)

    def finance(self, county: str) -> Actor:
        """The county's finance bureau."""
        for actor in self._real:
            if actor.finance and actor.area == county:
                return actor
        return made_up(Role.COUNTY_DEPT, county, finance=True)


def demo_staff(session: Session, day: date) -> Staff:
    """The officers of the demo, in the order in which they were made."""
    statement = select(Officer).where(Officer.is_demo).options(joinedload(Officer.posts)).order_by(Officer.id)
    officers = session.scalars(statement).unique()
    return Staff([office_actor(o, post) for o in officers for post in valid_posts(o, day)])


def made_up(
    role: Role,
    area: str,
    *,
    actions: frozenset[int] = frozenset(),
    unit_id: int | None = None,
    safeguarding: bool = False,
    finance: bool = False,
) -> Actor:
    key = f"demo:{role}:{area}" + (":safe" if safeguarding else "") + (":finance" if finance else "")
    return Actor(
        0,
        key,
        "演示经办",
        role,
        area=area,
        actions=actions,
        unit_id=unit_id,
        safeguarding=safeguarding,
        finance=finance,
    )
