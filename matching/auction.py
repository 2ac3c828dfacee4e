"""The auction: bidders raise prices of places until nobody wants another (Bertsekas 1988), compiled by numba.

One phase from zero prices, Gauss–Seidel, with a short list of each bidder's best arcs kept at hand: prices
only rise, so an arc outside the list can never be worth more than it was when the list was made (Buš & Tvrdík
2009).
"""

import numpy as np
from numpy.typing import NDArray

from matching.compiled import njit

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Pointers = NDArray[np.int64]
KEPT = 6


@njit
def _refresh(i, start, column, weight, price, best_arc, best_ceiling):  # type: ignore[no-untyped-def]
    """Fills the bidder's list with its KEPT best arcs of now, and notes what the next one is worth."""
    base = i * KEPT
    values = np.full(KEPT + 1, -np.inf)
    arcs = np.full(KEPT + 1, -1, dtype=np.int64)
    for a in range(start[i], start[i + 1]):
        value = weight[a] - price[column[a]]
        if value <= values[KEPT]:
            continue
        at = KEPT
        while at > 0 and values[at - 1] < value:
            values[at] = values[at - 1]
            arcs[at] = arcs[at - 1]
            at -= 1
        values[at] = value
        arcs[at] = a
    for k in range(KEPT):
        best_arc[base + k] = arcs[k]
    best_ceiling[i] = values[KEPT]


@njit
def _two_best(i, column, weight, price, best_arc):  # type: ignore[no-untyped-def]
    first, second, arc = -np.inf, -np.inf, -1
    for k in range(i * KEPT, (i + 1) * KEPT):
        a = best_arc[k]
        if a < 0:
            break
        value = weight[a] - price[column[a]]
        if value > first:
            second = first
            first = value
            arc = a
        elif value > second:
            second = value
    return first, second, arc


@njit
def bid_all(start, column, weight, columns, epsilon):  # type: ignore[no-untyped-def]
    """Runs the auction to its end. Rows bid for columns; an outside option of worth 0 stands open to every
    row.

    `start` (rows+1,), `column` and `weight` (arcs,): the arcs by row. Returns `row_arc` (rows,) the arc held
    or -1, `column_row` (columns,) the holder or -1, and `price` (columns,), with epsilon-complementary
    slackness.
    """
    rows = start.size - 1
    price = np.zeros(columns)
    row_arc = np.full(rows, -1, dtype=np.int64)
    column_row = np.full(columns, -1, dtype=np.int32)
    best_arc = np.full(rows * KEPT, -1, dtype=np.int64)
    best_ceiling = np.full(rows, np.inf)
    stack = np.arange(rows - 1, -1, -1).astype(np.int32)
    top = rows
    while top > 0:
        top -= 1
        i = stack[top]
        first, second, arc = _two_best(i, column, weight, price, best_arc)
        if max(second, 0.0) < best_ceiling[i]:
            _refresh(i, start, column, weight, price, best_arc, best_ceiling)
            first, second, arc = _two_best(i, column, weight, price, best_arc)
        if first < epsilon:
            continue
        j = column[arc]
        price[j] += min(first, first - max(second, 0.0) + epsilon)
        loser = column_row[j]
        if loser >= 0:
            row_arc[loser] = -1
            stack[top] = loser
            top += 1
        column_row[j] = i
        row_arc[i] = arc
    return row_arc, column_row, price
