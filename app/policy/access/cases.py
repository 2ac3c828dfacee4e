"""Cases, their entry, consents and filing (domain §6)."""

from typing import Any

from app.policy.access.engine import rule
from app.policy.actors import Actor, Role
from app.policy.relations import in_area

VW, TO, TL = Role.VILLAGE_WORKER, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD
CS, CL, CD, DO = Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD, Role.COUNTY_DEPT, Role.DUTY_OFFICER


def linked_household(actor: Actor, subject: Any) -> bool:
    """A duty officer sees the households of its own unit; `duty_unit_id` comes with the loaded case."""
    unit = getattr(subject, "duty_unit_id", None)
    return unit is not None and unit == actor.unit_id and in_area(actor, subject)


def own_draft(actor: Actor, subject: Any) -> bool:
    """What somebody has begun to write is seen by nobody else."""
    return subject is not None and subject.officer_id == actor.account_id


def submitted_in_area(actor: Actor, subject: Any) -> bool:
    """The county sees a batch, or an item of one, once the township has sent it."""
    return in_area(actor, subject) and getattr(subject, "batch", subject).state != "draft"


def own_import(actor: Actor, subject: Any) -> bool:
    """Only who uploaded a workbook writes it or throws it away."""
    return subject is not None and subject.officer_id == actor.account_id


RULES = (
    rule("case.list", VW, TO, TL, CS, CL),
    rule("case.read", VW, TO, TL, CS, CL, relation=in_area, audited=True),
    rule("case.read", DO, relation=linked_household, audited=True),
    rule("case.open", VW, relation=in_area),
    rule("case.open", TO, CS, relation=in_area),
    rule("case.open", Role.SYSTEM),
    rule("case.enter", VW),
    rule("case.check", VW, relation=in_area),
    rule("case.finish_check", VW, relation=in_area),
    rule("case.evaluate", VW, relation=in_area),
    rule("case.reopen", VW, relation=in_area),
    rule("case.submit_list", VW, relation=in_area),
    rule("case.return", TO, TL, relation=in_area),
    rule("case.determine", TL, relation=in_area),
    rule("case.close", TL, relation=in_area),
    rule("case.reveal", CS, CL, relation=in_area),
    rule("case.reveal", DO, relation=linked_household),
    rule("identity.read", VW, TO, TL, relation=in_area),
    rule("draft.read", VW, relation=own_draft),
    rule("draft.write", VW, relation=own_draft),
    rule("consent.record", VW, relation=in_area),
    rule("consent.read", VW, TO, TL, CS, CL, relation=in_area),
    rule("batch.list", TO, TL, CS, CL),
    rule("batch.read", TO, TL, relation=in_area),
    rule("batch.read", CS, CL, relation=submitted_in_area),
    rule("batch.make", TO, relation=in_area),
    rule("batch.submit", TL, relation=in_area),
    rule("filing.read", CS, CL, relation=submitted_in_area, audited=True),
    rule("filing.decide", CS, relation=in_area),
    rule("case.export", TO, CS),
    rule("import.upload", TO, CS),
    rule("import.read", TO, CS, relation=in_area),
    rule("import.finish", TO, CS, relation=own_import),
    rule("import.download", TO, CS, relation=own_import, audited=True),
    rule("import.purge", Role.SYSTEM),
)
