"""What the batch suggests: an officer looks at it, sends some of it, and hears what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import Message, msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.followup.models import PairTie, ProposalDraft
from app.followup.queries import declined_donors, draft_by_ref, drafts_of_need
from app.followup.queries.batches import batch_by_ref, drafts_of_other_runs
from app.followup.states import PROPOSAL_DRAFT, PairState
from app.needs.models import Need
from app.needs.states import NeedState
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.releases.models import NeedProject
from app.releases.queries import projects_by_number

OPEN_PAIRS = (PairState.ASKING, PairState.AGREED, PairState.ACTIVE)


def take_drafts(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.drafted: drafts wait for an officer's look, those of earlier runs go.

    A county that asks for a run replaces the drafts of its own needs and of no other county's. The run works
    over every card whose label contains the county; whose a card under a label of several counties is, the
    public side neither knows nor hears. It is sorted out here: of the run's lines a county's request keeps
    those of its own needs. The neighbour keeps what it had, to look at and to send, and learns nothing; the
    lines about its needs are not stored, and lapse on the other side with the next run over all.
    Twice changes nothing.
    """
    if batch_by_ref(session, payload["run_ref"]) is not None:  # the letter came before
        return
    for ref in payload.get("superseded", ()):
        old = draft_by_ref(session, ref)
        if old is not None:
            _close(session, old, "replace" if old.state == "draft" else "expired", now)
    numbers = {line["project_id"] for line in (*payload["drafts"], *payload.get("left", ()))}
    own = own_projects(session, payload, numbers)
    for old in drafts_of_other_runs(session, [p.need_id for p in own.values()], payload["run_ref"]):
        _close(session, old, "replace", now)
    for line in payload["drafts"]:
        project = own.get(line["project_id"])
        if project is not None and draft_by_ref(session, line["proposal_ref"]) is None:
            draft = _draft(payload, line, project.need_id)
            begin(session, PROPOSAL_DRAFT, draft, actor=SYSTEM, now=now)


def own_projects(
    session: Session, payload: dict[str, Any], numbers: Collection[str]
) -> dict[str, NeedProject]:
    """Of the projects that a run speaks of, those of the county that asked for it; all, when none did."""
    county = payload.get("run", {}).get("county", "")
    found = projects_by_number(session, numbers)
    return {number: p for number, p in found.items() if p.need.area.startswith(county)}


def _draft(payload: dict[str, Any], line: dict[str, Any], need_id: int) -> ProposalDraft:
    donor, proof = line["donor"], payload["certificate"]
    return ProposalDraft(
        proposal_ref=line["proposal_ref"],
        run_ref=payload["run_ref"],
        project_id=line["project_id"],
        need_id=need_id,
        donor_token=donor["token"],
        donor_kind=donor["kind"],
        donor_name=donor["name"],
        donor_skills=donor.get("skills", []),
        donor_checks=donor.get("checks", {}),
        cadence=donor.get("cadence", "once"),
        rank=line["rank"],
        score=line["score"],
        reasons=line["reasons"],
        gap=proof["gap"],
        objective=proof["objective"],
        bound=proof["bound"],
    )


def take_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposal.answered: chosen, declined or expired; why somebody declined stays over there. One
    that the office never stored can only lapse."""
    draft = draft_by_ref(session, payload["proposal_ref"])
    if draft is None and payload["answer"] == "expired":
        return
    if draft is None:
        raise LookupError("no such proposal")
    _close(session, draft, payload["answer"], now)


def _close(session: Session, draft: ProposalDraft, action: str, now: datetime) -> None:
    if PROPOSAL_DRAFT.find(draft.state, action) is not None:
        advance(session, PROPOSAL_DRAFT, draft, action, actor=SYSTEM, now=now)


def obstacles(session: Session, draft: ProposalDraft, *, now: datetime) -> list[Message]:
    """Hard checks of step 2, which a card cannot carry: household's cap, declined before, still open."""
    found = []
    most = parameters.at("max_pairs_household", local_day(now))
    open_pairs = (
        select(func.count())
        .select_from(PairTie)
        .join(Need)
        .where(Need.case_id == draft.need.case_id, PairTie.state.in_(OPEN_PAIRS))
    )
    if (session.scalar(open_pairs) or 0) >= most:
        found.append(msg("这户已经有 {n} 个结对，够了", n=most))
    if draft.donor_token in declined_donors(session, draft.need.case_id):
        found.append(msg("这户以前没有同意过这位"))
    if draft.need.state != NeedState.PUBLISHED:
        found.append(msg("这一项现在不等人接了"))
    return found


def send_proposals(
    session: Session,
    need: Need,
    chosen: Sequence[ProposalDraft],
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Sends one to three drafts of a need; whoever says yes first has it. Raises BadInput when none is chosen
    or a better one is passed over without a reason; Refusal when a hard check fails."""
    if not chosen or any(d.need_id != need.id for d in chosen):
        raise BadInput(msg("请勾上要发给谁。"), field="chosen")
    stops = [m for draft in chosen for m in obstacles(session, draft, now=now)]
    if stops:
        raise Refusal(stops[0])
    if passed_over(session, need, chosen, now=now) and not reason.strip():
        raise BadInput(msg("跳过了排在前面的，请写一句为什么。"), field="reason")
    days = parameters.at("proposal_days", local_day(now))
    for draft in chosen:
        advance(session, PROPOSAL_DRAFT, draft, "send", actor=actor, now=now, reason=reason.strip() or None)
        draft.expires_on = local_day(now) + timedelta(days=days)
        _send(session, draft, now)
    return len(chosen)


def passed_over(
    session: Session, need: Need, chosen: Sequence[ProposalDraft], *, now: datetime
) -> list[ProposalDraft]:
    """Drafts that stand before one of the chosen, could be sent too, and are not."""
    last = max(d.rank for d in chosen)
    waiting = drafts_of_need(session, need.id, chosen[0].run_ref)
    better = [d for d in waiting if d.rank < last and d not in chosen]
    return [d for d in better if not obstacles(session, d, now=now)]


def _send(session: Session, draft: ProposalDraft, now: datetime) -> None:
    line = {"proposal_ref": draft.proposal_ref, "rank": draft.rank, "reasons": draft.reasons}
    payload = {
        "run_ref": draft.run_ref,
        "proposals": [line],
        "expires_on": draft.expires_on.isoformat() if draft.expires_on else None,
    }
    send(session, "proposals.send", payload, key=draft.proposal_ref, subject=draft.project_id, now=now)


def drop_drafts(session: Session, drafts: Sequence[ProposalDraft], *, actor: Actor, now: datetime) -> int:
    """None of these is sent; a later run may bring them again."""
    for draft in drafts:
        advance(session, PROPOSAL_DRAFT, draft, "drop", actor=actor, now=now)
    return len(drafts)
