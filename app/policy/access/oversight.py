"""The start page, the household on one page, how far the townships are, the rules in force."""

from app.policy.access.engine import rule
from app.policy.actors import OFFICE_ROLES, Role

RULES = (
    rule("today.see", *OFFICE_ROLES),
    rule("rules.see", *OFFICE_ROLES),
    rule("late.see", Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD, Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD),
)
