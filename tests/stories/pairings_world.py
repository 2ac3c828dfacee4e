"""Suggestions and pairings on the public side; the office's letters are written by hand."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import at_local
from app.core.house import House
from app.library.operations import shelve_cohort
from app.matches.models import PairingProposal
from app.matches.operations.answering import receive_sent
from app.matches.operations.interests import Offer, state_interest
from app.matches.operations.proposing import propose
from app.pairings.models import Pairing, Visit
from app.pairings.operations import pairing as tying
from app.pairings.operations import visits
from app.policy.actors import SYSTEM
from app.policy.lattice import Label
from tests.clock import NOW
from tests.stories.gifts_world import CERTIFICATE, DAY
from tests.world import COUNTY, donor, public

HAIR, TALK, ERRAND, FIX, TEACH = (f"XQ-PPPP000{n}" for n in range(1, 6))
ITEMS = {HAIR: "理发", TALK: "亲情陪伴", ERRAND: "代买代办", FIX: "家电维修", TEACH: "学业辅导"}
LIAISON = "联络员李某"
VISIT_DAY = DAY + timedelta(days=3)


def shelve_services(house: House) -> None:
    """Five services that one person can do."""
    cards = [
        {
            "project_id": number,
            "action_no": 10 if number == TEACH else 12,
            "need_item": item,
            "kind": "service",
            "amount_band": "不涉及资金",
            "urgency": "important",
        }
        for number, item in ITEMS.items()
    ]
    payload = {
        "cohort_id": "C-of-services",
        "label": Label("同心县", "1-2人").as_dict(),
        "certificate": {**CERTIFICATE, "number": "SRVC-0001"},
        "tick": DAY.isoformat(),
        "published_month": "2026-09",
        "cards": cards,
    }
    with public(house) as session:
        shelve_cohort(session, payload, now=NOW)


def offer(**other: object) -> Offer:
    usual: dict[str, object] = {
        "kinds": ("service",),
        "items": ("S01", "S06", "S08", "S12"),
        "counties": (COUNTY,),
        "cadence": "monthly",
        "minors_ok": False,
        "capacity": 2,
    }
    return Offer(**{**usual, **other})  # type: ignore[arg-type]


def another_partner(house: House) -> None:
    """Takes up to twenty: every card has somebody, and the volunteer is an alternative for the rest."""
    willing(house, "charity", capacity=20)


def willing(house: House, login: str = "vol", **other: object) -> None:
    with public(house) as session:
        state_interest(session, offer(**other), actor=donor(session, login), now=NOW)


def suggested(house: House, *numbers: str, login: str = "vol", expires_on: date | None = None) -> list[str]:
    """Drafts of the batch that the office let through to this partner; their numbers in the order of
    `numbers`."""
    with public(house) as session:
        actor = donor(session, login)
        propose(session, actor=SYSTEM, now=NOW)
        drafts = {
            p.project_id: p
            for p in session.query(PairingProposal).filter_by(state="draft").all()
            if (p.volunteer_id, p.organisation_id) == (actor.volunteer_id, actor.organisation_id)
        }
        refs = [drafts[number].proposal_ref for number in numbers]
        send(session, refs, expires_on or DAY + timedelta(days=14))
        return refs


def send(session: Session, refs: list[str], expires_on: date) -> None:
    lines = [{"proposal_ref": ref, "rank": 1} for ref in refs]
    receive_sent(session, {"proposals": lines, "expires_on": expires_on.isoformat()}, now=NOW)


def accepted_pairing(house: House, number: str = HAIR, login: str = "vol", **other: object) -> str:
    """A suggestion that its partner accepted; the pairing's number."""
    shelve_services(house)
    willing(house, login, **other)
    ref = suggested(house, number, login=login)[0]
    with public(house) as session:
        proposal = session.query(PairingProposal).filter_by(proposal_ref=ref).one()
        return tying.accept_proposal(session, proposal, actor=donor(session, login), now=NOW).pairing_ref


def answer(house: House, pairing_ref: str, *, yes: bool = True) -> None:
    payload = {"pairing_ref": pairing_ref, "answer": "agreed" if yes else "declined"}
    with public(house) as session:
        tying.take_answer(session, payload, now=NOW)


def activate(house: House, pairing_ref: str, **other: object) -> None:
    payload = {
        "pairing_ref": pairing_ref,
        "cadence": "monthly",
        "contacts_min": 12,
        "visits_min": 6,
        "starts_on": DAY.isoformat(),
        "ends_on": (DAY + timedelta(days=365)).isoformat(),
        "first_on": VISIT_DAY.isoformat(),
        "liaison_name": LIAISON,
        "liaison_phone": "0953-8020000",
        "meeting_point": "县社工服务中心",
        **other,
    }
    with public(house) as session:
        tying.take_activation(session, payload, now=NOW)


def running_pairing(house: House, number: str = HAIR, *, child: bool = False, **plan: object) -> str:
    """`child`: the volunteer said yes to children; the rest is the office's plan."""
    offering: dict[str, Any] = {"items": ("S02",), "minors_ok": True} if child else {}
    pairing_ref = accepted_pairing(house, number, **offering)
    answer(house, pairing_ref)
    activate(house, pairing_ref, **plan)
    return pairing_ref


def agreed_visit(
    house: House,
    pairing_ref: str,
    at: datetime | None = None,
    *,
    login: str = "vol",
    answered: str = "accepted",
) -> str:
    """A visit that the village answered; its number."""
    at = at or at_local(VISIT_DAY, 10)
    with public(house) as session:
        visit = visits.plan_visit(
            session,
            pairing_named(session, pairing_ref),
            planned_at=at,
            kind="visit",
            adults_n=1,
            actor=donor(session, login),
            now=NOW,
        )
        visits.take_answer(session, {"visit_ref": visit.visit_ref, "answer": answered}, now=NOW)
        return visit.visit_ref


def pairing_named(session: Session, pairing_ref: str) -> Pairing:
    return session.query(Pairing).filter_by(pairing_ref=pairing_ref).one()


def visit_named(session: Session, visit_ref: str) -> Visit:
    return session.query(Visit).filter_by(visit_ref=visit_ref).one()
