"""Many projects through both signatures at a time, in few statements: for weeks in fast motion.

The rights, guards, log and signature rows are those that `projects` writes one by one.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.queries import cases_consenting, facts_of
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.states import ActorOf, advance_all, begin_all, require
from app.needs.models import Need
from app.needs.states import NEED
from app.policy.lattice import finest_label
from app.releases.models import NeedProject
from app.releases.operations.projects import NeighbourCheck, new_project, obstacle, signature
from app.releases.states import PROJECT


def prepare_all(
    session: Session, needs: Sequence[Need], *, maker: ActorOf, rng: random.Random, now: datetime
) -> list[NeedProject]:
    """The first signature under each, with the finest true label. Raises Refusal for the first need that may
    not be published."""
    day = local_day(now)
    consenting = cases_consenting(session, {n.case_id for n in needs}, "publish", day)
    projects = []
    for need in needs:
        require(maker(need), "project.prepare", need)
        reason = obstacle(need, consenting=need.case_id in consenting, day=day)
        if reason:
            raise Refusal(reason)
        floor = finest_label(facts_of(need.case.household, day))
        projects.append(
            new_project(need, floor=floor, neighbour=NeighbourCheck(), rng=rng, actor=maker(need))
        )
    begin_all(session, PROJECT, projects, actor_of=maker, now=now)
    _sign_all(session, projects, "prepared", maker, now)
    return projects


def approve_all(
    session: Session, projects: Sequence[NeedProject], *, guard: ActorOf, checker: ActorOf, now: datetime
) -> None:
    """The third look where one is due, then the second signature: they wait for a cohort. Raises Refusal for
    the first whose consent is gone or whose signer is not another."""
    day = local_day(now)
    consenting = cases_consenting(session, {p.need.case_id for p in projects}, "publish", day)
    for project in projects:
        reason = obstacle(project.need, consenting=project.need.case_id in consenting, day=day)
        if reason:
            raise Refusal(reason)
    flagged = [p for p in projects if p.flagged and not p.safeguarded]
    advance_all(session, PROJECT, flagged, "safeguard", actor_of=guard, now=now)
    for project in flagged:
        project.safeguarded = True
    _sign_all(session, flagged, "safeguarded", guard, now)
    advance_all(session, PROJECT, projects, "approve", actor_of=checker, now=now)
    for project in projects:
        project.checker_key, project.approved_on = checker(project).person_key, day
    advance_all(session, NEED, [p.need for p in projects], "add_to_cohort", actor_of=checker, now=now)
    _sign_all(session, projects, "approved", checker, now)


def _sign_all(
    session: Session, projects: Iterable[NeedProject], decision: str, actor_of: ActorOf, now: datetime
) -> None:
    for project in projects:
        approval = signature(decision, actor=actor_of(project), now=now)
        approval.project_id = project.id
        session.add(approval)
    session.flush()
