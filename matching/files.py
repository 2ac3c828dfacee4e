"""The files that matching writes: an assignment and its certificate (contracts §6), whole or not at all."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from matching.arc_files import Problem
from matching.assignment import Assignment
from matching.certificate import Certificate, Cover


def write_results(out: Path, proof: Path, problem: Problem, result: Assignment, seconds: float) -> None:
    """Both files, or neither."""
    with WholeFile(out) as pairs, WholeFile(proof) as certificate:
        _write_assignment(pairs, out.suffix == ".npz", problem, result)
        _write_certificate(certificate, proof.suffix == ".npz", problem, result, seconds)


def _write_assignment(file: Any, packed: bool, problem: Problem, result: Assignment) -> None:
    arcs = problem.arcs
    chosen = result.chosen[np.lexsort((arcs.need[result.chosen], arcs.person[result.chosen]))]
    person, need, weight = arcs.person[chosen], arcs.need[chosen], arcs.weight[chosen]
    if packed:
        np.savez(file, person=person, need=need, weight=weight)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("person_id", "need_id", "weight"))
    for p, n, w in zip(person, need, weight.tolist(), strict=True):
        writer.writerow((problem.people[p], problem.needs[n], repr(w)))
    file.write(text.getvalue().encode())


def _write_certificate(file: Any, packed: bool, problem: Problem, result: Assignment, seconds: float) -> None:
    proof = result.certificate
    head: dict[str, Any] = {
        "objective": proof.objective,
        "value": proof.value,
        "bound": proof.bound,
        "gap": proof.gap,
        "seconds": round(seconds, 4),
        "count": proof.count,
        "offset": proof.offset,
    }
    if packed:
        np.savez(file, **head, **_arrays(proof))
        return
    if problem.pinned.size:
        head["pinned"] = [_pair(problem, int(a)) for a in problem.pinned]
    file.write(json.dumps({**head, **_named(problem, proof)}).encode() + b"\n")


def _arrays(proof: Certificate) -> dict[str, Any]:
    if proof.cover_all is None or proof.cover_above_min is None:
        prices = {"dual_person": proof.dual_person, "dual_need": proof.dual_need}
        return {**prices, "dual_arc": proof.dual_arc} if proof.dual_arc.size else prices
    covers = {"cover_all": proof.cover_all, "cover_above_min": proof.cover_above_min}
    return {
        f"{name}_{side}": getattr(c, side)
        for name, c in covers.items()
        for side in ("people", "needs", "arcs")
    }


def _named(problem: Problem, proof: Certificate) -> dict[str, Any]:
    if proof.cover_all is not None and proof.cover_above_min is not None:
        return {
            "cover_all": _cover(problem, proof.cover_all),
            "cover_above_min": _cover(problem, proof.cover_above_min),
        }
    prices: dict[str, Any] = {
        "dual_person": dict(zip(problem.people, proof.dual_person.tolist(), strict=True)),
        "dual_need": dict(zip(problem.needs, proof.dual_need.tolist(), strict=True)),
    }
    if proof.dual_arc.size:
        paid = np.flatnonzero(proof.dual_arc)
        prices["dual_arc"] = [[*_pair(problem, int(a)), float(proof.dual_arc[a])] for a in paid]
    return prices


def _cover(problem: Problem, cover: Cover) -> dict[str, Any]:
    named: dict[str, Any] = {
        "people": [problem.people[i] for i in cover.people],
        "needs": [problem.needs[i] for i in cover.needs],
    }
    return {**named, "arcs": [_pair(problem, int(a)) for a in cover.arcs]} if cover.arcs.size else named


def _pair(problem: Problem, arc: int) -> list[str]:
    return [problem.people[problem.arcs.person[arc]], problem.needs[problem.arcs.need[arc]]]


class WholeFile:
    """Writes beside the target and puts it in place at the end: an interrupt leaves nothing half-written."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(path.name + ".part")

    def __enter__(self) -> Any:
        self.file = self.part.open("wb")
        return self.file

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.file.close()
        if kind is None:
            os.replace(self.part, self.path)
        else:
            self.part.unlink(missing_ok=True)
