"""Ties, pairings, visits, proposals seen from the office (domain §6)."""

from app.policy.access.engine import rule
from app.policy.actors import Role
from app.policy.relations import in_area

VW, TO, TL = Role.VILLAGE_WORKER, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD
CS, CL, SYS = Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD, Role.SYSTEM

RULES = (
    rule("tie.list", VW, TO, TL, CS, CL),
    rule("tie.read", VW, TO, TL, CS, CL, relation=in_area, audited=True),
    rule("tie.open", SYS),
    rule("tie.contact", CS, TO, relation=in_area),
    rule("tie.receive", CS, relation=in_area),
    rule("tie.let_go", CS, relation=in_area),
    rule("tie.hand_over", TO, VW, relation=in_area),
    rule("tie.confirm", VW, TO, TL, relation=in_area),
    rule("pair.list", VW, TO, CS, CL),
    rule("pair.read", VW, TO, CS, CL, relation=in_area, audited=True),
    rule("pair.open", SYS),
    rule("pair.ask", VW, relation=in_area),
    rule("pair.activate", CS, relation=in_area),
    rule("pair.end", CS, relation=in_area),
    rule("pair.end", SYS),
    rule("visit_check.read", VW, TO, CS, CL, relation=in_area),
    rule("visit_check.answer", VW, relation=in_area),
    rule("proposal_draft.list", CS, CL),
    rule("proposal_draft.read", CS, CL, relation=in_area),
    rule("proposal_draft.send", CS, relation=in_area),
    rule("proposal_wish.read", CS, CL, relation=in_area),
    rule("proposal_wish.make", CS, relation=in_area),
    rule("proposal_wish.lift", CS, relation=in_area),
    rule("proposal_run.read", CS, CL),
    rule("proposal_run.ask", CS),
    rule("direct_offer.list", CS, CL),
    rule("direct_offer.read", CS, CL, relation=in_area, audited=True),
    rule("direct_offer.make", CS, relation=in_area),
    rule("direct_offer.withdraw", CS, relation=in_area),
    rule("direct_offer.withdraw", SYS),
    rule("direct_offer.follow", SYS),
    rule("inquiry.list", CS, CL),
    rule("inquiry.read", CS, CL, relation=in_area, audited=True),
    rule("inquiry.take", SYS),
    rule("inquiry.answer", CS, relation=in_area),
    rule("filing_check.list", CS, CL),
    rule("filing_check.read", CS, CL, relation=in_area),
    rule("filing_check.check", CS, relation=in_area),
    rule("filing_check.decide", CL, relation=in_area),
    rule("parameter.change", CL),
)
