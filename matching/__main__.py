"""`python -m matching assign --arcs arcs.csv --out assignment.csv --certificate cert.json` (contracts §6)."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matching.assignment import Arcs, assign


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m matching", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("assign", help="the best one-to-one assignment, with its proof")
    command.add_argument("--arcs", required=True, type=Path)
    command.add_argument("--out", required=True, type=Path)
    command.add_argument("--certificate", required=True, type=Path)
    command.add_argument("--people-capacity", type=Path)
    command.add_argument("--needs-demand", type=Path)
    options = parser.parse_args(arguments)
    try:
        run_assign(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"matching: {error}", file=sys.stderr)  # noqa: T201  one line for the caller
        return 2
    return 0


def run_assign(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    rows = _read(options.arcs)
    people = sorted({r["person_id"] for r in rows})
    needs = sorted({r["need_id"] for r in rows})
    at_person, at_need = {p: i for i, p in enumerate(people)}, {n: i for i, n in enumerate(needs)}
    arcs = Arcs(
        np.array([at_person[r["person_id"]] for r in rows], dtype=np.int64),
        np.array([at_need[r["need_id"]] for r in rows], dtype=np.int64),
        np.array([float(r["weight"]) for r in rows]),
        _limits(options.people_capacity, people, "person_id", "capacity"),
        _limits(options.needs_demand, needs, "need_id", "demand"),
    )
    result = assign(arcs)
    chosen = sorted(result.chosen, key=lambda i: (rows[i]["person_id"], rows[i]["need_id"]))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person_id", "need_id", "weight"])
        writer.writerows([rows[i]["person_id"], rows[i]["need_id"], rows[i]["weight"]] for i in chosen)
    proof = result.certificate
    document = {
        "objective": "weight",
        "value": proof.value,
        "bound": proof.bound,
        "gap": proof.gap,
        "count": proof.count,
        "seconds": round(time.perf_counter() - started, 3),
        "dual_person": dict(zip(people, proof.dual_person.tolist(), strict=True)),
        "dual_need": dict(zip(needs, proof.dual_need.tolist(), strict=True)),
        "dual_arc": proof.dual_arc.tolist(),
    }
    options.certificate.write_text(json.dumps(document), encoding="utf-8")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _limits(path: Path | None, ids: list[str], key: str, column: str) -> np.ndarray:
    known = {r[key]: int(r[column]) for r in _read(path)} if path else {}
    return np.array([known.get(i, 1) for i in ids], dtype=np.int64)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
