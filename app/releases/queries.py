"""Reading projects and cohorts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case, Household
from app.cases.queries import facts_of, register_households
from app.needs.models import Need
from app.needs.states import NeedState
from app.policy.actors import Actor
from app.policy.lattice import Facts, Label, fits
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.policy.gate import RegisterHousehold
from app.releases.states import CohortState, ProjectState

_WHOLE = joinedload(NeedProject.need).joinedload(Need.case).joinedload(Case.household).selectinload(Household.members)


def project_by_id(session: Session, project_key: int) -> NeedProject | None:
    return session.scalar(select(NeedProject).where(NeedProject.id == project_key).options(_WHOLE))


def project_by_number(session: Session, project_id: str) -> NeedProject | None:
    return session.scalar(select(NeedProject).where(NeedProject.project_id == project_id).options(_WHOLE))


def project_of_need(session: Session, need_id: int) -> NeedProject | None:
    return session.scalar(
        select(NeedProject).where(NeedProject.need_id == need_id).order_by(NeedProject.id.desc()).limit(1)
    )


def projects_in(session: Session, actor: Actor, *states: ProjectState, limit: int = 200) -> Sequence[NeedProject]:
    return session.scalars(
        select(NeedProject)
        .join(Need)
        .where(NeedProject.state.in_(states), Need.area.startswith(actor.area))
        .options(joinedload(NeedProject.need).joinedload(Need.case), joinedload(NeedProject.cohort))
        .order_by(NeedProject.id)
        .limit(limit)
    ).all()


def needs_to_prepare(session: Session, actor: Actor, *, limit: int = 200) -> Sequence[Need]:
    """Stage-③ needs without a live project; bypassed ones are matched directly (decisions 19)."""
    live = select(NeedProject.live_key).where(NeedProject.live_key.is_not(None))
    return session.scalars(
        select(Need)
        .where(
            Need.state == NeedState.STAGE3,
            Need.area.startswith(actor.area),
            Need.bypassed.is_(False),
            Need.id.not_in(live),
        )
        .options(joinedload(Need.case).joinedload(Case.household).selectinload(Household.members))
        .order_by(Need.stage3_on, Need.id)
        .limit(limit)
    ).all()


def approved_projects(session: Session) -> Sequence[NeedProject]:
    return session.scalars(
        select(NeedProject).where(NeedProject.state == ProjectState.APPROVED).options(_WHOLE).order_by(NeedProject.id)
    ).all()


def register(session: Session, day: date) -> list[RegisterHousehold]:
    """Everybody in care on that day, as facts without names."""
    return [RegisterHousehold(h.id, facts_of(h, day)) for h in register_households(session, day=day)]


def shelf_projects(session: Session) -> Sequence[NeedProject]:
    """Every project that stands in the library now, with its need's state."""
    return session.scalars(
        select(NeedProject)
        .where(NeedProject.state.in_((ProjectState.PUBLIC, ProjectState.BLANKED)))
        .options(joinedload(NeedProject.need), joinedload(NeedProject.cohort))
    ).all()


def cohorts_due(session: Session, day: date) -> Sequence[Cohort]:
    return session.scalars(select(Cohort).where(Cohort.state == CohortState.RELEASED, Cohort.retires_on <= day)).all()


def run_of(session: Session, day: date) -> ReleaseRun | None:
    return session.scalar(select(ReleaseRun).where(ReleaseRun.tick == day))


def last_runs(session: Session, limit: int = 8) -> Sequence[ReleaseRun]:
    return session.scalars(select(ReleaseRun).order_by(ReleaseRun.tick.desc()).limit(limit)).all()


def narrowing(household_facts: Facts, label: Label, people: Sequence[RegisterHousehold]) -> list[tuple[str, int]]:
    """邻居猜得出吗: how many households of the register are left as a neighbour learns each column of the label."""
    steps: list[tuple[str, int]] = []
    known = Label(label.region_label)
    steps.append((label.region_label, sum(fits(h.facts, known) for h in people)))
    for column in ("household_size_band", "has_minor", "has_elder", "disability_group", "disease_group"):
        value = getattr(label, column)
        known = Label(**{**known.as_dict(), column: value})
        steps.append((value, sum(fits(h.facts, known) for h in people)))
    return steps


def counts(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(NeedProject.state, func.count())
        .join(Need)
        .where(Need.area.startswith(actor.area))
        .group_by(NeedProject.state)
    )
    return {state: n for state, n in rows}


