"""Folds that look like tomorrow: pairs of known people left out, and people left out altogether.

A regime says who is known when a pair is asked: `kk` both, `ck` a decider never seen, `kc` a candidate never
seen, `cc` neither. Each has its own folds, so that blending and calibration are learned where they will be
used.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from matching.arcs import Ints

REGIMES = ("kk", "kc", "ck", "cc")
MANY_ROWS, LEAST_GROUPS = 30_000, 5
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Fold:
    train: Ints
    test: Ints
    kind: str  # "pairs", "people" or "groups"


def folds(a: Ints, b: Ints, seed: int) -> list[Fold]:
    """Row indices for rows of `a` with `b`; the same for the same rows. None where there are too few."""
    rng = np.random.default_rng(seed)
    number = 5 if a.size <= MANY_ROWS else 3
    if a.size < 20:
        return []
    part = rng.permutation(np.arange(a.size) % number)
    found = [Fold(np.flatnonzero(part != k), np.flatnonzero(part == k), "pairs") for k in range(number)]
    group = _groups(a, b)
    if int(group.max(initial=0)) + 1 >= LEAST_GROUPS:
        found += _by_group(group[a], number, rng)
    return found + _by_people(a, b, number, rng)


def _groups(a: Ints, b: Ints) -> Ints:
    """People who never met anybody outside: rounds of an event, counties."""
    n, m = int(a.max()) + 1, int(b.max()) + 1
    graph = sparse.coo_matrix((np.ones(a.size), (a, b + n)), shape=(n + m, n + m))
    _number, label = connected_components(graph, directed=False)
    _used, first = np.unique(label[a], return_inverse=True)
    group = np.zeros(n, dtype=np.int64)
    group[a] = first
    return group


def _by_group(group: Ints, number: int, rng: np.random.Generator) -> list[Fold]:
    names = int(group.max()) + 1
    part = rng.permutation(np.arange(names) % number)[group]
    return [Fold(np.flatnonzero(part != k), np.flatnonzero(part == k), "groups") for k in range(number)]


def _by_people(a: Ints, b: Ints, number: int, rng: np.random.Generator) -> list[Fold]:
    left = rng.permutation(np.arange(int(a.max()) + 1) % number)[a]
    right = rng.permutation(np.arange(int(b.max()) + 1) % number)[b]
    found = []
    for k in range(number):
        out = (left == k) | (right == k)
        found.append(Fold(np.flatnonzero(~out), np.flatnonzero(out), "people"))
    return [f for f in found if f.train.size and f.test.size]


def regimes(a: Ints, b: Ints, seen_a: Mask, seen_b: Mask) -> Ints:
    """Index into REGIMES of each row; `seen_*` end with False, the stranger's (index -1)."""
    return (2 * ~seen_a[a] + ~seen_b[b]).astype(np.int64)


def seen(index: Ints, n: int) -> Mask:
    known = np.zeros(n + 1, dtype=bool)
    known[index[index >= 0]] = True
    known[n] = False
    return known
