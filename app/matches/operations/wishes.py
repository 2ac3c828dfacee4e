"""The office's letters about single pairs: one that must be, one that must not be."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.states import advance
from app.matches.models import PairingProposal, PairWish
from app.matches.queries import proposal_by_ref, wish_by_ref
from app.matches.states import PROPOSAL, WISHES, ProposalState
from app.policy.actors import SYSTEM


def receive_wish(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.wish: the next runs honour it. Its draft goes when the pair is forbidden.

    Raises LookupError for a proposal that is not known here, ValueError for another kind of wish.
    """
    if payload["kind"] not in WISHES:
        raise ValueError("no such wish")
    if wish_by_ref(session, payload["wish_ref"]) is not None:
        return
    proposal = proposal_by_ref(session, payload["proposal_ref"])
    if proposal is None:
        raise LookupError("no such proposal")
    _silence_others(session, proposal, payload["kind"])
    session.add(
        PairWish(
            wish_ref=payload["wish_ref"],
            kind=payload["kind"],
            interest_id=proposal.interest_id,
            project_id=proposal.project_id,
            created_at=now,
            created_by=SYSTEM.label,
        )
    )
    session.flush()
    if payload["kind"] == "forbid" and proposal.state == ProposalState.DRAFT:
        advance(session, PROPOSAL, proposal, "expire", actor=SYSTEM, now=now)


def _silence_others(session: Session, proposal: PairingProposal, kind: str) -> None:
    """The latest word on a pair counts, and a card has one pin."""
    same_pair = PairWish.interest_id == proposal.interest_id
    other_pin = (PairWish.kind == "pin") if kind == "pin" else same_pair
    earlier = select(PairWish).where(
        PairWish.live, PairWish.project_id == proposal.project_id, or_(same_pair, other_pin)
    )
    for wish in session.scalars(earlier):
        wish.live = False


def receive_lift(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.wish_lifted: the runs to come are free again. Raises LookupError when the wish
    has not come yet."""
    wish = wish_by_ref(session, payload["wish_ref"])
    if wish is None:
        raise LookupError("no such wish yet")
    wish.live = False
