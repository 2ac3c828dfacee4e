"""The weekly tick: publish what is approved and passes the gate, flip statuses in threes, retire whole
cohorts.

All of it is one office transaction; each cohort crosses as one letter (decisions 9), and the last letter
turns the page for all of them together. It fails closed: a cohort with any fault is not published, and the
public side keeps last week's library until the letters arrive.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.operations import record
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.secrets import ring
from app.core.states import advance, begin
from app.core.tokens import CROCKFORD
from app.needs.states import NEED
from app.policy import parameters
from app.policy.actors import SYSTEM
from app.policy.catalogue import GENERIC_ITEM, amount_band
from app.policy.gate import Cohort as Planned
from app.policy.gate import Gate, faults
from app.policy.gate.rules import RULES_VERSION
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.releases.operations.planning import Proposal, gate_on, note_withheld, propose
from app.releases.operations.shelf import flip, retire
from app.releases.queries import last_run, run_of
from app.releases.states import COHORT, PROJECT


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


def run_tick(
    session: Session, *, day: date, k: int | None = None, rng: random.Random, now: datetime
) -> ReleaseRun:
    """Publishes, flips and retires for one day. A second run for the same day returns the first and changes
    nothing.

    Raises Refusal: a k below the parameter, a day before the last tick (what was public can't be mended).
    """
    gate = gate_on(day, k)
    done = run_of(session, day)
    if done is not None:
        return done
    last = last_run(session)
    if last is not None and last.tick > day:
        raise Refusal(msg("{last} 已经发布过，不能再补 {day} 的。", last=last.tick, day=day))
    tick = Tick(session, day, gate, rng, now)
    withheld = _publish(tick)
    changes = flip(session)
    gone, left = retire(session, day=day, now=now)
    week = {"tick": day.isoformat(), "changes": changes, "retired": gone}
    send(session, "tick.done", week, key=day.isoformat(), subject="tick", now=now)
    return _keep_run(tick, withheld, len(changes), left)


def _keep_run(tick: Tick, withheld: Counter[str], flipped: int, retired: int) -> ReleaseRun:
    run = ReleaseRun(
        tick=tick.day,
        k=tick.gate.k,
        published=tick.published,
        cohorts=tick.cohorts,
        flipped=flipped,
        retired=retired,
        withheld=dict(withheld),
        created_at=tick.now,
        created_by=SYSTEM.label,
    )
    tick.session.add(run)
    tick.session.flush()
    return run


def _publish(tick: Tick) -> Counter[str]:
    """Every cohort is counted a second time before it leaves. Returns what stays in, by reason."""
    proposal = propose(tick.session, day=tick.day, gate=tick.gate)
    reasons: Counter[str] = Counter()
    for cohort in proposal.plan.cohorts:
        if faults(cohort.label, cohort.rows, proposal.register, tick.gate):
            reasons["gate"] += len(cohort.rows)
            _keep_in(cohort, proposal, tick.day)
        else:
            _release(tick, cohort, proposal)
    note_withheld(proposal, tick.day)
    reasons.update(late.reason for late in proposal.plan.withheld)
    reasons["held_back"] += sum(p.held_back for p in proposal.projects.values())
    return +reasons


def _keep_in(cohort: Planned, proposal: Proposal, day: date) -> None:
    """A cohort that does not pass the second count: every one of its projects says so."""
    for row in cohort.rows:
        project = proposal.projects[row.need.need_id]
        project.withheld_reason, project.withheld_since = "gate", project.withheld_since or day


def _release(tick: Tick, planned: Planned, proposal: Proposal) -> None:
    cohort = _cohort(tick, planned)
    rows = list(planned.rows)
    tick.rng.shuffle(rows)
    cards = []
    for row in rows:
        project = proposal.projects[row.need.need_id]
        _make_public(tick, project, cohort, generic=row.generic)
        cards.append(_card(project))
    statement: dict[str, object] = {
        "cohort_id": cohort.cohort_id,
        "label": cohort.label,
        "certificate": {**cohort.certificate, "number": cohort.certificate_no},
        "tick": tick.day.isoformat(),
        "published_month": f"{tick.day:%Y-%m}",
    }
    ordered = sorted(cards, key=lambda c: str(c["project_id"]))
    payload = {
        **statement,
        "waits": True,
        "cards": ordered,
        **_sealed(statement, [str(c["project_id"]) for c in ordered]),
    }
    send(tick.session, "cohort.shelve", payload, key=cohort.cohort_id, subject=cohort.cohort_id, now=tick.now)
    tick.published += len(cards)
    tick.cohorts += 1


def _sealed(statement: dict[str, object], projects: list[str]) -> dict[str, str]:
    """The certificate signed here, where the households are known; the public side can only pass it on."""
    sealer = ring("office").sealer
    jws = sealer.seal({**statement, "projects": projects})
    return {"jws": jws, "key_id": sealer.key_id, "public_key": sealer.public_key}


def _make_public(tick: Tick, project: NeedProject, cohort: Cohort, *, generic: bool) -> None:
    project.cohort, project.generic, project.status = cohort, generic, "open"
    project.withheld_reason = project.withheld_since = None
    advance(tick.session, PROJECT, project, "release", actor=SYSTEM, now=tick.now)
    advance(tick.session, NEED, project.need, "publish", actor=SYSTEM, now=tick.now)
    record(
        tick.session,
        project.need.case,
        kind="publication",
        text=f"{project.need.item.name}：随周一批次公布，{cohort.households_n} 户同标签",
        source_ref=project.project_id,
        need_id=project.need_id,
        actor=SYSTEM,
        now=tick.now,
    )


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
        "need_item": GENERIC_ITEM if project.generic else item.name,
        "kind": item.kind,
        "amount_band": amount_band(need.budget_fen, need.item_code),
        "urgency": need.urgency,
    }


def _draw(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(CROCKFORD) for _ in range(length))
