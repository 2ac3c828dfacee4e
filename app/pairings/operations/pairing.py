"""A partner accepts a proposal; the household is asked in the office; its answer comes by letter."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import Message, msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import token
from app.library.models import Card
from app.library.operations import set_claimed
from app.library.queries import card_by_number
from app.matches.models import PairingProposal
from app.matches.operations.answering import choose, end_choice
from app.matches.operations.scoring import is_allowed, willing_partners
from app.matches.operations.telling import donor_facts
from app.pairings.models import Pairing
from app.pairings.queries import pairing_by_ref
from app.pairings.states import COMING, OPEN, PAIRING, VISIT
from app.policy.actors import SYSTEM, Actor

TAKEN = msg("这一项刚被别人接走了。县里会再给你推荐。")


def accept_proposal(session: Session, proposal: PairingProposal, *, actor: Actor, now: datetime) -> Pairing:
    """Raises Refusal when someone else was first: the card is the lock that claims and pairings share.

    Also for a partner whose checks ran out since (I-21), or who has no place left.
    """
    card = card_by_number(session, proposal.project_id)
    if card is None or card.blanked:
        raise Refusal(TAKEN)
    obstacle = obstacle_to_accept(session, proposal, card, now)
    if obstacle is not None:
        raise Refusal(obstacle)
    choose(session, proposal, actor=actor, now=now)
    if not set_claimed(session, proposal.project_id, claimed=True, now=now):
        raise Refusal(TAKEN)
    pairing = Pairing(
        pairing_ref=token(),
        project_id=proposal.project_id,
        live_key=proposal.project_id,
        title=card.title,
        label_text=card.label_text,
        organisation_id=proposal.organisation_id,
        volunteer_id=proposal.volunteer_id,
        proposal_ref=proposal.proposal_ref,
        cadence=proposal.interest.cadence,
    )
    begin(session, PAIRING, pairing, actor=actor, now=now)
    payload = {
        "pairing_ref": pairing.pairing_ref,
        "proposal_ref": pairing.proposal_ref,
        "project_id": pairing.project_id,
        "donor": donor_facts(proposal.interest),
        "accepted_at": now.isoformat(),
    }
    send(session, "pairing.accepted", payload, key=pairing.pairing_ref, subject=pairing.project_id, now=now)
    return pairing


def obstacle_to_accept(
    session: Session, proposal: PairingProposal, card: Card | None, now: datetime
) -> Message | None:
    """What the partner lacks today for this card, in words; None when nothing stands in the way."""
    day, interest = local_day(now), proposal.interest
    if not interest.partner.is_verified(day):
        return msg("你的身份还没有核验，或者已经到期。核验通过后就能接。")
    if not interest.open:
        return msg("你现在不收推荐。先在“我能出什么”里勾上“愿意收到县里的推荐”，就能接。")
    if interest.id not in {w.interest.id for w in willing_partners(session, day)}:
        return msg("你现在结的对子已经够了。先办好手上的，或者在“我能出什么”里改一改。")
    if card is None or not is_allowed(interest, card, day):
        return msg("这一项要的条件，你现在的登记里缺一样。看看“我的”里核验到期没有。")
    return None


def stop(session: Session, pairing: Pairing, *, actor: Actor, now: datetime) -> None:
    """The partner stops; no reason is asked. The office finds a successor."""
    advance(session, PAIRING, pairing, "stop", actor=actor, now=now)
    _free(session, pairing, now)
    send(
        session,
        "pairing.stopped",
        {"pairing_ref": pairing.pairing_ref},
        key=pairing.pairing_ref,
        subject=pairing.project_id,
        now=now,
    )


def take_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.answered: agreed or declined. The donor never learns why. The card is open again only when the
    office says that its need is."""
    pairing = _known(session, payload["pairing_ref"])
    action = "agree" if payload["answer"] == "agreed" else "decline"
    if PAIRING.find(pairing.state, action) is None:
        return
    advance(session, PAIRING, pairing, action, actor=SYSTEM, now=now)
    if action == "decline":
        _free(session, pairing, now, open_again=payload.get("open_again", True))


def take_activation(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.activated: the plan, and the liaison through whom everything passes."""
    pairing = _known(session, payload["pairing_ref"])
    if PAIRING.find(pairing.state, "activate") is None:
        return
    pairing.cadence = payload["cadence"]
    pairing.contacts_min, pairing.visits_min = payload["contacts_min"], payload["visits_min"]
    pairing.starts_on = date.fromisoformat(payload["starts_on"])
    pairing.ends_on = date.fromisoformat(payload["ends_on"])
    pairing.first_on = date.fromisoformat(payload["first_on"])
    pairing.liaison_name, pairing.liaison_phone = payload["liaison_name"], payload["liaison_phone"]
    pairing.meeting_point, pairing.adults_min = payload["meeting_point"], payload.get("adults_min", 1)
    advance(session, PAIRING, pairing, "activate", actor=SYSTEM, now=now)


def take_end(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """pairing.ended: the office closed it; the liaison is no longer shown (I-32)."""
    pairing = _known(session, payload["pairing_ref"])
    if pairing.state in OPEN:
        advance(session, PAIRING, pairing, "end", actor=SYSTEM, now=now)
        _free(session, pairing, now, open_again=bool(payload.get("open_again")))


def _free(session: Session, pairing: Pairing, now: datetime, *, open_again: bool = True) -> None:
    """Closes what was disclosed, cancels what was planned, gives the partner its place back (I-32)."""
    for visit in pairing.visits:
        if visit.state in COMING:
            advance(session, VISIT, visit, "cancel", actor=SYSTEM, now=now)
    end_choice(session, pairing.proposal_ref, now=now)
    pairing.live_key = None
    pairing.liaison_name = pairing.liaison_phone = pairing.meeting_point = None
    if open_again:
        set_claimed(session, pairing.project_id, claimed=False, now=now)


def _known(session: Session, pairing_ref: str) -> Pairing:
    pairing = pairing_by_ref(session, pairing_ref)
    if pairing is None:
        raise LookupError("no such pairing")
    return pairing
