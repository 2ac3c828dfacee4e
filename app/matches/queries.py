"""Reading interests and proposals; each partner its own."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.matches.models import Interest, PairingProposal, ProposalRun
from app.matches.states import ProposalState
from app.policy.actors import Actor


def interest_of(session: Session, actor: Actor) -> Interest | None:
    return session.scalar(
        select(Interest).where(
            Interest.organisation_id == actor.organisation_id
            if actor.organisation_id is not None
            else Interest.volunteer_id == actor.volunteer_id
        )
    )


def open_interests(session: Session) -> Sequence[Interest]:
    return session.scalars(
        select(Interest)
        .where(Interest.open)
        .options(joinedload(Interest.organisation), joinedload(Interest.volunteer))
        .order_by(Interest.id)
    ).all()


def proposal_by_ref(session: Session, proposal_ref: str) -> PairingProposal | None:
    return session.scalar(select(PairingProposal).where(PairingProposal.proposal_ref == proposal_ref))


def run_by_ref(session: Session, run_ref: str) -> ProposalRun | None:
    return session.scalar(select(ProposalRun).where(ProposalRun.run_ref == run_ref))


def sent_proposals(session: Session, actor: Actor) -> Sequence[PairingProposal]:
    mine = (
        PairingProposal.organisation_id == actor.organisation_id
        if actor.organisation_id is not None
        else PairingProposal.volunteer_id == actor.volunteer_id
    )
    return session.scalars(
        select(PairingProposal)
        .where(mine, PairingProposal.state == ProposalState.SENT)
        .order_by(PairingProposal.rank, PairingProposal.id)
    ).all()


def live_pairs(session: Session) -> set[tuple[int, str]]:
    """(interest, project) pairs that were proposed and not yet expired: they are not proposed again."""
    rows = session.execute(
        select(PairingProposal.interest_id, PairingProposal.project_id).where(
            PairingProposal.state.in_((ProposalState.SENT, ProposalState.DECLINED, ProposalState.CHOSEN))
        )
    )
    return {(row[0], row[1]) for row in rows}
