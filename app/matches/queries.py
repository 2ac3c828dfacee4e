"""Reading interests and proposals; each partner its own."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.library.models import Card, ShelfCohort
from app.library.states import CardStatus
from app.matches.models import Interest, PairingProposal, PairWish, ProposalRun, RunRequest
from app.matches.states import ProposalState
from app.policy.actors import Actor

TAKEN = (ProposalState.CHOSEN, ProposalState.ENDED)


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
    """With its interest and the partner behind it. One query."""
    interest = joinedload(PairingProposal.interest)
    partner = (interest.joinedload(Interest.organisation), interest.joinedload(Interest.volunteer))
    named = select(PairingProposal).where(PairingProposal.proposal_ref == proposal_ref)
    return session.scalar(named.options(*partner))


def run_by_ref(session: Session, run_ref: str) -> ProposalRun | None:
    return session.scalar(select(ProposalRun).where(ProposalRun.run_ref == run_ref))


def run_asked_for(session: Session, request_ref: str) -> ProposalRun | None:
    return session.scalar(select(ProposalRun).where(ProposalRun.request_ref == request_ref))


def request_known(session: Session, request_ref: str) -> bool:
    return session.scalar(select(RunRequest.id).where(RunRequest.request_ref == request_ref)) is not None


def next_request(session: Session, now: datetime) -> RunRequest | None:
    """The oldest request that is not closed and whose pause after a broken try is over."""
    return session.scalar(
        select(RunRequest)
        .where(RunRequest.closed_at.is_(None), RunRequest.due_at <= now)
        .order_by(RunRequest.id)
        .limit(1)
    )


def request_for_update(session: Session, request_ref: str) -> RunRequest:
    """Raises NoResultFound for a request that is not known."""
    return session.scalars(
        select(RunRequest).where(RunRequest.request_ref == request_ref).with_for_update()
    ).one()


def wait_for_other_runs(session: Session) -> None:
    """Two runs write one after the other where the database locks rows; SQLite has one writer anyway."""
    session.execute(select(ProposalRun.id).order_by(ProposalRun.id.desc()).limit(1).with_for_update())


def open_services(session: Session) -> set[str]:
    """Numbers of the cards that a run may bring somebody for, at this moment."""
    rows = session.scalars(
        select(Card.project_id)
        .join(Card.cohort)
        .where(
            Card.status == CardStatus.OPEN,
            Card.blanked.is_(False),
            Card.kind == "service",
            ShelfCohort.retired.is_(False),
        )
    )
    return set(rows)


def live_wishes(session: Session) -> Sequence[PairWish]:
    """The office's word on single pairs, oldest first."""
    return session.scalars(select(PairWish).where(PairWish.live).order_by(PairWish.id)).all()


def wish_by_ref(session: Session, wish_ref: str) -> PairWish | None:
    return session.scalar(select(PairWish).where(PairWish.wish_ref == wish_ref))


def ever_proposed(session: Session) -> set[str]:
    """Numbers of the cards that any run has brought somebody for."""
    return set(session.scalars(select(PairingProposal.project_id).distinct()))


def proposals_are_of(actor: Actor) -> ColumnElement[bool]:
    if actor.organisation_id is not None:
        return PairingProposal.organisation_id == actor.organisation_id
    return PairingProposal.volunteer_id == actor.volunteer_id


def sent_proposals(session: Session, actor: Actor, *, day: date) -> Sequence[PairingProposal]:
    """Those that wait for an answer, the best fit first."""
    return session.scalars(
        select(PairingProposal)
        .where(
            proposals_are_of(actor),
            PairingProposal.state == ProposalState.SENT,
            PairingProposal.expires_on >= day,
        )
        .options(joinedload(PairingProposal.interest))
        .order_by(PairingProposal.score.desc(), PairingProposal.project_id)
    ).all()


def cards_proposed(session: Session, proposals: Sequence[PairingProposal]) -> dict[str, Card]:
    """The cards of some proposals by number, whatever became of them since."""
    rows = session.scalars(
        select(Card)
        .join(Card.cohort)
        .where(Card.project_id.in_([p.project_id for p in proposals]))
        .options(contains_eager(Card.cohort))
    )
    return {card.project_id: card for card in rows}


def answered_proposals(session: Session) -> Sequence[PairingProposal]:
    """Those to which a partner said yes or no, in the order in which they were made. One query."""
    said = PairingProposal.state.in_((ProposalState.DECLINED, *TAKEN))
    return session.scalars(select(PairingProposal).where(said).order_by(PairingProposal.id)).all()


def drafts_for(session: Session, project_ids: Sequence[str]) -> list[PairingProposal]:
    drafts = session.scalars(select(PairingProposal).where(PairingProposal.state == ProposalState.DRAFT))
    wanted = set(project_ids)
    return [d for d in drafts if d.project_id in wanted]


def places_taken(session: Session) -> dict[int, int]:
    """How many pairings each interest holds now: its chosen proposals whose pairing has not ended."""
    rows = session.execute(
        select(PairingProposal.interest_id, func.count())
        .where(PairingProposal.state == ProposalState.CHOSEN)
        .group_by(PairingProposal.interest_id)
    )
    return {interest_id: n for interest_id, n in rows}


def ran_since(session: Session, moment: datetime) -> bool:
    """True when a batch over the whole library ran at or after that moment."""
    found = select(ProposalRun.id).where(ProposalRun.county == "", ProposalRun.ran_at >= moment)
    return session.scalar(found.limit(1)) is not None


def live_pairs(session: Session) -> set[tuple[int, str]]:
    """(interest, project) pairs that were proposed and not yet expired: they are not proposed again."""
    rows = session.execute(
        select(PairingProposal.interest_id, PairingProposal.project_id).where(
            PairingProposal.state.in_((ProposalState.SENT, ProposalState.DECLINED, *TAKEN))
        )
    )
    return {(row[0], row[1]) for row in rows}
