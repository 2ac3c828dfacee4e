"""How near a text is to texts at all: one of common words, or a long one, is near to everybody's.

Half of that usual nearness is taken off, and what is left is measured in the square root of how far it
varies: nearer than usual counts, not near. Sources: Radovanović, Nanopoulos & Ivanović 2010 (hubs),
Zelnik-Manor & Perona 2004 (local scaling).
"""

from dataclasses import dataclass

import numpy as np

from matching.arcs import Floats, Ints

SAMPLE, LEAST = 100, 10  # of the other side, to know what is usual; from fewer nothing is known
TAKEN = 0.5  # of the usual nearness of each of the two
FLOOR = 0.1  # of the mean spread: texts that are never near to anything vary no less


@dataclass(frozen=True)
class Usual:
    """Of each row of a table (n, k): its mean likeness to the other side, and the root of its spread."""

    mean: Floats
    root: Floats

    @classmethod
    def nothing(cls, n: int, k: int) -> "Usual":
        return cls(np.zeros((n, k)), np.ones((n, k)))

    @classmethod
    def of(cls, values: Floats, spread: Floats) -> "Usual":
        """`values` (n, sample, k) likeness; `spread` (k,) what is usual of all rows."""
        least = np.maximum(FLOOR * spread, 1e-6)
        return cls(values.mean(axis=1), np.sqrt(np.maximum(values.std(axis=1), least)))


def sampled(ids: list[str], known: Ints) -> Ints:
    """Up to SAMPLE of the `known` rows, evenly from those in the order of their ids; none where too few."""
    if known.size < LEAST:
        return known[:0]
    ordered = known[np.argsort(np.array(ids, dtype=object)[known], kind="stable")]
    return np.asarray(ordered[np.unique(np.linspace(0, ordered.size - 1, SAMPLE).astype(np.int64))])


def beyond(values: Floats, people: Usual, needs: Usual, a: Ints, b: Ints) -> Floats:
    """(pairs, k) likeness beyond what is usual of either."""
    rest = values - TAKEN * (people.mean[a] + needs.mean[b])
    return np.asarray(rest / np.sqrt(people.root[a] * needs.root[b]))
