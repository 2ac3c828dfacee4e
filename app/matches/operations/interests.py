"""What a partner says it can give."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import BadInput
from app.core.messages import msg
from app.core.states import require
from app.matches.models import Interest
from app.matches.queries import interest_of
from app.policy.actors import Actor


@dataclass(frozen=True)
class Offer:
    kinds: tuple[str, ...]
    items: tuple[str, ...]
    counties: tuple[str, ...]
    cadence: str
    minors_ok: bool
    capacity: int
    open: bool = True


def state_interest(session: Session, offer: Offer, *, actor: Actor, now: datetime) -> Interest:
    """Raises BadInput when nothing or nowhere is chosen."""
    require(actor, "interest.state")
    if not offer.kinds:
        raise BadInput(msg("请至少选一样：出物、出服务，还是出资金。"), field="kinds")
    if not offer.counties:
        raise BadInput(msg("请至少选一个方便去的县。"), field="counties")
    interest = interest_of(session, actor)
    if interest is None:
        interest = Interest(
            organisation_id=actor.organisation_id,
            volunteer_id=actor.volunteer_id,
            created_at=now,
            created_by=actor.label,
        )
        session.add(interest)
    interest.kinds, interest.items = list(offer.kinds), list(offer.items)
    interest.counties, interest.cadence = list(offer.counties), offer.cadence
    interest.minors_ok, interest.capacity, interest.open = offer.minors_ok, offer.capacity, offer.open
    session.flush()
    return interest
