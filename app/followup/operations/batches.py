"""An officer's word on the batch: this pair, not that one, run it again. It makes drafts and never more."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, require
from app.core.tokens import token
from app.followup.models import ProposalBatch, ProposalDraft, ProposalLeft, ProposalRequest, ProposalWish
from app.followup.operations.proposals import obstacles, own_projects
from app.followup.queries.batches import (
    batch_by_ref,
    batches_of,
    live_wishes_about,
    live_wishes_of_need,
    open_request,
    request_by_ref,
)
from app.followup.states import PROPOSAL_DRAFT, WHY_LEFT, DraftState
from app.policy.actors import SYSTEM, Actor


def take_run(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """What the letter proposals.drafted says of its run: the proof, who is left, the fairness of it. Of a
    county's own run only what it says of that county's needs. Twice changes nothing."""
    if "run" not in payload or batch_by_ref(session, payload["run_ref"]) is not None:
        return
    county = payload["run"]["county"]
    for older in batches_of(session, county):
        older.idle = None
    session.add(_batch(payload, now))
    covered = _keep_left(session, payload, now)
    for wish in live_wishes_about(session, covered):
        wish.missed = wish.wish_ref in payload["missed"]
    _close_request(session, payload, now)


def _batch(payload: dict[str, Any], now: datetime) -> ProposalBatch:
    run, proof = payload["run"], payload["certificate"]
    return ProposalBatch(
        run_ref=payload["run_ref"],
        county=run["county"],
        ran_at=datetime.fromisoformat(run["ran_at"]),
        people_n=run["people"],
        needs_n=run["needs"],
        arcs_n=run["arcs"],
        assigned_n=run["assigned"],
        objective=proof["objective"],
        bound=proof["bound"],
        gap=proof["gap"],
        inputs_hash=run["inputs_hash"],
        answers_n=run.get("answers", 0),
        fairness=payload["fairness"],
        idle=json.dumps(payload["idle"], ensure_ascii=False),
        created_at=now,
        created_by=SYSTEM.label,
    )


def _keep_left(session: Session, payload: dict[str, Any], now: datetime) -> set[str]:
    """The newest run that saw a need says whether it is left; what it does not mention stays. Returns the
    numbers of the projects that it spoke of."""
    reasons = {line["project_id"]: line["reason"] for line in payload["left"]}
    drafted = {line["project_id"] for line in payload["drafts"]}
    projects = own_projects(session, payload, reasons.keys() | drafted)
    session.execute(
        delete(ProposalLeft).where(ProposalLeft.need_id.in_([p.need_id for p in projects.values()]))
    )
    for number, reason in sorted(reasons.items()):
        if number in projects and reason in WHY_LEFT:
            left = ProposalLeft(run_ref=payload["run_ref"], need_id=projects[number].need_id)
            left.project_id, left.reason = number, reason
            left.created_at, left.created_by = now, SYSTEM.label
            session.add(left)
    session.flush()
    return set(projects)


def _close_request(session: Session, payload: dict[str, Any], now: datetime) -> None:
    asked = request_by_ref(session, payload["request_ref"]) if payload.get("request_ref") else None
    if asked is not None and asked.run_ref is None:
        asked.live_key, asked.run_ref, asked.answered_at = None, payload["run_ref"], now


def take_start(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.started: somebody is working it out."""
    asked = request_by_ref(session, payload["request_ref"])
    if asked is not None and asked.answered_at is None:
        asked.started_at = datetime.fromisoformat(payload["at"])


def take_failure(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.failed: it broke off too often and was given up; the county may ask again."""
    asked = request_by_ref(session, payload["request_ref"])
    if asked is not None and asked.answered_at is None:
        asked.live_key, asked.answered_at = None, now


def wish_for(
    session: Session, draft: ProposalDraft, kind: str, *, reason: str = "", actor: Actor, now: datetime
) -> ProposalWish:
    """`kind` pin or forbid; a forbidden draft goes at once. The latest word on a pair counts, and a need has
    one pin. Raises BadInput without a reason to forbid; Refusal for what is sent already or cannot be."""
    require(actor, "proposal_wish.make", draft)
    _refuse_what_cannot_be(session, draft, kind, reason, now)
    for earlier in live_wishes_of_need(session, draft.need_id):
        same = earlier.donor_token == draft.donor_token
        if same and earlier.kind == kind:
            return earlier
        if same or (earlier.kind == kind == "pin"):
            earlier.lifted_at = now
    wish = _wish(draft, kind, reason, actor, now)
    session.add(wish)
    session.flush()
    payload = {"wish_ref": wish.wish_ref, "proposal_ref": draft.proposal_ref, "kind": kind}
    send(session, "proposals.wish", payload, key=wish.wish_ref, subject=draft.project_id, now=now)
    if kind == "forbid":
        advance(session, PROPOSAL_DRAFT, draft, "drop", actor=actor, now=now)
    return wish


def _refuse_what_cannot_be(
    session: Session, draft: ProposalDraft, kind: str, reason: str, now: datetime
) -> None:
    if draft.state != DraftState.DRAFT:
        raise Refusal(msg("这一位已经不在等你看的里面了。请刷新页面再看。"))
    if kind == "forbid" and not reason.strip():
        raise BadInput(msg("请写一句为什么不合适。"), field="reason")
    stops = obstacles(session, draft, now=now) if kind == "pin" else []
    if stops:
        raise Refusal(stops[0])


def _wish(draft: ProposalDraft, kind: str, reason: str, actor: Actor, now: datetime) -> ProposalWish:
    return ProposalWish(
        wish_ref=token(),
        kind=kind,
        need_id=draft.need_id,
        need=draft.need,
        project_id=draft.project_id,
        donor_token=draft.donor_token,
        donor_name=draft.donor_name,
        reason=reason.strip() or None,
        created_at=now,
        created_by=actor.label,
    )


def lift_wish(session: Session, wish: ProposalWish, *, actor: Actor, now: datetime) -> None:
    """Takes the word back: the runs to come are free again."""
    require(actor, "proposal_wish.lift", wish)
    if wish.lifted_at is None:
        wish.lifted_at = now
        payload = {"wish_ref": wish.wish_ref}
        send(session, "proposals.wish_lifted", payload, key=wish.wish_ref, subject=wish.project_id, now=now)


@dataclass(frozen=True)
class Asked:
    """`mine` is False when somebody had asked before and that run is still under way."""

    request: ProposalRequest
    mine: bool


def ask_again(session: Session, *, actor: Actor, now: datetime) -> Asked:
    """Asks for a run over the officer's county. One is under way at a time: who asks meanwhile, even in the
    same moment, is told of that one. Raises Refusal when it ended in between."""
    require(actor, "proposal_run.ask")
    under_way = open_request(session, actor.county)
    if under_way is not None:
        return Asked(under_way, False)
    asked = ProposalRequest(
        request_ref=token(),
        area=actor.county,
        live_key=actor.county,
        created_at=now,
        created_by=actor.label,
    )
    try:
        with session.begin_nested():
            session.add(asked)
    except IntegrityError:  # a colleague was quicker by a moment: `live_key` lets one through
        under_way = open_request(session, actor.county)
        if under_way is None:
            raise Refusal(msg("刚有一次排好了。请刷新页面，看过再决定要不要再排。")) from None
        return Asked(under_way, False)
    payload = {"request_ref": asked.request_ref, "county": asked.area}
    subject = f"rerun/{asked.area}"
    send(session, "proposals.rerun", payload, key=asked.request_ref, subject=subject, now=now)
    return Asked(asked, True)
