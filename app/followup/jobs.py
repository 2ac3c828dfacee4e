"""The corridor between donors and cases: every letter that claims, pairings and money need, both ways."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.house import House
from app.core.jobs import Periodic
from app.core.outbox import Handler
from app.followup.operations import batches, claims, direct, inquiries, money, pairings, proposals, visits
from app.gifts.operations import charity
from app.gifts.operations import claims as public_claims
from app.gifts.operations import direct as public_direct
from app.gifts.operations import pledges as public_pledges
from app.library.operations import keep_parameter
from app.library.operations.asking import take_reply
from app.matches.operations import answering, requests, wishes
from app.pairings.operations import pairing as public_pairing
from app.pairings.operations import visits as public_visits


def _carry(operation: Callable[..., None]) -> Handler:
    def handle(session: Session, payload: dict[str, Any], now: datetime) -> None:
        operation(session, payload, now=now)

    return handle


def _step(action: str) -> Handler:
    def handle(session: Session, payload: dict[str, Any], now: datetime) -> None:
        public_pledges.take_step(session, payload, action, now=now)

    return handle


def _take_proposals(session: Session, payload: dict[str, Any], now: datetime) -> None:
    proposals.take_drafts(session, payload, now=now)
    batches.take_run(session, payload, now=now)


def lapse(house: House, now: datetime) -> None:
    with house.public.transaction() as session:
        public_claims.lapse_claims(session, now=now)
        public_direct.expire_offers(session, now=now)


def end_without_consent(house: House, now: datetime) -> None:
    with house.need_office().transaction() as session:
        pairings.end_without_consent(session, now=now)
        direct.end_offers_without_consent(session, now=now)


def end_unanswered(house: House, now: datetime) -> None:
    with house.need_office().transaction() as session:
        pairings.end_unanswered(session, now=now)


TO_OFFICE: dict[str, Handler] = {
    "claim.made": _carry(claims.open_tie),
    "claim.ended": _carry(claims.end_tie),
    "direct.answered": _carry(direct.take_offer_answer),
    "pledge.made": _carry(claims.take_pledge),
    "payment.settled": _carry(claims.take_payment),
    "purchase.recorded": _carry(claims.take_purchase),
    "charity_project.submitted": _carry(money.take_filing),
    "proposals.drafted": _take_proposals,
    "proposals.started": _carry(batches.take_start),
    "proposals.failed": _carry(batches.take_failure),
    "proposal.answered": _carry(proposals.take_answer),
    "pairing.accepted": _carry(pairings.open_pair),
    "pairing.stopped": _carry(pairings.take_stop),
    "visit.planned": _carry(visits.take_visit_plan),
    "visit.logged": _carry(visits.take_visit_log),
    "question.asked": _carry(inquiries.take_question),
}
TO_PUBLIC: dict[str, Handler] = {
    "direct.offer": _carry(public_direct.receive_offer),
    "direct.withdrawn": _carry(public_direct.take_back),
    "claim.terms": _carry(public_claims.take_terms),
    "claim.contacted": _carry(public_claims.take_contact),
    "claim.rejected": _carry(public_claims.take_rejection),
    "claim.thanked": _carry(public_claims.take_thanks),
    "pledge.arrived": _step("arrive"),
    "pledge.handed_over": _step("hand_over"),
    "pledge.confirmed": _step("confirm"),
    "pledge.disputed": _step("dispute"),
    "charity_project.checked": _carry(charity.take_project_verdict),
    "proposals.send": _carry(answering.receive_sent),
    "proposals.wish": _carry(wishes.receive_wish),
    "proposals.wish_lifted": _carry(wishes.receive_lift),
    "proposals.rerun": _carry(requests.receive_request),
    "pairing.answered": _carry(public_pairing.take_answer),
    "pairing.activated": _carry(public_pairing.take_activation),
    "pairing.ended": _carry(public_pairing.take_end),
    "visit.answered": _carry(public_visits.take_answer),
    "visit.confirmed": _carry(public_visits.take_confirmation),
    "question.answered": _carry(take_reply),
    "parameter.dated": _carry(keep_parameter),
}
PERIODIC = (
    Periodic("gifts.lapse", timedelta(seconds=30), lapse),
    Periodic("followup.consents", timedelta(seconds=30), end_without_consent),
    Periodic("followup.unanswered", timedelta(minutes=10), end_unanswered),
)
