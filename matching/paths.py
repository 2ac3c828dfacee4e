"""Cheapest augmenting paths that make a nearly right assignment exactly right (Jonker & Volgenant 1987; with
limits above 1 it is the successive shortest path method of minimum cost flow, Ahuja, Magnanti & Orlin 1993).

Prices u (rows) and v (columns), both >= 0, are feasible throughout: an arc that is not taken has
u + v >= weight, one that is taken has u + v <= weight. What is still wrong is a row that could take more
though its u > 0. Each search mends one unit of such a row and makes no new wrong. Columns are mended by the
same code with the sides exchanged.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.compiled import njit_step
from matching.core import Core, Sides, drop_arc, take_all, take_arc, turned
from matching.passes import Floats, Indices, Ints

SETTLED = -2
NOWHERE = -1
PORTION = 10_000  # rows between two signs of life


class Search(NamedTuple):
    """What one search writes on: distances of columns and rows, the arc by which each was reached, a heap of
    columns, and what has to be wiped afterwards. `sizes` holds (heap, columns, rows)."""

    distance: Floats
    reached_by: Indices
    base: Floats
    left_by: Indices
    heap: Indices
    place: Indices
    columns: Indices
    rows: Indices
    sizes: Ints


@njit_step
def up(search: Search, at: int) -> None:
    """Moves the column at this place of the heap to where its distance belongs."""
    c = search.heap[at]
    key = search.distance[c]
    while at > 0:
        parent = (at - 1) >> 1
        other = search.heap[parent]
        if search.distance[other] <= key:
            break
        search.heap[at] = other
        search.place[other] = at
        at = parent
    search.heap[at] = c
    search.place[c] = at


@njit_step
def pop(search: Search) -> int:
    """The nearest column; it is settled from now on."""
    nearest = int(search.heap[0])
    search.place[nearest] = SETTLED
    search.sizes[0] -= 1
    size = search.sizes[0]
    c = search.heap[size]
    key = search.distance[c]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and search.distance[search.heap[child + 1]] < search.distance[search.heap[child]]:
            child += 1
        other = search.heap[child]
        if search.distance[other] >= key:
            break
        search.heap[at] = other
        search.place[other] = at
        at = child
    if size > 0:
        search.heap[at] = c
        search.place[c] = at
    return nearest


@njit_step
def relax(i: int, core: Core, sides: Sides, search: Search, best: float, end: int) -> tuple[float, int]:
    """Goes from a row to its columns. `end` is the best end so far: a column with room c, or a row that gives
    up a unit as -2 - row."""
    base, u = search.base[i], sides.u[i]
    for a in range(core.start[i], core.start[i + 1]):
        c = core.column[a]
        reach = base + max(0.0, u + sides.v[c] - core.weight[a])
        if reach >= best or reach >= search.distance[c] or core.taken[a]:
            continue
        if search.distance[c] == np.inf:
            search.columns[search.sizes[1]] = c
            search.sizes[1] += 1
        search.distance[c] = reach
        search.reached_by[c] = a
        if sides.filled[c] < sides.room[c]:
            best, end = reach, c
            continue
        if search.place[c] == NOWHERE:
            search.heap[search.sizes[0]] = c
            search.place[c] = search.sizes[0]
            search.sizes[0] += 1
        up(search, search.place[c])
    return best, end


@njit_step
def reach_row(i: int, base: float, by: int, search: Search) -> None:
    if search.base[i] == np.inf:
        search.rows[search.sizes[2]] = i
        search.sizes[2] += 1
    search.base[i] = base
    search.left_by[i] = by


@njit_step
def look_for_end(s: int, core: Core, sides: Sides, search: Search) -> tuple[float, int]:
    """The cheapest way to give row s one more unit, or to leave it without: `(price, end)` as in relax."""
    search.sizes[0], search.sizes[1], search.sizes[2] = 0, 0, 0
    reach_row(s, 0.0, -1, search)
    best, end = relax(s, core, sides, search, sides.u[s], -2 - s)
    while search.sizes[0] > 0:
        if search.distance[search.heap[0]] >= best:
            break
        c = pop(search)
        a = core.first[c]
        while a >= 0:
            i = core.row[a]
            base = search.distance[c] + max(0.0, core.weight[a] - sides.u[i] - sides.v[c])
            if base < search.base[i] and base < best:
                reach_row(i, base, a, search)
                if base + sides.u[i] < best:
                    best, end = base + sides.u[i], -2 - i
                best, end = relax(i, core, sides, search, best, end)
            a = core.after[a]
    return best, end


@njit_step
def reprice(best: float, sides: Sides, search: Search) -> None:
    """Moves the prices by what the search learned, and wipes it."""
    for k in range(search.sizes[2]):
        i = search.rows[k]
        if search.base[i] < best:
            sides.u[i] = max(0.0, sides.u[i] - (best - search.base[i]))
        search.base[i] = np.inf
    for k in range(search.sizes[1]):
        c = search.columns[k]
        if search.distance[c] < best:
            sides.v[c] += best - search.distance[c]
        search.distance[c] = np.inf
        search.place[c] = NOWHERE


@njit_step
def carry_out(s: int, end: int, core: Core, sides: Sides, search: Search) -> None:
    """Exchanges the arcs along the path that was found."""
    c = end
    if end <= -2:
        i = -2 - end
        if i == s:
            return
        a = search.left_by[i]
        drop_arc(core, sides, a)
        sides.u[i] = 0.0
        c = core.column[a]
    while True:
        a = search.reached_by[c]
        i = core.row[a]
        left = search.left_by[i] if i != s else -1
        if left >= 0:
            drop_arc(core, sides, left)
        take_arc(core, sides, a)
        if left < 0:
            return
        c = core.column[left]


def new_search(rows: int, columns: int) -> Search:
    return Search(
        np.full(columns, np.inf),
        np.full(columns, -1, dtype=np.int32),
        np.full(rows, np.inf),
        np.full(rows, -1, dtype=np.int32),
        np.empty(columns, dtype=np.int32),
        np.full(columns, NOWHERE, dtype=np.int32),
        np.empty(columns, dtype=np.int32),
        np.empty(rows, dtype=np.int32),
        np.zeros(3, dtype=np.int64),
    )


@njit_step
def mend(core: Core, sides: Sides, search: Search, low: int, high: int) -> None:
    """Gives every row low..high-1 what it should have."""
    for s in range(low, high):
        while sides.used[s] < sides.limit[s] and sides.u[s] > 0.0:
            best, end = look_for_end(s, core, sides, search)
            reprice(best, sides, search)
            if end == -2 - s:
                sides.u[s] = 0.0
            carry_out(s, end, core, sides, search)


@njit_step
def settle(core: Core, sides: Sides) -> None:
    """Sets u from v, as low as it may be, and lets go of what is taken without being worth its price."""
    for i in range(sides.u.size):
        most, held = 0.0, np.inf
        for a in range(core.start[i], core.start[i + 1]):
            worth = core.weight[a] - sides.v[core.column[a]]
            if core.taken[a]:
                held = min(held, worth)
            else:
                most = max(most, worth)
        if sides.used[i] == sides.limit[i] and sides.used[i] > 0:
            most = max(most, held)
        sides.u[i] = most
        for a in range(core.start[i], core.start[i + 1]):
            if core.taken[a] and core.weight[a] - sides.v[core.column[a]] < most:
                drop_arc(core, sides, a)


def some_column_is_wrong(sides: Sides) -> bool:
    """Whether a column asks a price though it has room."""
    return bool(((sides.v > 0) & (sides.filled < sides.room)).any())


def mend_both(core: Core, sides: Sides, tell: Callable[[str], object]) -> None:
    """Makes assignment and prices exactly right on the core, from any v >= 0 and any taken arcs."""
    settle(core, sides)
    _mend_all(core, sides, tell)
    if not some_column_is_wrong(sides):
        return
    other, to = turned(core)
    none, nobody = np.zeros_like(sides.room), np.zeros_like(sides.limit)
    back = Sides(sides.v, sides.u, sides.room, sides.limit, none, nobody)
    held = np.zeros(to.size, dtype=np.bool_)
    held[to] = core.taken
    take_all(other, back, held)
    _mend_all(other, back, tell)
    take_all(core, sides, other.taken[to])


def _mend_all(core: Core, sides: Sides, tell: Callable[[str], object]) -> None:
    search = new_search(sides.u.size, sides.v.size)
    for low in range(0, sides.u.size, PORTION):
        tell(f"paths, from {low} of {sides.u.size}")
        mend(core, sides, search, low, min(low + PORTION, sides.u.size))
