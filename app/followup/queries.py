"""Reading ties, pairings, drafts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case
from app.core.paging import Page, paged
from app.followup.models import FilingCheck, OfficeVisit, PairTie, ProposalDraft, Tie
from app.followup.states import DraftState, FilingCheckState, OfficeVisitState, PairState, TieState
from app.needs.models import Need
from app.policy.actors import Actor

LIVE_TIES = (TieState.HELD, TieState.CONTACTED, TieState.COMMITTED, TieState.ARRIVED, TieState.HANDED_OVER)


def tie_by_id(session: Session, tie_id: int) -> Tie | None:
    return session.scalar(
        select(Tie).where(Tie.id == tie_id).options(joinedload(Tie.need).joinedload(Need.case))
    )


def tie_by_claim(session: Session, claim_ref: str) -> Tie | None:
    return session.scalar(select(Tie).where(Tie.claim_ref == claim_ref))


def tie_by_pledge(session: Session, pledge_ref: str) -> Tie | None:
    return session.scalar(select(Tie).where(Tie.pledge_ref == pledge_ref))


def ties_in_area(session: Session, actor: Actor, *, live: bool = True, page: int = 1) -> Page:
    statement = select(Tie).join(Need).where(Need.area.startswith(actor.area))
    if live:
        statement = statement.where(Tie.state.in_(LIVE_TIES))
    statement = statement.options(joinedload(Tie.need).joinedload(Need.case)).order_by(
        Tie.contact_due, Tie.id
    )
    return paged(session, statement, page)


def ties_of_needs(session: Session, need_ids: list[int]) -> Sequence[Tie]:
    return session.scalars(select(Tie).where(Tie.need_id.in_(need_ids)).order_by(Tie.id)).all()


def pairs_of_needs(session: Session, need_ids: list[int]) -> Sequence[PairTie]:
    return session.scalars(select(PairTie).where(PairTie.need_id.in_(need_ids)).order_by(PairTie.id)).all()


def pair_by_id(session: Session, pair_id: int) -> PairTie | None:
    return session.scalar(
        select(PairTie).where(PairTie.id == pair_id).options(joinedload(PairTie.need).joinedload(Need.case))
    )


def pair_by_ref(session: Session, pairing_ref: str) -> PairTie | None:
    return session.scalar(select(PairTie).where(PairTie.pairing_ref == pairing_ref))


def pairs_in_area(session: Session, actor: Actor, *states: PairState) -> Sequence[PairTie]:
    statement = select(PairTie).join(Need).where(Need.area.startswith(actor.area))
    if states:
        statement = statement.where(PairTie.state.in_(states))
    statement = statement.options(joinedload(PairTie.need).joinedload(Need.case))
    return session.scalars(statement.order_by(PairTie.id.desc()).limit(200)).all()


def visit_by_id(session: Session, visit_id: int) -> OfficeVisit | None:
    return session.get(OfficeVisit, visit_id)


def visit_by_ref(session: Session, visit_ref: str) -> OfficeVisit | None:
    return session.scalar(select(OfficeVisit).where(OfficeVisit.visit_ref == visit_ref))


def visits_waiting(session: Session, actor: Actor) -> Sequence[OfficeVisit]:
    """Planned ones to answer and logged ones to confirm, in this area."""
    waiting = (OfficeVisitState.PLANNED, OfficeVisitState.LOGGED)
    return session.scalars(
        select(OfficeVisit)
        .join(PairTie)
        .join(Need)
        .where(OfficeVisit.state.in_(waiting), Need.area.startswith(actor.area))
        .order_by(OfficeVisit.planned_at)
    ).all()


def drafts_in_area(session: Session, actor: Actor) -> Sequence[ProposalDraft]:
    return session.scalars(
        select(ProposalDraft)
        .join(Need)
        .join(Case)
        .where(ProposalDraft.state == DraftState.DRAFT, Need.area.startswith(actor.area))
        .options(joinedload(ProposalDraft.need).joinedload(Need.case))
        .order_by(ProposalDraft.need_id, ProposalDraft.rank)
        .limit(300)
    ).all()


def drafts_of_need(session: Session, need_id: int, run_ref: str) -> Sequence[ProposalDraft]:
    return session.scalars(
        select(ProposalDraft)
        .where(
            ProposalDraft.need_id == need_id,
            ProposalDraft.run_ref == run_ref,
            ProposalDraft.state == DraftState.DRAFT,
        )
        .order_by(ProposalDraft.rank)
    ).all()


def draft_by_id(session: Session, draft_id: int) -> ProposalDraft | None:
    return session.get(ProposalDraft, draft_id)


def filing_check_by_id(session: Session, check_id: int) -> FilingCheck | None:
    return session.get(FilingCheck, check_id)


def filing_checks_in(session: Session, actor: Actor) -> Sequence[FilingCheck]:
    waiting = (FilingCheckState.SUBMITTED, FilingCheckState.CHECKED)
    return session.scalars(
        select(FilingCheck).where(FilingCheck.state.in_(waiting), FilingCheck.area.startswith(actor.area))
    ).all()


def declined_donors(session: Session, case_id: int) -> set[str]:
    """Donors whom this household has declined before: they are not proposed to it again."""
    rows = session.scalars(
        select(PairTie.donor_token)
        .join(Need)
        .where(Need.case_id == case_id, PairTie.state == PairState.DECLINED)
    )
    return set(rows)
