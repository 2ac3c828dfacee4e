"""Runs of the batch as the office knows them: the latest, who is left, what officers said of single pairs."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.core.paging import Page, paged
from app.followup.models import ProposalBatch, ProposalDraft, ProposalLeft, ProposalRequest, ProposalWish
from app.followup.states import DraftState
from app.needs.models import Need
from app.needs.states import NeedState
from app.policy.actors import Actor


def latest_batch(session: Session, county: str) -> ProposalBatch | None:
    """The newest run that saw this county: its own, or one over all."""
    return session.scalar(
        select(ProposalBatch)
        .where(or_(ProposalBatch.county == "", ProposalBatch.county == county))
        .order_by(ProposalBatch.ran_at.desc(), ProposalBatch.id.desc())
        .limit(1)
    )


def batch_by_ref(session: Session, run_ref: str) -> ProposalBatch | None:
    return session.scalar(select(ProposalBatch).where(ProposalBatch.run_ref == run_ref))


def batches_of(session: Session, county: str) -> Sequence[ProposalBatch]:
    return session.scalars(select(ProposalBatch).where(ProposalBatch.county == county)).all()


def left_page(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """Needs of this area that still wait and got nobody."""
    statement = (
        select(ProposalLeft)
        .join(Need)
        .where(_waits(actor))
        .options(joinedload(ProposalLeft.need).joinedload(Need.case))
        .order_by(ProposalLeft.reason, Need.id)
    )
    return paged(session, statement, page, size=10)


def left_counts(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(ProposalLeft.reason, func.count())
        .join(Need)
        .where(_waits(actor))
        .group_by(ProposalLeft.reason)
        .order_by(func.count().desc(), ProposalLeft.reason)
    )
    return {reason: n for reason, n in rows}


def _waits(actor: Actor) -> ColumnElement[bool]:
    return and_(Need.area.startswith(actor.area, autoescape=True), Need.state == NeedState.PUBLISHED)


def wishes_of(session: Session, actor: Actor) -> Sequence[ProposalWish]:
    """What officers of this area said and did not take back, of needs that still wait."""
    return session.scalars(
        select(ProposalWish)
        .join(Need)
        .where(ProposalWish.lifted_at.is_(None), _waits(actor))
        .options(joinedload(ProposalWish.need).joinedload(Need.case))
        .order_by(ProposalWish.kind.desc(), ProposalWish.id)
    ).all()


def wish_by_id(session: Session, wish_id: int) -> ProposalWish | None:
    return session.get(ProposalWish, wish_id)


def live_wishes_of_need(session: Session, need_id: int) -> Sequence[ProposalWish]:
    return session.scalars(
        select(ProposalWish).where(ProposalWish.need_id == need_id, ProposalWish.lifted_at.is_(None))
    ).all()


def live_wishes_about(session: Session, project_ids: Collection[str]) -> Sequence[ProposalWish]:
    return session.scalars(
        select(ProposalWish).where(ProposalWish.project_id.in_(project_ids), ProposalWish.lifted_at.is_(None))
    ).all()


def open_request(session: Session, county: str) -> ProposalRequest | None:
    return session.scalar(select(ProposalRequest).where(ProposalRequest.live_key == county))


def latest_request(session: Session, county: str) -> ProposalRequest | None:
    return session.scalar(
        select(ProposalRequest)
        .where(ProposalRequest.area == county)
        .order_by(ProposalRequest.id.desc())
        .limit(1)
    )


def drafts_of_other_runs(
    session: Session, need_ids: Collection[int], run_ref: str
) -> Sequence[ProposalDraft]:
    """What still waits for a look, of these needs and from earlier runs."""
    return session.scalars(
        select(ProposalDraft).where(
            ProposalDraft.need_id.in_(need_ids),
            ProposalDraft.run_ref != run_ref,
            ProposalDraft.state == DraftState.DRAFT,
        )
    ).all()


def request_by_ref(session: Session, request_ref: str) -> ProposalRequest | None:
    return session.scalar(select(ProposalRequest).where(ProposalRequest.request_ref == request_ref))


def pinned_pairs(wishes: Sequence[ProposalWish], drafts: Sequence[ProposalDraft]) -> set[int]:
    """Which drafts are those that an officer settled on."""
    pins = {(w.need_id, w.donor_token) for w in wishes if w.kind == "pin"}
    return {d.id for d in drafts if (d.need_id, d.donor_token) in pins}
