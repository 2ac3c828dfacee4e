"""The start page and the household on one page."""

from app.policy.access.engine import rule
from app.policy.actors import OFFICE_ROLES

RULES = (rule("today.see", *OFFICE_ROLES),)
