"""Projects, cohorts, ticks (domain §6; decisions 14)."""

from app.policy.access.engine import rule
from app.policy.actors import Role
from app.policy.relations import in_area

CS, CL, CD, VW, TO = (
    Role.COUNTY_SWD,
    Role.COUNTY_SWD_LEAD,
    Role.COUNTY_DEPT,
    Role.VILLAGE_WORKER,
    Role.TOWNSHIP_OFFICER,
)
SYS = Role.SYSTEM

RULES = (
    rule("project.list", CS, CL, CD),
    rule("project.read", CS, CL, relation=in_area, audited=True),
    rule("project.read", CD, relation=in_area, audited=True),
    rule("project.prepare", CS, relation=in_area),
    rule("project.safeguard", CD, relation=in_area),
    rule("project.approve", CL, relation=in_area),
    rule("project.drop", CS, CL, relation=in_area),
    rule("project.drop", SYS),
    rule("project.release", SYS),
    rule("project.blank", VW, relation=in_area),
    rule("project.blank", SYS),
)
