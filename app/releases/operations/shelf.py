"""What changes on the shelf after a release: statuses in place, threes at a time; cohorts leave whole (rule
7)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.core.states import advance
from app.needs.states import DONE, NEED, NeedState
from app.policy.actors import SYSTEM
from app.policy.gate.flips import may_flip
from app.releases.models import Cohort, NeedProject
from app.releases.queries import cohorts_due, shelf_projects
from app.releases.states import COHORT, PROJECT, CohortState, ProjectState

FINAL = ("done", "retired")
BUSY = (NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)


def flip(session: Session) -> list[dict[str, str]]:
    """已实现 and 已结束 in place, three of a cohort at a time or its last ones together; what is frozen stays
    as it is. Returns what turned.

    Each word by itself: one 已结束 among three that turn would tell which household has left the register.
    """
    changes = []
    for projects in _by_cohort(session).values():
        if projects[0].cohort is None or projects[0].cohort.state != CohortState.RELEASED:
            continue
        unfinished = {p.project_id for p in projects if p.status in ("open", "claimed")}
        for status in FINAL:
            wanted = [p.project_id for p in projects if _final(p) == status]
            ready = set(may_flip(wanted, unfinished))
            unfinished -= ready
            for project in (p for p in projects if p.project_id in ready):
                project.status = status
                changes.append({"project_id": project.project_id, "status": status})
    return sorted(changes, key=lambda c: c["project_id"])


def _final(project: NeedProject) -> str | None:
    """What the card should turn to, None while nothing is settled or it has turned already."""
    if project.state == ProjectState.BLANKED or project.status in ("done", "retired"):
        return None
    if project.need.state in DONE:
        return "done"
    return "retired" if project.need.state == NeedState.CANCELLED else None


def retire(session: Session, *, day: date, now: datetime) -> tuple[list[str], int]:
    """A cohort whose life is over leaves whole, once nothing in it is under way. Returns which left, and how
    many cards with them."""
    grouped = _by_cohort(session)
    gone, left = [], 0
    for cohort in cohorts_due(session, day):
        projects = grouped.get(cohort.id, [])
        if any(p.need.state in BUSY for p in projects):
            continue
        advance(session, COHORT, cohort, "retire", actor=SYSTEM, now=now)
        take_off(session, cohort, projects, day=day, now=now)
        gone.append(cohort.cohort_id)
        left += len(projects)
    return gone, left


def take_off(
    session: Session, cohort: Cohort, projects: Sequence[NeedProject], *, day: date, now: datetime
) -> None:
    """Its projects are over; what nobody took waits in step ③ again, what somebody holds goes on."""
    cohort.retired_on = day
    for project in projects:
        if PROJECT.find(project.state, "retire") is None:
            continue
        advance(session, PROJECT, project, "retire", actor=SYSTEM, now=now)
        project.live_key = None
        if project.need.state == NeedState.PUBLISHED:
            advance(session, NEED, project.need, "expire", actor=SYSTEM, now=now)


def _by_cohort(session: Session) -> dict[int, list[NeedProject]]:
    grouped: dict[int, list[NeedProject]] = {}
    for project in shelf_projects(session):
        grouped.setdefault(project.cohort_id or 0, []).append(project)
    return grouped
