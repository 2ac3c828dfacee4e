"""The optimum: a coarse auction, then cheapest paths on the few arcs that matter, then a look at all arcs.

The auction leaves prices that are nearly right and, for each row, a short list of arcs. On these lists alone
paths make assignment and prices exactly right. One pass over all arcs finds those that the prices do not
cover; they join, and what they upset is mended, until there are none (column generation, Ford & Fulkerson
1958).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matching.auction import Slots, bid, column_prices, fall, new_lists, new_slots, widened
from matching.core import Core, Sides, beside_lists, by_rows, marked, take_all
from matching.passes import (
    Flags,
    Floats,
    Graph,
    Indices,
    Ints,
    Lists,
    arcs_above,
    best_weights,
    cover_all,
    cover_rows,
    fill_from_all,
    fill_from_rows,
    grouped,
    list_prices,
    new_strips,
    starts,
)
from matching.paths import mend_both

KEPT = 3  # arcs in a row's list: every one more costs the first pass more than it saves later
COARSE = 0.015  # epsilon of the auction, as a share of how far the best arcs of a row lie apart
EXACT = 4e-12  # what counts as nothing, as a share of the largest number in play
WIDER = 4  # how many more arcs a row keeps once its first list was used up
MANY = 0.2  # share of rows with used up lists, from which on the arcs of all rows are put in order
PEACE = 3  # bids for each unit, after which coarse prices are found first: places that all want at once
COARSER = 32.0  # by how much these are coarser
BACK = 3.0  # by how many of their epsilons they fall before the fine ones are found from them
IDLE = 0.1  # share of the gap that prices of places may make up that nobody takes
WAR = 30  # bids for each unit, after which epsilon grows for good
PATIENCE = 6  # rounds of looking for arcs, after which a row that still misses some gets all of its arcs

FLAT = 1e-2  # the same where they are equal, as a share of the spread of all weights
REACHED_BY_AUCTION = 1e-4  # smaller gaps are left to the paths: an auction would take long

NO_ARC, NO_INDEX = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
Progress = Callable[[str], object]


@dataclass(frozen=True)
class Market:
    """Arcs `row`, `column`, `weight` in any order, `ordered` when rows ascend. `limit` (rows,), `room`
    (columns,) whole numbers >= 0, none larger than can be used by more than one. `low`, `high` bound the
    weights; `offset` is added to each of them."""

    row: Indices
    column: Indices
    weight: Floats
    limit: Ints
    room: Ints
    ordered: bool
    low: float
    high: float
    offset: float = 0.0

    @property
    def nothing(self) -> float:
        return EXACT * (self.high + (self.offset - self.low if self.offset else 0.0))

    @property
    def shift(self) -> float:
        """What the auction adds to every weight: under an offset no row should stay out for little."""
        return self.high - 2.0 * self.low if self.offset else 0.0


@dataclass(frozen=True)
class Solved:
    """`chosen` (pairs,) arcs, ascending; prices `u` (rows,) and `v` (columns,) >= 0 that cover every arc but,
    among the chosen, what they are worth beyond both."""

    chosen: Ints
    u: Floats
    v: Floats


@dataclass(frozen=True)
class Start:
    """What a first guess knows: `v` (columns,) prices, `taken` arcs, and `arcs`, which hold these."""

    v: Floats
    taken: Ints
    arcs: Ints


def solve(market: Market, gap: float = 0.0, tell: Progress = len, start: Start | None = None) -> Solved:
    """Maximises the sum of weight + offset over the chosen arcs, to a proven share `gap` of the optimum.

    A large offset asks for the most pairs first. `tell` hears of the steps. `start` stands for the auction.
    """
    if start is None:
        tell("auction")
        start, guess = _auction(market, gap)
        if guess is not None:
            return guess
    return _mended(market, start, gap, tell)


def _auction(market: Market, gap: float) -> tuple[Start, Solved | None]:
    lists = new_lists(market.limit, KEPT)
    slots = new_slots(market.room)
    _fill(market, lists)
    epsilon = _epsilon(market, lists, gap)
    lists, epsilon = _bid_to_the_end(market, lists, slots, epsilon)
    taken = slots.arc[slots.holder >= 0]
    if gap > 0 and not market.offset and market.limit.max(initial=0) <= 1:
        v = column_prices(slots, 0.0)
        guess = Solved(np.sort(taken), list_prices(lists, v), v)
        if good_enough(market, guess, gap):
            return Start(guess.v, taken, taken), guess
    arcs = np.concatenate([lists.arc, beside_lists(lists, slots, market.limit)])
    return Start(column_prices(slots, epsilon), taken, arcs), None


def _fill(market: Market, lists: Lists) -> None:
    if market.ordered:
        first = starts(market.row, market.limit.size)
        fill_from_rows(first, market.column, market.weight, -market.shift, lists)
    else:
        fill_from_all(market.row, market.column, market.weight, -market.shift, lists)
    if market.shift:
        np.add(lists.weight, market.shift, out=lists.weight)
        np.add(lists.ceiling, market.shift, out=lists.ceiling)


def _may_stop(market: Market, answer: Solved, gap: float) -> bool:
    """Whether the answer of a core proves the gap: its prices were raised until they cover all arcs."""
    plain = not market.offset and min(market.limit.max(initial=0), market.room.max(initial=0)) <= 1
    return plain and good_enough(market, answer, gap)


def good_enough(market: Market, solved: Solved, gap: float) -> bool:
    """Whether the gap is proven, and little of it is the price of places that nobody takes: these are lost,
    while of what the auction is imprecise by hardly anything is."""
    for_places = float((market.room * solved.v).sum())
    bound = float((market.limit * solved.u).sum()) + for_places
    idle = for_places - float(solved.v[market.column[solved.chosen]].sum())
    return float(market.weight[solved.chosen].sum()) >= (1.0 - gap) * bound and idle <= IDLE * gap * bound


def _epsilon(market: Market, lists: Lists, gap: float) -> float:
    """By how far the best and the last arc of the lists lie apart, in the middle of all rows; and so that the
    auction alone may reach a gap that is not too small for it."""
    full = np.flatnonzero(np.isfinite(lists.ceiling))
    most = max(market.high + market.shift, 0.0)
    if not full.size or not most:
        return most or 1.0
    best, middle = best_weights(lists), full.size // 2
    apart = float(np.partition(best[full] - lists.ceiling[full], middle)[middle])
    coarse = COARSE * apart if apart > 0 else FLAT * (market.high - market.low)
    if gap >= REACHED_BY_AUCTION:
        coarse = min(coarse, 0.5 * gap * float(best[market.limit > 0].mean()))
    return max(coarse, 1e-9 * most)


def _bid_to_the_end(market: Market, lists: Lists, slots: Slots, fine: float) -> tuple[Lists, float]:
    """Rows whose list is used up wait until their arcs, and in the end those of all, have been put in order.

    Where arcs are ordered already the rows wait, too: bids come in one sequence, whatever the order of the
    arcs. They have become rivals: their lists grow. Where many want the same places, and small steps lead to
    the prices slowly, large steps lead near them, and small ones on from a little below (epsilon scaling).
    Returns the lists and the last epsilon.
    """
    known = np.zeros(market.limit.size, dtype=bool)
    graph = Graph(NO_ARC, NO_INDEX, np.zeros(0), NO_ARC, known, new_strips(NO_ARC))
    units = np.repeat(np.arange(known.size, dtype=np.int32), market.limit)[::-1].copy()
    stack, ends = units.copy(), np.array([0, units.size])
    epsilon, wars, again = fine, 0, False
    while True:
        most = (WAR if wars else PEACE) * units.size
        bid(lists, graph, slots, market.shift, market.limit, stack, ends, epsilon, most)
        if ends[0] < ends[1]:
            epsilon *= 4.0 if wars else COARSER
            wars += 1
        elif ends[1]:
            waiting = np.unique(stack[: ends[1]])
            known[waiting] = True
            known |= known.mean() > MANY
            lists = widened(lists, waiting, WIDER)
            graph = _graph(market, known)
            ends[0] = 0
        elif wars and not again:
            fall(slots, lists, BACK * epsilon)
            stack[:], ends[:] = units, (0, units.size)
            epsilon, again = fine, True
        else:
            return lists, epsilon


def _graph(market: Market, known: Flags) -> Graph:
    if market.ordered:
        start = starts(market.row, known.size)
        return Graph(start, market.column, market.weight, NO_ARC, known, new_strips(start))
    parts = grouped(market.row, market.column, market.weight, known)
    return Graph(*parts, known, new_strips(parts[0]))


def _mended(market: Market, start: Start, gap: float, tell: Progress) -> Solved:
    rows, columns = market.limit.size, market.room.size
    core, order = _core(market, start.arcs)
    used, filled = np.zeros(rows, dtype=np.int64), np.zeros(columns, dtype=np.int64)
    sides = Sides(np.zeros(rows), start.v.copy(), market.limit, market.room, used, filled)
    take_all(core, sides, marked(core, order, market.row, start.taken))
    for turn in range(1_000_000):
        mend_both(core, sides, tell)
        answer, missing = _answer(market, core, order, sides)
        if not missing.size or (gap > 0 and _may_stop(market, answer, gap)):
            return answer
        if turn >= PATIENCE:
            missing = _beyond(order, np.flatnonzero(np.isin(market.row, market.row[missing])), market)
        taken = order[core.taken]
        core, order = _core(market, np.concatenate([order, missing]))
        take_all(core, sides, marked(core, order, market.row, taken))
    raise AssertionError("every round adds an arc")


def _beyond(order: Ints, arcs: Ints, market: Market) -> Ints:
    """Those of the arcs that are not in the order."""
    there = np.zeros(market.row.size, dtype=bool)
    there[order] = True
    return arcs[~there[arcs]]


def _core(market: Market, arcs: Ints) -> tuple[Core, Ints]:
    rows, columns = market.limit.size, market.room.size
    return by_rows(arcs, market.row, market.column, market.weight, market.offset, rows, columns)


def _answer(market: Market, core: Core, order: Ints, sides: Sides) -> tuple[Solved, Ints]:
    """The answer as the core sees it, and the arcs that it leaves uncovered."""
    taken = np.flatnonzero(core.taken)
    u, v = sides.u.copy(), sides.v.copy()
    two = _give_up_rents(core, taken, u, v, market)
    most = u.copy()
    view = (market.column, market.weight, market.offset, v)
    if market.ordered:
        cover_rows(starts(market.row, u.size), *view, most)
    else:
        cover_all(market.row, *view, most)
    bar = np.where(most > u + market.nothing, u + market.nothing, np.inf)
    missing = np.zeros(0, dtype=np.int64)
    if np.isfinite(bar).any():
        missing = _beyond(order, arcs_above(market.row, *view, bar), market)  # what is left is rounding
    return Solved(np.sort(order[taken]), u if two else most, v), missing


def _give_up_rents(core: Core, taken: Ints, u: Floats, v: Floats, market: Market) -> int:
    """A taken arc may be worth more than its prices: an end with limit 1 takes the rest. Returns how many
    arcs keep theirs, both ends having more."""
    i, c = core.row[taken], core.column[taken]
    rent = core.weight[taken] - u[i] - v[c]
    paid = rent > 0
    one = paid & (market.limit[i] == 1)
    u[i[one]] += rent[one]
    other = paid & ~one & (market.room[c] == 1)
    v[c[other]] += rent[other]
    return int((rent[paid & ~one & ~other] > market.nothing).sum())
