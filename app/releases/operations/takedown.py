"""A household takes its consent back: the card is blanked at once, agreed help goes on (I-23, rule 7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Consent
from app.cases.operations import consents, record
from app.core.clock import local_day
from app.core.outbox import send
from app.core.states import advance
from app.needs.states import NEED
from app.policy.actors import SYSTEM, Actor
from app.releases.models import NeedProject
from app.releases.queries import live_projects_of, projects_without_consent
from app.releases.states import PROJECT, ProjectState


def withdraw_consent(session: Session, consent: Consent, *, actor: Actor, now: datetime) -> None:
    """The household takes a consent back; for publication all its cards are blanked in the same
    transaction."""
    consents.withdraw(session, consent, actor=actor, now=now)
    if consent.scope == "publish":
        _take_down_all(session, live_projects_of(session, consent.case_id), actor=actor, now=now)


def blank_withdrawn(session: Session, *, now: datetime) -> int:
    """Follows up whatever way a consent ended: no project outlives it by more than a minute. Returns how many
    ended."""
    projects = projects_without_consent(session, local_day(now))
    _take_down_all(session, projects, actor=SYSTEM, now=now)
    return len(projects)


def take_down(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """Before release the project is dropped; after it the place stays, empty, and still counts."""
    if project.state == ProjectState.PUBLIC:
        _blank(session, project, actor=actor, now=now)
    else:
        advance(session, PROJECT, project, "drop", actor=SYSTEM, now=now)
    project.live_key = None
    if NEED.find(project.need.state, "withdraw"):
        advance(session, NEED, project.need, "withdraw", actor=SYSTEM, now=now)
    session.flush()


def _blank(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    need = project.need
    advance(session, PROJECT, project, "blank", actor=SYSTEM, now=now)
    project.status = "retired"
    cohort = project.cohort.cohort_id if project.cohort else project.project_id
    payload = {"project_id": project.project_id}
    send(session, "card.blank", payload, key=project.project_id, subject=cohort, now=now)
    record(
        session,
        need.case,
        kind="publication",
        text=f"{need.item.name}：家里撤回公布，卡片已隐去",
        source_ref=f"{project.project_id}/blank",
        need_id=need.id,
        actor=actor,
        now=now,
    )


def _take_down_all(session: Session, projects: Sequence[NeedProject], *, actor: Actor, now: datetime) -> None:
    for project in projects:
        take_down(session, project, actor=actor, now=now)
