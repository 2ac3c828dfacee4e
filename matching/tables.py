"""People, needs, history and pairs as they come from files: sorted by id, so that no row order matters."""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from matching.arcs import Floats, Ints
from matching.schema import Column, Schema

YES = {"1": 1.0, "true": 1.0, "yes": 1.0, "y": 1.0, "0": 0.0, "false": 0.0, "no": 0.0, "n": 0.0}
UNKNOWN = {"", "nan", "na", "n/a", "none", "null"}
DAY = 86_400.0
csv.field_size_limit(2**31 - 1)  # a person's documents stand in one cell
ANSWERS = ("person_yes", "need_yes", "matched")


@dataclass(frozen=True)
class Table:
    """One side: sorted `ids`, and `cells` by column name, "" where nothing is known."""

    ids: list[str]
    cells: dict[str, list[str]]

    def place(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.ids)}

    def with_ids(self, more: Iterable[str]) -> "Table":
        """The same with a row of nothing known for each id that is missing, sorted again."""
        at = self.place()
        ids = sorted(set(at) | set(more))
        if len(ids) == len(self.ids):
            return self
        empty = len(self.ids)
        order = [at.get(i, empty) for i in ids]
        longer = {name: [*cells, ""] for name, cells in self.cells.items()}
        return Table(ids, {name: [cells[k] for k in order] for name, cells in longer.items()})


@dataclass(frozen=True)
class History:
    """What was asked and answered; NaN in `person_yes`, `need_yes`, `matched`, `time` (days) is unknown.

    `person` and `need` are ids; rows are sorted.
    """

    person: list[str]
    need: list[str]
    time: Floats
    person_yes: Floats
    need_yes: Floats
    matched: Floats
    weight: Floats
    context: list[str]

    def __len__(self) -> int:
        return len(self.person)


def read_side(path: Path, schema: Schema, side: str) -> Table:
    """Raises ValueError for a missing column and an id that is empty or occurs twice."""
    key = schema.people_id if side == "person" else schema.needs_id
    columns = schema.side(side)
    rows = read_rows(path, [key, *(c.name for c in columns if c.role != "audit")])
    rows.sort(key=lambda r: r[key])
    ids = [r[key] for r in rows]
    if "" in ids:
        raise ValueError(f"{path.name}: a row has no {key}")
    if len(set(ids)) != len(ids):
        twice = next(a for a, b in pairwise(ids) if a == b)
        raise ValueError(f"{path.name}: {key} {twice!r} occurs twice")
    return checked(
        Table(ids, {c.name: [r.get(c.name) or "" for r in rows] for c in columns}), columns, path.name
    )


def checked(table: Table, columns: Sequence[Column], where: str) -> Table:
    for c in columns:
        if c.role == "audit" or c.type not in ("numeric", "datetime", "geo"):
            continue
        for row, cell in zip(table.ids, table.cells[c.name], strict=True):
            if cell.lower() not in UNKNOWN and not understood(c.type, cell):
                raise ValueError(f"{where}: {c.name} of {row!r} is no {c.type}: {cell!r}")
    return table


def understood(kind: str, cell: str) -> bool:
    if kind == "geo":
        return not math.isnan(geo_of(cell)[0])
    return not math.isnan(number_of(cell) if kind == "numeric" else days_of(cell))


def read_rows(path: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            missing = [n for n in needed if n not in (reader.fieldnames or ())]
            if missing:
                raise ValueError(f"{path.name} lacks the column {', '.join(missing)}")
            return [{k: v.strip() for k, v in row.items() if isinstance(v, str)} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is not a UTF-8 table: {error}") from error


def read_history(path: Path) -> History:
    rows = read_rows(path, ("person_id", "need_id"))
    keys = ("event_time", "person_yes", "need_yes", "matched", "weight", "context")
    rows.sort(key=lambda r: (r["person_id"], r["need_id"], *(r.get(k, "") for k in keys)))
    columns = {k: [r.get(k, "") for r in rows] for k in ("person_id", "need_id", *keys)}
    if "" in columns["person_id"] or "" in columns["need_id"]:
        raise ValueError(f"{path.name}: a row has no person_id or need_id")
    answers = [np.array([_answer(path, k, v) for v in columns[k]], dtype=np.float64) for k in ANSWERS]
    weight = np.array([1.0 if v == "" else _number(path, "weight", v) for v in columns["weight"]])
    if (weight < 0).any():
        raise ValueError(f"{path.name}: a weight is below 0")
    time = np.array([_time(path, v) for v in columns["event_time"]], dtype=np.float64)
    joint = np.where(np.isnan(answers[2]), answers[0] * answers[1], answers[2])
    return History(
        columns["person_id"],
        columns["need_id"],
        time,
        answers[0],
        answers[1],
        joint,
        weight,
        columns["context"],
    )


def _answer(path: Path, column: str, cell: str) -> float:
    if cell == "":
        return math.nan
    value = YES.get(cell.lower())
    value = number_of(cell) if value is None else value
    if not 0 <= value <= 1:
        raise ValueError(f"{path.name}: {column} must be 0, 1 or empty, not {cell!r}")
    return value


def _number(path: Path, column: str, cell: str) -> float:
    value = number_of(cell)
    if math.isnan(value):
        raise ValueError(f"{path.name}: {column} is not a number: {cell!r}")
    return value


def _time(path: Path, cell: str) -> float:
    value = days_of(cell)
    if cell and math.isnan(value):
        raise ValueError(f"{path.name}: event_time is no date: {cell!r}")
    return value


def number_of(cell: str) -> float:
    """NaN where the cell is empty or no finite number."""
    try:
        value = float(cell.replace(",", ""))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def days_of(cell: str) -> float:
    """Days since 1970 of an ISO date or time; a plain number is taken as days. NaN where it is neither."""
    cell = cell.strip()
    try:
        when = datetime.fromisoformat(cell)
    except ValueError:
        return number_of(cell)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() / DAY


def geo_of(cell: str) -> tuple[float, float]:
    """Latitude and longitude in degrees of `lat;lon`; NaN where it is no place on earth."""
    parts = [number_of(p) for p in cell.replace("，", ";").split(";")]
    if len(parts) != 2 or not (abs(parts[0]) <= 90 and abs(parts[1]) <= 360):
        return math.nan, math.nan
    return parts[0], parts[1]


def split(cell: str, sep: str) -> list[str]:
    return [p.strip() for p in cell.split(sep) if p.strip()]


@dataclass(frozen=True)
class Pairs:
    """Asked pairs in the order of their file, as ids; `time` NaN and `context` "" where not said."""

    person: list[str]
    need: list[str]
    time: Floats
    context: list[str]


def read_pairs(path: Path) -> Pairs:
    rows = read_rows(path, ("person_id", "need_id"))
    if any(not r["person_id"] or not r["need_id"] for r in rows):
        raise ValueError(f"{path.name}: a row has no person_id or need_id")
    time = np.array([_time(path, r.get("event_time", "")) for r in rows], dtype=np.float64)
    return Pairs(
        [r["person_id"] for r in rows],
        [r["need_id"] for r in rows],
        time,
        [r.get("context", "") for r in rows],
    )


def places(ids: Sequence[str], table: Table) -> Ints:
    at = table.place()
    return np.array([at[i] for i in ids], dtype=np.int64)
