"""Preparing and approving a project: two people, a third where children or rare things are concerned
(decisions 14)."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.queries import facts_of, live_consent
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import Message, msg
from app.core.states import advance, begin, require
from app.core.tokens import project_number
from app.needs.models import Need
from app.needs.states import NEED, NeedState
from app.policy.actors import SYSTEM, Actor
from app.policy.lattice import Label, finest_label, no_finer, satisfies
from app.policy.lists import RARE_DISEASES
from app.releases.models import UNSURE, NeedProject, PublishApproval
from app.releases.states import PROJECT, ProjectState

QUESTIONS = {
    "guess": "同村的人只看这张卡，能说出是谁家吗？",
    "only_one": "这件东西全县是不是只有一家会要？",
    "talked_of": "最近村里有没有人尽皆知的事和它对得上？",
    "telling": "这样东西、这个档次是不是特别到能认人？",
}
SURE = "no"


@dataclass(frozen=True)
class NeighbourCheck:
    """What someone who knows the village answered: `no` or `unsure` to each question; unsure needs a
    sentence."""

    answers: dict[str, str] = field(default_factory=lambda: dict.fromkeys(QUESTIONS, SURE))
    note: str = ""


def obstacle(need: Need, *, consenting: bool, day: date) -> Message | None:
    """Why this need cannot be published now, in words; None when nothing stands in the way (I-10)."""
    if need.state != NeedState.STAGE3 or need.residual_qty < 1:
        return msg("这一项还没有走到第三步，或者已经没有缺口。")
    if need.bypassed:
        return msg("急难直通的需求不公布，由县里直接对接。")
    if not consenting:
        return msg("家里还没有同意匿名公布。请村里先问过，记下同意。")
    if satisfies(facts_of(need.case.household, day), need.item.implies) is not True:
        return msg("这样东西会说出这户没有的情况，公布了反而好认。请直接找一家单位对接。")
    return None


def prepare_project(
    session: Session,
    need: Need,
    *,
    floor: Label | None = None,
    neighbour: NeighbourCheck | None = None,
    rng: random.Random,
    actor: Actor,
    now: datetime,
) -> NeedProject:
    """Drafts the card. `floor` may widen the finest true label, never narrow it.

    Raises Refusal: no live consent, bypassed, nothing missing, an item that tells what the household lacks.
    BadInput: a label too fine, a question unanswered, an unsure answer without a sentence.
    """
    day = local_day(now)
    require(actor, "project.prepare", need)
    consenting = live_consent(session, need.case_id, "publish", day) is not None
    reason = obstacle(need, consenting=consenting, day=day)
    if reason:
        raise Refusal(reason)
    check = _answered(neighbour or NeighbourCheck())
    finest = finest_label(facts_of(need.case.household, day))
    chosen = floor or finest
    if not no_finer(chosen, finest):
        raise BadInput(msg("标签只能放宽，不能比这户的真实情况更细。"), field="region_label")
    project = new_project(need, floor=chosen, neighbour=check, rng=rng, actor=actor)
    begin(session, PROJECT, project, actor=actor, now=now)
    sign(session, project, "prepared", actor=actor, now=now, reason=check.note)
    return project


def new_project(
    need: Need, *, floor: Label, neighbour: NeighbourCheck, rng: random.Random, actor: Actor
) -> NeedProject:
    """The row of a card that `actor` prepares, not yet begun."""
    flags = flags_of(need)
    return NeedProject(
        project_id=project_number(rng),
        need_id=need.id,
        need=need,
        live_key=need.id,
        floor=floor.as_dict(),
        flags=flags,
        flagged=bool(flags),
        neighbour=neighbour.answers,
        neighbour_note=neighbour.note or None,
        maker_key=actor.person_key,
    )


def _answered(check: NeighbourCheck) -> NeighbourCheck:
    for code in QUESTIONS:
        if check.answers.get(code) not in (SURE, UNSURE):
            raise BadInput(msg("四个问题都要答。说不准就选“说不准”。"), field=code)
    if UNSURE in check.answers.values() and not check.note.strip():
        raise BadInput(msg("有一题说不准：写一句打算怎么办。"), field="neighbour_note")
    return check


def flags_of(need: Need) -> list[str]:
    """What asks for a look of the safeguarding unit: children alone, rare things, rare diseases."""
    flags = []
    if need.item.concerns_minor:
        flags.append("minor")
    diseases = {m.disease_code for m in need.case.household.members}
    if need.item.is_rare or (need.item.implies == "disease" and diseases & RARE_DISEASES):
        flags.append("rare")
    return flags


def safeguard_project(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """The third person's yes, from the safeguarding unit (I-19)."""
    advance(session, PROJECT, project, "safeguard", actor=actor, now=now)
    project.safeguarded = True
    sign(session, project, "safeguarded", actor=actor, now=now)


def approve_project(session: Session, project: NeedProject, *, actor: Actor, now: datetime) -> None:
    """The second person's yes: the project waits for a cohort. Raises Refusal: consent gone, the same person,
    flagged."""
    day = local_day(now)
    consenting = live_consent(session, project.need.case_id, "publish", day) is not None
    reason = obstacle(project.need, consenting=consenting, day=day)
    if reason and project.state == ProjectState.DRAFTED:
        raise Refusal(reason)
    advance(session, PROJECT, project, "approve", actor=actor, now=now)
    project.checker_key, project.approved_on = actor.person_key, day
    advance(session, NEED, project.need, "add_to_cohort", actor=actor, now=now)
    sign(session, project, "approved", actor=actor, now=now)


def approve_together(
    session: Session, projects: Iterable[NeedProject], *, actor: Actor, now: datetime
) -> tuple[int, list[Message]]:
    """其余一起看: approves what was looked at together. Returns how many, and why the others were left."""
    approved, left = 0, []
    for project in projects:
        try:
            if project.flags or project.unsure:
                raise Refusal(msg("要单独看的，不能一起点。"))
            approve_project(session, project, actor=actor, now=now)
            approved += 1
        except Refusal as refusal:
            left.append(refusal.message)
    return approved, left


def return_project(
    session: Session, project: NeedProject, *, reason: str, actor: Actor, now: datetime
) -> None:
    if not reason.strip():
        raise BadInput(msg("退回要写明哪里要改。"), field="reason")
    advance(session, PROJECT, project, "return", actor=actor, now=now, reason=reason)
    project.live_key = None
    sign(session, project, "returned", actor=actor, now=now, reason=reason)


def drop_project(session: Session, project: NeedProject, *, reason: str, actor: Actor, now: datetime) -> None:
    """Not to be published after all: it is matched directly. The need waits in step ③ again."""
    if not reason.strip():
        raise BadInput(msg("请写一句为什么不公布了。"), field="reason")
    approved = project.state == ProjectState.APPROVED
    advance(session, PROJECT, project, "drop", actor=actor, now=now, reason=reason)
    project.live_key = None
    if approved:
        advance(session, NEED, project.need, "drop_from_cohort", actor=SYSTEM, now=now, reason=reason)
    sign(session, project, "returned", actor=actor, now=now, reason=reason)


def hold_back(session: Session, project: NeedProject, *, held: bool, actor: Actor, now: datetime) -> None:
    """An officer keeps a project out of the next cohorts, or lets it go again."""
    require(actor, "project.hold", project)
    if project.state not in (ProjectState.DRAFTED, ProjectState.APPROVED):
        raise Refusal(msg("已经公布的不能再压下。要撤，请走家里撤回同意这一步。"))
    project.held_back = held
    session.flush()


def sign(
    session: Session, project: NeedProject, decision: str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Keeps who said yes or no, in which role."""
    project.approvals.append(signature(decision, actor=actor, now=now, reason=reason))
    session.flush()


def signature(decision: str, *, actor: Actor, now: datetime, reason: str = "") -> PublishApproval:
    return PublishApproval(
        by_key=actor.person_key,
        by_name=actor.name,
        role=actor.role,
        decision=decision,
        reason=reason or None,
        at=now,
        created_at=now,
        created_by=actor.label,
    )
