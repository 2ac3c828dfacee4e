"""Preparing and approving a project: two people, a third where children or rare things are concerned (decisions 14)."""

import random
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Consent
from app.cases.operations import consents, record
from app.cases.queries import facts_of, live_consent
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import project_number
from app.needs.models import Need
from app.needs.states import NEED, NeedState
from app.policy.actors import SYSTEM, Actor
from app.policy.lattice import Label, finest_label, no_finer, satisfies
from app.releases.models import NeedProject, PublishApproval
from app.releases.queries import project_of_need
from app.releases.states import LIVE, PROJECT, ProjectState


def prepare_project(
    session: Session, need: Need, *, floor: Label | None = None, rng: random.Random, actor: Actor, now: datetime
) -> NeedProject:
    """Drafts the card. `floor` may widen the finest true label, never narrow it.

    Raises Refusal: no live consent, bypassed, nothing missing, or an item that would tell what the household lacks.
    """
    day = local_day(now)
    _may_be_published(session, need, now)
    finest = finest_label(facts_of(need.case.household, day))
    chosen = floor or finest
    if not no_finer(chosen, finest):
        raise BadInput(msg("标签只能放宽，不能比这户的真实情况更细。"))
    project = NeedProject(
        project_id=project_number(rng),
        need_id=need.id,
        need=need,
        live_key=need.id,
        floor=chosen.as_dict(),
        flags=_flags(need),
        maker_key=actor.person_key,
    )
    begin(session, PROJECT, project, actor=actor, now=now)
    _sign(session, project, "prepared", actor=actor, now=now)
    return project


def _may_be_published(session: Session, need: Need, now: datetime) -> None:
    if need.state != NeedState.STAGE3 or need.residual_qty < 1:
        raise Refusal(msg("这一项还没有走到第三步，或者已经没有缺口。"))
    if need.bypassed:
        raise Refusal(msg("急难直通的需求不公布，由县里直接对接。"))
    if live_consent(session, need.case_id, "publish", local_day(now)) is None:
        raise Refusal(msg("家里还没有同意匿名公布。请村里先问过，记下同意。"))
    if satisfies(facts_of(need.case.household, local_day(now)), need.item.implies) is not True:
        raise Refusal(msg("这样东西会说出这户没有的情况，公布了反而好认。请直接找一家单位对接。"))


def _flags(need: Need) -> list[str]:
    flags = []
    if need.item.concerns_minor:
        flags.append("minor")
    if need.item.is_rare:
        flags.append("rare")
    return flags


def safeguard_project(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """The third person's yes, from the safeguarding unit."""
    advance(session, PROJECT, project, "safeguard", actor=actor, now=now)
    project.safeguarded = True
    _sign(session, project, "safeguarded", actor=actor, now=now)


def approve_project(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """The second person's yes: the project waits for a cohort."""
    if live_consent(session, project.need.case_id, "publish", local_day(now)) is None:
        raise Refusal(msg("家里的同意已经撤回，这一项不能公布。"))
    advance(session, PROJECT, project, "approve", actor=actor, now=now)
    project.checker_key, project.approved_on = actor.person_key, local_day(now)
    advance(session, NEED, project.need, "add_to_cohort", actor=actor, now=now)
    _sign(session, project, "approved", actor=actor, now=now)


def return_project(session: Session, project: NeedProject, *, reason: str, actor: Actor, now: datetime) -> None:
    if not reason.strip():
        raise BadInput(msg("退回要写明哪里要改。"), field="reason")
    advance(session, PROJECT, project, "return", actor=actor, now=now, reason=reason)
    project.live_key = None
    _sign(session, project, "returned", actor=actor, now=now, reason=reason)


def hold_back(session: Session, project: NeedProject, *, held: bool, actor: Actor, now: datetime) -> None:
    """An officer keeps a project out of the next cohorts, or lets it go again."""
    if project.state not in (ProjectState.DRAFTED, ProjectState.APPROVED):
        raise Refusal(msg("已经公布的不能再压下。要撤，请走家里撤回同意这一步。"))
    project.held_back = held


def withdraw_consent(session: Session, consent: Consent, *, actor: Actor, now: datetime) -> None:
    """The household takes a consent back. For publication its cards are blanked at once (I-23)."""
    consents.withdraw(session, consent, actor=actor, now=now)
    if consent.scope != "publish":
        return
    for need in _needs_of(session, consent.case_id):
        project = project_of_need(session, need.id)
        if project is not None and project.state in LIVE:
            take_down(session, project, actor=actor, now=now)


def take_down(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """Before release the project is dropped; after it the place stays, empty. Agreed help goes on."""
    need = project.need
    if project.state == ProjectState.PUBLIC:
        advance(session, PROJECT, project, "blank", actor=SYSTEM, now=now)
        project.status = "retired"
        cohort = project.cohort.cohort_id if project.cohort else ""
        send(
            session, "card.blank", {"project_id": project.project_id}, key=project.project_id, subject=cohort, now=now
        )
        text = f"{need.item.name}：家里撤回公布，卡片已隐去"
        record(
            session,
            need.case,
            kind="publication",
            text=text,
            source_ref=f"{project.project_id}/blank",
            need_id=need.id,
            actor=actor,
            now=now,
        )
    else:
        advance(session, PROJECT, project, "drop", actor=SYSTEM, now=now)
    project.live_key = None
    if NEED.find(need.state, "withdraw"):
        advance(session, NEED, need, "withdraw", actor=SYSTEM, now=now)


def _needs_of(session: Session, case_id: int) -> list[Need]:
    return list(session.query(Need).filter(Need.case_id == case_id))


def _sign(
    session: Session, project: NeedProject, decision: str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    project.approvals.append(
        PublishApproval(
            by_key=actor.person_key,
            by_name=actor.name,
            role=actor.role,
            decision=decision,
            reason=reason or None,
            at=now,
            created_at=now,
            created_by=actor.label,
        )
    )
    session.flush()
