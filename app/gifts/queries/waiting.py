"""All that waits for a partner beside its claims and pairings, with one query: every page under /my counts
it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, Select, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.core.database import Instant
from app.gifts.models import CharityProject, Claim, DirectOffer, Pledge
from app.gifts.queries import claims_are_of
from app.gifts.states import LIVE, OfferState, PledgeState
from app.library.models import Card, Question, ShelfCohort
from app.library.states import OVER, CardStatus
from app.matches.models import PairingProposal
from app.matches.queries import proposals_are_of
from app.matches.states import ProposalState
from app.pairings.models import Pairing, ServiceHour, Visit
from app.pairings.queries import pairings_are_of
from app.policy import parameters
from app.policy.actors import Actor


@dataclass(frozen=True)
class Thing:
    """One line: an offer, a suggestion, an answer, a filed project, a gift to one. `note` and `state` as its
    kind has them."""

    ref: str
    title: str
    note: str
    state: str
    at: datetime | None
    day: date | None


@dataclass
class Waiting:
    offers: list[Thing] = field(default_factory=list)
    proposals: list[Thing] = field(default_factory=list)
    answers: list[Thing] = field(default_factory=list)
    projects: list[Thing] = field(default_factory=list)
    gifts: list[Thing] = field(default_factory=list)
    live_claims: int = 0
    minutes: int = 0
    kind: str = ""


def waiting_for(session: Session, actor: Actor, *, day: date) -> Waiting:
    """`day` is today. Of suggestions only those that can be taken now, at most three, the best first."""
    parts = [_proposals(actor, day), _answers(actor), _live_claims(actor), _minutes(actor)]
    if actor.organisation_id is not None:
        parts += [_offers(actor), _projects(actor), _gifts(actor), _kind(actor)]
    found = Waiting()
    rows = list(session.execute(union_all(*parts)))
    for row in sorted((r for r in rows if r.what == "proposals"), key=lambda r: (-r.number, r.note)):
        found.proposals.append(_thing(row))
    del found.proposals[parameters.at("proposals_max", day) :]
    for row in rows:
        if row.what in ("live_claims", "minutes"):
            setattr(found, row.what, int(row.number or 0))
        elif row.what == "kind":
            found.kind = row.note
        elif row.what != "proposals":
            getattr(found, row.what).append(_thing(row))
    found.offers.sort(key=lambda t: (t.at, t.ref))
    return found


def _thing(row: Any) -> Thing:
    return Thing(row.ref or "", row.title or "", row.note or "", row.state or "", row.at, row.day)


def _line(what: str, **columns: Any) -> Select[Any]:
    """One part of the union: the same columns everywhere, blank where the part has none."""
    types: dict[str, Any] = {"ref": String, "title": String, "note": String, "state": String}
    types |= {"at": Instant, "day": Date, "number": Float}
    named = (
        (columns[name] if name in columns else cast(null(), type_)).label(name)
        for name, type_ in types.items()
    )
    return select(cast(literal(what), String).label("what"), *named)


def _proposals(actor: Actor, day: date) -> Select[Any]:
    line = _line(
        "proposals",
        ref=PairingProposal.proposal_ref,
        title=Card.need_item,
        note=PairingProposal.project_id,
        day=PairingProposal.expires_on,
        number=PairingProposal.score,
    )
    free = (Card.status == CardStatus.OPEN, Card.blanked.is_(False), ShelfCohort.retired.is_(False))
    return (
        line.select_from(PairingProposal)
        .join(Card, Card.project_id == PairingProposal.project_id)
        .join(ShelfCohort, ShelfCohort.id == Card.cohort_key)
        .where(proposals_are_of(actor), PairingProposal.state == ProposalState.SENT, *free)
        .where(PairingProposal.expires_on >= day)
    )


def _answers(actor: Actor) -> Select[Any]:
    line = _line("answers", ref=Question.question_ref, title=Card.need_item, at=Question.answered_at)
    mine = (Question.account_id == actor.account_id, Question.state.in_(OVER), Question.read_at.is_(None))
    return line.select_from(Question).join(Card, Card.id == Question.card_id).where(*mine)


def _live_claims(actor: Actor) -> Select[Any]:
    counted = cast(func.count(Claim.id), Float)
    return _line("live_claims", number=counted).where(claims_are_of(actor), Claim.state.in_(LIVE))


def _minutes(actor: Actor) -> Select[Any]:
    line = _line("minutes", number=cast(func.sum(ServiceHour.minutes), Float)).select_from(ServiceHour)
    joined = line.join(Visit, Visit.id == ServiceHour.visit_id).join(Pairing, Pairing.id == Visit.pairing_id)
    return joined.where(pairings_are_of(actor))


def _offers(actor: Actor) -> Select[Any]:
    line = _line("offers", ref=DirectOffer.offer_no, title=DirectOffer.need_item, at=DirectOffer.answer_by)
    return line.where(
        DirectOffer.organisation_id == actor.organisation_id, DirectOffer.state == OfferState.OFFERED
    )


def _projects(actor: Actor) -> Select[Any]:
    line = _line(
        "projects",
        ref=CharityProject.ref,
        title=CharityProject.name,
        note=CharityProject.filing_no,
        state=CharityProject.state,
    )
    return line.where(CharityProject.organisation_id == actor.organisation_id)


def _gifts(actor: Actor) -> Select[Any]:
    """Paid to the charity's projects, and nothing bought yet; `note` is the project's number."""
    line = _line(
        "gifts", ref=Pledge.pledge_ref, title=Claim.title, note=CharityProject.ref, day=Pledge.date_by
    )
    return (
        line.select_from(Pledge)
        .join(Claim, Claim.id == Pledge.claim_id)
        .join(CharityProject, CharityProject.id == Pledge.charity_project_id)
        .where(CharityProject.organisation_id == actor.organisation_id)
        .where(Pledge.state == PledgeState.PAID, Pledge.purchase.is_(None))
    )


def _kind(actor: Actor) -> Select[Any]:
    return _line("kind", note=Organisation.kind).where(Organisation.id == actor.organisation_id)
