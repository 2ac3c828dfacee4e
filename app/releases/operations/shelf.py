"""What changes on the shelf after a release: statuses in place, threes at a time; cohorts leave whole (rule
7)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.outbox import send
from app.core.states import advance
from app.needs.states import DONE, NEED, NeedState
from app.policy.actors import SYSTEM
from app.policy.gate.flips import may_flip
from app.releases.models import Cohort, NeedProject
from app.releases.queries import cohorts_due, shelf_projects
from app.releases.states import COHORT, PROJECT, ProjectState

FINAL = ("done", "retired")
BUSY = (NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)


def flip(session: Session, *, day: date, now: datetime) -> int:
    """已实现 and 已结束 in place, three of a cohort at a time or its last ones together. Returns how many.

    Each word by itself: one 已结束 among three that turn would tell which household has left the register.
    """
    changes = []
    for projects in _by_cohort(session).values():
        unfinished = {p.project_id for p in projects if p.status in ("open", "claimed")}
        for status in FINAL:
            wanted = [p.project_id for p in projects if _final(p) == status]
            ready = set(may_flip(wanted, unfinished))
            unfinished -= ready
            for project in (p for p in projects if p.project_id in ready):
                project.status = status
                changes.append({"project_id": project.project_id, "status": status})
    if changes:
        payload = {"tick": day.isoformat(), "changes": sorted(changes, key=lambda c: c["project_id"])}
        send(session, "cards.flip", payload, key=day.isoformat(), subject="tick", now=now)
    return len(changes)


def _final(project: NeedProject) -> str | None:
    """What the card should turn to, None while nothing is settled or it has turned already."""
    if project.state == ProjectState.BLANKED or project.status in ("done", "retired"):
        return None
    if project.need.state in DONE:
        return "done"
    return "retired" if project.need.state == NeedState.CANCELLED else None


def retire(session: Session, *, day: date, now: datetime) -> int:
    """A cohort whose life is over leaves whole, once nothing in it is under way. Returns how many cards
    left."""
    grouped = _by_cohort(session)
    gone, left = [], 0
    for cohort in cohorts_due(session, day):
        projects = grouped.get(cohort.id, [])
        if any(p.need.state in BUSY for p in projects):
            continue
        _take_off(session, cohort, projects, day=day, now=now)
        gone.append(cohort.cohort_id)
        left += len(projects)
    if gone:
        payload = {"tick": day.isoformat(), "cohorts": gone}
        send(session, "cohorts.retire", payload, key=day.isoformat(), subject="tick", now=now)
    return left


def _take_off(
    session: Session, cohort: Cohort, projects: list[NeedProject], *, day: date, now: datetime
) -> None:
    advance(session, COHORT, cohort, "retire", actor=SYSTEM, now=now)
    cohort.retired_on = day
    for project in projects:
        advance(session, PROJECT, project, "retire", actor=SYSTEM, now=now)
        project.live_key = None
        if project.need.state == NeedState.PUBLISHED:
            advance(session, NEED, project.need, "expire", actor=SYSTEM, now=now)


def _by_cohort(session: Session) -> dict[int, list[NeedProject]]:
    grouped: dict[int, list[NeedProject]] = {}
    for project in shelf_projects(session):
        grouped.setdefault(project.cohort_id or 0, []).append(project)
    return grouped
