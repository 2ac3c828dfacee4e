"""Sparse assignment with capacities and an outside option, solved exactly as a linear programme.

The constraint matrix of the transportation problem is totally unimodular, so a vertex of the relaxation is integral
(Hoffman & Kruskal 1956); HiGHS returns such a vertex with its dual prices.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from matching.certificate import Certificate, bound_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Arcs:
    """Allowed pairs: `person`, `need` (m,) indices, `weight` (m,) higher is better; capacities and demands >= 0.

    An absent pair is forbidden. Raises ValueError for shapes that do not fit or weights that are not finite.
    """

    person: Ints
    need: Ints
    weight: Floats
    capacity: Ints
    demand: Ints

    def __post_init__(self) -> None:
        if not (self.person.shape == self.need.shape == self.weight.shape) or self.person.ndim != 1:
            raise ValueError("person, need and weight must be one-dimensional and of one length")
        if not np.isfinite(self.weight).all():
            raise ValueError("weights must be finite")
        if self.person.size and (self.person.min() < 0 or self.person.max() >= self.capacity.size):
            raise ValueError("a person index lies outside the capacities")
        if self.need.size and (self.need.min() < 0 or self.need.max() >= self.demand.size):
            raise ValueError("a need index lies outside the demands")
        if (self.capacity < 0).any() or (self.demand < 0).any():
            raise ValueError("capacities and demands cannot be negative")


@dataclass(frozen=True)
class Assignment:
    """`chosen` (k,) indices of arcs, ascending; and the proof of how good they are."""

    chosen: Ints
    certificate: Certificate


def assign(arcs: Arcs) -> Assignment:
    """The assignment of greatest total weight; pairs of negative weight are left alone.

    Deterministic: arcs are put in order of (person, need) first, so the order of rows does not matter.
    """
    order = np.lexsort((arcs.need, arcs.person))
    if order.size == 0:
        empty = Certificate(0.0, 0.0, 0, np.zeros(arcs.capacity.size), np.zeros(arcs.demand.size), np.zeros(0))
        return Assignment(order.astype(np.int64), empty)
    person, need, weight = arcs.person[order], arcs.need[order], arcs.weight[order]
    taken, u, v = _solve(person, need, weight, arcs.capacity, arcs.demand)
    slack = np.maximum(0.0, weight - u[person] - v[need])
    dual_arc = np.empty_like(slack)
    dual_arc[order] = slack
    chosen = np.sort(order[taken]).astype(np.int64)
    value = float(arcs.weight[chosen].sum())
    bound = bound_of(u, v, dual_arc, arcs.capacity, arcs.demand)
    return Assignment(chosen, Certificate(value, bound, int(chosen.size), u, v, dual_arc))


def _solve(
    person: Ints, need: Ints, weight: Floats, capacity: Ints, demand: Ints
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    columns = np.arange(person.size)
    ones = np.ones(person.size)
    rows = vstack(
        [
            csr_array((ones, (person, columns)), shape=(capacity.size, person.size)),
            csr_array((ones, (need, columns)), shape=(demand.size, person.size)),
        ]
    )
    limits = np.concatenate([capacity, demand]).astype(float)
    solved = linprog(-weight, A_ub=rows, b_ub=limits, bounds=(0, 1), method="highs-ds")
    if solved.status != 0:
        raise RuntimeError(f"the solver stopped: {solved.message}")
    prices = np.maximum(0.0, -solved.ineqlin.marginals)
    return solved.x > 0.5, prices[: capacity.size], prices[capacity.size :]
