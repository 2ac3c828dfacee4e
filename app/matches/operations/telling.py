"""What the office hears of a run, by letter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.outbox import send
from app.matches.models import Interest, PairingProposal, ProposalRun
from app.matches.operations.scoring import Pair


@dataclass(frozen=True)
class Told:
    """Who is left on either side and why, and how fair the run was: as plain data."""

    left: list[dict[str, str]]
    idle: list[dict[str, object]]
    fairness: dict[str, object]


def tell_office(
    session: Session,
    run: ProposalRun,
    drafts: Sequence[tuple[PairingProposal, Pair]],
    told: Told,
    *,
    answers: int,
    superseded: list[str],
    missed: list[str],
    now: datetime,
) -> None:
    """The letter proposals.drafted. `answers`: from how many the order was learned; `superseded`: drafts that
    are gone; `missed`: pins that did not fit."""
    payload = {
        "run_ref": run.run_ref,
        "request_ref": run.request_ref,
        "superseded": superseded,
        "certificate": {"objective": run.objective, "bound": run.bound, "gap": run.gap},
        "run": {**_run_facts(run), "answers": answers},
        "drafts": [_draft_line(draft, pair) for draft, pair in drafts],
        **asdict(told),
        "missed": missed,
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


def _draft_line(draft: PairingProposal, pair: Pair) -> dict[str, object]:
    return {
        "proposal_ref": draft.proposal_ref,
        "interest_ref": f"I-{draft.interest_id}",
        "project_id": draft.project_id,
        "rank": draft.rank,
        "score": draft.score,
        "reasons": draft.reasons,
        "donor": donor_facts(pair.interest),
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
