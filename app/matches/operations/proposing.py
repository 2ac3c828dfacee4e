"""The batch: hard checks, transparent scores, one-to-one assignment with a proven gap, drafts for an officer's look."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.outbox import send
from app.core.states import begin
from app.core.tokens import token
from app.library.models import Card
from app.library.queries import all_cards
from app.library.states import CardStatus
from app.matches.models import Interest, PairingProposal, ProposalRun
from app.matches.queries import live_pairs, open_interests
from app.matches.states import PROPOSAL
from app.policy.actors import Actor
from app.policy.catalogue import NAMES
from app.policy.lattice import covered_counties
from matching import Arcs, Assignment, assign
from matching.weights import Need, Person, Score, score

LEAST_SCORE = 40.0  # below it a pair is not worth an officer's look
ALTERNATIVES = 2
SKILL_ITEMS = {
    "company": ("S01",),
    "tutor": ("S02",),
    "psy": ("S03",),
    "clean": ("S04",),
    "haircut": ("S06",),
    "escort": ("S07",),
    "repair": ("S08", "S09"),
    "law": ("S10",),
    "skill": ("S11",),
    "errand": ("S12",),
    "rehab": ("S05", "S13"),
}


@dataclass(frozen=True)
class Pair:
    interest: Interest
    card: Card
    score: Score


def propose(session: Session, *, county: str = "", actor: Actor, now: datetime) -> ProposalRun:
    """Drafts one assigned partner and two alternatives for each card that gets one; nothing reaches a donor yet."""
    day = local_day(now)
    pairs = _pairs(session, county, day)
    result = _assign(pairs)
    proof = result.certificate
    run = ProposalRun(
        run_ref=token(),
        county=county,
        pairs_n=len(pairs),
        assigned_n=proof.count,
        objective=proof.value,
        bound=proof.bound,
        gap=proof.gap,
        ran_at=now,
        created_at=now,
        created_by=actor.label,
    )
    session.add(run)
    session.flush()
    drafts = [_draft(session, run, p, rank, actor, now) for p, rank in _ranked(pairs, result)]
    _tell_office(session, run, drafts, now)
    return run


def _pairs(session: Session, county: str, day: date) -> list[Pair]:
    cards = [c for c in all_cards(session) if _can_be_paired(c, county)]
    known = live_pairs(session)
    found = []
    for interest in open_interests(session):
        if not interest.partner.is_verified(day):
            continue
        person = _person(interest)
        for card in cards:
            if (interest.id, card.project_id) in known or not _allowed(interest, card, day):
                continue
            value = score(person, _need(card, day))
            if value.total >= LEAST_SCORE:
                found.append(Pair(interest, card, value))
    return sorted(found, key=lambda p: (p.interest.id, p.card.project_id))


def _can_be_paired(card: Card, county: str) -> bool:
    """Open services: goods and money are claimed by those who choose them."""
    fits = not county or county in covered_counties(card.cohort.region_label)
    return card.status == CardStatus.OPEN and not card.blanked and card.kind == "service" and fits


def _allowed(interest: Interest, card: Card, day: date) -> bool:
    """Hard checks of step 1 (domain 4.20): kind, reach, children, professional items."""
    item = NAMES.get(card.need_item or "")
    reach = covered_counties(card.cohort.region_label) & set(interest.counties)
    if "service" not in interest.kinds or not reach:
        return False
    if item is None:
        return True
    if item.concerns_minor and not (interest.minors_ok and interest.partner.has_check("training_child", day)):
        return False
    return not item.needs_professional or item.code in _skilled(interest)


def _skilled(interest: Interest) -> set[str]:
    skills = getattr(interest.partner, "skills", [])
    return {code for skill in skills for code in SKILL_ITEMS.get(skill, ())}


def _person(interest: Interest) -> Person:
    by_code = {i.code: n for n, i in NAMES.items()}
    return Person(
        wants=frozenset(interest.kinds) | {by_code[c] for c in interest.items if c in by_code},
        skills=frozenset(by_code[c] for c in _skilled(interest)),
        counties=frozenset(interest.counties),
        prefectures=frozenset(c[:4] for c in interest.counties),
        cadence=interest.cadence,
    )


def _need(card: Card, day: date) -> Need:
    year, month = (int(x) for x in card.cohort.published_month.split("-"))
    weeks = max(0, (day - date(year, month, 1)).days // 7)
    item = NAMES.get(card.need_item or "")
    return Need(
        item=card.need_item or "",
        kind=card.kind or "",
        counties=covered_counties(card.cohort.region_label),
        recurring=bool(item and "每周" in item.options),
        weeks=weeks,
    )


def _assign(pairs: list[Pair]) -> Assignment:
    people = sorted({p.interest.id for p in pairs})
    cards = sorted({p.card.project_id for p in pairs})
    capacity = {p.interest.id: p.interest.capacity for p in pairs}
    at_person, at_card = {k: i for i, k in enumerate(people)}, {k: i for i, k in enumerate(cards)}
    return assign(
        Arcs(
            np.array([at_person[p.interest.id] for p in pairs], dtype=np.int64),
            np.array([at_card[p.card.project_id] for p in pairs], dtype=np.int64),
            np.array([p.score.total for p in pairs], dtype=float),
            np.array([capacity[k] for k in people], dtype=np.int64),
            np.ones(len(cards), dtype=np.int64),
        )
    )


def _ranked(pairs: list[Pair], result: Assignment) -> list[tuple[Pair, int]]:
    """For each assigned card: its partner first, then the two best others."""
    ranked = []
    for index in result.chosen:
        first = pairs[index]
        others = [p for p in pairs if p.card is first.card and p.interest is not first.interest]
        others.sort(key=lambda p: (-p.score.total, p.interest.id))
        ranked.append((first, 1))
        ranked += [(p, n + 2) for n, p in enumerate(others[:ALTERNATIVES])]
    return ranked


def _draft(
    session: Session, run: ProposalRun, pair: Pair, rank: int, actor: Actor, now: datetime
) -> PairingProposal:
    proposal = PairingProposal(
        proposal_ref=token(),
        run_id=run.id,
        interest_id=pair.interest.id,
        interest=pair.interest,
        organisation_id=pair.interest.organisation_id,
        volunteer_id=pair.interest.volunteer_id,
        project_id=pair.card.project_id,
        rank=rank,
        score=pair.score.total,
        reasons=pair.score.parts,
    )
    begin(session, PROPOSAL, proposal, actor=actor, now=now)
    return proposal


def _tell_office(session: Session, run: ProposalRun, drafts: list[PairingProposal], now: datetime) -> None:
    payload = {
        "run_ref": run.run_ref,
        "certificate": {"objective": run.objective, "bound": run.bound, "gap": run.gap},
        "drafts": [
            {
                "proposal_ref": d.proposal_ref,
                "project_id": d.project_id,
                "rank": d.rank,
                "score": d.score,
                "reasons": d.reasons,
                "donor": donor_facts(d.interest),
            }
            for d in drafts
        ],
    }
    send(session, "proposals.drafted", payload, key=run.run_ref, subject=run.run_ref, now=now)


def donor_facts(interest: Interest) -> dict[str, object]:
    """What the office hears of a partner: never a number, never an address."""
    partner = interest.partner
    return {
        "token": partner.token,
        "kind": "volunteer" if interest.volunteer_id is not None else getattr(partner, "kind", "organisation"),
        "name": partner.public_name,
        "phone": partner.phone,
        "skills": list(getattr(partner, "skills", [])),
        "cadence": interest.cadence,
        "checks": dict(partner.checks),
    }
