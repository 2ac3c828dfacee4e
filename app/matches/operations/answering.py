"""Proposals that the officer let through, and what the donor says to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.states import advance
from app.matches.models import PairingProposal
from app.matches.queries import proposal_by_ref
from app.matches.states import PROPOSAL, ProposalState
from app.policy.actors import SYSTEM, Actor


def receive_sent(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The office's letter proposals.send: these drafts may be seen by their partners."""
    for line in payload["proposals"]:
        proposal = proposal_by_ref(session, line["proposal_ref"])
        if proposal is None:
            raise LookupError("no such proposal")
        if proposal.state == ProposalState.DRAFT:
            proposal.rank = line["rank"]
            proposal.expires_on = date.fromisoformat(payload["expires_on"])
            advance(session, PROPOSAL, proposal, "send", actor=SYSTEM, now=now)


def decline(session: Session, proposal: PairingProposal, *, code: str, actor: Actor, now: datetime) -> None:
    """One tap, one reason; it makes later suggestions to this partner better and nothing else."""
    advance(session, PROPOSAL, proposal, "decline", actor=actor, now=now)
    proposal.decline_code = code


def choose(session: Session, proposal: PairingProposal, *, actor: Actor, now: datetime) -> None:
    """The partner takes this one; the other proposals of the same card and partner lapse."""
    advance(session, PROPOSAL, proposal, "choose", actor=actor, now=now)
    others = select(PairingProposal).where(
        PairingProposal.state.in_((ProposalState.SENT, ProposalState.DRAFT)),
        (PairingProposal.project_id == proposal.project_id) | (PairingProposal.interest_id == proposal.interest_id),
        PairingProposal.id != proposal.id,
    )
    for other in session.scalars(others):
        advance(session, PROPOSAL, other, "expire", actor=SYSTEM, now=now)


def expire(session: Session, *, now: datetime) -> int:
    late = select(PairingProposal).where(
        PairingProposal.state == ProposalState.SENT, PairingProposal.expires_on < local_day(now)
    )
    count = 0
    for proposal in session.scalars(late):
        advance(session, PROPOSAL, proposal, "expire", actor=SYSTEM, now=now)
        count += 1
    return count
