"""The few arcs that matter, which of them are taken, and the prices of both sides: what the paths work on."""

from typing import NamedTuple

import numpy as np

from matching.auction import Slots
from matching.compiled import njit, njit_step
from matching.passes import Flags, Floats, Indices, Ints, Lists


class Core(NamedTuple):
    """The arcs that matter, by row: `start` (rows+1,) into `row`, `column`, `weight`, `taken`; and the taken
    arcs of each column as a chain: `first` (columns,), `after` and `before` (arcs,), -1 at the ends."""

    start: Ints
    row: Indices
    column: Indices
    weight: Floats
    taken: Flags
    first: Indices
    after: Indices
    before: Indices


class Sides(NamedTuple):
    """Prices, limits and how much of each is used, of rows and columns."""

    u: Floats
    v: Floats
    limit: Ints
    room: Ints
    used: Ints
    filled: Ints


@njit_step
def take_arc(core: Core, sides: Sides, a: int) -> None:
    c = core.column[a]
    core.taken[a] = True
    core.after[a] = core.first[c]
    core.before[a] = -1
    if core.first[c] >= 0:
        core.before[core.first[c]] = a
    core.first[c] = a
    sides.used[core.row[a]] += 1
    sides.filled[c] += 1


@njit_step
def drop_arc(core: Core, sides: Sides, a: int) -> None:
    c = core.column[a]
    core.taken[a] = False
    if core.before[a] >= 0:
        core.after[core.before[a]] = core.after[a]
    else:
        core.first[c] = core.after[a]
    if core.after[a] >= 0:
        core.before[core.after[a]] = core.before[a]
    sides.used[core.row[a]] -= 1
    sides.filled[c] -= 1


def blank(start: Ints, row: Indices, column: Indices, weight: Floats, columns: int) -> Core:
    """A core of which nothing is taken."""
    taken, first = np.zeros(row.size, dtype=bool), np.full(columns, -1, dtype=np.int32)
    after, before = np.empty(row.size, dtype=np.int32), np.empty(row.size, dtype=np.int32)
    return Core(start, row, column, weight, taken, first, after, before)


def take_all(core: Core, sides: Sides, which: Flags) -> None:
    """Takes the marked arcs and no others."""
    core.taken[:] = False
    core.first[:] = -1
    sides.used[:] = 0
    sides.filled[:] = 0
    _take(core, sides, which)


@njit_step
def _take(core: Core, sides: Sides, which: Flags) -> None:
    for a in range(which.size):
        if which[a]:
            take_arc(core, sides, a)


def by_rows(
    arc: Ints, row: Indices, column: Indices, weight: Floats, offset: float, rows: int, columns: int
) -> tuple[Core, Ints]:
    """A core of these arcs, columns ascending within a row; and which of all arcs each of its arcs is.

    `arc` lists indices into `row`, `column`, `weight`, each once; -1 is passed over.
    """
    listed = arc[arc >= 0]
    start = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row[listed], minlength=rows), out=start[1:])
    order = np.empty(listed.size, dtype=np.int64)
    _sort_into(listed, row, column, start, order)
    return blank(start, row[order], column[order], weight[order] + offset, columns), order


@njit
def _sort_into(arc: Ints, row: Indices, column: Indices, start: Ints, order: Ints) -> None:
    """Sorts by row, and within a row by insertion by (column, arc): rows are short, or nearly in order."""
    fill = start[:-1].copy()
    for a in arc:
        at = fill[row[a]]
        fill[row[a]] = at + 1
        low, key = start[row[a]], column[a]
        while at > low and (
            column[order[at - 1]] > key or (column[order[at - 1]] == key and order[at - 1] > a)
        ):
            order[at] = order[at - 1]
            at -= 1
        order[at] = a


@njit
def beside_lists(lists: Lists, slots: Slots, limit: Ints) -> Ints:
    """The arcs held in slots though no longer in their row's list, where a row has several units."""
    found = np.full(slots.holder.size, -1, dtype=np.int64)
    n = 0
    for s in range(slots.holder.size):
        i = slots.holder[s]
        if i < 0 or limit[i] <= 1:
            continue
        listed = False
        for k in range(lists.start[i], lists.start[i + 1]):
            listed = listed or lists.arc[k] == slots.arc[s]
        if not listed:
            found[n] = slots.arc[s]
            n += 1
    return found[:n].copy()


@njit
def marked(core: Core, order: Ints, row: Indices, taken: Ints) -> Flags:
    """Marks the arcs of the core that are `taken`, given as indices of all arcs."""
    held = np.zeros(order.size, dtype=np.bool_)
    for a in taken:
        if a >= 0:
            for k in range(core.start[row[a]], core.start[row[a] + 1]):
                if order[k] == a:
                    held[k] = True
    return held


def turned(core: Core) -> tuple[Core, Ints]:
    """The same arcs by column, rows ascending within a column, nothing taken; and where each arc went."""
    start = np.zeros(core.first.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(core.column, minlength=core.first.size), out=start[1:])
    to = _places(start, core.column)
    row, column, weight = np.empty_like(core.row), np.empty_like(core.column), np.empty_like(core.weight)
    row[to], column[to], weight[to] = core.column, core.row, core.weight
    return blank(start, row, column, weight, core.start.size - 1), to


@njit
def _places(start: Ints, column: Indices) -> Ints:
    fill = start[:-1].copy()
    to = np.empty(column.size, dtype=np.int64)
    for a in range(column.size):
        to[a] = fill[column[a]]
        fill[column[a]] += 1
    return to
