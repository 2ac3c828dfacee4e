"""What the end of a claim or a pairing does to its need: open again, or back to step ③ when its card is
gone."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.needs.models import Need
from app.needs.operations import holding
from app.needs.states import NeedState
from app.policy.actors import SYSTEM
from app.releases.models import NeedProject
from app.releases.queries import project_by_number
from app.releases.states import ProjectState


def free_again(session: Session, need: Need, project_id: str, *, now: datetime) -> None:
    project = project_by_number(session, project_id)
    if need.state in (NeedState.HELD, NeedState.COMMITTED):
        holding.free(session, need, on_shelf=on_shelf(project), actor=SYSTEM, now=now)
    if project is not None and project.status == "claimed":
        project.status = "open"


def on_shelf(project: NeedProject | None) -> bool:
    return project is not None and project.state == ProjectState.PUBLIC
