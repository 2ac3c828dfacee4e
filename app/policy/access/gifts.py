"""Claims, pledges, payments, interests, pairings, visits: each partner its own."""

from app.policy.access.engine import ANYONE, rule
from app.policy.actors import PARTNER_ROLES, Role
from app.policy.relations import own_donor, own_organisation

SYS = Role.SYSTEM

RULES = (
    rule("offer.read", Role.ORG_ADMIN, relation=own_organisation),
    rule("offer.answer", Role.ORG_ADMIN, relation=own_organisation),
    rule("offer.follow", SYS),
    rule("claim.make", *PARTNER_ROLES),
    rule("claim.read", *PARTNER_ROLES, relation=own_donor),
    rule("claim.change", *PARTNER_ROLES, relation=own_donor),
    rule("claim.change", SYS),
    rule("claim.follow", SYS),
    rule("pledge.read", *PARTNER_ROLES, relation=own_donor),
    rule("pledge.make", *PARTNER_ROLES, relation=own_donor),
    rule("pledge.pay", *PARTNER_ROLES, relation=own_donor),
    rule("pledge.pay", SYS),
    rule("pledge.cancel", *PARTNER_ROLES, relation=own_donor),
    rule("pledge.follow", SYS),
    rule("payment.settle", SYS),
    rule("payment.notify", ANYONE),
    rule("charity_project.list", Role.ORG_ADMIN),
    rule("charity_project.file", Role.ORG_ADMIN),
    rule("charity_project.read", Role.ORG_ADMIN, relation=own_organisation),
    rule("charity_project.change", Role.ORG_ADMIN, relation=own_organisation),
    rule("charity_project.verdict", SYS),
    rule("purchase.record", Role.ORG_ADMIN, relation=own_organisation),
    rule("interest.state", *PARTNER_ROLES),
    rule("proposal.draft", SYS),
    rule("proposal.read", *PARTNER_ROLES, relation=own_donor),
    rule("proposal.answer", *PARTNER_ROLES, relation=own_donor),
    rule("pairing.read", *PARTNER_ROLES, relation=own_donor),
    rule("pairing.accept", *PARTNER_ROLES, relation=own_donor),
    rule("pairing.stop", *PARTNER_ROLES, relation=own_donor),
    rule("pairing.follow", SYS),
    rule("visit.read", *PARTNER_ROLES, relation=own_donor),
    rule("visit.plan", *PARTNER_ROLES, relation=own_donor),
    rule("visit.log", *PARTNER_ROLES, relation=own_donor),
    rule("visit.follow", SYS),
)
