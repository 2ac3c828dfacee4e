"""The files of the command line: arcs in, assignment and certificate out (contracts §6).

Ids are sorted first, so that the same rows in any order give the same files. Results appear whole or not at
all.
"""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.arcs import Arcs, Ints
from matching.assignment import Assignment
from matching.certificate import Certificate, Cover


@dataclass(frozen=True)
class Problem:
    """Arcs with the names of their people and needs; `named` is False for an .npz without names."""

    arcs: Arcs
    people: list[str]
    needs: list[str]
    named: bool = True


def read_problem(path: Path, capacities: Path | None, demands: Path | None) -> Problem:
    """Raises ValueError for a missing column, a weight or limit that is not a number, shapes that do not
    fit."""
    problem = _from_npz(path) if path.suffix == ".npz" else _from_csv(path, capacities, demands)
    if path.suffix == ".npz" and (capacities or demands):
        capacity = _limits(capacities, "person_id", "capacity", problem.people, problem.arcs.capacity)
        demand = _limits(demands, "need_id", "demand", problem.needs, problem.arcs.demand)
        arcs = problem.arcs
        problem = Problem(
            Arcs(arcs.person, arcs.need, arcs.weight, capacity, demand), problem.people, problem.needs
        )
    return problem


def _from_csv(path: Path, capacities: Path | None, demands: Path | None) -> Problem:
    rows = _rows(path, ("person_id", "need_id", "weight"))
    rows.sort(key=lambda r: (r["person_id"], r["need_id"]))
    people = sorted(
        {r["person_id"] for r in rows} | {r["person_id"] for r in _listed(capacities, "person_id")}
    )
    needs = sorted({r["need_id"] for r in rows} | {r["need_id"] for r in _listed(demands, "need_id")})
    at_person, at_need = {p: i for i, p in enumerate(people)}, {n: i for i, n in enumerate(needs)}
    arcs = Arcs(
        np.array([at_person[r["person_id"]] for r in rows], dtype=np.int32),
        np.array([at_need[r["need_id"]] for r in rows], dtype=np.int32),
        np.array([_number(r["weight"]) for r in rows], dtype=np.float64),
        _limits(capacities, "person_id", "capacity", people, np.ones(len(people), dtype=np.int64)),
        _limits(demands, "need_id", "demand", needs, np.ones(len(needs), dtype=np.int64)),
    )
    return Problem(arcs, people, needs)


def _from_npz(path: Path) -> Problem:
    with np.load(path, allow_pickle=False) as file:
        held = {name: file[name] for name in file.files}
    missing = {"person", "need", "weight"} - set(held)
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(sorted(missing))}")
    people = _size(held, "person", "person_ids", "person_capacity")
    needs = _size(held, "need", "need_ids", "need_demand")
    arcs = Arcs(
        held["person"].astype(np.int32, copy=False),
        held["need"].astype(np.int32, copy=False),
        held["weight"].astype(np.float64, copy=False),
        held.get("person_capacity", np.ones(people)).astype(np.int64),
        held.get("need_demand", np.ones(needs)).astype(np.int64),
    )
    named = "person_ids" in held and "need_ids" in held
    names = [
        held[k].astype(str).tolist() if k in held else [str(i) for i in range(n)]
        for k, n in (("person_ids", people), ("need_ids", needs))
    ]
    return Problem(arcs, names[0], names[1], named)


def _size(held: dict[str, Any], index: str, ids: str, limit: str) -> int:
    for name in (ids, limit):
        if name in held:
            return int(held[name].shape[0])
    return int(held[index].max(initial=-1)) + 1


def _rows(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = set(needed) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path.name} lacks the column {', '.join(sorted(missing))}")
        return list(reader)


def _listed(path: Path | None, column: str) -> list[dict[str, str]]:
    return _rows(path, (column,)) if path else []


def _limits(path: Path | None, key: str, column: str, ids: list[str], start: Ints) -> Ints:
    if path is None:
        return start
    known = {r[key]: _whole(r[column]) for r in _rows(path, (key, column))}
    return np.array([known.get(i, int(start[k])) for k, i in enumerate(ids)], dtype=np.int64)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"a weight is not a number: {text!r}") from error


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"a limit is not a whole number: {text!r}") from error


def write_assignment(path: Path, problem: Problem, result: Assignment) -> None:
    arcs = problem.arcs
    chosen = result.chosen[np.lexsort((arcs.need[result.chosen], arcs.person[result.chosen]))]
    if path.suffix == ".npz":
        with _WholeFile(path) as file:
            np.savez(file, person=arcs.person[chosen], need=arcs.need[chosen], weight=arcs.weight[chosen])
        return
    lines = ["person_id,need_id,weight"]
    for a in chosen:
        lines.append(
            f"{problem.people[arcs.person[a]]},{problem.needs[arcs.need[a]]},{float(arcs.weight[a])!r}"
        )
    with _WholeFile(path) as file:
        file.write(("\n".join(lines) + "\n").encode())


def write_certificate(path: Path, problem: Problem, result: Assignment, seconds: float) -> None:
    proof = result.certificate
    head = {
        "objective": proof.objective,
        "value": proof.value,
        "bound": proof.bound,
        "gap": proof.gap,
        "seconds": round(seconds, 3),
        "count": proof.count,
        "offset": proof.offset,
    }
    if path.suffix == ".npz":
        with _WholeFile(path) as file:
            np.savez(file, **head, **_arrays(proof))
        return
    with _WholeFile(path) as file:
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
        prices["dual_arc"] = [[*_pair(problem, a), float(proof.dual_arc[a])] for a in paid]
    return prices


def _cover(problem: Problem, cover: Cover) -> dict[str, Any]:
    named: dict[str, Any] = {
        "people": [problem.people[i] for i in cover.people],
        "needs": [problem.needs[i] for i in cover.needs],
    }
    return {**named, "arcs": [_pair(problem, a) for a in cover.arcs]} if cover.arcs.size else named


def _pair(problem: Problem, arc: int) -> list[str]:
    return [problem.people[problem.arcs.person[arc]], problem.needs[problem.arcs.need[arc]]]


class _WholeFile:
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
