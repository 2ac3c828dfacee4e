"""The transparent score, moved by answers: how likely a yes is, where it begins with the stated weights.

Log odds = base + sum of coef * share, a share being the part of a weight that a pair has. Before any answer
each coefficient is what its weight says; answers move it, slowly where few had that share (a normal prior
around the weights; its mode by Newton's method). None falls below 0: what fits never speaks against a pair.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PER_POINT = 0.04  # log odds of one point: half for the usual spread of a score
LOOSE = 0.5  # standard deviation of a coefficient, as a share of what its weight says
BASE_VARIANCE = 36.0
ROUNDS = 50


@dataclass(frozen=True)
class Moved:
    """`coef` of each part, the base, and from how many answers."""

    base: float
    coef: Mapping[str, float]
    answers: int

    def chance(self, shares: Mapping[str, float]) -> float:
        """Of a yes, 0-1. Raises KeyError when a share is missing."""
        return 1 / (1 + math.exp(-self.base - sum(c * shares[name] for name, c in self.coef.items())))


def moved(shares: Sequence[Mapping[str, float]], yes: Sequence[bool], weights: Mapping[str, float]) -> Moved:
    """`shares` 0-1 of each answered pair, by the name of its part; `weights` in points. Raises KeyError when
    a share is missing, ValueError for other than one answer a pair."""
    if len(shares) != len(yes):
        raise ValueError("there must be one answer for each pair")
    names = sorted(name for name, weight in weights.items() if weight > 0)
    said = np.array(yes, dtype=np.float64)
    x = np.array([[1.0, *(one[name] for name in names)] for one in shares]).reshape(
        len(shares), 1 + len(names)
    )
    start = np.array([0.0, *(PER_POINT * weights[name] for name in names)])
    precision = np.r_[1 / BASE_VARIANCE, 1 / (LOOSE * start[1:]) ** 2]
    free = np.ones(start.size, dtype=bool)
    coef = _mode(x, said, start, precision, free)
    while (coef[1:] < 0).any():
        free[1:] &= coef[1:] >= 0
        coef = _mode(x, said, start, precision, free)
    return Moved(float(coef[0]), dict(zip(names, coef[1:].tolist(), strict=True)), len(yes))


def _mode(x: Floats, said: Floats, start: Floats, precision: Floats, free: NDArray[np.bool_]) -> Floats:
    """The likeliest coefficients, 0 where not `free`."""
    coef = np.where(free, start, 0.0)
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-(x @ coef)))
        slope = (x.T @ (said - p) - precision * (coef - start))[free]
        curve = (x.T * (p * (1 - p))) @ x + np.diag(precision)
        step = np.linalg.solve(curve[np.ix_(free, free)], slope)
        coef[free] += np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return coef
