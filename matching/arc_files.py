"""The files that `assign` reads: arcs, limits, waits, pins (contracts §6).

Ids of a .csv are sorted first, so that the same rows in any order give the same files.
"""

import argparse
import csv
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching.arcs import Arcs, Flags, Floats, Ints
from matching.certificate import NONE

Progress = Callable[[str], object]
EVERY = 500_000  # lines between two signs of life


@dataclass(frozen=True)
class Problem:
    """Arcs with the names of their people and needs; arcs that must be chosen, and how long needs waited."""

    arcs: Arcs
    people: list[str]
    needs: list[str]
    pinned: Ints
    waited: Floats | None = None


class Ids:
    """Names in the order in which they were first seen, and at the end sorted."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.at: dict[str, int] = {}
        for name in names:
            self.number(name)

    def number(self, name: str) -> int:
        return self.at.setdefault(name, len(self.at))

    def sorted(self) -> tuple[list[str], Ints]:
        """The names in order, and where each of the old numbers went."""
        names = sorted(self.at)
        place = np.empty(len(names), dtype=np.int64)
        place[[self.at[name] for name in names]] = np.arange(len(names))
        return names, place


def read_problem(options: argparse.Namespace, tell: Progress) -> Problem:
    """The problem of the options of `assign`.

    Raises ValueError for a missing column, a weight or limit that is not a number, shapes that do not fit.
    """
    tell("reading")
    files = (options.people_capacity, options.needs_demand)
    read = _from_npz if options.arcs.suffix == ".npz" else _from_csv
    arcs, people, needs = read(options.arcs, files, tell)
    at = ({name: i for i, name in enumerate(people)}, {name: i for i, name in enumerate(needs)})
    if options.forbid:
        arcs = arcs.kept(~_marked(arcs, options.forbid, at))
    pinned = NONE
    if options.pin:
        pinned = np.flatnonzero(_marked(arcs, options.pin, at, must=True) & ~_copies(arcs))
    waited = _waits(options.needs_waited, needs) if options.needs_waited else None
    return Problem(arcs, people, needs, pinned, waited)


Read = tuple[Arcs, list[str], list[str]]


def _from_csv(path: Path, limits: tuple[Path | None, Path | None], tell: Progress) -> Read:
    people = Ids(i for i, _ in _pairs(limits[0], "person_id"))
    needs = Ids(i for i, _ in _pairs(limits[1], "need_id"))
    person, need, weight = array("i"), array("i"), array("d")
    for line, (p, n, w) in _rows(path, ("person_id", "need_id", "weight")):
        if not p or not n:
            raise ValueError(f"{path.name} line {line}: an id is missing")
        person.append(people.number(p))
        need.append(needs.number(n))
        weight.append(_number(w, path, line))
        if not line % EVERY:
            tell(f"reading, line {line}")
    (person_ids, to_person), (need_ids, to_need) = people.sorted(), needs.sorted()
    arcs = Arcs(
        to_person.astype(np.int32)[np.frombuffer(person, dtype=np.int32)],
        to_need.astype(np.int32)[np.frombuffer(need, dtype=np.int32)],
        np.frombuffer(weight, dtype=np.float64),
        _limits(limits[0], "person_id", "capacity", person_ids, np.ones(len(person_ids), dtype=np.int64)),
        _limits(limits[1], "need_id", "demand", need_ids, np.ones(len(need_ids), dtype=np.int64)),
    )
    return arcs, person_ids, need_ids


def _from_npz(path: Path, limits: tuple[Path | None, Path | None], _tell: Progress) -> Read:
    held = _opened(path)
    missing = {"person", "need", "weight"} - set(held)
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(sorted(missing))}")
    person, people, capacity = _side(held, "person", "capacity")
    need, needs, demand = _side(held, "need", "demand")
    if not np.issubdtype(held["weight"].dtype, np.number):
        raise ValueError(f"{path.name}: weight is not numeric")
    capacity = _limits(limits[0], "person_id", "capacity", people, capacity)
    demand = _limits(limits[1], "need_id", "demand", needs, demand)
    return Arcs(person, need, held["weight"].astype(np.float64, copy=False), capacity, demand), people, needs


def _opened(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, EOFError, AttributeError, ValueError) as error:
        raise ValueError(f"{path.name} is not an .npz file") from error


def _side(held: dict[str, Any], side: str, limit: str) -> tuple[Any, list[str], Ints]:
    """Index, names and limits of one side."""
    index, names = held[side], held.get(f"{side}_ids")
    if not np.issubdtype(index.dtype, np.integer):
        raise ValueError(f"{side} does not hold whole numbers")
    known = [held[name].shape[0] for name in (f"{side}_ids", f"{side}_{limit}") if name in held]
    size = known[0] if known else int(index.max(initial=-1)) + 1
    limits = held.get(f"{side}_{limit}", np.ones(size, dtype=np.int64))
    if limits.shape != (size,) or not (limits == np.floor(limits)).all():
        raise ValueError(f"{side}_{limit} must hold one whole number for each {side}")
    told = [str(i) for i in range(size)] if names is None else names.astype(str).tolist()
    if index.size and (index.min() < 0 or index.max() >= size):
        raise ValueError(f"a {side} index lies outside its list")
    return index, told, limits.astype(np.int64)


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """`(line, cells)` of the wanted columns; an empty line is passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            header = next(reader, [])
            missing = [name for name in wanted if name not in header]
            if missing:
                raise ValueError(f"{path.name} lacks the column {', '.join(missing)}")
            at = [header.index(name) for name in wanted]
            for row in reader:
                if row:
                    yield reader.line_num, [row[k] if k < len(row) else "" for k in at]
        except csv.Error as error:
            raise ValueError(f"{path.name} line {reader.line_num}: {error}") from error


def _pairs(path: Path | None, *columns: str) -> Iterator[tuple[str, int]]:
    for line, cells in _rows(path, columns) if path else ():
        yield cells[0], line


def _limits(path: Path | None, key: str, column: str, ids: list[str], start: Ints) -> Ints:
    """An empty cell leaves what was there."""
    if path is None:
        return start
    known = {i: _number(n, path, line) for line, (i, n) in _rows(path, (key, column)) if n}
    if any(n != int(n) for n in known.values() if abs(n) < 2**53):
        raise ValueError(f"{path.name}: a {column} is not a whole number")
    if any(not abs(n) < 2**53 for n in known.values()):
        raise ValueError(f"{path.name}: a {column} is out of range")
    return np.array([int(known.get(i, start[k])) for k, i in enumerate(ids)], dtype=np.int64)


def _waits(path: Path, ids: list[str]) -> Floats:
    known = {i: _number(n, path, line) for line, (i, n) in _rows(path, ("need_id", "waited")) if n}
    return np.array([known.get(i, 0.0) for i in ids])


def _number(text: str, path: Path, line: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{path.name} line {line}: not a number: {text!r}") from error


def _marked(arcs: Arcs, path: Path, at: tuple[dict[str, int], dict[str, int]], must: bool = False) -> Flags:
    """(arcs,) which arcs are the pairs of the file. Raises ValueError for one that is none, where it must."""
    pair = _code(arcs, arcs.person, arcs.need)
    listed = set()
    for line, (p, n) in _rows(path, ("person_id", "need_id")):
        number = at[0].get(p, -1) * max(1, arcs.demand.size) + at[1].get(n, -1)
        if p in at[0] and n in at[1]:
            listed.add(number)
        elif must:
            raise ValueError(f"{path.name} line {line}: this pair is not among the arcs")
    wanted = np.array(sorted(listed), dtype=np.int64)
    if must and not np.isin(wanted, pair).all():
        raise ValueError(f"{path.name}: a pinned pair is not among the arcs")
    return np.asarray(np.isin(pair, wanted))


def _copies(arcs: Arcs) -> Flags:
    """(arcs,) marks every arc of a pair but its heaviest."""
    pair = _code(arcs, arcs.person, arcs.need)
    order = np.lexsort((-arcs.weight, pair))
    copy = np.zeros(pair.size, dtype=bool)
    copy[order[1:]] = pair[order[1:]] == pair[order[:-1]]
    return copy


def read_chosen(problem: Problem, path: Path) -> Ints:
    """The arcs of an assignment's pairs (.csv or .npz), of copies the heaviest. Raises ValueError for a pair
    that is no arc."""
    if path.suffix != ".npz":
        marked = _marked(problem.arcs, path, _places(problem), must=True)
        return np.flatnonzero(marked & ~_copies(problem.arcs))
    held = _opened(path)
    if not {"person", "need"} <= set(held):
        raise ValueError(f"{path.name} lacks person or need")
    wanted = _code(problem.arcs, held["person"], held["need"])
    there = _code(problem.arcs, problem.arcs.person, problem.arcs.need)
    if not np.isin(wanted, there).all():
        raise ValueError(f"{path.name}: a pair is not among the arcs")
    return np.flatnonzero(np.isin(there, wanted) & ~_copies(problem.arcs))


def read_flags(problem: Problem, path: Path | None) -> Flags | None:
    """(needs,) which of them the file lists; None without a file."""
    if path is None:
        return None
    listed = {name for name, _line in _pairs(path, "need_id")}
    return np.array([name in listed for name in problem.needs], dtype=bool)


def read_parts(problem: Problem, path: Path | None) -> dict[str, Floats]:
    """For each column beside the ids what it says of each arc; 0 where it says nothing."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = [n for n in next(csv.reader(file), []) if n not in ("person_id", "need_id")]
    people, needs = _places(problem)
    arc_of = {code: k for k, code in enumerate(_code(problem.arcs, problem.arcs.person, problem.arcs.need))}
    parts = {name: np.zeros(problem.arcs.weight.size) for name in names}
    for line, (person, need, *told) in _rows(path, ("person_id", "need_id", *names)):
        if person not in people or need not in needs:
            raise ValueError(f"{path.name} line {line}: this pair is not among the arcs")
        arc = arc_of.get(people[person] * max(1, len(needs)) + needs[need])
        if arc is None:
            raise ValueError(f"{path.name} line {line}: this pair is not among the arcs")
        for name, text in zip(names, told, strict=True):
            parts[name][arc] = _number(text or "0", path, line)
    return parts


def _places(problem: Problem) -> tuple[dict[str, int], dict[str, int]]:
    return {n: i for i, n in enumerate(problem.people)}, {n: i for i, n in enumerate(problem.needs)}


def _code(arcs: Arcs, person: Any, need: Any) -> Ints:
    """One number for each pair."""
    code: Ints = np.asarray(person, dtype=np.int64) * max(1, arcs.demand.size) + need
    return code
