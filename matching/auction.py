"""The auction: bidders raise the prices of places until nobody wants another (Bertsekas 1988, 1992).

Gauss-Seidel, with a short list of each bidder's best arcs at hand: prices only rise, so an arc outside the
list can never be worth more than it was when the list was made (Buš & Tvrdík 2009). A column that takes
several has as many slots, each with its own price; a row with several units bids once for each of them
("similar persons" and "similar objects", Bertsekas & Castañon 1989).
"""

from typing import NamedTuple

import numpy as np

from matching.compiled import njit_step
from matching.passes import Floats, Graph, Indices, Ints, Lists, best_arcs, offer


class Slots(NamedTuple):
    """Places to bid for: `start` (columns+1,) into `price`, `holder` (a row, -1 for none) and `arc` (what was
    bid with). `least` and `cheapest` (columns,) are the least price of each column and where it stands; where
    every column has one slot they are the price itself, and empty."""

    start: Ints
    price: Floats
    holder: Indices
    arc: Ints
    least: Floats
    cheapest: Ints


@njit_step
def refresh(i: int, graph: Graph, slots: Slots, shift: float, lists: Lists) -> None:
    """Fills the row's list with its best arcs at the prices of now."""
    low, high = lists.start[i], lists.start[i + 1]
    lists.worth[low:high] = -np.inf
    lists.column[low:high] = -1
    lists.weight[low:high] = -np.inf
    lists.arc[low:high] = -1
    begin, end = graph.start[i], graph.start[i + 1]
    value = graph.strips.value
    for a in range(begin, end):
        value[a - begin] = graph.weight[a] + shift - slots.least[graph.column[a]]
    k = low
    for t in range(best_arcs(value, 0, end - begin, high - low, graph.strips)):
        at = graph.strips.found[t]
        a = begin + at
        if value[at] > 0.0:
            arc = graph.arc[a] if graph.arc.size else a
            k = offer(lists, i, k, value[at], graph.column[a], graph.weight[a] + shift, arc)
    lists.ceiling[i] = lists.worth[k]


@njit_step
def holds(i: int, c: int, slots: Slots) -> bool:
    found = False
    for s in range(slots.start[c], slots.start[c + 1]):
        found = found or slots.holder[s] == i
    return found


@njit_step
def two_best(i: int, lists: Lists, slots: Slots, several: bool) -> tuple[float, float, int]:
    """`(best worth, second best, where the best stands in the list)`; a column that the row holds is out."""
    column, weight, least = lists.column, lists.weight, slots.least
    first, second, at = -np.inf, -np.inf, -1
    for k in range(lists.start[i], lists.start[i + 1]):
        c = column[k]
        if c < 0:
            continue
        worth = weight[k] - least[c]
        if worth < second or (several and holds(i, c, slots)):
            continue
        if worth > first or (worth == first and c < column[at]):
            second = first
            first = worth
            at = k
        else:
            second = worth
    return first, second, at


@njit_step
def take(i: int, k: int, raised: float, lists: Lists, slots: Slots) -> int:
    """Gives the row the cheapest slot of the column at k of its list; returns who held it, or -1."""
    c = lists.column[k]
    s = slots.cheapest[c] if slots.cheapest.size else c
    loser = int(slots.holder[s])
    slots.price[s] += raised
    slots.holder[s] = i
    slots.arc[s] = lists.arc[k]
    if slots.cheapest.size:
        for other in range(slots.start[c], slots.start[c + 1]):
            if slots.price[other] < slots.price[s]:
                s = other
        slots.cheapest[c] = s
        slots.least[c] = slots.price[s]
    return loser


@njit_step
def bid(
    lists: Lists,
    graph: Graph,
    slots: Slots,
    shift: float,
    limit: Ints,
    stack: Indices,
    ends: Ints,
    epsilon: float,
    most: int,
) -> None:
    """Lets the units on the stack bid, `most` times in all, until each holds a slot or finds none worth
    epsilon.

    The outside option of worth 0 stands open to every unit. `ends` holds (first, one past the last) of the
    stack; the first of it are units that wait because the list of their row was used up and its arcs are not
    in the graph. Both ends are equal when nobody is left to bid.
    """
    stale, top = ends[0], ends[1]
    while top > stale and most > 0:
        most -= 1
        top -= 1
        i = stack[top]
        first, second, at = two_best(i, lists, slots, limit[i] > 1)
        if first < lists.ceiling[i] and not graph.known[i]:
            stack[top] = stack[stale]
            stack[stale] = i
            stale += 1
            top += 1
            continue
        if first < lists.ceiling[i]:
            refresh(i, graph, slots, shift, lists)
            first, second, at = two_best(i, lists, slots, limit[i] > 1)
        if first < epsilon:
            continue
        least = max(second, lists.ceiling[i], 0.0)
        loser = take(i, at, min(first, max(0.0, first - least) + epsilon), lists, slots)
        if loser >= 0:
            stack[top] = loser
            top += 1
    ends[0], ends[1] = stale, top


def new_lists(limit: Ints, kept: int) -> Lists:
    """Empty lists of `kept` arcs a row, one more for each unit beyond the first."""
    start = np.zeros(limit.size + 1, dtype=np.int64)
    np.cumsum(np.where(limit > 0, kept - 1 + limit, 0), out=start[1:])
    total = int(start[-1])
    return Lists(
        start,
        np.full(total, -1, dtype=np.int32),
        np.full(total, -np.inf),
        np.full(total, -1, dtype=np.int64),
        np.full(limit.size, -np.inf),
        np.empty(total),
    )


def widened(lists: Lists, rows: Indices, by: int) -> Lists:
    """The same lists with room for `by` more arcs in these rows."""
    sizes = np.diff(lists.start)
    more = sizes.copy()
    more[rows] += by
    start = np.concatenate([[0], np.cumsum(more)]).astype(np.int64)
    total = int(start[-1])
    to = np.arange(lists.arc.size) + np.repeat(start[:-1] - lists.start[:-1], sizes)
    column, weight = np.full(total, -1, dtype=np.int32), np.full(total, -np.inf)
    arc = np.full(total, -1, dtype=np.int64)
    column[to], weight[to], arc[to] = lists.column, lists.weight, lists.arc
    return Lists(start, column, weight, arc, lists.ceiling, np.empty(total))


def new_slots(room: Ints) -> Slots:
    """Free slots at price 0."""
    one = room.min(initial=1) == room.max(initial=1) == 1
    start = np.arange(room.size + 1) if one else np.concatenate([[0], np.cumsum(room)])
    price, holder = np.zeros(start[-1]), np.full(start[-1], -1, dtype=np.int32)
    arc = np.empty(start[-1], dtype=np.int64)
    if one:
        return Slots(start, price, holder, arc, price, np.zeros(0, dtype=np.int64))
    return Slots(start, price, holder, arc, np.where(room > 0, 0.0, np.inf), start[:-1].copy())


def fall(slots: Slots, lists: Lists, by: float) -> None:
    """Lowers all prices by so much, not below 0, and takes back what is held."""
    for price in (slots.price, slots.least) if slots.cheapest.size else (slots.price,):
        np.maximum(price - by, 0.0, out=price)
    slots.holder[:] = -1
    np.maximum(lists.ceiling, 0.0, out=lists.ceiling)  # lists leave out what was worth nothing
    np.add(lists.ceiling, by, out=lists.ceiling)


def column_prices(slots: Slots, back: float) -> Floats:
    """(columns,) what the cheapest place in each costs, less `back`; 0 where there is none."""
    v = np.maximum(slots.least - back, 0.0)
    if slots.cheapest.size:
        v[~np.isfinite(v)] = 0.0
    return v
