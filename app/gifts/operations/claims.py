"""One live claim a need: claim, release, lapse; and what the office's letters do to it (domain 4.9)."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.queries.partners import partner_of
from app.core.clock import at_local, local_day
from app.core.errors import BadInput, NotFound, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import Claim
from app.gifts.queries import claim_by_ref, lapsing_claims, live_holds
from app.gifts.states import CLAIM, LIVE, ClaimState
from app.library.models import Card
from app.library.operations import set_claimed
from app.library.queries import card_by_number
from app.library.states import CardStatus
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.policy.calendar import next_working_day
from app.policy.catalogue import NAMES

END_OF_DAY = 18
TAKEN = msg("这一项刚被别人接走了。差不多的还有，回需求库看看。")


def claim_card(
    session: Session, *, project_id: str, ready_on: date, promised: bool, actor: Actor, now: datetime
) -> Claim:
    """Raises Refusal: taken, not verified, too many holds, a check is missing; BadInput: no promise, a day past."""
    require(actor, "claim.make")
    card = card_by_number(session, project_id)
    if card is None or card.blanked:
        raise NotFound
    partner = _may_claim(session, card, actor, now)
    if not promised:
        raise BadInput(msg("请先答应：不打听、不寻找、不公开这户人家。"), field="promised")
    if ready_on < local_day(now):
        raise BadInput(msg("日期要从今天起。"), field="ready_on")
    if card.status != CardStatus.OPEN or not set_claimed(session, project_id, claimed=True, now=now):
        raise Refusal(TAKEN)
    claim = _new_claim(card, ready_on, actor, now)
    try:
        begin(session, CLAIM, claim, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(TAKEN) from error
    _tell_office(session, claim, partner, now)
    return claim


def _may_claim(session: Session, card: Card, actor: Actor, now: datetime) -> Organisation | Volunteer:
    day = local_day(now)
    partner = partner_of(session, actor)
    if partner is None or not partner.is_verified(day):
        raise Refusal(msg("你的身份还没有核验，或者已经到期。核验通过后就能接。"))
    most = parameters.at("max_live_holds", day)
    if live_holds(session, actor) >= most:
        raise Refusal(msg("你手上已经留着 {n} 项。先说定或放下一项，再接新的。", n=most))
    item = NAMES.get(card.need_item or "")
    if item is not None and item.concerns_minor and not partner.has_check("training_child", day):
        raise Refusal(msg("这一项和孩子有关，要先完成儿童保护培训并核验。可以先接别的。"))
    return partner


def _new_claim(card: Card, ready_on: date, actor: Actor, now: datetime) -> Claim:
    contact_by = at_local(next_working_day(local_day(now)), END_OF_DAY)
    return Claim(
        claim_ref=token(),
        project_id=card.project_id,
        live_key=card.project_id,
        kind=card.kind or "goods",
        organisation_id=actor.organisation_id,
        volunteer_id=actor.volunteer_id,
        ready_on=ready_on,
        held_at=now,
        contact_due=contact_by,
        lapses_at=now + timedelta(days=parameters.at("hold_lapse_days", local_day(now))),
        title=card.need_item or "",
    )


def _tell_office(session: Session, claim: Claim, partner: Organisation | Volunteer, now: datetime) -> None:
    payload = {
        "claim_ref": claim.claim_ref,
        "project_id": claim.project_id,
        "kind": claim.kind,
        "donor": {
            "token": partner.token,
            "kind": getattr(partner, "kind", "volunteer"),
            "name": partner.public_name,
            "phone": partner.phone,
        },
        "ready_on": claim.ready_on.isoformat(),
        "held_at": claim.held_at.isoformat(),
        "contact_due": claim.contact_due.isoformat(),
        "lapses_at": claim.lapses_at.isoformat(),
    }
    send(session, "claim.made", payload, key=claim.claim_ref, subject=claim.project_id, now=now)


def release_claim(session: Session, claim: Claim, *, actor: Actor, now: datetime) -> None:
    """The partner puts it down; within a day it costs nothing and is not counted."""
    advance(session, CLAIM, claim, "release", actor=actor, now=now)
    end_claim(session, claim, "released", now=now)


def lapse_claims(session: Session, *, now: datetime) -> int:
    """Holds whose seven days are over. While our own contact is overdue the hold is lengthened by the delay."""
    count = 0
    for claim in lapsing_claims(session, now):
        if claim.contacted_at is None and now > claim.contact_due:
            days = parameters.at("hold_lapse_days", local_day(now))
            extended = now + (claim.held_at + timedelta(days=days) - claim.contact_due)
            claim.lapses_at = max(claim.lapses_at, extended)
            continue
        advance(session, CLAIM, claim, "lapse", actor=SYSTEM, now=now)
        end_claim(session, claim, "lapsed", now=now)
        count += 1
    return count


def end_claim(session: Session, claim: Claim, how: str, *, now: datetime, tell: bool = True) -> None:
    """Frees the card in the same transaction and tells the office, unless the office said it first."""
    claim.live_key, claim.ended_at, claim.terms = None, now, None
    set_claimed(session, claim.project_id, claimed=False, now=now)
    if tell:
        payload = {"claim_ref": claim.claim_ref, "how": how}
        send(session, "claim.ended", payload, key=claim.claim_ref, subject=claim.project_id, now=now)


def take_terms(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """claim.terms: size, quantity, delivery rules, for the holder alone."""
    claim = known_claim(session, payload["claim_ref"])
    if claim.state in LIVE:
        claim.terms = json.dumps(payload["lines"], ensure_ascii=False)


def take_contact(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """claim.contacted: our clock is done; if it was late the hold is lengthened by the delay."""
    claim = known_claim(session, payload["claim_ref"])
    if claim.state != ClaimState.HELD:
        return
    at = datetime.fromisoformat(payload["at"])
    claim.contacted_at = at
    if at > claim.contact_due:
        claim.lapses_at = max(claim.lapses_at, claim.held_at + timedelta(days=7) + (at - claim.contact_due))
    advance(session, CLAIM, claim, "record_contact", actor=SYSTEM, now=now)


def take_rejection(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    claim = known_claim(session, payload["claim_ref"])
    if claim.state in LIVE:
        advance(session, CLAIM, claim, "reject", actor=SYSTEM, now=now, reason=payload.get("reason"))
        end_claim(session, claim, "rejected", now=now, tell=False)


def terms_of(claim: Claim) -> list[tuple[str, str]]:
    return [(line[0], line[1]) for line in json.loads(claim.terms)] if claim.terms else []


def known_claim(session: Session, claim_ref: str) -> Claim:
    claim = claim_by_ref(session, claim_ref)
    if claim is None:
        raise LookupError("no such claim")
    return claim
