"""Step ③ found nobody: one officer puts the need to step ④, the lead agrees, and the county's joint meeting
gets its day (domain 4.4 refer). What waits for a cohort is taken off the list with it."""

from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.operations import record
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import Message, msg
from app.core.states import advance, begin, require
from app.needs.models import Need, Referral
from app.needs.states import NEED, REFERRAL, NeedState, nobody_came_in_time
from app.policy.actors import Actor
from app.releases.models import NeedProject
from app.releases.operations.projects import drop_project
from app.releases.queries import project_of_need
from app.releases.states import ProjectState

LEAST_WORDS = 10
MEETING_WITHIN = timedelta(days=200)  # the county meets at least every half-year
_NOT_OUT_YET = (ProjectState.DRAFTED, ProjectState.APPROVED)


def obstacle(need: Need, project: NeedProject | None, *, actor: Actor, now: datetime) -> Message | None:
    """Why this need cannot be put to step ④ now; None when nothing stands in the way."""
    if need.state not in (NeedState.STAGE3, NeedState.IN_COHORT) or need.residual_qty < 1:
        return msg("这一项现在不在第③步，或者已经有人在办。")
    if project is not None and project.state == ProjectState.APPROVED and project.planned_label is not None:
        return msg("下一批里已经排上了这一项，先等公布。")
    return nobody_came_in_time(need, actor, now)


def ask_referral(session: Session, need: Need, *, dossier: str, actor: Actor, now: datetime) -> Referral:
    """Raises BadInput: the dossier is too short; Refusal: too early, in a cohort's plan, asked already."""
    stop = obstacle(need, project_of_need(session, need.id), actor=actor, now=now)
    if stop is not None:
        raise Refusal(stop)
    if len(dossier.strip()) < LEAST_WORDS:
        raise BadInput(msg("请写清楚试过什么、还差什么，至少 {n} 个字。", n=LEAST_WORDS), field="dossier")
    referral = Referral(need=need, need_id=need.id, dossier=dossier.strip(), asked_by_key=actor.person_key)
    try:
        begin(session, REFERRAL, referral, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(msg("这一项已经提过，正等负责人批。")) from error
    return referral


def approve_referral(session: Session, referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The lead agrees: a project that waits for a cohort is dropped first. Raises Refusal: the same person,
    or somebody took the need meanwhile."""
    need = referral.need
    project = project_of_need(session, need.id)
    stop = obstacle(need, project, actor=actor, now=now)
    if stop is not None and referral.state == "asked":
        raise Refusal(stop)
    advance(session, REFERRAL, referral, "approve", actor=actor, now=now)
    referral.decided_by_key, referral.decided_on = actor.person_key, local_day(now)
    if project is not None and project.state in _NOT_OUT_YET:
        drop_project(session, project, reason="转到第④步", actor=actor, now=now)
    advance(session, NEED, need, "refer", actor=actor, now=now)
    need.cascade_stage, need.stage4_on = 4, local_day(now)
    _note(session, referral, "社会上一时没有人接，转请财政看现有渠道", "approved", actor, now)


def refuse_referral(session: Session, referral: Referral, *, actor: Actor, now: datetime) -> None:
    """It goes on waiting in step ③; it may be asked again."""
    advance(session, REFERRAL, referral, "refuse", actor=actor, now=now)
    referral.decided_by_key, referral.decided_on = actor.person_key, local_day(now)


def table_referral(session: Session, referral: Referral, *, on: date, actor: Actor, now: datetime) -> None:
    """The day on which the county's joint meeting takes it up. Raises BadInput for a day that is over or too
    far; Refusal when the need is not in step ④ any more."""
    require(actor, "referral.table", referral)
    today = local_day(now)
    if referral.need.state != NeedState.STAGE4:
        raise Refusal(msg("这一项已经不在第④步，不用再上会商。"))
    if not today <= on <= today + MEETING_WITHIN:
        raise BadInput(msg("会商的日子要从今天起、半年以内。"), field="meeting_on")
    referral.meeting_on = on
    _note(session, referral, f"列入 {on.month} 月 {on.day} 日的县里会商", f"meeting/{on}", actor, now)


def _note(session: Session, referral: Referral, text: str, code: str, actor: Actor, now: datetime) -> None:
    need = referral.need
    record(
        session,
        need.case,
        kind="step",
        text=f"{need.item.name}：{text}",
        source_ref=f"referral/{referral.id}/{code}",
        need_id=need.id,
        actor=actor,
        now=now,
    )
