"""Who with whom: sparse assignment with capacities, demands and an outside option, exact and with its
proof."""

from dataclasses import dataclass

import numpy as np

from matching.arcs import Arcs, Floats, Ints
from matching.certificate import NONE, OBJECTIVES, Certificate, bound_of, least_offset
from matching.exact import solve
from matching.maxmin import best_worst
from matching.programme import solve_programme
from matching.rows import joins_two_limits, spelled_out

TIE = 1e-10  # how much waiting may count: less than any certificate's tolerance


@dataclass(frozen=True)
class Assignment:
    """`chosen` (pairs,) indices of arcs, ascending; and the proof of how good they are."""

    chosen: Ints
    certificate: Certificate


def assign(arcs: Arcs, *, objective: str = "weight", waited: Floats | None = None) -> Assignment:
    """The best assignment. `objective`: weight (the greatest sum; arcs below 0 are left alone), cardinality
    (most pairs, then weight), maxmin (most pairs, then the worst of them as good as possible, then weight).

    `waited` (needs,), any unit: of equally good assignments the one that serves those who waited longer. The
    order of the arcs makes no difference. Raises ValueError for an unknown objective.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"the objective must be one of {', '.join(OBJECTIVES)}")
    single = _each_pair_once(arcs)
    problem = arcs.kept(single)
    if objective == "maxmin":
        found = _maxmin(problem, waited)
    else:
        offset = _offset(problem) if objective == "cardinality" else 0.0
        found = _solve(problem, offset, waited, objective)
    chosen = np.flatnonzero(single)[found.chosen]
    return Assignment(chosen, _for_all_arcs(arcs, single, found.certificate))


def _each_pair_once(arcs: Arcs) -> np.ndarray:
    """Marks one arc of each pair, the heaviest."""
    pair = arcs.person.astype(np.int64) * max(1, arcs.demand.size) + arcs.need
    keep = np.ones(pair.size, dtype=bool)
    if pair.size and not (pair[1:] > pair[:-1]).all() and np.unique(pair).size < pair.size:
        order = np.lexsort((-arcs.weight, pair))
        keep[order[1:]] = pair[order[1:]] != pair[order[:-1]]
    return keep


def _offset(arcs: Arcs) -> float:
    return least_offset(arcs) * (1 + 1e-6) + (arcs.scale if arcs.weight.any() else 1.0)


def _solve(arcs: Arcs, offset: float, waited: Floats | None, objective: str) -> Assignment:
    leaning = arcs.weight if waited is None else arcs.weight + _lean(arcs, waited)
    if joins_two_limits(arcs).any():
        chosen, u, v = solve_programme(arcs.with_weight(leaning + offset))
    else:
        chosen, u, v = _by_paths(arcs.with_weight(leaning), offset)
    u, v, e = _proof(arcs, u, v, offset)
    value = float(arcs.weight[chosen].sum())
    bound = bound_of(arcs, u, v, e)
    return Assignment(chosen, Certificate(objective, value, bound, int(chosen.size), u, v, e, offset))


def _lean(arcs: Arcs, waited: Floats) -> Floats:
    """Between nothing and TIE of the largest weight, by rank of waiting."""
    rank = np.argsort(np.argsort(waited, kind="stable"), kind="stable") / max(1, waited.size)
    return np.asarray(TIE * arcs.scale * rank[arcs.need])


def _by_paths(arcs: Arcs, offset: float) -> tuple[Ints, Floats, Floats]:
    problem = spelled_out(arcs)
    solved = solve(problem, offset=offset)
    rows = np.flatnonzero(solved.row_column >= 0)
    chosen = np.sort(_arcs_of(problem.start, problem.column, problem.arc, rows, solved.row_column[rows]))
    first, second = np.zeros(arcs.capacity.size), np.zeros(arcs.demand.size)
    by_row, by_column = (second, first) if problem.turned else (first, second)
    # Copies of one person are worth the same: the least of their prices serves for all of them.
    by_column[problem.column_owner] = np.inf
    np.minimum.at(by_column, problem.column_owner, solved.v)
    by_row[problem.row_owner] = np.inf
    np.minimum.at(by_row, problem.row_owner, solved.u)
    return chosen, first, second


def _arcs_of(start: Ints, column: Ints, arc: Ints, rows: Ints, columns: Ints) -> Ints:
    """The arc of each (row, column): columns ascend within a row."""
    found = np.empty(rows.size, dtype=np.int64)
    for k in range(rows.size):
        low, high = start[rows[k]], start[rows[k] + 1]
        found[k] = arc[low + np.searchsorted(column[low:high], columns[k])]
    return found


def _proof(arcs: Arcs, u: Floats, v: Floats, offset: float) -> tuple[Floats, Floats, Floats]:
    """Prices anew from the needs' prices alone, so that nothing rests on the solver's arithmetic."""
    v = np.where(v < 1e-14 * (arcs.scale + offset), 0.0, v)
    closed = arcs.demand[arcs.need] == 0  # a need that takes nobody may ask any price: nobody pays it
    np.maximum.at(v, arcs.need[closed], arcs.weight[closed] + offset)
    worth = arcs.weight + offset - v[arcs.need]
    two = joins_two_limits(arcs)
    if two.any():
        u = np.maximum(0.0, u)
        e = np.where(two, np.maximum(0.0, worth - u[arcs.person]), 0.0)
        alone = np.zeros(u.size)
        np.maximum.at(alone, arcs.person[~two], worth[~two])
        return np.maximum(u, alone), v, e
    fresh = np.zeros(arcs.capacity.size)
    np.maximum.at(fresh, arcs.person, worth)
    return fresh, v, np.zeros(0)


def _maxmin(arcs: Arcs, waited: Floats | None) -> Assignment:
    found = best_worst(arcs)
    if not found.count:
        return Assignment(NONE, found.certificate(arcs, NONE))
    keep = arcs.weight >= found.worst
    inner = arcs.kept(keep)
    chosen = np.flatnonzero(keep)[_solve(inner, _offset(inner), waited, "cardinality").chosen]
    return Assignment(chosen, found.certificate(arcs, chosen))


def _for_all_arcs(arcs: Arcs, single: np.ndarray, proof: Certificate) -> Certificate:
    """Prices of arcs, and covers by arcs, in the numbering of all arcs as they were given."""
    if not proof.dual_arc.size or single.all():
        return proof
    e = np.zeros(arcs.weight.size)
    e[single] = proof.dual_arc
    return Certificate(**{**proof.__dict__, "dual_arc": e})
