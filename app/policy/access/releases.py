"""Projects, cohorts, ticks (domain §6; decisions 14)."""

from typing import Any

from app.policy.access.engine import rule
from app.policy.actors import Actor, Role
from app.policy.relations import in_area

CS, CL, CD = Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD, Role.COUNTY_DEPT
VW, SYS = Role.VILLAGE_WORKER, Role.SYSTEM


def safeguards(actor: Actor, subject: Any) -> bool:
    """妇联, 卫健, 民政 see what concerns children or rare things in their county, and nothing else."""
    return actor.safeguarding and in_area(actor, subject) and bool(getattr(subject, "flags", None))


def in_its_counties(actor: Actor, subject: Any) -> bool:
    """A cohort may cover several counties; each sees it."""
    return bool(actor.area) and any(p.area.startswith(actor.area) for p in subject.projects)


RULES = (
    rule("project.list", CS, CL, CD),
    rule("together.read", CS, CL, CD),
    rule("together.approve", CL),
    rule("project.read", CS, CL, relation=in_area, audited=True),
    rule("project.read", CD, relation=safeguards, audited=True),
    rule("project.preview", CS, CL, relation=in_area, audited=True),
    rule("project.prepare", CS, relation=in_area),
    rule("project.safeguard", CD, relation=safeguards),
    rule("project.approve", CL, relation=in_area),
    rule("project.hold", CS, CL, relation=in_area),
    rule("project.drop", CS, CL, relation=in_area),
    rule("project.drop", SYS),
    rule("project.release", SYS),
    rule("project.blank", VW, relation=in_area),
    rule("project.blank", SYS),
    rule("project.plan", CS, CL),
    rule("cohort.read", CS, CL, relation=in_its_counties),
    rule("cohort.freeze", CS, CL, relation=in_its_counties),
    rule("cohort.review", CL, relation=in_its_counties),
)
