"""`pairings propose`."""

import csv
from pathlib import Path

import click
from sqlalchemy import select

from app.core.commands import room_command
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.matches.models import PairingProposal
from app.matches.operations.proposing import keep, repeat, work_out
from app.matches.queries import run_by_ref
from app.policy.actors import SYSTEM


@room_command(
    "propose", help="Score eligible partners and cards, assign one to one, write drafts for an officer."
)
@click.option("--county", default="", help="Only cards whose label contains this county.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.option("--repeat", "run_ref", default="", help="Compute a kept run again and compare; writes nothing.")
def run(house: House, county: str, out: Path | None, run_ref: str) -> dict[str, object]:
    if run_ref:
        if county or out is not None:
            raise click.UsageError("--repeat goes alone")
        return _repeat(house, run_ref)
    now = house.clock.now()
    with house.public.transaction(writes=False) as session:
        batch = work_out(session, county=county, now=now)
    with house.public.transaction() as session:
        made = keep(session, batch, actor=SYSTEM, now=now)
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.run_id == made.id)).all()
        if out is not None:
            _write(out, list(drafts))
        return {
            "run": made.run_ref,
            "people": made.people_n,
            "needs": made.needs_n,
            "pairs": made.pairs_n,
            "assigned": made.assigned_n,
            "drafts": len(drafts),
            "objective": round(made.objective, 6),
            "bound": round(made.bound, 6),
            "gap": made.gap,
            "inputs_hash": made.inputs_hash,
        }


def _repeat(house: House, run_ref: str) -> dict[str, object]:
    with house.public.transaction(writes=False) as session:
        kept = run_by_ref(session, run_ref)
        if kept is None:
            raise Refusal(msg("没有这一次：{run_ref}", run_ref=run_ref))
        found = repeat(kept)
    if found.differs:
        raise Refusal(msg("重算出来不一样：{what}", what="、".join(found.differs)))
    return {
        "run": kept.run_ref,
        "same": True,
        "inputs_hash": kept.inputs_hash,
        "result_hash": kept.result_hash,
        "library": kept.library,
        "objective": round(kept.objective, 6),
        "bound": round(kept.bound, 6),
        "gap": kept.gap,
    }


def _write(out: Path, drafts: list[PairingProposal]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["proposal_ref", "project_id", "interest_id", "rank", "score"])
        for d in sorted(drafts, key=lambda d: (d.project_id, d.rank)):
            writer.writerow([d.proposal_ref, d.project_id, d.interest_id, d.rank, d.score])


COMMANDS = (("pairings", run),)
