"""Reading needs, each role its own."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case, Household
from app.core.paging import Page, paged
from app.core.states import OfficeStateChange
from app.needs.models import CascadeBypass, CascadeOutcome, ImportJob, Need, Referral
from app.needs.states import BypassState, NeedState, OutcomeState, ReferralState
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
        own = Need.action_no.in_(sorted(actor.actions))
        scoped = scoped.where(or_(own, Need.cascade_stage == 4) if actor.finance else own)
    if actor.role == Role.DUTY_OFFICER:
        scoped = scoped.where(Case.duty_unit_id == actor.unit_id)
    return scoped


def needs_in_area(session: Session, actor: Actor, *, states: tuple[str, ...] = (), page: int = 1) -> Page:
    statement = in_scope(select(Need), actor).options(joinedload(Need.case))
    if states:
        statement = statement.where(Need.state.in_(states))
    return paged(session, statement.order_by(Need.id.desc()), page)


def outcomes_to_verify(session: Session, actor: Actor) -> Sequence[CascadeOutcome]:
    """Stage ② in its time waits for the township; ①, ④ and what a bypass left owed for the county office."""
    township = and_(CascadeOutcome.stage == 2, Need.state == NeedState.STAGE2)
    mine = not_(township) if actor.role == Role.COUNTY_SWD else township
    return session.scalars(
        select(CascadeOutcome)
        .join(Need)
        .where(
            CascadeOutcome.state == OutcomeState.RECORDED,
            mine,
            Need.area.startswith(actor.area),
        )
        .options(joinedload(CascadeOutcome.need).joinedload(Need.case))
        .order_by(CascadeOutcome.id)
        .limit(100)
    ).all()


def needs_to_record(session: Session, actor: Actor) -> Sequence[Need]:
    """What a department (①, finance ④) or a duty unit (②) still owes an answer to, at its turn or after an
    urgent bypass."""
    first = actor.role == Role.COUNTY_DEPT
    own = Need.action_no.in_(sorted(actor.actions)) if first else Need.state.is_not(None)
    due = and_(own, _owes(1 if first else 2))
    fiscal = _at_fourth() if actor.finance else false()
    statement = in_scope(select(Need), actor).where(or_(due, fiscal))
    return session.scalars(statement.options(joinedload(Need.case)).order_by(Need.id).limit(100)).all()


def _owes(stage: int) -> ColumnElement[bool]:
    """Its turn is now, or a bypass went past it; and no answer stands or waits for its check."""
    answered = select(CascadeOutcome.need_id).where(
        CascadeOutcome.stage == stage, CascadeOutcome.state != OutcomeState.REJECTED
    )
    turn = Need.state == (NeedState.STAGE1 if stage == 1 else NeedState.STAGE2)
    past = and_(Need.bypassed, Need.state != NeedState.CANCELLED)
    return and_(or_(turn, past), Need.id.not_in(answered))


def _at_fourth() -> ColumnElement[bool]:
    """Step ④ without any answer of the finance bureau yet: one that found no channel is not asked for
    daily."""
    answered = select(CascadeOutcome.need_id).where(
        CascadeOutcome.stage == 4, CascadeOutcome.state != OutcomeState.REJECTED
    )
    return and_(Need.state == NeedState.STAGE4, Need.id.not_in(answered))


def referral_by_id(session: Session, referral_id: int) -> Referral | None:
    return session.get(Referral, referral_id)


def referrals_of(session: Session, need_id: int) -> Sequence[Referral]:
    """The newest first."""
    statement = select(Referral).where(Referral.need_id == need_id)
    return session.scalars(statement.order_by(Referral.id.desc())).all()


def referrals_to_approve(session: Session, actor: Actor) -> Sequence[Referral]:
    return session.scalars(
        select(Referral)
        .join(Need)
        .where(Referral.state == ReferralState.ASKED, Need.area.startswith(actor.area))
        .options(joinedload(Referral.need).joinedload(Need.case))
        .order_by(Referral.id)
    ).all()


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
    """What the verifier wrote, while the newest answer of a step that waits is one that was sent back."""
    mine = [o for o in outcomes_of(session, need.id) if o.stage in need.answerable]
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
