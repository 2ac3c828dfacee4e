"""The batch: hard checks, transparent scores, one-to-one assignment with a proven gap, drafts for an
officer's look. Every run is kept with its inputs.

Working out reads alone and may take its time; keeping is one short transaction, in which whatever was
overtaken meanwhile falls out.
"""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from time import perf_counter

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.states import advance_all, begin_all
from app.core.tokens import token
from app.library.models import Card
from app.library.queries import all_cards
from app.matches.models import PairingProposal, PairWish, ProposalRun
from app.matches.operations.batch import LIBRARY, Inputs, Outcome, Two, pins_that_fit, solve
from app.matches.operations.figures import figures_of, idle_of, left_of
from app.matches.operations.looking import Look, look
from app.matches.operations.scoring import Pair, can_be_paired, weeks_on_shelf, weights_on, willing_partners
from app.matches.operations.telling import Told, tell_office
from app.matches.queries import (
    drafts_for,
    ever_proposed,
    live_pairs,
    live_wishes,
    open_services,
    wait_for_other_runs,
)
from app.matches.states import PROPOSAL
from app.policy.actors import Actor
from app.policy.lattice import covered_counties

ALTERNATIVES = 2


@dataclass(frozen=True)
class Batch:
    """What one run worked on and what it found; nothing of it is written yet."""

    cards: list[Card]
    look: Look
    wishes: list[PairWish]
    inputs: Inputs
    packed: bytes
    inputs_hash: str
    outcome: Outcome
    best_first: dict[str, list[Pair]]
    told: Told
    seconds: float


def propose(
    session: Session, *, county: str = "", request_ref: str | None = None, actor: Actor, now: datetime
) -> ProposalRun:
    """Both halves at once: `work_out`, then `keep`."""
    batch = work_out(session, county=county, now=now)
    return keep(session, batch, request_ref=request_ref, actor=actor, now=now)


def work_out(session: Session, *, county: str = "", now: datetime) -> Batch:
    """Reads alone. `county`: only cards whose label contains it."""
    started, day = perf_counter(), local_day(now)
    cards = [c for c in all_cards(session) if can_be_paired(c, county)]
    numbers = {c.project_id for c in cards}
    wishes = [w for w in live_wishes(session) if w.project_id in numbers]
    pins = [(w.interest_id, w.project_id) for w in wishes if w.kind == "pin"]
    seen = look(session, cards, day, pins=pins)
    facts: dict[str, object] = {"county": county, "day": day.isoformat(), "weights": weights_on(session, day)}
    forbidden = [(w.interest_id, w.project_id) for w in wishes if w.kind == "forbid"]
    inputs = _inputs(facts, cards, seen, forbidden, now)
    inputs = replace(inputs, pins=sorted(pins_that_fit(pins, inputs)))
    written, outcome = inputs.as_bytes(), solve(inputs)
    told = Told(
        left_of(seen, cards, outcome),
        idle_of(seen, outcome),
        figures_of(seen, cards, inputs, outcome, ever_proposed(session)),
    )
    packed, digest = zlib.compress(written), hashlib.sha256(written).hexdigest()
    best, seconds = _best_first(seen, outcome), perf_counter() - started
    return Batch(cards, seen, wishes, inputs, packed, digest, outcome, best, told, seconds)


def keep(
    session: Session, batch: Batch, *, request_ref: str | None = None, actor: Actor, now: datetime
) -> ProposalRun:
    """Drafts one assigned partner and two alternatives for each card that gets one; nothing reaches a donor
    yet. The office's pins and forbidden pairs hold.

    A run over all replaces the drafts of earlier runs. A run for one county replaces those of cards whose
    label is that county alone: under a label of several counties nobody here may know whose a card is, so
    its older drafts stay good until the next run over all, and the office, which knows, takes of the new
    ones the county's own (app.followup.operations.proposals).
    """
    wait_for_other_runs(session)
    superseded = _retire_drafts(session, _replaceable(batch), actor, now)
    run = _keep_run(session, batch, request_ref, actor, now)
    ranked = _ranked(batch, _standing(session, batch, now))
    drafts = [(_draft(run, pair, rank), pair) for pair, rank in ranked]
    begin_all(session, PROPOSAL, [draft for draft, _ in drafts], actor_of=lambda _: actor, now=now)
    pins = {(w.interest_id, w.project_id): w.wish_ref for w in batch.wishes if w.kind == "pin"}
    settled = set(batch.inputs.pins) | live_pairs(session)  # what was sent already needs no pin
    missed = [ref for pair, ref in pins.items() if pair not in settled]
    learned = batch.inputs.answers
    tell_office(
        session, run, drafts, batch.told, answers=learned, superseded=superseded, missed=missed, now=now
    )
    return run


def _replaceable(batch: Batch) -> list[str]:
    county = batch.inputs.county
    return [
        c.project_id
        for c in batch.cards
        if not county or covered_counties(c.cohort.region_label) == frozenset({county})
    ]


def _standing(session: Session, batch: Batch, now: datetime) -> Callable[[Pair], bool]:
    """Whether nothing has overtaken a pair since it was worked out: the card is free, the partner has a place
    and was not asked, nobody forbade it."""
    cards, people = open_services(session), {w.interest.id for w in willing_partners(session, local_day(now))}
    forbidden = {(w.interest_id, w.project_id) for w in live_wishes(session) if w.kind == "forbid"}
    shut = forbidden.union(live_pairs(session), batch.inputs.forbidden)

    def stands(pair: Pair) -> bool:
        person, card = pair.interest.id, pair.card.project_id
        return person in people and card in cards and (person, card) not in shut

    return stands


def _inputs(
    facts: dict[str, object], cards: list[Card], seen: Look, forbidden: list[Two], now: datetime
) -> Inputs:
    day = local_day(now)
    return Inputs.of(
        **facts,  # type: ignore[arg-type]
        people=[(w.interest.id, w.places) for w in seen.willing],
        needs=[(c.project_id, weeks_on_shelf(c, day)) for c in cards],
        arcs=[(p.interest.id, p.card.project_id, p.order) for p in seen.pairs],
        pins=(),
        forbidden=forbidden,
        answers=seen.order.answers,
    )


def _keep_run(
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
        inputs=batch.packed,
        inputs_hash=batch.inputs_hash,
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
    advance_all(session, PROPOSAL, old, "expire", actor_of=lambda _: actor, now=now)
    return [p.proposal_ref for p in old]


def _best_first(seen: Look, outcome: Outcome) -> dict[str, list[Pair]]:
    """For each assigned card: its partner first, then all others that may be, the best fit first."""
    found: dict[str, list[Pair]] = {card: [] for _interest, card in outcome.chosen}
    for pair in seen.pairs:
        if pair.card.project_id in found:
            found[pair.card.project_id].append(pair)
    return {card: _in_order(found[card], interest) for interest, card in outcome.chosen}


def _in_order(pairs: list[Pair], first: int) -> list[Pair]:
    return sorted(pairs, key=lambda p: (p.interest.id != first, -p.order, p.interest.id))


def _ranked(batch: Batch, stands: Callable[[Pair], bool]) -> list[tuple[Pair, int]]:
    """Of each assigned card the first three that still stand."""
    return [
        (pair, rank)
        for pairs in batch.best_first.values()
        for rank, pair in enumerate(islice(filter(stands, pairs), 1 + ALTERNATIVES), start=1)
    ]


def _draft(run: ProposalRun, pair: Pair, rank: int) -> PairingProposal:
    return PairingProposal(
        proposal_ref=token(),
        run_id=run.id,
        interest_id=pair.interest.id,
        organisation_id=pair.interest.organisation_id,
        volunteer_id=pair.interest.volunteer_id,
        project_id=pair.card.project_id,
        rank=rank,
        score=pair.score.total,
        reasons=pair.score.parts,
    )
