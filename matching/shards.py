"""Regions as shards: each is solved by itself, on one machine or many; then a clean-up over all arcs starts
from their prices and pairs.

The certificate is that of the whole. Where weights fall with distance the shards lose next to nothing, and
their prices alone may prove the gap; otherwise the clean-up goes on until it is kept.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Arcs
from matching.assignment import Assignment, assignment_from, market_of
from matching.exact import Market, Progress, Solved, Start, solve


class Executor(Protocol):
    """Where shards are solved: any executor of `concurrent.futures`, or that of `matching.dask_shards`."""

    def map(self, function: Callable[[Market], Solved], parts: Iterable[Market]) -> Iterable[Solved]: ...


class Serial:
    """One after the other, here."""

    def map(self, function: Callable[[Market], Solved], parts: Iterable[Market]) -> Iterator[Solved]:
        return map(function, parts)


def assign_by_region(
    arcs: Arcs,
    person_region: NDArray[Any],
    need_region: NDArray[Any],
    *,
    gap: float = 0.0,
    executor: Executor | None = None,
    tell: Progress = len,
) -> Assignment:
    """The assignment of greatest weight, to a proven share `gap` of it, found region by region.

    `person_region` (people,), `need_region` (needs,): labels of any kind. Raises ValueError when there is not
    one for each.
    """
    if person_region.shape != arcs.capacity.shape or need_region.shape != arcs.demand.shape:
        raise ValueError("there must be one region for each person and each need")
    place, back, turned = market_of(arcs)
    rows, columns = (need_region, person_region) if turned else (person_region, need_region)
    parts = _parts(place, rows, columns)
    tell(f"{len(parts)} regions")
    solved = (executor or Serial()).map(solve, [part for part, _, _ in parts])
    v = np.zeros(place.room.size)
    taken = [np.zeros(0, dtype=np.int64)]
    for (_, of_columns, of_arcs), found in zip(parts, solved, strict=True):
        v[of_columns] = found.v
        taken.append(of_arcs[found.chosen])
    start = Start(v, np.concatenate(taken), np.concatenate(taken))
    return assignment_from(arcs, solve(place, gap, tell, start), back, turned)


Part = tuple[Market, NDArray[np.int64], NDArray[np.int64]]


def _parts(whole: Market, row_region: NDArray[Any], column_region: NDArray[Any]) -> list[Part]:
    """For each region its market, its columns and its arcs."""
    both = np.unique(np.concatenate([row_region, column_region]), return_inverse=True)[1]
    of_row, of_column = both[: row_region.size], both[row_region.size :]
    region = of_row[whole.row]
    inside = np.flatnonzero(region == of_column[whole.column])
    by_region = inside[np.argsort(region[inside], kind="stable")]
    ends = np.searchsorted(region[by_region], np.arange(both.max(initial=-1) + 2))
    parts = []
    for k in range(ends.size - 1):
        arcs = by_region[ends[k] : ends[k + 1]]
        if arcs.size:
            parts.append(_part(whole, arcs, np.flatnonzero(of_row == k), np.flatnonzero(of_column == k)))
    return parts


def _part(
    whole: Market, arcs: NDArray[np.int64], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> Part:
    row = np.searchsorted(rows, whole.row[arcs]).astype(np.int32)
    column = np.searchsorted(columns, whole.column[arcs]).astype(np.int32)
    limits = (whole.limit[rows], whole.room[columns])
    market = Market(row, column, whole.weight[arcs], *limits, whole.ordered, whole.low, whole.high)
    return market, columns, arcs
