"""Partners: registration, profile, verification (domain 4.17)."""

from app.policy.access.engine import ANYONE, rule
from app.policy.actors import PARTNER_ROLES, Role
from app.policy.relations import in_area, own_donor

CS, CL = Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD

RULES = (
    rule("partner.register", ANYONE),
    rule("partner.home", *PARTNER_ROLES),
    rule("partner.read", *PARTNER_ROLES, relation=own_donor),
    rule("partner.change", *PARTNER_ROLES, relation=own_donor),
    rule("partner.verdict", Role.SYSTEM),
    rule("verification.list", CS, CL),
    rule("verification.open", Role.SYSTEM),
    rule("verification.read", CS, CL, relation=in_area, audited=True),
    rule("verification.check", CS, relation=in_area),
    rule("verification.return", CS, CL, relation=in_area),
    rule("verification.verify", CL, relation=in_area),
)
