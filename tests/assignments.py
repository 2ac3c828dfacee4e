"""Random assignment problems of every shape, for the tests of `matching`."""

import numpy as np

from matching import Arcs

OBJECTIVES = ("weight", "cardinality", "maxmin")


def some_arcs(rng: np.random.Generator) -> Arcs:
    """Often degenerate: no arcs, an empty side, equal, negative or no weights, a giant, copies of a pair."""
    people, needs = (int(n) for n in rng.integers(0, rng.choice([2, 5, 9]), 2))
    pairs = people * needs
    number = int(rng.integers(0, pairs + 1))
    chosen = (
        rng.integers(0, pairs, number) if number and rng.random() < 0.2 else rng.permutation(pairs)[:number]
    )
    person, need = chosen // max(1, needs), chosen % max(1, needs)
    return Arcs.of(person, need, some_weights(rng, number), some_limits(rng, people), some_limits(rng, needs))


def some_weights(rng: np.random.Generator, number: int) -> np.ndarray:
    kinds = (
        rng.normal(size=number),
        rng.integers(-3, 6, number).astype(float),
        np.full(number, rng.choice([0.0, 1.0, -2.0])),
        np.round(rng.random(number), 1),
        -rng.random(number),
        1e-7 * rng.random(number),
    )
    weight = kinds[rng.integers(len(kinds))]
    if number and rng.random() < 0.15:
        weight[rng.integers(number)] = rng.choice([1e6, 1e9, -1e6])
    return weight


def some_limits(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, 4, size) if rng.random() < 0.5 else np.ones(size)


def crowded(rng: np.random.Generator, rows: int, columns: int, degree: int) -> Arcs:
    """One to one, whole weights up to 1,000, with one value that is common to all who ask for a need."""
    need = np.concatenate([rng.choice(columns, degree, replace=False) for _ in range(rows)])
    weight = rng.integers(0, 500, need.size) + rng.integers(0, 500, columns)[need]
    person = np.repeat(np.arange(rows), degree)
    return Arcs.of(person, need, weight, np.ones(rows), np.ones(columns))


def shuffled(arcs: Arcs, turn: np.ndarray) -> Arcs:
    return Arcs.of(arcs.person[turn], arcs.need[turn], arcs.weight[turn], arcs.capacity, arcs.demand)
