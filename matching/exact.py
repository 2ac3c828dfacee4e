"""The exact optimum of a spelled-out problem: a coarse auction, then shortest paths that mend what is not
tight yet.

The auction leaves prices that are right to within epsilon and an assignment of which most is optimal. Prices
are made feasible, arcs that are not tight are let go, and every row or column that is wrong is mended by one
search.
"""

from dataclasses import dataclass

import numpy as np

from matching.arcs import Floats, Ints
from matching.auction import bid_all
from matching.paths import best_worth, mend_rows, transposed
from matching.rows import Spelled

COARSE = 2e-3  # epsilon of the auction, as a share of the spread of weights; any value gives the same optimum


@dataclass(frozen=True)
class Solved:
    """`row_column` (rows,), -1 for none; prices `u` (rows,) and `v` (columns,) that prove it."""

    row_column: Ints
    u: Floats
    v: Floats


def solve(problem: Spelled, *, offset: float = 0.0) -> Solved:
    """Maximises the sum of weight + offset over the chosen arcs. A large offset asks for the most pairs
    first.

    The auction works on the weights alone: raising every row's price by the offset keeps prices feasible.
    """
    state = _State(problem)
    state.start()
    if offset:
        state.raise_rows(offset)
    state.mend()
    return Solved(state.row_column.astype(np.int64), state.u, state.v)


class _State:
    def __init__(self, problem: Spelled) -> None:
        self.start_at, self.column, self.weight = problem.start, problem.column, problem.weight
        self.rows, self.columns = problem.row_owner.size, problem.column_owner.size
        self.row_column = np.full(self.rows, -1, dtype=np.int32)
        self.column_row = np.full(self.columns, -1, dtype=np.int32)
        self.u, self.v = np.zeros(self.rows), np.zeros(self.columns)

    def start(self) -> None:
        """The auction, then feasible prices and the tight part of its assignment."""
        if not self.weight.size:
            return
        useful = self.weight[self.weight > 0]
        if not useful.size:
            return
        epsilon = COARSE * max(float(useful.max() - useful.min()), float(useful.max()) * 1e-3)
        row_arc, holder, price = bid_all(self.start_at, self.column, self.weight, self.columns, epsilon)
        self.v = np.where(holder >= 0, np.maximum(0.0, price - epsilon), price)
        best_arc = np.empty(self.rows, dtype=np.int64)
        best_worth(self.start_at, self.column, self.weight, self.v, self.u, best_arc)
        held = np.flatnonzero(row_arc >= 0)
        arc = row_arc[held]
        tight = self.u[held] + self.v[self.column[arc]] - self.weight[arc] <= 0.0
        self.row_column[held[tight]] = self.column[arc[tight]]
        self.column_row[self.column[arc[tight]]] = held[tight]

    def raise_rows(self, offset: float) -> None:
        self.weight = self.weight + offset
        best_arc = np.empty(self.rows, dtype=np.int64)
        best_worth(self.start_at, self.column, self.weight, self.v, self.u, best_arc)
        matched = np.flatnonzero(self.row_column >= 0)
        self.u[matched] = self._weight_of(matched) - self.v[self.row_column[matched]]

    def _weight_of(self, rows: Ints) -> Floats:
        """The weight of each of these rows' arc: rows are short and sorted by column."""
        found = np.empty(rows.size)
        for k, i in enumerate(rows):
            low, high = self.start_at[i], self.start_at[i + 1]
            found[k] = self.weight[low + np.searchsorted(self.column[low:high], self.row_column[i])]
        return found

    def mend(self) -> None:
        sides = (self.row_column, self.column_row, self.u, self.v)
        wrong = np.flatnonzero((self.row_column < 0) & (self.u > 0)).astype(np.int32)
        mend_rows(self.start_at, self.column, self.weight, *sides, wrong)
        wrong = np.flatnonzero((self.column_row < 0) & (self.v > 0)).astype(np.int32)
        if wrong.size:
            start, row, weight = transposed(self.start_at, self.column, self.weight, self.columns)
            mend_rows(start, row, weight, self.column_row, self.row_column, self.v, self.u, wrong)
