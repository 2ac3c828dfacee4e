"""Reading ties, pairings, drafts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case
from app.core.states import OfficeStateChange
from app.followup.models import CountyParameter, FilingCheck, OfficeVisit, PairTie, ProposalDraft, Tie
from app.followup.states import DraftState, PairState, TieState
from app.needs.models import Need
from app.policy import parameters

MONEY = "money_enabled"
LIVE_TIES = (TieState.HELD, TieState.CONTACTED, TieState.COMMITTED, TieState.ARRIVED, TieState.HANDED_OVER)


def tie_by_id(session: Session, tie_id: int) -> Tie | None:
    return session.scalar(
        select(Tie).where(Tie.id == tie_id).options(joinedload(Tie.need).joinedload(Need.case))
    )


def tie_by_claim(session: Session, claim_ref: str) -> Tie | None:
    return session.scalar(select(Tie).where(Tie.claim_ref == claim_ref))


def tie_by_pledge(session: Session, pledge_ref: str) -> Tie | None:
    return session.scalar(select(Tie).where(Tie.pledge_ref == pledge_ref))


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


def visit_by_id(session: Session, visit_id: int) -> OfficeVisit | None:
    return session.get(OfficeVisit, visit_id)


def visit_by_ref(session: Session, visit_ref: str) -> OfficeVisit | None:
    return session.scalar(select(OfficeVisit).where(OfficeVisit.visit_ref == visit_ref))


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


def draft_by_ref(session: Session, proposal_ref: str) -> ProposalDraft | None:
    return session.scalar(select(ProposalDraft).where(ProposalDraft.proposal_ref == proposal_ref))


def draft_by_id(session: Session, draft_id: int) -> ProposalDraft | None:
    return session.get(ProposalDraft, draft_id)


def filing_check_by_id(session: Session, check_id: int) -> FilingCheck | None:
    return session.get(FilingCheck, check_id)


def declined_donors(session: Session, case_id: int) -> set[str]:
    """Donors whom this household has declined before: they are not proposed to it again."""
    rows = session.scalars(
        select(PairTie.donor_token)
        .join(Need)
        .where(Need.case_id == case_id, PairTie.state == PairState.DECLINED)
    )
    return set(rows)


def pairs_asking(session: Session) -> Sequence[PairTie]:
    """Those whose household has not answered yet, the oldest first."""
    return session.scalars(
        select(PairTie)
        .where(PairTie.state == PairState.ASKING)
        .options(joinedload(PairTie.need).joinedload(Need.case))
        .order_by(PairTie.id)
    ).all()


def pairs_that_need_consent(session: Session) -> Sequence[PairTie]:
    """Those under way: the household's yes must hold as long as they last."""
    return session.scalars(
        select(PairTie)
        .where(PairTie.state.in_((PairState.AGREED, PairState.ACTIVE)))
        .options(joinedload(PairTie.need).joinedload(Need.case).selectinload(Case.consents))
    ).all()


def moves_of(session: Session, machine: str, thing_id: int) -> Sequence[OfficeStateChange]:
    """Who moved a thing where, oldest first; reasons stand in them."""
    return session.scalars(
        select(OfficeStateChange)
        .where(OfficeStateChange.subject_type == machine, OfficeStateChange.subject_id == thing_id)
        .order_by(OfficeStateChange.id)
    ).all()


def money_is_on(session: Session, area: str, day: date) -> bool:
    """Online payment in a county on that day: what its lead set last, else what is shipped."""
    found = session.scalar(
        select(CountyParameter.value)
        .where(CountyParameter.area == area, CountyParameter.key == MONEY, CountyParameter.valid_from <= day)
        .order_by(CountyParameter.id.desc())
        .limit(1)
    )
    return bool(parameters.at(MONEY, day, area) if found is None else found)
