"""What an urgent bypass left owed is answered after all: policy or the unit covers it, and whoever held the
need is thanked (domain 4.4 late_outcome)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.states import require
from app.followup.operations.claims import end_with_thanks, send_terms
from app.followup.operations.direct import withdraw_offer
from app.followup.queries import ties_of_needs
from app.followup.queries.direct import offers_of_need
from app.followup.states import OfferState, TieState
from app.needs.models import CascadeOutcome, Need
from app.needs.operations import cascade
from app.policy.actors import Actor

_BEFORE_A_PROMISE = (TieState.HELD, TieState.CONTACTED)


def verify_late_outcome(session: Session, entry: CascadeOutcome, *, actor: Actor, now: datetime) -> bool:
    """Another person agrees. True when nothing is missing any more: the hold ends in the same transaction,
    and no certificate comes of it. A part of it: the holder is told how much is still missing. The card, if
    there is one, turns at the tick. Raises Refusal beside a promise."""
    require(actor, "outcome.verify", entry)
    met = cascade.verify_late(session, entry, actor=actor, now=now)
    if met:
        _thank(session, entry.need, actor, now)
    elif entry.covered_qty:
        for tie in ties_of_needs(session, [entry.need_id]):
            if tie.state in _BEFORE_A_PROMISE:
                send_terms(session, tie, now, again=f"/late/{entry.id}")
    return met


def _thank(session: Session, need: Need, actor: Actor, now: datetime) -> None:
    for offer in offers_of_need(session, need.id):
        if offer.state == OfferState.OFFERED:
            withdraw_offer(session, offer, thanks=True, actor=actor, now=now)
    for tie in ties_of_needs(session, [need.id]):
        if tie.state in _BEFORE_A_PROMISE:
            end_with_thanks(session, tie, actor=actor, now=now)
