"""The batch: hard checks, transparent scores, one-to-one assignment with a proven gap, drafts for an
officer's look."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import token
from app.library.queries import all_cards
from app.matches.models import Interest, PairingProposal, ProposalRun
from app.matches.operations.scoring import Pair, Willing, can_be_paired, pairs_of, willing_partners
from app.matches.queries import drafts_for
from app.matches.states import PROPOSAL
from app.policy.actors import Actor
from matching import Arcs, Assignment, assign

ALTERNATIVES = 2


def propose(session: Session, *, county: str = "", actor: Actor, now: datetime) -> ProposalRun:
    """Drafts one assigned partner and two alternatives for each card that gets one; nothing reaches a donor
    yet.

    Drafts of earlier runs for the same cards are replaced.
    """
    day = local_day(now)
    cards = [c for c in all_cards(session) if can_be_paired(c, county)]
    superseded = _retire_drafts(session, [c.project_id for c in cards], actor, now)
    willing = willing_partners(session, day)
    pairs = pairs_of(session, willing, cards, day)
    result = _assign(pairs, willing)
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
    _tell_office(session, run, drafts, superseded, now)
    return run


def _retire_drafts(session: Session, project_ids: Sequence[str], actor: Actor, now: datetime) -> list[str]:
    """Nobody has looked at these yet; the new run sees the shelf as it is today."""
    old = drafts_for(session, project_ids)
    for proposal in old:
        advance(session, PROPOSAL, proposal, "expire", actor=actor, now=now)
    return [p.proposal_ref for p in old]


def _assign(pairs: list[Pair], willing: Sequence[Willing]) -> Assignment:
    people = sorted({p.interest.id for p in pairs})
    cards = sorted({p.card.project_id for p in pairs})
    places = {w.interest.id: w.places for w in willing}
    at_person, at_card = {k: i for i, k in enumerate(people)}, {k: i for i, k in enumerate(cards)}
    return assign(
        Arcs(
            np.array([at_person[p.interest.id] for p in pairs], dtype=np.int64),
            np.array([at_card[p.card.project_id] for p in pairs], dtype=np.int64),
            np.array([p.score.total for p in pairs], dtype=float),
            np.array([places[k] for k in people], dtype=np.int64),
            np.ones(len(cards), dtype=np.int64),
        )
    )


def _ranked(pairs: list[Pair], result: Assignment) -> list[tuple[Pair, int]]:
    """For each assigned card: its partner first, then the two best others."""
    by_card: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_card.setdefault(pair.card.project_id, []).append(pair)
    ranked = []
    for index in result.chosen:
        first = pairs[index]
        others = [p for p in by_card[first.card.project_id] if p.interest is not first.interest]
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


def _tell_office(
    session: Session, run: ProposalRun, drafts: list[PairingProposal], superseded: list[str], now: datetime
) -> None:
    payload = {
        "run_ref": run.run_ref,
        "superseded": superseded,
        "certificate": {"objective": run.objective, "bound": run.bound, "gap": run.gap},
        "drafts": [
            {
                "proposal_ref": d.proposal_ref,
                "interest_ref": f"I-{d.interest_id}",
                "project_id": d.project_id,
                "rank": d.rank,
                "score": d.score,
                "reasons": d.reasons,
                "donor": donor_facts(d.interest),
            }
            for d in drafts
        ],
    }
    send(session, "proposals.drafted", payload, key=run.run_ref, subject="proposals", now=now)


def donor_facts(interest: Interest) -> dict[str, object]:
    """What the office hears of a partner: never a number, never an address."""
    partner = interest.partner
    return {
        "token": partner.token,
        "kind": partner.partner_kind,
        "name": partner.public_name,
        "phone": partner.phone,
        "skills": list(getattr(partner, "skills", [])),
        "cadence": interest.cadence,
        "checks": dict(partner.checks),
    }
