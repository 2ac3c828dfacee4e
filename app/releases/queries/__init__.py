"""Reading projects and cohorts."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, load_only, selectinload

from app.cases.models import Case, Consent, Household, Member
from app.cases.queries import facts_of
from app.cases.states import CaseState, ConsentState
from app.core.paging import Page, paged
from app.core.states import OfficeStateChange
from app.needs.models import Need
from app.needs.states import NeedState
from app.policy.actors import Actor, Role
from app.policy.lattice import Facts, Label
from app.releases.models import Cohort, NeedProject, ReleaseRun
from app.releases.states import LIVE, CohortState, ProjectState

_WHOLE = (
    joinedload(NeedProject.need)
    .joinedload(Need.case)
    .joinedload(Case.household)
    .selectinload(Household.members)
)
# What an acquaintance knows of a household; names, numbers, addresses and stories stay sealed.
_MEMBERS = selectinload(Household.members).load_only(
    Member.status, Member.birth_date, Member.disability_type, Member.disease_code, Member.school_stage
)
_HOUSEHOLD = load_only(Household.county_code, Household.household_ref)
_CASE = load_only(Case.case_no, Case.household_id, Case.area, Case.state, Case.duty_unit_id)
NEED_FACTS = joinedload(Need.case).options(_CASE, joinedload(Case.household).options(_HOUSEHOLD, _MEMBERS))
_PROJECT_FACTS = joinedload(NeedProject.need).options(defer(Need.description), NEED_FACTS)


def project_by_id(session: Session, project_id: int) -> NeedProject | None:
    return session.scalar(
        select(NeedProject)
        .where(NeedProject.id == project_id)
        .options(_WHOLE, joinedload(NeedProject.cohort), selectinload(NeedProject.approvals))
    )


def project_by_number(session: Session, project_id: str) -> NeedProject | None:
    return session.scalar(select(NeedProject).where(NeedProject.project_id == project_id).options(_WHOLE))


def projects_by_number(session: Session, numbers: Collection[str]) -> dict[str, NeedProject]:
    found = session.scalars(select(NeedProject).where(NeedProject.project_id.in_(numbers)).options(_WHOLE))
    return {p.project_id: p for p in found}


def project_of_need(session: Session, need_id: int) -> NeedProject | None:
    """The newest one; an earlier one may have been returned or retired."""
    return session.scalar(
        select(NeedProject)
        .where(NeedProject.need_id == need_id)
        .options(selectinload(NeedProject.approvals))
        .order_by(NeedProject.id.desc())
        .limit(1)
    )


def live_projects_of(session: Session, case_id: int) -> Sequence[NeedProject]:
    return session.scalars(
        select(NeedProject)
        .join(Need)
        .where(Need.case_id == case_id, NeedProject.state.in_(LIVE))
        .options(_WHOLE)
    ).all()


def projects_without_consent(session: Session, day: date) -> Sequence[NeedProject]:
    """Under way or public, though the household's consent to publication does not hold any more."""
    consent = exists().where(
        Consent.case_id == Need.case_id,
        Consent.scope == "publish",
        Consent.state == ConsentState.GIVEN,
        or_(Consent.expires_on.is_(None), Consent.expires_on >= day),
    )
    return session.scalars(
        select(NeedProject).join(Need).where(NeedProject.state.in_(LIVE), ~consent).options(_WHOLE)
    ).all()


def _mine(actor: Actor, *states: ProjectState) -> Select[NeedProject]:
    statement = (
        select(NeedProject).join(Need).where(NeedProject.state.in_(states), Need.area.startswith(actor.area))
    )
    if actor.role == Role.COUNTY_DEPT:
        statement = statement.where(NeedProject.flagged, NeedProject.safeguarded.is_(False))
    return statement


def chosen_projects(
    session: Session, actor: Actor, ids: Collection[int], *states: ProjectState
) -> list[NeedProject]:
    statement = _mine(actor, *states).where(NeedProject.id.in_(ids)).options(_WHOLE).order_by(NeedProject.id)
    return list(session.scalars(statement))


def drafted_projects(session: Session, actor: Actor, limit: int = 60) -> list[NeedProject]:
    statement = (
        _mine(actor, ProjectState.DRAFTED).options(_PROJECT_FACTS).order_by(NeedProject.id).limit(limit)
    )
    return list(session.scalars(statement))


def _to_prepare(area: str) -> Select[Need]:
    live = exists().where(NeedProject.live_key == Need.id)
    return select(Need).where(Need.state == NeedState.STAGE3, Need.area.startswith(area), ~live)


def needs_to_prepare(session: Session, actor: Actor, *, page: int = 1, size: int = 20) -> Page:
    """Stage-③ needs without a live project; what cannot be published is among them and says why."""
    statement = _to_prepare(actor.area).options(NEED_FACTS).order_by(Need.stage3_on, Need.id)
    return paged(session, statement, page, size)


def all_to_prepare(session: Session) -> list[Need]:
    """Of every county, for `releases tick --plan-all`."""
    statement = _to_prepare("").where(Need.bypassed.is_(False)).options(NEED_FACTS).order_by(Need.id)
    return list(session.scalars(statement))


def projects_in_state(session: Session, *states: ProjectState) -> list[NeedProject]:
    """Of every county, with the facts the planner needs."""
    statement = select(NeedProject).where(NeedProject.state.in_(states)).order_by(NeedProject.id)
    return list(session.scalars(statement.options(_PROJECT_FACTS)))


def unplanned_exist(session: Session, day: date) -> bool:
    """Whether something waits that the plan of this day has not seen."""
    waiting = (ProjectState.DRAFTED, ProjectState.APPROVED)
    statement = select(NeedProject.id).where(
        NeedProject.state.in_(waiting), or_(NeedProject.planned_on.is_(None), NeedProject.planned_on < day)
    )
    return session.scalar(statement.limit(1)) is not None


def register(session: Session, day: date, counties: Collection[str] = ()) -> list[tuple[int, Facts]]:
    """Everybody in care on that day, as household number and facts; of these counties, or of all."""
    statement = (
        select(Household)
        .join(Case, Case.household_id == Household.id)
        .where(Case.state == CaseState.FILED, Case.filed_on <= day)
        .options(_HOUSEHOLD, _MEMBERS)
        .order_by(Household.id)
    )
    if counties:
        statement = statement.where(Household.county_code.in_(counties))
    return [(h.id, facts_of(h, day)) for h in session.scalars(statement).unique()]


def shelf_projects(session: Session) -> Sequence[NeedProject]:
    """Every project that stands in the library now, with its need's state."""
    return session.scalars(
        select(NeedProject)
        .where(NeedProject.state.in_((ProjectState.PUBLIC, ProjectState.BLANKED)))
        .options(joinedload(NeedProject.need), joinedload(NeedProject.cohort))
    ).all()


def past_labels(session: Session, need_ids: Collection[int]) -> dict[int, list[Label]]:
    """The labels under which these needs were public before."""
    rows = session.execute(
        select(NeedProject.need_id, Cohort.label)
        .join(NeedProject.cohort)
        .where(NeedProject.need_id.in_(need_ids))
    )
    found: dict[int, list[Label]] = {}
    for need_id, label in rows:
        found.setdefault(need_id, []).append(Label(**label))
    return found


def cohorts_due(session: Session, day: date) -> Sequence[Cohort]:
    return session.scalars(
        select(Cohort).where(Cohort.state == CohortState.RELEASED, Cohort.retires_on <= day)
    ).all()


def cohort_by_id(session: Session, cohort_id: int) -> Cohort | None:
    return session.scalar(
        select(Cohort)
        .where(Cohort.id == cohort_id)
        .options(selectinload(Cohort.projects).joinedload(NeedProject.need).joinedload(Need.case))
    )


def moves_of_cohort(session: Session, cohort_id: int) -> Sequence[OfficeStateChange]:
    """Who froze it, who put it back, with their words; the oldest first."""
    return session.scalars(
        select(OfficeStateChange)
        .where(OfficeStateChange.subject_type == "cohort", OfficeStateChange.subject_id == cohort_id)
        .order_by(OfficeStateChange.id)
    ).all()


def cohorts_page(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """Cohorts in which this county has a project: frozen ones first, then the newest."""
    own = exists().where(
        NeedProject.cohort_id == Cohort.id, NeedProject.need_id == Need.id, Need.area.startswith(actor.area)
    )
    first = case((Cohort.state == CohortState.FROZEN, 0), else_=1)
    return paged(session, select(Cohort).where(own).order_by(first, Cohort.id.desc()), page, size=10)


def run_of(session: Session, day: date) -> ReleaseRun | None:
    return session.scalar(select(ReleaseRun).where(ReleaseRun.tick == day))


def last_run(session: Session) -> ReleaseRun | None:
    return session.scalar(select(ReleaseRun).order_by(ReleaseRun.tick.desc()).limit(1))


def items_ever_public(session: Session, area: str) -> set[str]:
    """Item codes that this county has published before: the first of its kind gets a look of its own."""
    return set(
        session.scalars(
            select(Need.item_code)
            .join(NeedProject, NeedProject.need_id == Need.id)
            .where(NeedProject.cohort_id.is_not(None), Need.area.startswith(area))
            .distinct()
        )
    )


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """How many projects stand in each state, and under `prepare` how many needs wait for a first
    signature."""
    rows = session.execute(
        select(NeedProject.state, func.count())
        .join(Need)
        .where(Need.area.startswith(actor.area))
        .group_by(NeedProject.state)
    )
    found = {state: n for state, n in rows}
    waiting = _to_prepare(actor.area).order_by(None).subquery()
    found["prepare"] = session.scalar(select(func.count()).select_from(waiting)) or 0
    return found


def key_rows(session: Session) -> list[tuple[str, str, str]]:
    """project number, household's number, need's number of every project ever published."""
    rows = session.execute(
        select(NeedProject.project_id, Household.household_ref, Need.need_ref)
        .join(Need, NeedProject.need_id == Need.id)
        .join(Case, Need.case_id == Case.id)
        .join(Household, Case.household_id == Household.id)
        .where(NeedProject.cohort_id.is_not(None))
        .order_by(NeedProject.project_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]
