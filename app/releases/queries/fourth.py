"""Step ④: what has waited long enough in step ③, and what the finance bureau has been asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.core.paging import Page, paged
from app.needs.models import CascadeOutcome, Need, Referral
from app.needs.states import NeedState, OutcomeState, ReferralState
from app.policy import parameters
from app.policy.actors import Actor
from app.policy.calendar import add_working_days
from app.releases.models import NeedProject
from app.releases.states import ProjectState


@dataclass(frozen=True)
class Fourth:
    """A need in step ④, what was written of it, and what the finance bureau last said."""

    need: Need
    referral: Referral
    answer: CascadeOutcome | None

    @property
    def due(self) -> date | None:
        """Until when the finance bureau answers; None once it has."""
        return fiscal_due(self.need) if self.answer is None else None


def fiscal_due(need: Need) -> date | None:
    if need.stage4_on is None:
        return None
    return add_working_days(need.stage4_on, parameters.at("fiscal_answer_wd", need.stage4_on))


def may_be_referred(actor: Actor, day: date) -> Select[Need]:
    """Their days in step ③ are over, no cohort has room for them, nobody was asked to agree yet."""
    before = day - timedelta(days=parameters.at("refer_after_days", day))
    asked = exists().where(Referral.need_id == Need.id, Referral.state == ReferralState.ASKED)
    placed = exists().where(
        NeedProject.live_key == Need.id,
        NeedProject.state == ProjectState.APPROVED,
        NeedProject.planned_k.is_not(None),
    )
    return (
        select(Need)
        .where(
            Need.state.in_((NeedState.STAGE3, NeedState.IN_COHORT)),
            Need.residual_qty > 0,
            Need.area.startswith(actor.area, autoescape=True),
            Need.stage3_on <= before,
            ~asked,
            ~placed,
        )
        .options(joinedload(Need.case))
        .order_by(Need.stage3_on, Need.id)
    )


def may_be_referred_page(session: Session, actor: Actor, day: date, *, page: int = 1) -> Page:
    return paged(session, may_be_referred(actor, day), page, size=10)


def fourth_page(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """Those in step ④, the longest waiting first."""
    statement = (
        select(Need)
        .where(Need.state == NeedState.STAGE4, Need.area.startswith(actor.area, autoescape=True))
        .options(joinedload(Need.case), selectinload(Need.outcomes))
        .order_by(Need.stage4_on, Need.id)
    )
    return paged(session, statement, page)


def with_dossiers(session: Session, needs: Sequence[Need]) -> list[Fourth]:
    approved = session.scalars(
        select(Referral).where(
            Referral.need_id.in_([n.id for n in needs]), Referral.state == ReferralState.APPROVED
        )
    )
    referral = {r.need_id: r for r in approved}
    return [Fourth(n, referral[n.id], fiscal_answer(n)) for n in needs if n.id in referral]


def fiscal_answer(need: Need) -> CascadeOutcome | None:
    """The newest that was not sent back."""
    said = [o for o in need.outcomes if o.stage == 4 and o.state != OutcomeState.REJECTED]
    return said[-1] if said else None
