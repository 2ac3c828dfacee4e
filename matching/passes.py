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
    """What one row writes on: what its arcs are worth (`value`), the `best` of each strip of them, the `top`
    of these, the `first` arc of strips that matter, and the arcs `found`."""

    value: Floats
    best: Floats
    top: Floats
    first: Ints
    found: Ints


class Graph(NamedTuple):
    """Arcs by row: `start` (rows+1,) into `column`, `weight`; `arc` says which of all arcs each is, and is
    empty where they stand in their own order. `known` (rows,) marks the rows whose arcs are here; any of them
    finds place in `strips`."""

    start: Ints
    column: Indices
    weight: Floats
    arc: Ints
    known: Flags
    strips: Strips


@njit
def starts(row: Indices, rows: int) -> Ints:
    """Where each row begins, for arcs that are ordered by row: steps ahead, farther and farther, and back."""
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
def grouped(
    row: Indices, column: Indices, weight: Floats, known: Flags
) -> tuple[Ints, Indices, Floats, Ints]:
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
    return start, to, worth, arc


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
def offer(lists: Lists, i: int, k: int, worth: float, c: int, w: float, a: int) -> int:
    """Puts an arc in the place k of the row's worst one if it is worth more; returns where the worst is."""
    if worth < lists.worth[k] or (worth == lists.worth[k] and c > lists.column[k]):
        return k
    lists.worth[k] = worth
    lists.column[k] = c
    lists.weight[k] = w
    lists.arc[k] = a
    low, high = lists.start[i], lists.start[i + 1]
    if k + 1 < high and lists.arc[k + 1] < 0:
        return k + 1
    return worst_of(lists.worth, lists.column, low, high)


def new_strips(start: Ints) -> Strips:
    """For rows that begin at `start` (rows+1,)."""
    size = int(np.diff(start).max(initial=0)) + 1
    floats, ints = (np.empty((n, size), dtype=kind) for n, kind in ((3, np.float64), (2, np.int64)))
    return Strips(*floats, *ints)


@njit_numbers
def _best_of_strips(value: Floats, low: int, high: int, best: Floats) -> int:
    """Fills `best` with what the best arc of each strip of low..high-1 is worth; returns how many."""
    n = 0
    for a in range(low, high, STRIP):
        most = value[a]
        if a + STRIP <= high:
            for k in range(1, STRIP):
                most = max(most, value[a + k])
        else:
            for k in range(a + 1, high):
                most = max(most, value[k])
        best[n] = most
        n += 1
    return n


@njit_numbers
def _third(best: Floats, n: int) -> float:
    """The third greatest of the first n."""
    first, second, third = -np.inf, -np.inf, -np.inf
    for t in range(n):
        third = max(third, min(second, best[t]))
        second = max(second, min(first, best[t]))
        first = max(first, best[t])
    return third


@njit_numbers
def _least_of_best(best: Floats, n: int, size: int, top: Floats) -> float:
    """The greatest but `size - 1` of the first n, which are no fewer."""
    if size <= 3:
        return _third(best, n)
    for k in range(size):
        top[k] = -np.inf
    for t in range(n):
        most = best[t]
        for k in range(size):
            less = min(top[k], most)
            top[k] = max(top[k], most)
            most = less
    return float(top[size - 1])


@njit_step
def best_arcs(value: Floats, low: int, high: int, size: int, strips: Strips) -> int:
    """Writes to `strips.found` those of the arcs low..high-1 that may be among the `size` best; returns how
    many.

    Writes without asking and counts after it: a branch that cannot be foreseen takes longer than all that.
    """
    first, found = strips.first, strips.found
    n = _best_of_strips(value, low, high, strips.best)
    bar = _least_of_best(strips.best, n, size, strips.top) if size <= n else -np.inf
    few = 0
    for t in range(n):
        first[few] = low + t * STRIP
        few += strips.best[t] >= bar
    number = 0
    for t in range(few):
        for a in range(first[t], min(first[t] + STRIP, high)):
            found[number] = a
            number += value[a] >= bar
    return number


@njit_step
def _fill_rows(
    first: Ints, column: Indices, weight: Floats, bar: float, lists: Lists, strips: Strips
) -> None:
    for i in range(lists.ceiling.size):
        k = lists.start[i]
        size = lists.start[i + 1] - k
        if size == 0:
            continue
        for t in range(best_arcs(weight, first[i], first[i + 1], size, strips)):
            a = strips.found[t]
            if weight[a] > bar:
                k = offer(lists, i, k, weight[a], column[a], weight[a], a)
        lists.ceiling[i] = lists.weight[k]


def fill_from_rows(first: Ints, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """Fills empty lists with weights above `bar`, from arcs ordered by row; each row begins at `first`."""
    _fill_rows(first, column, weight, bar, lists._replace(worth=lists.weight), new_strips(first))


@njit_numbers
def _raise_bars(row: Indices, weight: Floats, best: Floats, least: Floats) -> None:
    """Raises `least` (rows,) to what three arcs of the row weigh: to the third of the `best` (rows*LANES,) of
    its arcs, which are dealt out to so many lanes."""
    for a in range(weight.size):
        lane = LANES * row[a] + a % LANES
        best[lane] = max(best[lane], weight[a])
    for i in range(least.size):
        least[i] = max(least[i], _third(best[LANES * i : LANES * (i + 1)], LANES))


@njit_step
def _fill_all(
    row: Indices, column: Indices, weight: Floats, bar: float, lists: Lists, least: Floats, worst: Ints
) -> None:
    for a in range(weight.size):
        w = weight[a]
        if w >= least[row[a]] and w > bar:
            i = row[a]
            worst[i] = offer(lists, i, worst[i], w, column[a], w, a)
            least[i] = max(least[i], lists.weight[worst[i]])


def fill_from_all(row: Indices, column: Indices, weight: Floats, bar: float, lists: Lists) -> None:
    """The same from arcs in any order, with the same result."""
    sizes = np.diff(lists.start)
    least = np.where(sizes > 0, bar, np.inf)  # what an arc must weigh to come in
    worst = lists.start[:-1].copy()
    if sizes.max(initial=0) <= 3:
        _raise_bars(row, weight, np.full(LANES * sizes.size, -np.inf), least)
    _fill_all(row, column, weight, bar, lists._replace(worth=lists.weight), least, worst)
    some = sizes > 0
    lists.ceiling[some] = lists.weight[worst[some]]


@njit
def best_weights(lists: Lists) -> Floats:
    """(rows,) of the best arc of each, 0 where none weighs more."""
    best = np.zeros(lists.ceiling.size)
    for i in range(best.size):
        for k in range(lists.start[i], lists.start[i + 1]):
            best[i] = max(best[i], lists.weight[k])
    return best


@njit
def list_prices(lists: Lists, v: Floats) -> Floats:
    """(rows,) a price that covers all arcs of the row: its list's best worth, or the ceiling of the rest."""
    u = np.maximum(lists.ceiling, 0.0)
    for i in range(u.size):
        for k in range(lists.start[i], lists.start[i + 1]):
            if lists.column[k] >= 0:
                u[i] = max(u[i], lists.weight[k] - v[lists.column[k]])
    return u


@njit_numbers
def cover_rows(start: Ints, column: Indices, weight: Floats, shift: float, v: Floats, most: Floats) -> None:
    """Raises `most` (rows,) until these prices cover every arc, `weight + shift <= most + v`, for arcs that
    are ordered by row."""
    for i in range(most.size):
        worth = most[i]
        for a in range(start[i], start[i + 1]):
            worth = max(worth, weight[a] + shift - v[column[a]])
        most[i] = worth


@njit_step
def cover_all(row: Indices, column: Indices, weight: Floats, shift: float, v: Floats, most: Floats) -> None:
    """The same for arcs in any order."""
    for a in range(weight.size):
        w = weight[a] + shift
        if w > most[row[a]]:
            most[row[a]] = max(most[row[a]], w - v[column[a]])


@njit
def arcs_above(row: Indices, column: Indices, weight: Floats, shift: float, v: Floats, bar: Floats) -> Ints:
    """The arcs that are worth more than the `bar` (rows,) of their row."""
    found = [0 for _ in range(0)]
    for a in range(weight.size):
        least = bar[row[a]]
        if least < np.inf and weight[a] + shift - v[column[a]] > least:
            found.append(a)
    return np.array(found, dtype=np.int64)
