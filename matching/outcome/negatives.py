"""Only yeses were kept: the pairs that were not chosen, drawn evenly from inside the pools of each person."""

import numpy as np

from matching.arcs import Floats, Ints

PER_POSITIVE, LEAST, MOST = 10, 4_000, 150_000


def unchosen(a: Ints, b: Ints, pool: Ints, seed: int) -> tuple[Ints, Ints, float]:
    """Pairs (a, b) that the rows do not hold, and the rate at which they were drawn.

    `pool` (needs,) index of each need's pool. A person's rivals are the needs of the pools he chose from.
    """
    people = np.unique(a)
    offered = [np.flatnonzero(np.isin(pool, np.unique(pool[b[a == p]]))) for p in people]
    width = int(pool.size)
    all_pairs = np.concatenate(
        [np.zeros(0, np.int64), *(p * width + o for p, o in zip(people, offered, strict=True))]
    )
    left = np.setdiff1d(all_pairs, np.unique(a * width + b), assume_unique=True)
    wanted = int(np.clip(PER_POSITIVE * a.size, LEAST, MOST))
    if left.size > wanted:
        drawn = np.sort(np.random.default_rng(seed).choice(left.size, wanted, replace=False))
        return left[drawn] // width, left[drawn] % width, wanted / left.size
    return left // width, left % width, 1.0


def shift(rate: float) -> Floats:
    """What the drawing added to the log odds."""
    return np.asarray(np.log(max(rate, 1e-12)))
