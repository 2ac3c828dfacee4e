"""Sign-in, accounts and units."""

from app.policy.access.engine import ANYONE, rule
from app.policy.actors import OFFICE_ROLES, PARTNER_ROLES, Role

RULES = (
    rule("session.open", ANYONE),
    rule("session.close", *OFFICE_ROLES, *PARTNER_ROLES),
    rule("post.choose", *OFFICE_ROLES),
    rule("health.check", ANYONE),
    rule("account.read", Role.PLATFORM_ADMIN),
    rule("account.make", Role.PLATFORM_ADMIN),
)
