"""The optimum of a small market as a table of all rows and columns: rows bid in turn without any epsilon, and
cheapest paths take in those that are left over (Jonker & Volgenant 1987, without their reduction of columns).

A cell is what the pair is worth, or 0 where there is none: who is left with a 0 is left alone. Prices of
columns begin at 0 and rise only where somebody is: those of free columns stay 0, as they must.
"""

from typing import NamedTuple

import numpy as np

from matching.compiled import COMPILED, njit_numbers, njit_step
from matching.exact import Market, Solved
from matching.passes import Floats, Indices

CELLS = 10_000  # up to so many any market is a table
DENSE = 0.5  # share of cells that are arcs, from which on larger ones are
DENSE_CELLS = 100_000 if COMPILED else 4_000_000
TURNS = 2  # in which each row may bid, before paths begin
LONG = 10  # steps of paths for each row, after which a market that is not tiny had better go the other way


def is_small(market: Market) -> bool:
    """Whether this is the better way for a market; each row and column takes one."""
    cells = market.limit.size * market.room.size
    few = CELLS if COMPILED else DENSE_CELLS
    return (
        0 < cells <= max(few, DENSE_CELLS)
        and (cells <= few or market.row.size >= DENSE * cells)
        and market.limit.size <= market.room.size
        and market.limit.min() == market.limit.max() == market.room.min() == market.room.max() == 1
    )


def solve_table(market: Market) -> Solved | None:
    """The same as `solve`, with no gap; nothing where it would take long, all wanting the same columns."""
    rows, columns = market.limit.size, market.room.size
    worth, arc = np.zeros((rows, columns)), np.full((rows, columns), -1, dtype=np.int32)
    _lay_out(market.row, market.column, market.weight, market.offset, worth, arc)
    v, held = np.zeros(columns), np.full(columns, -1, dtype=np.int32)
    left = np.arange(rows, dtype=np.int32)
    left = left[: _bids(worth, v, held, left)]
    place = np.full(rows, -1, dtype=np.int32)
    taken = np.flatnonzero(held >= 0)
    place[held[taken]] = taken
    path = Path(np.empty(columns), np.empty(columns, dtype=np.int32), np.empty(columns))
    most = LONG * rows if COMPILED and rows * columns > CELLS else rows * columns
    if not _take_all_in(left, worth, v, held, place, path, most):
        return None
    v -= v.min()
    own = np.arange(rows)
    u = np.maximum(worth[own, place] - v[place], 0.0)
    chosen = arc[own, place]
    return Solved(np.sort(chosen[chosen >= 0]).astype(np.int64), u, v)


class Path(NamedTuple):
    """Of each column how far it is, the row from which it was reached, and infinity where that is the last
    word, else 0."""

    reach: Floats
    by: Indices
    closed: Floats


@njit_step
def _lay_out(
    row: Indices, column: Indices, weight: Floats, offset: float, worth: Floats, arc: Indices
) -> None:
    for a in range(row.size):
        w = weight[a] + offset
        if w > worth[row[a], column[a]]:
            worth[row[a], column[a]] = w
            arc[row[a], column[a]] = a


@njit_step
def _two_best(worth: Floats, i: int, v: Floats) -> tuple[float, float, int, int]:
    """The two columns that are worth most to a row, and how much."""
    first, second, at, other = -np.inf, -np.inf, 0, 0
    for c in range(v.size):
        value = worth[i, c] - v[c]
        if value > second:
            if value > first:
                first, second, at, other = value, first, c, at
            else:
                second, other = value, c
    return first, second, at, other


@njit_step
def _bids(worth: Floats, v: Floats, held: Indices, stack: Indices) -> int:
    """Lets all rows bid, and those again that lose a place. Of the stack only those stay that are without a
    place, at its beginning; returns how many."""
    stay, top, most = 0, stack.size, TURNS * stack.size
    while top > stay and most > 0:
        most -= 1
        i = stack[top - 1]
        first, second, at, other = _two_best(worth, i, v)
        if first == second and held[at] >= 0:
            at = other
        loser = held[at]
        if loser >= 0 and (first == second or v.size == 1):
            stack[top - 1] = stack[stay]
            stack[stay] = i
            stay += 1
            continue
        held[at] = i
        if v.size > 1:
            v[at] += first - second
        top -= 1
        if loser >= 0:
            stack[top] = loser
            top += 1
    return top


def _reach_out_plain(i: int, base: float, worth: Floats, v: Floats, held: Indices, path: Path) -> int:
    reach, by, closed = path
    new = v - worth[i] - base
    better = new + closed < reach
    reach[better], by[better] = new[better], i
    still = reach + closed
    nearest = np.flatnonzero(still == still.min())
    free = nearest[held[nearest] < 0]
    return int(free[0] if free.size else nearest[0])


@njit_numbers
def _relax(i: int, base: float, worth: Floats, v: Floats, path: Path) -> float:
    """Goes from a row to all columns; returns how far the nearest of those is that are open."""
    best = np.inf
    for c in range(v.size):
        new = v[c] - worth[i, c] - base + path.closed[c]
        nearer = new < path.reach[c]
        path.reach[c] = new if nearer else path.reach[c]
        path.by[c] = i if nearer else path.by[c]
        best = min(best, path.reach[c] + path.closed[c])
    return best


@njit_step
def _reach_out_step(i: int, base: float, worth: Floats, v: Floats, held: Indices, path: Path) -> int:
    """Goes from a row to all columns; returns the nearest open one, of equal ones a free one."""
    best = _relax(i, base, worth, v, path)
    at = -1
    for c in range(v.size):
        if path.reach[c] + path.closed[c] == best:
            if held[c] < 0:
                return c
            at = c if at < 0 else at
    return at


_reach_out = _reach_out_step if COMPILED else _reach_out_plain


@njit_step
def _take_all_in(
    left: Indices, worth: Floats, v: Floats, held: Indices, place: Indices, path: Path, most: int
) -> bool:
    """Gives each of these rows a place, on the cheapest path to a free one; false after `most` steps."""
    for s in left:
        path.reach[:] = np.inf
        path.closed[:] = 0.0
        c = _reach_out(s, 0.0, worth, v, held, path)
        while held[c] >= 0 and most > 0:
            most -= 1
            path.closed[c] = np.inf
            i = held[c]
            c = _reach_out(i, v[c] - worth[i, c] - path.reach[c], worth, v, held, path)
        if held[c] >= 0:
            return False
        for k in range(v.size):
            if path.closed[k] > 0.0:
                v[k] += path.reach[c] - path.reach[k]
        i = -1
        while i != s:
            i = path.by[c]
            held[c], place[i], c = i, c, place[i]
    return True
