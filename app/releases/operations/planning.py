"""What would be published if everything waiting were approved: every night, on demand, and at the tick
itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.queries import cases_consenting, facts_of
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import msg
from app.policy import parameters
from app.policy.gate import Gate, Plan, RegisterHousehold, Waiting
from app.releases.models import NeedProject
from app.releases.operations.planner import plan
from app.releases.queries import past_labels, projects_in_state, register
from app.releases.states import ProjectState

K_FLOOR = 11  # decisions 13: the parameter may only be raised


@dataclass(frozen=True)
class Proposal:
    """A plan together with what it was made from: the projects by need, and the register of that day."""

    plan: Plan
    projects: dict[int, NeedProject]
    register: list[RegisterHousehold]
    gate: Gate


def gate_on(day: date, k: int | None = None) -> Gate:
    """The parameters of that day. Raises Refusal for a k below the parameter (decisions 13)."""
    least = parameters.at("k_publish", day)
    if least < K_FLOOR:
        raise Refusal(msg("参数里的 k 是 {n}，低于 {floor}，什么都不公布。", n=least, floor=K_FLOOR))
    if k is not None and k < least:
        raise Refusal(msg("k 不能低于 {n}。", n=least))
    return Gate(
        k or least,
        parameters.at("min_register_households", day),
        parameters.at("min_distinct_types", day),
        parameters.at("max_item_share_percent", day) / 100,
        parameters.at("generic_item_after_weeks", day),
    )


def propose(
    session: Session, *, day: date, gate: Gate, states: Sequence[ProjectState] = (ProjectState.APPROVED,)
) -> Proposal:
    """What the planner would make of these projects on that day; nothing is changed."""
    people = [RegisterHousehold(household, facts) for household, facts in register(session, day)]
    projects = _ready(session, projects_in_state(session, *states), day)
    waiting = [_waiting(p, day) for p in projects if not p.held_back]
    before = past_labels(session, [w.need_id for w in waiting])
    return Proposal(
        plan(waiting, people, gate, before=before), {p.need_id: p for p in projects}, people, gate
    )


def note_plan(session: Session, *, now: datetime) -> int:
    """Writes beside every waiting project what would come of it now. Returns how many would be published."""
    day = local_day(now)
    proposal = propose(
        session, day=day, gate=gate_on(day), states=(ProjectState.DRAFTED, ProjectState.APPROVED)
    )
    for project in proposal.projects.values():
        project.planned_on, project.planned_label, project.planned_k = day, None, None
        project.withheld_reason = "held_back" if project.held_back else None
    note_withheld(proposal, day)
    placed = 0
    for cohort in proposal.plan.cohorts:
        households = len({row.need.household_id for row in cohort.rows})
        for row in cohort.rows:
            project = proposal.projects[row.need.need_id]
            project.planned_label, project.planned_k = cohort.label.as_dict(), households
            project.withheld_since = None
            placed += 1
    session.flush()
    return placed


def note_withheld(proposal: Proposal, day: date) -> None:
    """Keeps the reason beside each project, and since when it waits for one."""
    for late in proposal.plan.withheld:
        project = proposal.projects[late.need.need_id]
        project.withheld_since = project.withheld_since or day
        project.withheld_reason = late.reason


def _ready(session: Session, found: list[NeedProject], day: date) -> list[NeedProject]:
    """Consent holds and something is missing still, on this very day (I-10)."""
    consenting = cases_consenting(session, {p.need.case_id for p in found}, "publish", day)
    return [p for p in found if p.need.case_id in consenting and p.need.residual_qty > 0]


def _waiting(project: NeedProject, day: date) -> Waiting:
    need = project.need
    weeks = (day - (project.approved_on or day)).days // 7
    facts = facts_of(need.case.household, day)
    return Waiting(need.id, need.case.household_id, need.item_code, facts, project.finest, weeks)
