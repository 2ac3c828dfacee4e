"""One source for the figures on fairness: the office page, the stored run, `python -m matching fairness`."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.followup.models import ProposalBatch
from app.matches.models import PairingProposal
from app.matches.operations.figures import band_of, waiting_part
from app.matches.operations.proposing import Batch, keep, work_out
from app.matches.queries import ever_proposed
from app.policy.actors import SYSTEM
from matching.__main__ import main
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.world import office, public

FILES = {"needs-groups": "groups", "people-capacity": "people", "needs-demand": "needs"}
FILES |= {name: name for name in ("arcs", "assignment", "rules", "ever")}


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def ran(walk: Walk) -> tuple[Batch, set[str]]:
    """A second run, which has reached the office; and the cards that the first had somebody for."""
    walk.propose("vol")
    with public(walk.house) as session:
        session.execute(update(PairingProposal).values(state="expired"))
        batch, ever = work_out(session, now=walk.now()), ever_proposed(session)
        keep(session, batch, actor=SYSTEM, now=walk.now())
    walk.carry()
    return batch, ever


def write_tables(folder: Path, batch: Batch, ever: set[str]) -> None:
    """What the run worked on, as the files of the command line."""
    inputs, outcome = batch.inputs, batch.outcome
    parts = zip(outcome.pairs, waiting_part(batch.look, outcome).tolist(), strict=True)
    items = {c.project_id: c.need_item for c in batch.cards}
    groups = [(card, band_of(weeks), items[card]) for card, weeks in inputs.needs]
    tables: dict[str, Sequence[Sequence[Any]]] = {
        "arcs": [("person_id", "need_id", "weight"), *inputs.arcs],
        "assignment": [("person_id", "need_id"), *outcome.chosen],
        "groups": [("need_id", "waiting", "item"), *groups],
        "rules": [("person_id", "need_id", "waiting"), *((*pair, part) for pair, part in parts)],
        "ever": [("need_id",), *((card,) for card in sorted(ever))],
        "people": [("person_id", "capacity"), *inputs.people],
        "needs": [("need_id", "demand"), *((card, 1) for card, _ in inputs.needs)],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)


def test_the_page_shows_the_numbers_of_the_library(walk: Walk, tmp_path: Path) -> None:
    batch, ever = ran(walk)
    write_tables(tmp_path, batch, ever)
    options = [part for name, file in FILES.items() for part in (f"--{name}", str(tmp_path / f"{file}.csv"))]
    assert main(["fairness", *options, "--out", str(tmp_path / "told.json")]) == 0
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    with office(walk.house) as session:
        kept = session.scalars(select(ProposalBatch).order_by(ProposalBatch.id.desc())).first()
    assert kept is not None and kept.fairness == {name: told[name] for name in kept.fairness}
    assert {"exposure", "never", "needs", "price", "envy", "waste"} == set(kept.fairness)
    page = walk.office("cs").get("/office/followup/proposals/fairness").get_data(as_text=True)
    for row in told["exposure"]["item"]:
        line = f"等着的占 {row['asked']}%，有人选的占 {row['got']}%"
        assert row["group"] in page and (line in page) is (row["needs"] >= 5)
    shares = told["price"]["waiting"], told["envy"], told["waste"], told["never"] / told["needs"]
    assert all(f"<b>{100 * share:.1f}%</b>" in page for share in shares)
