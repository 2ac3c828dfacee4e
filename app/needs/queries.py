"""Reading needs, each role its own."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case, Household
from app.core.paging import Page, paged
from app.core.states import OfficeStateChange
from app.needs.models import CascadeBypass, CascadeOutcome, ImportJob, Need
from app.needs.states import BypassState, NeedState, OutcomeState
from app.policy.actors import Actor, Role


def need_by_id(session: Session, need_id: int) -> Need | None:
    return session.scalar(
        select(Need)
        .where(Need.id == need_id)
        .options(joinedload(Need.case).joinedload(Case.household).selectinload(Household.members))
    )


def outcome_by_id(session: Session, outcome_id: int) -> CascadeOutcome | None:
    return session.get(CascadeOutcome, outcome_id)


def bypass_by_id(session: Session, bypass_id: int) -> CascadeBypass | None:
    return session.get(CascadeBypass, bypass_id)


def bypass_of(session: Session, need_id: int) -> CascadeBypass | None:
    return session.scalar(select(CascadeBypass).where(CascadeBypass.need_id == need_id))


def needs_of(session: Session, case_id: int) -> Sequence[Need]:
    return session.scalars(
        select(Need).where(Need.case_id == case_id).options(selectinload(Need.outcomes)).order_by(Need.id)
    ).all()


def in_scope(statement: Select[Need], actor: Actor) -> Select[Need]:
    """Only the needs that this actor's post reaches."""
    scoped = statement.join(Case, Need.case_id == Case.id).where(
        Need.area.startswith(actor.area, autoescape=True)
    )
    if actor.role == Role.COUNTY_DEPT:
        scoped = scoped.where(Need.action_no.in_(sorted(actor.actions)))
    if actor.role == Role.DUTY_OFFICER:
        scoped = scoped.where(Case.duty_unit_id == actor.unit_id)
    return scoped


def needs_in_area(session: Session, actor: Actor, *, states: tuple[str, ...] = (), page: int = 1) -> Page:
    statement = in_scope(select(Need), actor).options(joinedload(Need.case))
    if states:
        statement = statement.where(Need.state.in_(states))
    return paged(session, statement.order_by(Need.id.desc()), page)


def outcomes_to_verify(session: Session, actor: Actor) -> Sequence[CascadeOutcome]:
    """Stage ① waits for the county office, stage ② for the township."""
    stage = 1 if actor.role == Role.COUNTY_SWD else 2
    return session.scalars(
        select(CascadeOutcome)
        .join(Need)
        .where(
            CascadeOutcome.state == OutcomeState.RECORDED,
            CascadeOutcome.stage == stage,
            Need.area.startswith(actor.area),
        )
        .options(joinedload(CascadeOutcome.need).joinedload(Need.case))
        .order_by(CascadeOutcome.id)
        .limit(100)
    ).all()


def needs_to_record(session: Session, actor: Actor) -> Sequence[Need]:
    """What a department (①) or a duty unit (②) still owes an answer to."""
    state = NeedState.STAGE1 if actor.role == Role.COUNTY_DEPT else NeedState.STAGE2
    waiting = select(CascadeOutcome.need_id).where(CascadeOutcome.state == OutcomeState.RECORDED)
    statement = in_scope(select(Need), actor).where(Need.state == state, Need.id.not_in(waiting))
    return session.scalars(statement.options(joinedload(Need.case)).order_by(Need.id).limit(100)).all()


def bypasses_to_approve(session: Session, actor: Actor) -> Sequence[CascadeBypass]:
    return session.scalars(
        select(CascadeBypass)
        .join(Need)
        .where(CascadeBypass.state == BypassState.ASKED, Need.area.startswith(actor.area))
        .options(joinedload(CascadeBypass.need).joinedload(Need.case))
        .order_by(CascadeBypass.id)
    ).all()


def import_by_id(session: Session, job_id: int) -> ImportJob | None:
    return session.get(ImportJob, job_id)


def imports_in_area(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """What was uploaded in the actor's reach, the newest first."""
    statement = select(ImportJob).where(ImportJob.area.startswith(actor.area, autoescape=True))
    return paged(session, statement.order_by(ImportJob.id.desc()), page, size=10)


def outcomes_of(session: Session, need_id: int) -> Sequence[CascadeOutcome]:
    return session.scalars(
        select(CascadeOutcome).where(CascadeOutcome.need_id == need_id).order_by(CascadeOutcome.id)
    ).all()


def why_sent_back(session: Session, need: Need) -> str | None:
    """What the verifier wrote, while the step's newest answer is one that was sent back."""
    mine = [o for o in outcomes_of(session, need.id) if o.stage == need.stage]
    if not mine or mine[-1].state != OutcomeState.REJECTED:
        return None
    return session.scalar(
        select(OfficeStateChange.reason)
        .where(
            OfficeStateChange.subject_type == "cascade_outcome", OfficeStateChange.subject_id == mine[-1].id
        )
        .order_by(OfficeStateChange.id.desc())
        .limit(1)
    )
