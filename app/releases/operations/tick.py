"""The weekly tick: publish what is approved and passes the gate, flip statuses in threes, retire whole cohorts.

All of it is one office transaction; each cohort crosses as one letter (decisions 9). It fails closed: a cohort with
any fault is not published, and the public side keeps last week's library until the letters arrive.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.operations import record
from app.cases.queries import cases_consenting, facts_of
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import CROCKFORD
from app.needs.states import DONE, NEED, NeedState
from app.policy import parameters
from app.policy.actors import SYSTEM
from app.policy.catalogue import amount_band
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.policy.gate import Gate, Plan, RegisterHousehold, Waiting, faults, plan
from app.policy.gate import Cohort as Planned
from app.policy.gate.flips import may_flip
from app.policy.gate.rules import RULES_VERSION
from app.releases.queries import approved_projects, cohorts_due, register, run_of, shelf_projects
from app.releases.states import COHORT, PROJECT, ProjectState

BUSY = (NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)


@dataclass
class Tick:
    """One run in progress: its day, its parameters, what it counts."""

    session: Session
    day: date
    gate: Gate
    rng: random.Random
    now: datetime
    published: int = 0
    cohorts: int = 0
    flipped: int = 0
    retired: int = 0


def gate_on(day: date, k: int | None = None) -> Gate:
    """The parameters of that day. Raises Refusal for a k below the parameter (decisions 13)."""
    least = parameters.at("k_publish", day)
    if k is not None and k < least:
        raise Refusal(msg("k 不能低于 {n}。", n=least))
    return Gate(
        k or least,
        parameters.at("min_register_households", day),
        parameters.at("min_distinct_types", day),
        parameters.at("max_item_share_percent", day) / 100,
    )


def run_tick(session: Session, *, day: date, k: int | None = None, rng: random.Random, now: datetime) -> ReleaseRun:
    """Publishes, flips and retires for one day. A second run for the same day returns the first and changes nothing."""
    done = run_of(session, day)
    if done is not None:
        return done
    tick = Tick(session, day, gate_on(day, k), rng, now)
    withheld = _publish(tick)
    _flip(tick)
    _retire(tick)
    send(session, "tick.done", {"tick": day.isoformat()}, key=day.isoformat(), subject="tick", now=now)
    run = ReleaseRun(
        tick=day,
        k=tick.gate.k,
        published=tick.published,
        cohorts=tick.cohorts,
        flipped=tick.flipped,
        retired=tick.retired,
        withheld=dict(withheld),
        created_at=now,
        created_by=SYSTEM.label,
    )
    session.add(run)
    session.flush()
    return run


def propose(session: Session, *, day: date, gate: Gate) -> tuple[Plan, dict[int, NeedProject], list[RegisterHousehold]]:
    """What the planner would do on that day with everything approved; nothing is changed."""
    people = register(session, day)
    projects = _ready(session, day)
    by_need = {p.need_id: p for p in projects}
    waiting = [_waiting(p, day) for p in projects if not p.held_back]
    return plan(waiting, people, gate), by_need, people


def _ready(session: Session, day: date) -> list[NeedProject]:
    found = [p for p in approved_projects(session) if p.need.residual_qty > 0]
    consenting = cases_consenting(session, {p.need.case_id for p in found}, "publish", day)
    return [p for p in found if p.need.case_id in consenting and p.need.state == NeedState.IN_COHORT]


def _waiting(project: NeedProject, day: date) -> Waiting:
    need = project.need
    weeks = (day - (project.approved_on or day)).days // 7
    facts = facts_of(need.case.household, day)
    return Waiting(need.id, need.case.household_id, need.item_code, facts, project.finest, weeks)


def _publish(tick: Tick) -> Counter[str]:
    planned, by_need, people = propose(tick.session, day=tick.day, gate=tick.gate)
    reasons: Counter[str] = Counter()
    for cohort in planned.cohorts:
        if faults(cohort.label, cohort.rows, people, tick.gate):
            reasons["gate"] += len(cohort.rows)
            continue
        _release(tick, cohort, by_need)
    for late in planned.withheld:
        reasons[late.reason] += 1
        project = by_need[late.need.need_id]
        project.withheld_since = project.withheld_since or tick.day
        project.withheld_reason = late.reason
    reasons["held_back"] += sum(p.held_back for p in by_need.values())
    return +reasons


def _release(tick: Tick, planned: Planned, by_need: dict[int, NeedProject]) -> None:
    cohort = _cohort(tick, planned)
    rows = list(planned.rows)
    tick.rng.shuffle(rows)
    cards = []
    for row in rows:
        project = by_need[row.need.need_id]
        project.cohort, project.generic, project.status = cohort, row.generic, "open"
        project.withheld_reason = project.withheld_since = None
        advance(tick.session, PROJECT, project, "release", actor=SYSTEM, now=tick.now)
        advance(tick.session, NEED, project.need, "publish", actor=SYSTEM, now=tick.now)
        _tell_case(tick, project, cohort)
        cards.append(_card(project))
    payload = {
        "cohort_id": cohort.cohort_id,
        "label": cohort.label,
        "certificate": {**cohort.certificate, "number": cohort.certificate_no},
        "tick": tick.day.isoformat(),
        "published_month": f"{tick.day:%Y-%m}",
        "cards": sorted(cards, key=lambda c: str(c["project_id"])),
    }
    send(tick.session, "cohort.shelve", payload, key=cohort.cohort_id, subject=cohort.cohort_id, now=tick.now)
    tick.published += len(cards)
    tick.cohorts += 1


def _cohort(tick: Tick, planned: Planned) -> Cohort:
    life = parameters.at("cohort_life_days", tick.day)
    figures = {**planned.certificate, "k": tick.gate.k, "rules": RULES_VERSION}
    cohort = Cohort(
        cohort_id=_draw(tick.rng, 16),
        certificate_no=f"{_draw(tick.rng, 4)}-{_draw(tick.rng, 4)}",
        label=planned.label.as_dict(),
        certificate=figures,
        k=tick.gate.k,
        households_n=int(planned.certificate["households"]),
        items_n=int(planned.certificate["items"]),
        released_on=tick.day,
        retires_on=tick.day + timedelta(days=life),
    )
    begin(tick.session, COHORT, cohort, actor=SYSTEM, now=tick.now)
    return cohort


def _card(project: NeedProject) -> dict[str, object]:
    """The contract's public columns, nothing else (contracts §5)."""
    need, item = project.need, project.need.item
    return {
        "project_id": project.project_id,
        "action_no": None if project.generic else item.action_no,
        "need_item": "综合帮扶" if project.generic else item.name,
        "kind": item.kind,
        "amount_band": amount_band(need.budget_fen, need.item_code),
        "urgency": need.urgency,
    }


def _flip(tick: Tick) -> None:
    """已实现 and 已结束 in place, three of a cohort at a time or its last ones together (rule 7)."""
    changes = []
    for projects in _by_cohort(tick.session).values():
        unfinished = {p.project_id for p in projects if p.status in ("open", "claimed")}
        wanted = {p.project_id: s for p in projects if p.status != (s := _final(p)) and s is not None}
        for project_id in may_flip(list(wanted), unfinished):
            project = next(p for p in projects if p.project_id == project_id)
            project.status = wanted[project_id]
            changes.append({"project_id": project_id, "status": project.status})
    tick.flipped = len(changes)
    if changes:
        payload = {"tick": tick.day.isoformat(), "changes": changes}
        send(tick.session, "cards.flip", payload, key=tick.day.isoformat(), subject="tick", now=tick.now)


def _final(project: NeedProject) -> str | None:
    if project.state == ProjectState.BLANKED or project.status in ("done", "retired"):
        return None
    if project.need.state in DONE:
        return "done"
    return "retired" if project.need.state == NeedState.CANCELLED else None


def _by_cohort(session: Session) -> dict[int, list[NeedProject]]:
    grouped: dict[int, list[NeedProject]] = {}
    for project in shelf_projects(session):
        grouped.setdefault(project.cohort_id or 0, []).append(project)
    return grouped


def _retire(tick: Tick) -> None:
    """A cohort whose life is over leaves whole, once nothing in it is under way."""
    grouped = _by_cohort(tick.session)
    gone = []
    for cohort in cohorts_due(tick.session, tick.day):
        projects = grouped.get(cohort.id, [])
        if any(p.need.state in BUSY for p in projects):
            continue
        advance(tick.session, COHORT, cohort, "retire", actor=SYSTEM, now=tick.now)
        cohort.retired_on = tick.day
        for project in projects:
            _take_off(tick, project)
        gone.append(cohort.cohort_id)
        tick.retired += len(projects)
    if gone:
        payload = {"tick": tick.day.isoformat(), "cohorts": gone}
        send(tick.session, "cohorts.retire", payload, key=tick.day.isoformat(), subject="tick", now=tick.now)


def _take_off(tick: Tick, project: NeedProject) -> None:
    advance(tick.session, PROJECT, project, "retire", actor=SYSTEM, now=tick.now)
    project.live_key = None
    if project.need.state == NeedState.PUBLISHED:
        advance(tick.session, NEED, project.need, "expire", actor=SYSTEM, now=tick.now)


def _tell_case(tick: Tick, project: NeedProject, cohort: Cohort) -> None:
    need = project.need
    record(
        tick.session,
        need.case,
        kind="publication",
        text=f"{need.item.name}：随周一批次公布，{cohort.households_n} 户同标签",
        source_ref=project.project_id,
        need_id=need.id,
        actor=SYSTEM,
        now=tick.now,
    )


def _draw(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(CROCKFORD) for _ in range(length))
