"""Weeks in fast motion, for demo and test only: officers who sign everything, and outcomes read from a table.

Everything goes through the same operations as on the pages; only the people are made up.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.operations import record
from app.cases.queries import cases_consenting, live_consent
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.states import ActorOf, advance
from app.needs.operations import holding
from app.needs.states import NEED, NeedState
from app.policy.actors import SYSTEM, Actor, Role
from app.releases.models import NeedProject
from app.releases.operations.projects import obstacle
from app.releases.operations.takedown import withdraw_consent
from app.releases.operations.together import approve_all, prepare_all
from app.releases.queries import all_to_prepare, projects_by_number, projects_in_state
from app.releases.states import ProjectState

EVENTS = ("claimed", "met", "consent_withdrawn", "cancelled")
ON_THE_WAY = {
    NeedState.PUBLISHED: holding.hold,
    NeedState.HELD: holding.commit,
    NeedState.COMMITTED: holding.deliver,
}


def approve_everything(session: Session, *, rng: random.Random, now: datetime) -> dict[str, int]:
    """Prepares and approves all that may be published. Returns the counts, with what stays in by reason."""
    day, counts = local_day(now), Counter[str]()
    needs = all_to_prepare(session)
    consenting = cases_consenting(session, {n.case_id for n in needs}, "publish", day)
    fit = []
    for need in needs:
        if obstacle(need, consenting=need.case_id in consenting, day=day) is None:
            fit.append(need)
        else:
            counts["no_consent" if need.case_id not in consenting else "direct"] += 1
    counts["prepared"] = len(prepare_all(session, fit, maker=_by(Role.COUNTY_SWD, "maker"), rng=rng, now=now))
    drafted = projects_in_state(session, ProjectState.DRAFTED)
    guard, checker = _by(Role.COUNTY_DEPT, "safeguard"), _by(Role.COUNTY_SWD_LEAD, "checker")
    approve_all(session, drafted, guard=guard, checker=checker, now=now)
    counts["approved"] = len(drafted)
    return dict(+counts)


def _by(role: Role, key: str) -> ActorOf:
    return lambda thing: _officer(role, thing.area[:6], key)


def _officer(role: Role, area: str, key: str) -> Actor:
    return Actor(0, f"demo:{key}", "演示经办", role, area=area, safeguarding=role == Role.COUNTY_DEPT)


@dataclass
class Outcomes:
    """What a table of events did, and which cards the public side must turn: number → claimed or open
    again."""

    counts: Counter[str] = field(default_factory=Counter)
    cards: dict[str, bool] = field(default_factory=dict)


def apply_outcomes(session: Session, events: Iterable[tuple[str, str]], *, now: datetime) -> Outcomes:
    """`(project_id, event)` in order; a repeated event changes nothing. Raises Refusal: unknown project or
    event."""
    listed, done = list(events), Outcomes()
    projects = projects_by_number(session, {number for number, _ in listed})
    for number, event in listed:
        project = projects.get(number)
        if project is None or event not in EVENTS:
            raise Refusal(msg("没有这个项目或这种结果：{number}，{event}。", number=number, event=event))
        if project.state != ProjectState.PUBLIC:
            done.counts["ignored"] += 1
            continue
        _STEPS[event](session, project, done, now)
        done.counts[event] += 1
    session.flush()
    return done


def _claimed(session: Session, project: NeedProject, done: Outcomes, now: datetime) -> None:
    if project.need.state == NeedState.PUBLISHED:
        holding.hold(session, project.need, actor=SYSTEM, now=now)
    if project.status == "open":
        project.status = "claimed"
    done.cards[project.project_id] = True


def _met(session: Session, project: NeedProject, done: Outcomes, now: datetime) -> None:
    need = project.need
    _claimed(session, project, done, now)
    while (step := ON_THE_WAY.get(NeedState(need.state))) is not None:
        step(session, need, actor=SYSTEM, now=now)
    if need.state != NeedState.DELIVERED:
        return
    worker = _officer(Role.VILLAGE_WORKER, need.area, "village")
    holding.confirm(session, need, qty=need.residual_qty, actor=worker, now=now)
    ref, text = f"{project.project_id}/met", f"{need.item.name}：家里确认合用，这一项已实现"
    record(
        session,
        need.case,
        kind="confirmation",
        text=text,
        source_ref=ref,
        need_id=need.id,
        actor=worker,
        now=now,
    )


def _cancelled(session: Session, project: NeedProject, done: Outcomes, now: datetime) -> None:
    need = project.need
    if need.state in (NeedState.HELD, NeedState.COMMITTED):
        holding.free(session, need, actor=SYSTEM, now=now)
        project.status = "open"
        done.cards[project.project_id] = False
    if need.state == NeedState.PUBLISHED:
        advance(session, NEED, need, "cancel_published", actor=SYSTEM, now=now, reason="simulated")


def _withdrawn(session: Session, project: NeedProject, done: Outcomes, now: datetime) -> None:
    consent = live_consent(session, project.need.case_id, "publish", local_day(now))
    if consent is not None:
        worker = _officer(Role.VILLAGE_WORKER, project.need.area, "village")
        withdraw_consent(session, consent, actor=worker, now=now)


_STEPS = {"claimed": _claimed, "met": _met, "cancelled": _cancelled, "consent_withdrawn": _withdrawn}
