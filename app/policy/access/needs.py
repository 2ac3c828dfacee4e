"""Needs, the cascade's outcomes, bypasses (domain §6)."""

from typing import Any

from app.policy.access.engine import rule
from app.policy.actors import Actor, Role
from app.policy.relations import in_area, own_action

VW, TO, TL = Role.VILLAGE_WORKER, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD
CS, CL, CD, DO = Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD, Role.COUNTY_DEPT, Role.DUTY_OFFICER
SYS = Role.SYSTEM


def linked_in_area(actor: Actor, subject: Any) -> bool:
    """A duty officer reaches the needs of the households that its unit looks after."""
    return in_area(actor, subject) and actor.unit_id is not None and subject.unit_id == actor.unit_id


def first_stage_of_own_action(actor: Actor, subject: Any) -> bool:
    return 1 in subject.answerable and own_action(actor, subject)


def second_stage_of_own_households(actor: Actor, subject: Any) -> bool:
    return 2 in subject.answerable and linked_in_area(actor, subject)


def put_to_finance(actor: Actor, subject: Any) -> bool:
    """The finance bureau sees what has come to step ④ in its county, and nothing else."""
    return actor.finance and in_area(actor, subject) and subject.cascade_stage == 4


def fourth_stage(actor: Actor, subject: Any) -> bool:
    return 4 in subject.answerable and put_to_finance(actor, subject)


def of_finance(actor: Actor, subject: Any) -> bool:
    return actor.finance


def the_countys_to_verify(actor: Actor, subject: Any) -> bool:
    """① and ④, and whatever an urgent bypass left owed (domain 4.4 late_outcome)."""
    return (subject.stage != 2 or subject.late) and in_area(actor, subject)


def the_townships_to_verify(actor: Actor, subject: Any) -> bool:
    return subject.stage == 2 and not subject.late and in_area(actor, subject)


RULES = (
    rule("need.list_all", VW, TO, TL, CS, CL, CD, DO),
    rule("need.read", VW, TO, TL, CS, CL, relation=in_area, audited=True),
    rule("need.read", CD, relation=own_action, audited=True),
    rule("need.read", CD, relation=put_to_finance, audited=True),
    rule("need.read", DO, relation=linked_in_area, audited=True),
    rule("need.raise", VW, TO, CS, relation=in_area),
    rule("need.raise", SYS),
    rule("need.list", VW, relation=in_area),
    rule("need.confirm", TO, TL, relation=in_area),
    rule("need.begin", CS, relation=in_area),
    rule("need.begin", SYS),
    rule("need.verify_1", CS, relation=in_area),
    rule("need.verify_2", TO, relation=in_area),
    rule("need.verify_4", CS, relation=in_area),
    rule("need.verify_late", CS, relation=in_area),
    rule("need.approve_bypass", CL, relation=in_area),
    rule("need.approve_referral", CL, relation=in_area),
    rule("need.publish", CS, CL, relation=in_area),
    rule("need.publish", SYS),
    rule("need.release", SYS),
    rule("need.follow", SYS),
    rule("need.follow", CS, TO, TL, VW, relation=in_area),
    rule("need.confirm_delivery", TO, TL, VW, relation=in_area),
    rule("need.withdraw", VW, relation=in_area),
    rule("need.withdraw", SYS),
    rule("need.close", TO, relation=in_area),
    rule("need.cancel", TO, relation=in_area),
    rule("need.assign_unit", CS, relation=in_area),
    rule("outcome.read", VW, TO, TL, CS, CL, relation=in_area),
    rule("outcome.read", CD, relation=own_action),
    rule("outcome.read", CD, relation=put_to_finance),
    rule("outcome.read", DO, relation=linked_in_area),
    rule("outcome.record", CD, relation=first_stage_of_own_action),
    rule("outcome.record", DO, relation=second_stage_of_own_households),
    rule("outcome.record", CD, relation=fourth_stage),
    rule("outcome.verify", CS, relation=the_countys_to_verify),
    rule("outcome.verify", TO, relation=the_townships_to_verify),
    rule("bypass.read", VW, TO, TL, CS, CL, relation=in_area),
    rule("bypass.read", CD, relation=own_action),
    rule("bypass.read", DO, relation=linked_in_area),
    rule("bypass.ask", CS, relation=in_area),
    rule("bypass.approve", CL, relation=in_area),
    rule("referral.list", CS, CL),
    rule("referral.list", CD, relation=of_finance),
    rule("referral.read", CS, CL, TO, TL, VW, relation=in_area),
    rule("referral.read", CD, relation=put_to_finance),
    rule("referral.ask", CS, relation=in_area),
    rule("referral.approve", CL, relation=in_area),
    rule("referral.table", CS, relation=in_area),
)
