"""Proposals that the officer let through, and what the donor says to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance
from app.matches.models import PairingProposal
from app.matches.queries import proposal_by_ref
from app.matches.states import DECLINE_REASONS, PROPOSAL, ProposalState
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
    if code not in DECLINE_REASONS:
        raise BadInput(msg("请选一个原因；不想说也可以。"), field="code")
    advance(session, PROPOSAL, proposal, "decline", actor=actor, now=now)
    proposal.decline_code = code
    _tell_office(session, proposal, "declined", now)


def choose(session: Session, proposal: PairingProposal, *, actor: Actor, now: datetime) -> None:
    """The partner takes this one; the other proposals of the same card and partner lapse."""
    advance(session, PROPOSAL, proposal, "choose", actor=actor, now=now)
    others = select(PairingProposal).where(
        PairingProposal.state.in_((ProposalState.SENT, ProposalState.DRAFT)),
        (PairingProposal.project_id == proposal.project_id)
        | (PairingProposal.interest_id == proposal.interest_id),
        PairingProposal.id != proposal.id,
    )
    for other in session.scalars(others):
        advance(session, PROPOSAL, other, "expire", actor=SYSTEM, now=now)
        _tell_office(session, other, "expired", now)
    _tell_office(session, proposal, "chosen", now)


def end_choice(session: Session, proposal_ref: str, *, now: datetime) -> None:
    """The pairing that came of it is over: the partner has a place again."""
    proposal = proposal_by_ref(session, proposal_ref)
    if proposal is not None and proposal.state == ProposalState.CHOSEN:
        advance(session, PROPOSAL, proposal, "end", actor=SYSTEM, now=now)


def expire(session: Session, *, now: datetime) -> int:
    late = select(PairingProposal).where(
        PairingProposal.state == ProposalState.SENT, PairingProposal.expires_on < local_day(now)
    )
    count = 0
    for proposal in session.scalars(late):
        advance(session, PROPOSAL, proposal, "expire", actor=SYSTEM, now=now)
        _tell_office(session, proposal, "expired", now)
        count += 1
    return count


def _tell_office(session: Session, proposal: PairingProposal, answer: str, now: datetime) -> None:
    """The officer sees what became of it; why somebody declined stays here."""
    payload = {"proposal_ref": proposal.proposal_ref, "answer": answer}
    send(
        session, "proposal.answered", payload, key=proposal.proposal_ref, subject=proposal.project_id, now=now
    )
