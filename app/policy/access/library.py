"""The open pages."""

from app.policy.access.engine import ANYONE, rule

RULES = (
    rule("card.browse", ANYONE),
    rule("card.read", ANYONE),
)
