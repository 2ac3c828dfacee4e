"""Which of a county's public cards nobody has seen."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.core.paging import Page, paged
from app.needs.models import Need
from app.policy.actors import Actor
from app.releases.models import Cohort, NeedProject, SeenCard
from app.releases.states import ProjectState


@dataclass(frozen=True)
class Exposure:
    """One page of cards that can be claimed, the least shown first, and how many were never shown at all."""

    page: Page
    never: int
    until: date | None


def exposure_of(session: Session, actor: Actor, *, page: int) -> Exposure:
    shown = func.coalesce(SeenCard.shows, 0)
    mine = (
        NeedProject.state == ProjectState.PUBLIC,
        NeedProject.status == "open",
        Need.area.startswith(actor.area),
    )
    rows = (
        select(
            NeedProject,
            shown,
            func.coalesce(SeenCard.opens, 0),
            func.coalesce(SeenCard.picks, 0),
        )
        .join(Need, NeedProject.need_id == Need.id)
        .join(Cohort, NeedProject.cohort_id == Cohort.id)
        .outerjoin(SeenCard, SeenCard.project_id == NeedProject.project_id)
        .where(*mine)
        .options(joinedload(NeedProject.need), joinedload(NeedProject.cohort))
        .order_by(shown, Cohort.released_on, NeedProject.project_id)
    )
    never = (
        select(func.count())
        .select_from(NeedProject)
        .join(Need, NeedProject.need_id == Need.id)
        .outerjoin(SeenCard, SeenCard.project_id == NeedProject.project_id)
        .where(*mine, shown == 0)
    )
    until = session.scalar(select(func.max(SeenCard.until)))
    return Exposure(paged(session, cast("Select[Any]", rows), page), session.scalar(never) or 0, until)
