"""Many needs through the list, the determination, the filing and steps ① and ② at a time, in few statements.

The rights, guards, log and timeline rows are those that `entry` and `cascade` write one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models.office import Unit
from app.cases.models import Case
from app.cases.operations import together
from app.cases.operations.record import record_all, record_values
from app.cases.operations.together import Staff, county_of, township_of, village_of
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.states import ActorOf, advance_all, begin_all, require
from app.needs.models import CascadeOutcome, Need
from app.needs.operations.cascade import outcome_text
from app.needs.states import NEED, OUTCOME
from app.policy.actors import Role

UnitOf = Callable[[Case], Unit]


def list_all(
    session: Session, cases: Sequence[Case], needs: Sequence[Need], *, kind: str, staff: Staff, now: datetime
) -> None:
    """The villages send their lists; `kind` is the difficulty that stands on each."""
    advance_all(session, NEED, needs, "list", actor_of=village_of(staff), now=now)
    together.submit_all(session, cases, kind=kind, staff=staff, now=now)


def determine_all(
    session: Session,
    cases: Sequence[Case],
    needs: Sequence[Need],
    *,
    ref_no: str,
    staff: Staff,
    now: datetime,
) -> None:
    together.determine_all(session, cases, ref_no=ref_no, staff=staff, now=now)
    lead = township_of(staff, Role.TOWNSHIP_LEAD)
    advance_all(session, NEED, needs, "confirm", actor_of=lead, now=now)


def file_all(
    session: Session, cases: Sequence[Case], needs: Sequence[Need], *, staff: Staff, now: datetime
) -> None:
    """In care from now on; their needs stand at step ①."""
    together.file_all(session, cases, staff=staff, now=now)
    advance_all(session, NEED, needs, "begin", actor_of=county_of(staff), now=now)
    for need in needs:
        need.cascade_stage = 1


def assign_all(
    session: Session, cases: Sequence[Case], units: Mapping[str, Unit], *, staff: Staff, now: datetime
) -> None:
    """Each household its county's responsible unit. Raises NotFound where the unit is another county's."""
    county, rows = county_of(staff), []
    for case in cases:
        unit, actor = units[case.county_code], county(case)
        require(actor, "need.assign_unit", case)
        if not unit.region_code.startswith(actor.area):
            raise NotFound
        ref = f"case/{case.id}/unit/{case.version}"
        case.duty_unit_id = unit.id
        text = f"包抓单位：{unit.name}"
        rows.append(record_values(case.id, kind="step", text=text, source_ref=ref, actor=actor, now=now))
    session.flush()
    record_all(session, rows)


def nothing_found(
    session: Session,
    needs: Sequence[Need],
    stage: int,
    *,
    basis: str,
    recorder: ActorOf,
    verifier: ActorOf,
    now: datetime,
) -> None:
    """Step ① or ② has nothing for these needs: recorded by one, verified by another, and on they go."""
    outcomes = [
        CascadeOutcome(
            need=need,
            need_id=need.id,
            stage=stage,
            outcome="none",
            covered_qty=0,
            basis=basis,
            recorded_by_key=recorder(need).person_key,
        )
        for need in needs
    ]
    begin_all(session, OUTCOME, outcomes, actor_of=recorder, now=now)
    advance_all(session, OUTCOME, outcomes, "verify", actor_of=verifier, now=now)
    advance_all(session, NEED, needs, f"pass_on_{stage}", actor_of=verifier, now=now)
    rows = []
    for outcome, need in zip(outcomes, needs, strict=True):
        outcome.verified_by_key, outcome.verified_at = verifier(need).person_key, now
        need.cascade_stage = stage + 1
        need.stage3_on = local_day(now) if stage == 2 else None
        text, ref, actor = outcome_text(need, stage), f"outcome/{outcome.id}", verifier(need)
        values = record_values(
            need.case_id, kind="outcome", text=text, source_ref=ref, need_id=need.id, actor=actor, now=now
        )
        rows.append(values)
    session.flush()
    record_all(session, rows)
