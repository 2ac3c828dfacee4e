"""One live claim a need: claim, release, lapse; and what the office's letters do to it (domain 4.9)."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.queries.partners import partner_of
from app.core.clock import at_local, local_day
from app.core.errors import BadInput, NotFound, Refusal
from app.core.messages import Message, msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import Claim
from app.gifts.queries import claim_by_ref, holds_on, lapsing_claims, live_holds, payment_of
from app.gifts.states import CLAIM, LIVE, PAYMENT, PLEDGE, ClaimState, hold_is_over
from app.library.models import Card
from app.library.operations import set_claimed
from app.library.queries import card_by_number, parameter_at
from app.library.states import CardStatus
from app.matches.operations.scoring import items_known_to
from app.matches.queries import interest_of
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.policy.calendar import next_working_day
from app.policy.catalogue import ITEMS, NAMES, Item

END_OF_DAY = 18
TAKEN = msg("这一项刚被别人接走了。差不多的还有，回需求库看看。")


@dataclass(frozen=True)
class Obstacle:
    """Why a partner may not claim a card now. `code`: unverified, holds, training, skill or taken."""

    code: str
    message: Message


def obstacle_to_claim(session: Session, card: Card, *, actor: Actor, now: datetime) -> Obstacle | None:
    """What stands in the way before the form is filled in; None when nothing does."""
    day = local_day(now)
    partner = partner_of(session, actor)
    if partner is None or not partner.is_verified(day):
        return Obstacle("unverified", msg("你的身份还没有核验，或者已经到期。核验通过后就能接。"))
    most = parameters.at("max_live_holds", day)
    if live_holds(session, actor, now) >= most:
        return Obstacle("holds", msg("你手上已经留着 {n} 项。先说定或放下一项，再接新的。", n=most))
    lacking = lacking_for(session, partner, NAMES.get(card.need_item or ""), actor, day)
    if lacking is not None:
        return lacking
    if not is_free(session, card, now):
        return Obstacle("taken", TAKEN)
    return None


def lacking_for(
    session: Session, partner: Organisation | Volunteer, item: Item | None, actor: Actor, day: date
) -> Obstacle | None:
    """What an item around a child, or one for professionals, asks of whoever takes it (domain 4.9)."""
    if item is None:
        return None
    if item.concerns_minor and not partner.may_be_with_children(day):
        why = msg("这一项和孩子有关，要有无犯罪记录证明和儿童保护培训证明，核验过才能接。可以先接别的。")
        return Obstacle("training", why)
    if item.needs_professional and item.code not in items_known_to(partner, interest_of(session, actor)):
        return Obstacle("skill", msg("这一项要懂行的人来做。会的话，先写进你的登记，再来接。"))
    return None


def is_free(session: Session, card: Card, now: datetime) -> bool:
    """Open, or kept by a hold whose days are over: the next claim frees it at the latest (I-28)."""
    if card.status == CardStatus.OPEN:
        return True
    return any(hold_is_over(claim, now) for claim in holds_on(session, card.project_id))


def claim_card(
    session: Session, *, project_id: str, ready_on: date, promised: bool, actor: Actor, now: datetime
) -> Claim:
    """Raises Refusal: taken, not verified, too many holds, a check is missing; BadInput: no promise, a wrong
    day."""
    require(actor, "claim.make")
    card = card_by_number(session, project_id)
    if card is None or card.blanked:
        raise NotFound
    partner = locked_partner(session, actor)
    obstacle = obstacle_to_claim(session, card, actor=actor, now=now)
    if obstacle is not None:
        raise Refusal(obstacle.message)
    check_form(promised, ready_on, now)
    for claim in holds_on(session, project_id):
        _lapse(session, claim, now)
    if not set_claimed(session, project_id, claimed=True, now=now):
        raise Refusal(TAKEN)
    title, kind = card.need_item or "", card.kind or "goods"
    claim = new_claim(session, project_id, title, kind, ready_on=ready_on, actor=actor, now=now)
    tell_office(session, claim, partner, actor, now)
    return claim


def locked_partner(session: Session, actor: Actor) -> Organisation | Volunteer:
    """The row is locked where the database can, so that many claims at once can't pass the limit of holds."""
    found: Organisation | Volunteer | None
    if actor.organisation_id is not None:
        found = session.get(Organisation, actor.organisation_id, with_for_update=True)
    else:
        found = session.get(Volunteer, actor.volunteer_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def check_form(promised: bool, ready_on: date, now: datetime) -> None:
    today = local_day(now)
    latest = today + timedelta(days=parameters.at("pledge_max_days", today))
    if not promised:
        raise BadInput(msg("请先答应：不打听、不寻找、不公开这户人家。"), field="promised")
    if ready_on < today:
        raise BadInput(msg("日期要从今天起。"), field="ready_on")
    if ready_on > latest:
        day = f"{latest.month} 月 {latest.day} 日"
        raise BadInput(msg("请选 {d} 或更早的一天。", d=day), field="ready_on")


def _lapse_days(session: Session, now: datetime) -> timedelta:
    return timedelta(days=parameter_at(session, "hold_lapse_days", local_day(now)))


def new_claim(
    session: Session, number: str, title: str, kind: str, *, ready_on: date, actor: Actor, now: datetime
) -> Claim:
    """`number` is a card's or a direct offer's. Raises Refusal when a live claim stands on it already."""
    claim = Claim(
        claim_ref=token(),
        project_id=number,
        live_key=number,
        kind=kind,
        organisation_id=actor.organisation_id,
        volunteer_id=actor.volunteer_id,
        ready_on=ready_on,
        held_at=now,
        contact_due=at_local(next_working_day(local_day(now)), END_OF_DAY),
        lapses_at=now + _lapse_days(session, now),
        title=title,
    )
    try:
        begin(session, CLAIM, claim, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(TAKEN) from error
    return claim


def tell_office(
    session: Session, claim: Claim, partner: Organisation | Volunteer, actor: Actor, now: datetime
) -> None:
    """With what the partner is able to do, for the office to compare with an item that the card may not name
    (`knows`: items for which one has to be trained)."""
    able = items_known_to(partner, interest_of(session, actor))
    payload = {
        "claim_ref": claim.claim_ref,
        "project_id": claim.project_id,
        "kind": claim.kind,
        "donor": {
            "token": partner.token,
            "kind": partner.partner_kind,
            "name": partner.public_name,
            "phone": partner.phone,
            "knows": sorted(code for code in able if ITEMS[code].needs_professional),
            "children_ok": partner.may_be_with_children(local_day(now)),
        },
        "ready_on": claim.ready_on.isoformat(),
        "held_at": claim.held_at.isoformat(),
        "contact_due": claim.contact_due.isoformat(),
        "lapses_at": claim.lapses_at.isoformat(),
    }
    send(session, "claim.made", payload, key=claim.claim_ref, subject=claim.project_id, now=now)


def regret_ends(claim: Claim, now: datetime) -> datetime:
    """Until when putting it down is not counted (decisions 18)."""
    return claim.held_at + timedelta(hours=parameters.at("hold_regret_hours", local_day(now)))


def release_claim(session: Session, claim: Claim, *, actor: Actor, now: datetime) -> None:
    """The partner puts it down, promise and all; within a day it costs nothing. Raises Refusal for what is
    paid, counted at the reception point, or with the family."""
    if claim.pledge is not None:
        advance(session, PLEDGE, claim.pledge, "cancel", actor=actor, now=now)
    advance(session, CLAIM, claim, "release", actor=actor, now=now)
    end_claim(session, claim, "released", now=now)


def lapse_claims(session: Session, *, now: datetime) -> int:
    """Holds whose days are over. While our own contact is overdue none lapses."""
    return sum(_lapse(session, claim, now) for claim in lapsing_claims(session, now))


def _lapse(session: Session, claim: Claim, now: datetime) -> bool:
    if not hold_is_over(claim, now):
        return False
    call_off_pledge(session, claim, now=now)
    advance(session, CLAIM, claim, "lapse", actor=SYSTEM, now=now)
    end_claim(session, claim, "lapsed", now=now)
    return True


def call_off_pledge(session: Session, claim: Claim, *, now: datetime) -> None:
    """The claim ends, so does its promise; what was paid already is asked back for the donor."""
    pledge = claim.pledge
    if pledge is None or PLEDGE.find(pledge.state, "call_off") is None:
        return
    payment = payment_of(session, pledge)
    if payment is not None and PAYMENT.find(payment.state, "ask_refund") is not None:
        payment.refund_reason = "claim_ended"
        advance(session, PAYMENT, payment, "ask_refund", actor=SYSTEM, now=now)
    advance(session, PLEDGE, pledge, "call_off", actor=SYSTEM, now=now)


def end_claim(
    session: Session, claim: Claim, how: str, *, now: datetime, tell: bool = True, open_again: bool = True
) -> None:
    """Frees the card in the same transaction and tells the office, unless the office said it first, or says
    that the need behind the card is not open any more."""
    claim.live_key, claim.ended_at, claim.terms = None, now, None
    session.flush()
    if open_again:
        set_claimed(session, claim.project_id, claimed=False, now=now)
    if tell:
        payload = {"claim_ref": claim.claim_ref, "how": how}
        send(session, "claim.ended", payload, key=claim.claim_ref, subject=claim.project_id, now=now)


def take_terms(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """claim.terms: size, quantity, delivery rules, for the holder alone."""
    claim = known_claim(session, payload["claim_ref"])
    if claim.state in LIVE:
        told = {"lines": payload["lines"], "qty": payload.get("qty"), "county": payload.get("county")}
        claim.terms = json.dumps(told, ensure_ascii=False)


def take_contact(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """claim.contacted: our clock is done; if it was late the hold is lengthened by the delay."""
    claim = known_claim(session, payload["claim_ref"])
    if claim.state != ClaimState.HELD:
        return
    at = datetime.fromisoformat(payload["at"])
    claim.contacted_at = at
    if at > claim.contact_due:
        claim.lapses_at += at - claim.contact_due
    advance(session, CLAIM, claim, "record_contact", actor=SYSTEM, now=now)


def take_rejection(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    claim = known_claim(session, payload["claim_ref"])
    if claim.state in LIVE:
        call_off_pledge(session, claim, now=now)
        advance(session, CLAIM, claim, "reject", actor=SYSTEM, now=now, reason=payload.get("reason"))
        again = payload.get("open_again", True)
        end_claim(session, claim, "rejected", now=now, tell=False, open_again=again)


def take_thanks(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """claim.thanked: policy or the responsible unit has met the need meanwhile. The card waits for its
    tick."""
    claim = known_claim(session, payload["claim_ref"])
    if claim.state in LIVE:
        call_off_pledge(session, claim, now=now)
        advance(session, CLAIM, claim, "thank", actor=SYSTEM, now=now)
        end_claim(session, claim, "thanked", now=now, tell=False, open_again=False)


def terms_of(claim: Claim) -> list[tuple[str, str]]:
    told = json.loads(claim.terms) if claim.terms else {"lines": []}
    return [(line[0], line[1]) for line in told["lines"]]


def wanted_qty(claim: Claim) -> int | None:
    """How many the household still lacks; None until the office has told."""
    return json.loads(claim.terms)["qty"] if claim.terms else None


def told_county(claim: Claim) -> str | None:
    """The county that the holder was told (decisions 31); None until the office has told."""
    return json.loads(claim.terms).get("county") if claim.terms else None


def known_claim(session: Session, claim_ref: str) -> Claim:
    claim = claim_by_ref(session, claim_ref)
    if claim is None:
        raise LookupError("no such claim")
    return claim
