"""Each person's own vector, drawn given what all his rows say: small normal distributions, very many of them.

Compiled where numba is there; else in numpy, a few times slower, with the same results.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from matching.arcs import Floats, Ints
from matching.compiled import COMPILED, njit_step


@dataclass
class Order:
    """Rows put together by whose they are; -1 is a stranger, who has the last place."""

    index: Ints
    rows: Ints
    start: Ints
    who: Ints
    n: int

    @classmethod
    def of(cls, index: Ints, n: int) -> Self:
        placed = np.where(index < 0, n, index)
        rows = np.argsort(placed, kind="stable")
        who, start = np.unique(placed[rows], return_index=True)
        return cls(index, rows, start, who, n)

    def sums(self, values: Floats) -> Floats:
        out = np.zeros((self.n + 1, *values.shape[1:]))
        if self.rows.size:
            out[self.who] = np.add.reduceat(values[self.rows], self.start, axis=0)
        return out[: self.n]


def drawn(
    order: Order, x: Floats, curve: Floats, pull: Floats, precision: Floats, towards: Floats, noise: Floats
) -> Floats:
    """(n, k) vectors from normal distributions: of each person the sum over his rows of curve * x x' and pull
    * x, added to his own `precision` (k,) and `towards` (n, k); `noise` (n, k) is standard normal."""
    if not COMPILED:
        return drawn_plain(order, x, curve, pull, precision, towards, noise)
    grams = np.zeros((order.n, x.shape[1], x.shape[1])) + np.diag(precision)
    to = towards.copy()
    _add_up(order.index, x, curve, pull, grams, to)
    _solve_each(grams, to, noise)
    return to


def drawn_plain(
    order: Order, x: Floats, curve: Floats, pull: Floats, precision: Floats, towards: Floats, noise: Floats
) -> Floats:
    """The same in numpy."""
    width = x.shape[1]
    i, j = np.triu_indices(width)
    grams = np.zeros((order.n, width, width))
    grams[:, i, j] = grams[:, j, i] = order.sums(curve[:, None] * x[:, i] * x[:, j])
    grams += np.diag(precision)
    to = towards + order.sums(pull[:, None] * x)
    spread = np.linalg.cholesky(grams) @ noise[:, :, None]
    return np.asarray(np.linalg.solve(grams, to[:, :, None] + spread)[:, :, 0], np.float64)


@njit_step
def _add_up(index: Ints, x: Floats, curve: Floats, pull: Floats, grams: Floats, to: Floats) -> None:
    """Below the diagonal alone."""
    for r in range(index.size):
        i = index[r]
        if i < 0:
            continue
        for p in range(x.shape[1]):
            weighted = curve[r] * x[r, p]
            to[i, p] += pull[r] * x[r, p]
            for q in range(p + 1):
                grams[i, p, q] += weighted * x[r, q]


@njit_step
def _solve_each(grams: Floats, to: Floats, noise: Floats) -> None:
    """Cholesky's root takes the place of each matrix, and the draw that of `to`."""
    width = to.shape[1]
    for i in range(to.shape[0]):
        root, own = grams[i], to[i]
        for p in range(width):
            for q in range(p + 1):
                rest = root[p, q]
                for k in range(q):
                    rest -= root[p, k] * root[q, k]
                root[p, q] = np.sqrt(rest) if p == q else rest / root[q, q]
            for k in range(p):
                own[p] -= root[p, k] * own[k]
            own[p] /= root[p, p]
        for p in range(width - 1, -1, -1):
            rest = own[p] + noise[i, p]
            for k in range(p + 1, width):
                rest -= root[k, p] * own[k]
            own[p] = rest / root[p, p]
