"""Who with whom: sparse assignment with capacities, demands and an outside option, and the proof of it."""

from dataclasses import dataclass, replace

import numpy as np

from matching.arcs import Arcs, Flags, Floats, Ints
from matching.certificate import NONE, OBJECTIVES, Certificate, bound_of, least_offset, without_pins
from matching.dense import is_small, solve_table
from matching.exact import Market, Progress, Solved, solve
from matching.maxmin import best_worst
from matching.ties import longest_waits


@dataclass(frozen=True)
class Assignment:
    """`chosen` (pairs,) indices of arcs, ascending; and the proof of how good they are."""

    chosen: Ints
    certificate: Certificate


def assign(
    arcs: Arcs,
    *,
    objective: str = "weight",
    gap: float = 0.0,
    waited: Floats | None = None,
    pinned: Ints = NONE,
    tell: Progress = len,
) -> Assignment:
    """The best assignment.

    Parameters
    ----------
    objective : str
        weight: the greatest sum; arcs below 0 are left alone. cardinality: most pairs, then weight. maxmin:
        most pairs, then the worst of them as good as possible, then weight.
    gap : float
        A share of the optimum that may be missing, proven by the certificate; 0 asks for the optimum.
    waited : (needs,) floats, any unit
        Of equally good assignments the one that serves those who waited longer.
    pinned : (n,) ints
        Arcs that must be chosen; the rest is the best that goes with them. A forbidden pair is an arc left
        out: see `Arcs.kept`.
    tell : callable
        Hears in a word what is being done.

    Returns
    -------
    Assignment
        The same whatever the order of the arcs.

    Raises
    ------
    ValueError
        For an unknown objective, a gap outside 0..1, pins that do not fit, waits that are not one a need.

    Notes
    -----
    Auction: Bertsekas 1988, 1992. Paths: Jonker & Volgenant 1987. Covers: Kőnig 1931. Equal optima are
    compared on the arcs that are tight under the optimal prices, where every optimum lies.
    """
    _refuse_nonsense(arcs, objective, gap, waited)
    problem, back = _each_pair_once(arcs, without_pins(arcs, pinned) if pinned.size else None)
    if objective == "maxmin":
        found = _maxmin(problem, waited, tell)
    else:
        found = _by_weight(problem, objective, gap, waited, tell)
    return _for_all_arcs(arcs, back, pinned, found)


def _refuse_nonsense(arcs: Arcs, objective: str, gap: float, waited: Floats | None) -> None:
    if objective not in OBJECTIVES:
        raise ValueError(f"the objective must be one of {', '.join(OBJECTIVES)}")
    if not 0 <= gap < 1:
        raise ValueError("the gap must lie between 0 and 1")
    if waited is not None and (np.shape(waited) != arcs.demand.shape or not np.isfinite(waited).all()):
        raise ValueError("there must be one wait for each need")


def _each_pair_once(arcs: Arcs, rest: tuple[Arcs, Ints] | None) -> tuple[Arcs, Ints]:
    """The problem without pins and lighter copies; and which arc each of its arcs is, empty for the same."""
    problem, back = rest if rest is not None else (arcs, NONE)
    if not problem.lighter_copies.size:
        return problem, back
    kept = np.flatnonzero(~problem.lighter_copies)
    return problem.kept(~problem.lighter_copies), back[kept] if rest is not None else kept


def _by_weight(arcs: Arcs, objective: str, gap: float, waited: Floats | None, tell: Progress) -> Assignment:
    offset = _offset(arcs) if objective == "cardinality" else 0.0
    market, back, turned = market_of(arcs, offset)
    solved = solve_table(market) if is_small(market) else None
    found = assignment_from(arcs, solved or solve(market, gap, tell), back, turned, objective, offset)
    if waited is None:
        return found
    tell("ties")
    proof = found.certificate
    prices = (proof.dual_person, proof.dual_need, proof.dual_arc)
    chosen = longest_waits(arcs, found.chosen, prices, offset, waited)
    value, count = float(arcs.weight[chosen].sum()), int(chosen.size)
    return Assignment(chosen, replace(proof, value=value, count=count))


def assignment_from(
    arcs: Arcs, solved: Solved, back: Ints, turned: bool, objective: str = "weight", offset: float = 0.0
) -> Assignment:
    """What was found on the market of these arcs (`market_of`), with its certificate."""
    u, v = (solved.v, solved.u) if turned else (solved.u, solved.v)
    u, v, e = _proof(arcs, u, v, offset)
    chosen = back[solved.chosen] if arcs.usable.size else solved.chosen
    value, bound = float(arcs.weight[chosen].sum()), bound_of(arcs, u, v, e)
    return Assignment(chosen, Certificate(objective, value, bound, int(chosen.size), u, v, e, offset))


def _offset(arcs: Arcs) -> float:
    least = least_offset(arcs)
    return least * (1 + 1e-6) + (arcs.scale if least else 1.0)


def market_of(arcs: Arcs, offset: float = 0.0) -> tuple[Market, Ints, bool]:
    """The usable arcs as rows and columns, which they are (empty for all), and whether needs are the rows.

    The smaller side bids: few bidders for many places hardly compete.
    """
    back = np.flatnonzero(arcs.usable)
    used = arcs.kept(arcs.usable) if arcs.usable.size else arcs
    limit, room = _usable(used.capacity, used.person), _usable(used.demand, used.need)
    low, high = used.low, used.high
    if int(room.sum()) < int(limit.sum()):
        sides = (used.need, used.person, used.weight, room, limit)
        return Market(*sides, used.seen.by_need, low, high, offset), back, True
    sides = (used.person, used.need, used.weight, limit, room)
    return Market(*sides, used.seen.by_person, low, high, offset), back, False


def _usable(limit: Ints, index: np.ndarray) -> Ints:
    """One place more than there are arcs stands for all that can't be used: its price must come out as 0."""
    if limit.max(initial=0) <= 1:
        return limit
    return np.minimum(limit, np.bincount(index, minlength=limit.size) + 1)


def _proof(arcs: Arcs, u: Floats, v: Floats, offset: float) -> tuple[Floats, Floats, Floats]:
    """Prices for the whole problem: ends that take nobody ask enough to be left alone, at no cost."""
    for limit, price, at, other in ((arcs.demand, v, arcs.need, u), (arcs.capacity, u, arcs.person, v)):
        if limit.min(initial=1) == 0:
            closed = limit[at] == 0
            far = arcs.person if at is arcs.need else arcs.need
            asked = (arcs.weight[closed] + offset) * (1 + 1e-12)  # more than rounding can take away
            rent = asked - other[far[closed]]
            np.maximum.at(price, at[closed], rent)
    if not arcs.two_limits.size:
        return u, v, np.zeros(0)
    rent = np.maximum(0.0, arcs.weight + offset - u[arcs.person] - v[arcs.need])
    alone = np.zeros(u.size)
    np.maximum.at(alone, arcs.person[~arcs.two_limits], rent[~arcs.two_limits])
    u = u + alone
    return u, v, np.where(arcs.two_limits, np.maximum(0.0, rent - alone[arcs.person]), 0.0)


def _maxmin(arcs: Arcs, waited: Floats | None, tell: Progress) -> Assignment:
    found = best_worst(arcs)
    if not found.count:
        return Assignment(NONE, found.certificate(arcs, NONE))
    keep: Flags = arcs.weight >= found.worst
    inner = _by_weight(arcs.kept(keep), "cardinality", 0.0, waited, tell)
    chosen = np.flatnonzero(keep)[inner.chosen]
    return Assignment(chosen, found.certificate(arcs, chosen))


def _for_all_arcs(arcs: Arcs, back: Ints, pinned: Ints, found: Assignment) -> Assignment:
    """In the numbering of all arcs as they were given, pins included."""
    chosen, proof = found.chosen, found.certificate
    if back.size or pinned.size:
        chosen = np.sort(np.concatenate([back[chosen] if back.size else NONE, pinned])).astype(np.int64)
        proof = proof.renumbered(arcs.weight.size, back).with_pins(arcs.weight[pinned])
    return Assignment(chosen, replace(proof, value=float(arcs.weight[chosen].sum())))
