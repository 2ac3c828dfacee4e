"""The batch: hard checks, transparent scores, one-to-one assignment with a proven gap, drafts for an
officer's look. Every run is kept with its inputs."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.outbox import send
from app.core.states import advance, begin
from app.core.tokens import token
from app.library.models import Card
from app.library.queries import all_cards
from app.matches.models import Interest, PairingProposal, PairWish, ProposalRun
from app.matches.operations.batch import LIBRARY, Inputs, Outcome, Two, pins_that_fit, solve
from app.matches.operations.figures import figures_of, idle_of, left_of
from app.matches.operations.looking import Look, look
from app.matches.operations.scoring import Pair, can_be_paired, weeks_on_shelf, weights_on
from app.matches.queries import drafts_for, ever_proposed, live_pairs, live_wishes
from app.matches.states import PROPOSAL
from app.policy.actors import Actor

ALTERNATIVES = 2


@dataclass(frozen=True)
class Batch:
    """What one run works on and what it found."""

    cards: list[Card]
    look: Look
    wishes: list[PairWish]
    inputs: Inputs
    outcome: Outcome
    seconds: float


def propose(
    session: Session, *, county: str = "", request_ref: str | None = None, actor: Actor, now: datetime
) -> ProposalRun:
    """Drafts one assigned partner and two alternatives for each card that gets one; nothing reaches a donor
    yet.

    Drafts of earlier runs for the same cards are replaced; the office's pins and forbidden pairs hold.
    """
    cards = [c for c in all_cards(session) if can_be_paired(c, county)]
    superseded = _retire_drafts(session, [c.project_id for c in cards], actor, now)
    batch = _batch(session, cards, county, now)
    run = _keep(session, batch, request_ref, actor, now)
    drafts = [_draft(session, run, p, rank, actor, now) for p, rank in _ranked(batch)]
    _tell_office(session, run, batch, drafts, superseded, now)
    return run


def _batch(session: Session, cards: list[Card], county: str, now: datetime) -> Batch:
    started, day = perf_counter(), local_day(now)
    numbers = {c.project_id for c in cards}
    wishes = [w for w in live_wishes(session) if w.project_id in numbers]
    pins = [(w.interest_id, w.project_id) for w in wishes if w.kind == "pin"]
    seen = look(session, cards, day, pins=pins)
    facts: dict[str, object] = {"county": county, "day": day.isoformat(), "weights": weights_on(session, day)}
    forbidden = [(w.interest_id, w.project_id) for w in wishes if w.kind == "forbid"]
    inputs = _inputs(facts, cards, seen, forbidden, now)
    inputs = replace(inputs, pins=sorted(pins_that_fit(pins, inputs)))
    outcome = solve(inputs)
    return Batch(cards, seen, wishes, inputs, outcome, perf_counter() - started)


def _inputs(
    facts: dict[str, object], cards: list[Card], seen: Look, forbidden: list[Two], now: datetime
) -> Inputs:
    day = local_day(now)
    return Inputs.of(
        **facts,  # type: ignore[arg-type]
        people=[(w.interest.id, w.places) for w in seen.willing],
        needs=[(c.project_id, weeks_on_shelf(c, day)) for c in cards],
        arcs=[(p.interest.id, p.card.project_id, p.score.total) for p in seen.pairs],
        pins=(),
        forbidden=forbidden,
    )


def _keep(
    session: Session, batch: Batch, request_ref: str | None, actor: Actor, now: datetime
) -> ProposalRun:
    inputs, outcome = batch.inputs, batch.outcome
    proof = outcome.result.certificate
    run = ProposalRun(
        run_ref=token(),
        request_ref=request_ref,
        county=inputs.county,
        people_n=len(inputs.people),
        needs_n=len(inputs.needs),
        pairs_n=len(outcome.pairs),
        assigned_n=proof.count,
        objective=proof.value,
        bound=proof.bound,
        gap=proof.gap,
        inputs=zlib.compress(inputs.as_bytes(), 9),
        inputs_hash=inputs.digest,
        result_hash=outcome.digest,
        seconds=round(batch.seconds, 6),
        library=LIBRARY,
        ran_at=now,
        created_at=now,
        created_by=actor.label,
    )
    session.add(run)
    session.flush()
    return run


@dataclass(frozen=True)
class Repeated:
    """A kept run, computed again from its kept inputs; `differs` names what is not as it was."""

    run: ProposalRun
    differs: list[str]


def repeat(run: ProposalRun) -> Repeated:
    """Every bit is compared: the inputs by their hash, the answer and its proof by theirs."""
    inputs = Inputs.from_bytes(zlib.decompress(run.inputs))
    outcome = solve(inputs)
    proof = outcome.result.certificate
    checks = (
        ("inputs", inputs.digest == run.inputs_hash),
        ("result", outcome.digest == run.result_hash),
        ("objective", proof.value == run.objective),
        ("bound", proof.bound == run.bound),
        ("gap", proof.gap == run.gap),
    )
    return Repeated(run, [name for name, same in checks if not same])


def _retire_drafts(session: Session, project_ids: Sequence[str], actor: Actor, now: datetime) -> list[str]:
    """Nobody has looked at these yet; the new run sees the shelf as it is today."""
    old = drafts_for(session, project_ids)
    for proposal in old:
        advance(session, PROPOSAL, proposal, "expire", actor=actor, now=now)
    return [p.proposal_ref for p in old]


def _ranked(batch: Batch) -> list[tuple[Pair, int]]:
    """For each assigned card: its partner first, then the two best others that nobody forbade."""
    by_card: dict[str, list[Pair]] = {}
    allowed = set(batch.outcome.pairs)
    for pair in batch.look.pairs:
        if (pair.interest.id, pair.card.project_id) in allowed:
            by_card.setdefault(pair.card.project_id, []).append(pair)
    ranked = []
    for interest_id, project_id in batch.outcome.chosen:
        first = next(p for p in by_card[project_id] if p.interest.id == interest_id)
        others = [p for p in by_card[project_id] if p is not first]
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
    session: Session,
    run: ProposalRun,
    batch: Batch,
    drafts: list[PairingProposal],
    superseded: list[str],
    now: datetime,
) -> None:
    pins = {(w.interest_id, w.project_id): w.wish_ref for w in batch.wishes if w.kind == "pin"}
    settled = set(batch.inputs.pins) | live_pairs(session)  # what was sent already needs no pin
    payload = {
        "run_ref": run.run_ref,
        "request_ref": run.request_ref,
        "superseded": superseded,
        "certificate": {"objective": run.objective, "bound": run.bound, "gap": run.gap},
        "run": _run_facts(run),
        "drafts": [_draft_line(d) for d in drafts],
        "left": left_of(batch.look, batch.cards, batch.outcome),
        "idle": idle_of(batch.look, batch.outcome),
        "fairness": figures_of(batch.look, batch.cards, batch.inputs, batch.outcome, ever_proposed(session)),
        "missed": [ref for pair, ref in pins.items() if pair not in settled],
    }
    send(session, "proposals.drafted", payload, key=run.run_ref, subject="proposals", now=now)


def _run_facts(run: ProposalRun) -> dict[str, object]:
    return {
        "county": run.county,
        "ran_at": run.ran_at.isoformat(),
        "people": run.people_n,
        "needs": run.needs_n,
        "arcs": run.pairs_n,
        "assigned": run.assigned_n,
        "inputs_hash": run.inputs_hash,
    }


def _draft_line(draft: PairingProposal) -> dict[str, object]:
    return {
        "proposal_ref": draft.proposal_ref,
        "interest_ref": f"I-{draft.interest_id}",
        "project_id": draft.project_id,
        "rank": draft.rank,
        "score": draft.score,
        "reasons": draft.reasons,
        "donor": donor_facts(draft.interest),
    }


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
