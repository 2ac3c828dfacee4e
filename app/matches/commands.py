"""`pairings propose`."""

import csv
from pathlib import Path

import click
from sqlalchemy import select

from app.core.commands import room_command
from app.core.house import House
from app.matches.models import PairingProposal
from app.matches.operations.proposing import propose
from app.policy.actors import SYSTEM


@room_command(
    "propose", help="Score eligible partners and cards, assign one to one, write drafts for an officer."
)
@click.option("--county", default="", help="Only cards whose label contains this county.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None)
def run(house: House, county: str, out: Path | None) -> dict[str, object]:
    with house.public.transaction() as session:
        made = propose(session, county=county, actor=SYSTEM, now=house.clock.now())
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.run_id == made.id)).all()
        if out is not None:
            _write(out, list(drafts))
        return {
            "run": made.run_ref,
            "pairs": made.pairs_n,
            "assigned": made.assigned_n,
            "drafts": len(drafts),
            "objective": round(made.objective, 6),
            "bound": round(made.bound, 6),
            "gap": made.gap,
        }


def _write(out: Path, drafts: list[PairingProposal]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["proposal_ref", "project_id", "interest_id", "rank", "score"])
        for d in sorted(drafts, key=lambda d: (d.project_id, d.rank)):
            writer.writerow([d.proposal_ref, d.project_id, d.interest_id, d.rank, d.score])


COMMANDS = (("pairings", run),)
