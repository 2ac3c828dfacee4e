"""The open pages, and what a partner puts aside there."""

from app.policy.access.engine import ANYONE, rule
from app.policy.actors import PARTNER_ROLES, Role
from app.policy.relations import own_account

RULES = (
    rule("card.browse", ANYONE),
    rule("card.read", ANYONE),
    rule("favourite.keep", *PARTNER_ROLES),
    rule("search.change", *PARTNER_ROLES, relation=own_account),
    rule("question.ask", *PARTNER_ROLES),
    rule("question.send", *PARTNER_ROLES, relation=own_account),
    rule("question.read", *PARTNER_ROLES, relation=own_account),
    rule("question.follow", Role.SYSTEM),
)
