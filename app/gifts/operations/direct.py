"""The county asks one organisation for a need that stands in no list (decisions 10): taken, it is an ordinary
claim."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.accounts.queries.partners import partner_by_token, partner_of
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.gifts.models import Claim, DirectOffer
from app.gifts.operations.claims import (
    Obstacle,
    check_form,
    lacking_for,
    locked_partner,
    new_claim,
    tell_office,
)
from app.gifts.queries import offer_by_number, offers_run_out
from app.gifts.states import DIRECT_OFFER, OfferState, there_is_time_to_answer
from app.policy.actors import SYSTEM, Actor
from app.policy.catalogue import NAMES


def receive_offer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter direct.offer. Raises LookupError for an organisation that is not known here."""
    if offer_by_number(session, payload["offer_no"]) is not None:
        return
    partner = partner_by_token(session, payload["token"])
    if not isinstance(partner, Organisation):
        raise LookupError("no such organisation")
    offer = DirectOffer(
        offer_no=payload["offer_no"],
        organisation=partner,
        organisation_id=partner.id,
        need_item=payload["need_item"],
        region_label=payload["region_label"],
        kind=payload["kind"],
        amount_band=payload["amount_band"],
        urgency=payload["urgency"],
        answer_by=datetime.fromisoformat(payload["answer_by"]),
    )
    begin(session, DIRECT_OFFER, offer, actor=SYSTEM, now=now)


def obstacle_to_take(session: Session, offer: DirectOffer, *, actor: Actor, now: datetime) -> Obstacle | None:
    """What stands in the way; the county picked the taker, so that the limit of holds does not."""
    day, partner = local_day(now), partner_of(session, actor)
    if partner is None or not partner.is_verified(day):
        return Obstacle("unverified", msg("你的身份还没有核验，或者已经到期。核验通过后就能接。"))
    late = there_is_time_to_answer(offer, actor, now)
    if late is not None:
        return Obstacle("late", late)
    return lacking_for(session, partner, NAMES.get(offer.need_item or ""), actor, day)


def take_offer(
    session: Session, offer: DirectOffer, *, ready_on: date, promised: bool, actor: Actor, now: datetime
) -> Claim:
    """From here on it goes the way of every claim. Raises Refusal: late, not verified, a check is missing,
    answered already; BadInput: no promise, a wrong day."""
    require(actor, "offer.answer", offer)
    partner = locked_partner(session, actor)
    if offer.state == OfferState.OFFERED:
        obstacle = obstacle_to_take(session, offer, actor=actor, now=now)
        if obstacle is not None:
            raise Refusal(obstacle.message)
    check_form(promised, ready_on, now)
    advance(session, DIRECT_OFFER, offer, "take", actor=actor, now=now)
    title, kind = offer.need_item or "", offer.kind or "goods"
    claim = new_claim(session, offer.offer_no, title, kind, ready_on=ready_on, actor=actor, now=now)
    tell_office(session, claim, partner, actor, now)
    return claim


def decline_offer(session: Session, offer: DirectOffer, *, actor: Actor, now: datetime) -> None:
    """No reason is asked; the county asks somebody else."""
    _close(session, offer, "decline", actor, now)
    _answer(session, offer, now)


def expire_offers(session: Session, *, now: datetime) -> int:
    """Those whose time is over go back to the county."""
    late = offers_run_out(session, now)
    for offer in late:
        _close(session, offer, "expire", SYSTEM, now)
        _answer(session, offer, now)
    return len(late)


def take_back(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter direct.withdrawn, with thanks where the need is met without anybody's help. What was
    answered meanwhile is sorted out in the office."""
    offer = offer_by_number(session, payload["offer_no"])
    if offer is None:
        raise LookupError("no such offer")
    if offer.state == OfferState.OFFERED:
        _close(session, offer, "thank" if payload.get("thanks") else "withdraw", SYSTEM, now)


def _close(session: Session, offer: DirectOffer, action: str, actor: Actor, now: datetime) -> None:
    """It came to nothing: what it said is gone with the same step."""
    if offer.state == OfferState.OFFERED:
        offer.need_item = offer.region_label = offer.kind = offer.amount_band = offer.urgency = None
    advance(session, DIRECT_OFFER, offer, action, actor=actor, now=now)


def _answer(session: Session, offer: DirectOffer, now: datetime) -> None:
    payload = {"offer_no": offer.offer_no, "answer": offer.state}
    send(session, "direct.answered", payload, key=offer.offer_no, subject=offer.offer_no, now=now)
