"""How far anybody could come: the best reader of the given answers who knows the world's true equations.

The oracle knows each person's hidden tastes, which a few noisy answers cannot tell. This reader knows only
how answers come about and how far persons differ; what he does not know of them he draws again and again
from all that the answers allow (Gibbs sampling; Polson, Scott & Windle 2013). His mean chance is the ceiling.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TERMS, WARM, KEPT = 16, 60, 200


@dataclass(frozen=True)
class Known:
    """Log odds of one direction = `told` + the decider's + the candidate's own + strength * tastes @ looks;
    the two `spread` are standard deviations of what is each one's own."""

    told: Floats
    spread: tuple[float, float]
    strength: float
    tastes: int = 3


def ceiling(known: Known, i: Ints, j: Ints, said: Floats, seen: NDArray[np.bool_], seed: int = 0) -> Floats:
    """(asked,) chances of a yes of decider `i` to candidate `j` for the rows that were not seen."""
    rng = np.random.default_rng(seed)
    sizes, width = (int(i.max()) + 1, int(j.max()) + 1), known.tastes + 1
    at, asked = np.flatnonzero(seen), np.flatnonzero(~seen)
    ends, half = (i[at], j[at]), said[at] - 0.5
    spread = [np.r_[s, np.ones(known.tastes)] for s in known.spread]
    own = [rng.normal(size=(n, width)) * s for n, s in zip(sizes, spread, strict=True)]
    total = np.zeros(asked.size)
    for round_ in range(WARM + KEPT):
        for side in (0, 1):
            fixed = own[1 - side][ends[1 - side]]
            weight = _polya_gamma(rng, _odds(known, at, own, ends))
            x = np.column_stack([np.ones(at.size), known.strength * fixed[:, 1:]])
            rest = half - weight * (known.told[at] + fixed[:, 0])
            own[side] = _drawn(rng, x, weight, rest, ends[side], spread[side], sizes[side])
        if round_ >= WARM:
            total += expit(_odds(known, asked, own, (i[asked], j[asked])))
    return total / KEPT


def _odds(known: Known, rows: Ints, own: list[Floats], ends: tuple[Ints, Ints]) -> Floats:
    u, v = own[0][ends[0]], own[1][ends[1]]
    liking = (u[:, 1:] * v[:, 1:]).sum(axis=1)
    return np.asarray(known.told[rows] + u[:, 0] + v[:, 0] + known.strength * liking)


def _drawn(
    rng: np.random.Generator, x: Floats, weight: Floats, rest: Floats, who: Ints, spread: Floats, n: int
) -> Floats:
    """Each one's vector from its normal distribution given the rest."""
    width = x.shape[1]
    precision = np.zeros((n, width, width)) + np.diag(spread**-2.0)
    pull = np.zeros((n, width))
    np.add.at(precision, who, weight[:, None, None] * x[:, :, None] * x[:, None, :])
    np.add.at(pull, who, rest[:, None] * x)
    mean = np.linalg.solve(precision, pull[:, :, None])
    root = np.linalg.cholesky(precision).transpose(0, 2, 1)
    return np.asarray((mean + np.linalg.solve(root, rng.normal(size=(n, width, 1))))[:, :, 0])


def _polya_gamma(rng: np.random.Generator, f: Floats) -> Floats:
    """Draws from PG(1, f): the first terms of its sum, and the rest by its mean."""
    k = np.arange(TERMS) + 0.5
    share = 1 / (2 * np.pi**2 * (k**2 + (f[:, None] / (2 * np.pi)) ** 2))
    size = np.maximum(np.abs(f), 1e-6)
    mean = np.tanh(size / 2) / (2 * size)
    return np.asarray((rng.standard_exponential(share.shape) * share).sum(axis=1) + mean - share.sum(axis=1))
