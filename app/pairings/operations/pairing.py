"""A partner accepts a proposal; the household is asked in the office; its answer comes by letter."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import token
from app.library.operations import set_claimed
from app.matches.models import PairingProposal
from app.matches.operations.answering import choose
from app.matches.operations.proposing import donor_facts
from app.pairings.models import Pairing
from app.pairings.queries import pairing_by_ref
from app.pairings.states import OPEN, PAIRING
from app.policy.actors import SYSTEM, Actor


def accept_proposal(session: Session, proposal: PairingProposal, *, actor: Actor, now: datetime) -> Pairing:
    """Raises Refusal when someone else was first: the card is the lock that claims and pairings share."""
    choose(session, proposal, actor=actor, now=now)
    if not set_claimed(session, proposal.project_id, claimed=True, now=now):
        raise Refusal(msg("这一项刚被别人接走了。县里会再给你推荐。"))
    pairing = Pairing(
        pairing_ref=token(),
        project_id=proposal.project_id,
        live_key=proposal.project_id,
        organisation_id=proposal.organisation_id,
        volunteer_id=proposal.volunteer_id,
        proposal_ref=proposal.proposal_ref,
        cadence=proposal.interest.cadence,
    )
    begin(session, PAIRING, pairing, actor=actor, now=now)
    payload = {
        "pairing_ref": pairing.pairing_ref,
        "project_id": pairing.project_id,
        "donor": donor_facts(proposal.interest),
        "accepted_at": now.isoformat(),
    }
    send(
        session, "pairing.accepted", payload, key=pairing.pairing_ref, subject=pairing.project_id, now=now
    )
    return pairing


def stop(session: Session, pairing: Pairing, *, actor: Actor, now: datetime) -> None:
    """The partner stops; no reason is asked. The office finds a successor."""
    advance(session, PAIRING, pairing, "stop", actor=actor, now=now)
    _free(session, pairing, now)
    send(
        session,
        "pairing.stopped",
        {"pairing_ref": pairing.pairing_ref},
        key=pairing.pairing_ref,
        subject=pairing.project_id,
        now=now,
    )


def take_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.answered: agreed or declined. The donor never learns why."""
    pairing = _known(session, payload["pairing_ref"])
    action = "agree" if payload["answer"] == "agreed" else "decline"
    if PAIRING.find(pairing.state, action) is None:
        return
    advance(session, PAIRING, pairing, action, actor=SYSTEM, now=now)
    if action == "decline":
        _free(session, pairing, now)


def take_activation(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.activated: the plan, and the liaison through whom everything passes."""
    pairing = _known(session, payload["pairing_ref"])
    if PAIRING.find(pairing.state, "activate") is None:
        return
    pairing.cadence = payload["cadence"]
    pairing.contacts_min, pairing.visits_min = payload["contacts_min"], payload["visits_min"]
    pairing.starts_on = date.fromisoformat(payload["starts_on"])
    pairing.ends_on = date.fromisoformat(payload["ends_on"])
    pairing.first_on = date.fromisoformat(payload["first_on"])
    pairing.liaison_name, pairing.liaison_phone = payload["liaison_name"], payload["liaison_phone"]
    pairing.meeting_point = payload["meeting_point"]
    advance(session, PAIRING, pairing, "activate", actor=SYSTEM, now=now)


def take_end(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.ended: the office closed it; the liaison is no longer shown (I-32)."""
    pairing = _known(session, payload["pairing_ref"])
    if pairing.state in OPEN:
        advance(session, PAIRING, pairing, "end", actor=SYSTEM, now=now)
        _free(session, pairing, now, open_again=bool(payload.get("open_again")))


def _free(session: Session, pairing: Pairing, now: datetime, *, open_again: bool = True) -> None:
    pairing.live_key = None
    pairing.liaison_name = pairing.liaison_phone = pairing.meeting_point = None
    if open_again:
        set_claimed(session, pairing.project_id, claimed=False, now=now)


def _known(session: Session, pairing_ref: str) -> Pairing:
    pairing = pairing_by_ref(session, pairing_ref)
    if pairing is None:
        raise LookupError("no such pairing")
    return pairing
