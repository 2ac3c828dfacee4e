"""Capacities spelled out: a side with capacity c becomes c rows or columns with the same arcs (I&O: "similar
persons").

The smaller side becomes the rows, which bid: few bidders for many places hardly compete.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Arcs, Floats, Indices, Ints


@dataclass(frozen=True)
class Spelled:
    """Arcs by row: `start` (rows+1,), `column`, `weight`, and `arc`, the index of each in the problem's arcs.

    `row_owner`, `column_owner` say whose copy a row or column is; `turned` is True when the needs are the
    rows.
    """

    start: Ints
    column: Indices
    weight: Floats
    arc: Ints
    row_owner: Ints
    column_owner: Ints
    turned: bool


def spelled_out(arcs: Arcs) -> Spelled:
    """Raises ValueError where one arc joins two limits above 1: copies could then use that arc twice."""
    if joins_two_limits(arcs).any():
        raise ValueError("an arc joins a capacity and a demand above 1")
    degree_p = np.bincount(arcs.person, minlength=arcs.capacity.size)
    degree_n = np.bincount(arcs.need, minlength=arcs.demand.size)
    # One copy more than there are arcs stands for all that can't be used: its price must come out as 0.
    people, needs = np.minimum(arcs.capacity, degree_p + 1), np.minimum(arcs.demand, degree_n + 1)
    turned = int(needs.sum()) < int(people.sum())
    sides = (arcs.need, arcs.person, needs, people) if turned else (arcs.person, arcs.need, people, needs)
    return _spelled(*sides, arcs.weight, turned)


def joins_two_limits(arcs: Arcs) -> NDArray[np.bool_]:
    return (arcs.capacity[arcs.person] > 1) & (arcs.demand[arcs.need] > 1)


def _spelled(
    row: Indices, column: Indices, rows: Ints, columns: Ints, weight: Floats, turned: bool
) -> Spelled:
    index = np.flatnonzero((rows[row] > 0) & (columns[column] > 0))
    if not _in_order(row[index], column[index]):
        index = index[np.lexsort((column[index], row[index]))]
    first_column = np.concatenate([[0], np.cumsum(columns)])
    index, to = _repeated(index, columns[column[index]])
    to = to + first_column[column[index]]
    row_owner = np.repeat(np.arange(rows.size), rows)
    degree = np.bincount(row[index], minlength=rows.size)
    if rows.max(initial=0) > 1:
        index, to = _row_copies(index, to, degree, rows)
    start = np.concatenate([[0], np.cumsum(degree[row_owner])]).astype(np.int64)
    column_owner = np.repeat(np.arange(columns.size), columns)
    return Spelled(start, to.astype(np.int32), weight[index], index, row_owner, column_owner, turned)


def _in_order(row: Indices, column: Indices) -> bool:
    later = row[1:] > row[:-1]
    return bool((later | ((row[1:] == row[:-1]) & (column[1:] >= column[:-1]))).all())


def _repeated(index: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Each arc `times` over, and which of its copies it is."""
    if times.max(initial=0) <= 1:
        return index, np.zeros(index.size, dtype=np.int64)
    total = np.repeat(index, times)
    ends = np.cumsum(times)
    return total, np.arange(total.size) - np.repeat(ends - times, times)


def _row_copies(index: Ints, to: Ints, degree: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """The arcs of each row's owner once for each of its copies."""
    starts = np.concatenate([[0], np.cumsum(degree)])
    owner = np.repeat(np.arange(rows.size), rows)
    lengths = degree[owner]
    ends = np.cumsum(lengths)
    within = np.arange(int(ends[-1]) if ends.size else 0) - np.repeat(ends - lengths, lengths)
    at = np.repeat(starts[owner], lengths) + within
    return index[at], to[at]
