"""Passes over all arcs, compiled: what is read ten million times stands here and nowhere else.

Arcs come in any order, as `row`, `column` (arcs,) int32 and `weight` (arcs,) float64.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.compiled import njit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Lists(NamedTuple):
    """Each row's best arcs in no order: `start` (rows+1,) into `column`, `weight` and `arc`, -1 where a row
    has fewer. `ceiling` (rows,) is what no arc outside the list was worth more than when it was made."""

    start: Ints
    column: Indices
    weight: Floats
    arc: Ints
    ceiling: Floats


class Graph(NamedTuple):
    """Arcs by row: `start` (rows+1,) into `column`, `weight`; `arc` says which of all arcs each is, and is
    empty where they stand in their own order. `known` (rows,) marks the rows whose arcs are here."""

    start: Ints
    column: Indices
    weight: Floats
    arc: Ints
    known: Flags


@njit
def starts(row: Indices, rows: int) -> Ints:
    """Where each row begins, for arcs that are ordered by row."""
    start = np.empty(rows + 1, dtype=np.int64)
    at = 0
    for a in range(row.size):
        while at <= row[a]:
            start[at] = a
            at += 1
    start[at:] = row.size
    return start


@njit
def _bounds(row: Indices, known: Flags) -> Ints:
    start = np.zeros(known.size + 1, dtype=np.int64)
    for a in range(row.size):
        start[row[a] + 1] += known[row[a]]
    for i in range(known.size):
        start[i + 1] += start[i]
    return start


@njit
def grouped(row: Indices, column: Indices, weight: Floats, known: Flags) -> Graph:
    """The arcs of the known rows by row, in the order in which they came (a counting sort)."""
    start = _bounds(row, known)
    fill = start[:-1].copy()
    to = np.empty(start[-1], dtype=np.int32)
    worth = np.empty(start[-1])
    arc = np.empty(start[-1], dtype=np.int64)
    for a in range(row.size):
        i = row[a]
        if known[i]:
            at = fill[i]
            fill[i] = at + 1
            to[at] = column[a]
            worth[at] = weight[a]
            arc[at] = a
    return Graph(start, to, worth, arc, known)


@njit
def worst_of(worth: Floats, column: Indices, low: int, high: int, shift: int) -> int:
    """Where in low..high-1 the least worth stands, of equal ones the last column. Worths stand `shift`
    places further left than their columns."""
    at = low
    for k in range(low + 1, high):
        here, least = worth[k - shift], worth[at - shift]
        if here < least or (here == least and column[k] > column[at]):
            at = k
    return at


@njit
def offer(lists: Lists, i: int, k: int, w: float, c: int, a: int) -> int:
    """Puts an arc in the place k of the row's worst one if it is better; returns where the worst is now."""
    if w < lists.weight[k] or (w == lists.weight[k] and c > lists.column[k]):
        return k
    lists.weight[k] = w
    lists.column[k] = c
    lists.arc[k] = a
    return worst_of(lists.weight, lists.column, lists.start[i], lists.start[i + 1], 0)


@njit
def _third_at_least(weight: Floats, low: int, high: int) -> float:
    """What three arcs of low..high-1 weigh at the least: the lowest of the best of three parts."""
    part = (high - low) // 3
    first, second, third = -np.inf, -np.inf, -np.inf
    for a in range(low, low + part):
        first = max(first, weight[a])
        second = max(second, weight[a + part])
        third = max(third, weight[a + 2 * part])
    return min(first, second, third)


@njit
def fill_from_rows(first: Ints, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """Fills empty lists with weights above `bar`, from arcs ordered by row; each row begins at `first`."""
    for i in range(lists.ceiling.size):
        k, size, least = lists.start[i], lists.start[i + 1] - lists.start[i], bar
        if size == 0:
            continue
        if size <= 3:
            least = max(bar, _third_at_least(weight, first[i], first[i + 1]))
        for a in range(first[i], first[i + 1]):
            w = weight[a]
            if w >= least and w > bar:
                k = offer(lists, i, k, w, column[a], a)
                least = max(least, lists.weight[k])
        lists.ceiling[i] = lists.weight[k]


@njit
def fill_from_all(row: Indices, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """The same from arcs in any order, with the same result."""
    rows = lists.ceiling.size
    least = np.full(rows, np.inf)  # what an arc must weigh to come in
    worst = lists.start[:-1].copy()
    for i in range(rows):
        if lists.start[i + 1] > lists.start[i]:
            least[i] = bar
    for a in range(weight.size):
        w = weight[a]
        if w >= least[row[a]] and w > bar:
            i = row[a]
            worst[i] = offer(lists, i, worst[i], w, column[a], a)
            least[i] = max(bar, lists.weight[worst[i]])
    for i in range(rows):
        if lists.start[i + 1] > lists.start[i]:
            lists.ceiling[i] = lists.weight[worst[i]]


@njit
def list_prices(lists: Lists, v: Floats) -> Floats:
    """(rows,) a price that covers all arcs of the row: its list's best worth, or the ceiling of the rest."""
    u = np.maximum(lists.ceiling, 0.0)
    for i in range(u.size):
        for k in range(lists.start[i], lists.start[i + 1]):
            if lists.column[k] >= 0:
                u[i] = max(u[i], lists.weight[k] - v[lists.column[k]])
    return u


@njit
def cover_all(
    row: Indices, column: Indices, weight: Floats, shift: float, u: Floats, v: Floats, slack: float
) -> tuple[int, Floats]:
    """How many arcs the prices do not cover, `weight + shift > u + v + slack`; and, for each row, the price
    that would cover all of its arcs: u or more."""
    most = u.copy()
    n = 0
    for a in range(weight.size):
        w = weight[a] + shift
        if w > u[row[a]]:
            i = row[a]
            worth = w - v[column[a]]
            n += worth > u[i] + slack
            if worth > most[i]:
                most[i] = worth
    return n, most


@njit
def dear_arcs(
    row: Indices, column: Indices, weight: Floats, shift: float, u: Floats, v: Floats, slack: float
) -> Ints:
    """The arcs that `cover_all` counts."""
    found = [0 for _ in range(0)]
    for a in range(weight.size):
        w = weight[a] + shift
        if w > u[row[a]] and w - v[column[a]] > u[row[a]] + slack:
            found.append(a)
    return np.array(found, dtype=np.int64)
