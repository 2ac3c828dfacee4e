"""Passes over all arcs, compiled: what is read ten million times stands here and nowhere else.

Arcs come in any order, as `row`, `column` (arcs,) int32 and `weight` (arcs,) float64.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.compiled import njit, njit_numbers, njit_step

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]

STRIP = 8  # arcs of which the best is found in a few instructions
LANES = 4  # the same for arcs in any order


class Lists(NamedTuple):
    """Each row's best arcs in no order: `start` (rows+1,) into `column`, `weight` and `arc`, -1 where a row
    has fewer. `ceiling` (rows,) is what no arc outside the list was worth more than when it was made. `worth`
    is as long as `weight`, to write on."""

    start: Ints
    column: Indices
    weight: Floats
    arc: Ints
    ceiling: Floats
    worth: Floats


class Strips(NamedTuple):
    """What one row writes on: the `best` weight of each strip of arcs, the `first` arc of those that matter,
    and the arcs `found`."""

    best: Floats
    first: Ints
    found: Ints


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
    """Where each row begins, for arcs that are ordered by row: looks ahead by steps that double, then halve."""
    start = np.empty(rows + 1, dtype=np.int64)
    at = 0
    for i in range(rows):
        start[i] = at
        step = 1
        while at + step <= row.size and row[at + step - 1] <= i:
            at += step
            step *= 2
        while step > 1:
            step //= 2
            if at + step <= row.size and row[at + step - 1] <= i:
                at += step
    start[rows] = row.size
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


@njit_step
def worst_of(worth: Floats, column: Indices, low: int, high: int) -> int:
    """Where in low..high-1 the least worth stands, of equal ones the last column."""
    at = low
    for k in range(low + 1, high):
        here, least = worth[k], worth[at]
        if here < least or (here == least and column[k] > column[at]):
            at = k
    return at


@njit_step
def offer(lists: Lists, i: int, k: int, w: float, c: int, a: int) -> int:
    """Puts an arc in the place k of the row's worst one if it is better; returns where the worst is now."""
    if w < lists.weight[k] or (w == lists.weight[k] and c > lists.column[k]):
        return k
    lists.weight[k] = w
    lists.column[k] = c
    lists.arc[k] = a
    low, high = lists.start[i], lists.start[i + 1]
    if k + 1 < high and lists.arc[k + 1] < 0:
        return k + 1
    return worst_of(lists.weight, lists.column, low, high)


@njit_numbers
def _best_of_strips(weight: Floats, low: int, high: int, best: Floats) -> tuple[int, float]:
    """Fills `best` with the greatest weight of each STRIP of arcs of low..high-1; returns how many there are,
    and the third greatest of them: three arcs weigh that at the least."""
    n, first, second, third = 0, -np.inf, -np.inf, -np.inf
    for a in range(low, high, STRIP):
        most = weight[a]
        if a + STRIP <= high:
            for k in range(1, STRIP):
                most = max(most, weight[a + k])
        else:
            for k in range(a + 1, high):
                most = max(most, weight[k])
        best[n] = most
        n += 1
        third = max(third, min(second, most))
        second = max(second, min(first, most))
        first = max(first, most)
    return n, third


@njit_step
def _at_least(weight: Floats, low: int, high: int, least: float, strips: Strips, n: int) -> int:
    """Writes to `strips.found` the arcs of low..high-1 of this weight, and returns how many.

    Writes without asking and counts after it: a branch that cannot be foreseen takes longer than all that.
    """
    few = 0
    for t in range(n):
        strips.first[few] = low + t * STRIP
        few += strips.best[t] >= least
    number = 0
    for t in range(few):
        for a in range(strips.first[t], min(strips.first[t] + STRIP, high)):
            strips.found[number] = a
            number += weight[a] >= least
    return number


@njit_step
def _fill_rows(
    first: Ints, column: Indices, weight: Floats, bar: float, lists: Lists, strips: Strips
) -> None:
    for i in range(lists.ceiling.size):
        k, low, high = lists.start[i], first[i], first[i + 1]
        size = lists.start[i + 1] - k
        if size == 0:
            continue
        n, third = _best_of_strips(weight, low, high, strips.best)
        number = _at_least(weight, low, high, max(bar, third) if size <= 3 else bar, strips, n)
        for t in range(number):
            a = strips.found[t]
            if weight[a] > bar:
                k = offer(lists, i, k, weight[a], column[a], a)
        lists.ceiling[i] = lists.weight[k]


def fill_from_rows(first: Ints, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """Fills empty lists with weights above `bar`, from arcs ordered by row; each row begins at `first`."""
    longest = int(np.diff(first).max(initial=0)) + 1
    strips = Strips(np.empty(longest), np.empty(longest, dtype=np.int64), np.empty(longest, dtype=np.int64))
    _fill_rows(first, column, weight, bar, lists, strips)


@njit_numbers
def _raise_bars(row: Indices, weight: Floats, best: Floats, least: Floats) -> None:
    """Raises `least` (rows,) to what three arcs of the row weigh: to the third of the `best` (rows*LANES,) of
    its arcs, which are dealt out to so many lanes."""
    for a in range(weight.size):
        lane = LANES * row[a] + a % LANES
        best[lane] = max(best[lane], weight[a])
    for i in range(least.size):
        first, second, third = -np.inf, -np.inf, -np.inf
        for most in best[LANES * i : LANES * (i + 1)]:
            third = max(third, min(second, most))
            second = max(second, min(first, most))
            first = max(first, most)
        least[i] = max(least[i], third)


@njit_step
def _fill_all(
    row: Indices, column: Indices, weight: Floats, bar: float, lists: Lists, least: Floats, worst: Ints
) -> None:
    for a in range(weight.size):
        w = weight[a]
        if w >= least[row[a]] and w > bar:
            i = row[a]
            worst[i] = offer(lists, i, worst[i], w, column[a], a)
            least[i] = max(least[i], lists.weight[worst[i]])


def fill_from_all(row: Indices, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """The same from arcs in any order, with the same result."""
    sizes = np.diff(lists.start)
    least = np.where(sizes > 0, bar, np.inf)  # what an arc must weigh to come in
    worst = lists.start[:-1].copy()
    if sizes.max(initial=0) <= 3:
        _raise_bars(row, weight, np.full(LANES * sizes.size, -np.inf), least)
    _fill_all(row, column, weight, bar, lists, least, worst)
    some = sizes > 0
    lists.ceiling[some] = lists.weight[worst[some]]


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
