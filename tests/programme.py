"""The optimum of an assignment problem as a linear programme: what the tests compare `matching` with.

The matrix of a transportation problem with bounded arcs is totally unimodular, so a vertex of the relaxation
is whole (Hoffman & Kruskal 1956); HiGHS returns such a vertex.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from matching.arcs import Arcs, Ints


def best_by_programme(arcs: Arcs) -> Ints:
    """Indices of the chosen arcs, each pair at most once. Raises RuntimeError when the solver stops."""
    useful = (arcs.capacity > 0)[arcs.person] & (arcs.demand > 0)[arcs.need] & (arcs.weight > 0)
    if arcs.lighter_copies.size:
        useful &= ~arcs.lighter_copies
    return np.flatnonzero(useful)[_solved(arcs.kept(useful))]


def _solved(arcs: Arcs) -> Ints:
    if not arcs.weight.size:
        return np.zeros(0, dtype=np.int64)
    columns, ones = np.arange(arcs.weight.size), np.ones(arcs.weight.size)
    rows = vstack(
        [
            csr_array((ones, (arcs.person, columns)), shape=(arcs.capacity.size, ones.size)),
            csr_array((ones, (arcs.need, columns)), shape=(arcs.demand.size, ones.size)),
        ]
    )
    limits = np.concatenate([arcs.capacity, arcs.demand]).astype(float)
    scale = np.abs(arcs.weight).max() or 1.0
    solved = linprog(-arcs.weight / scale, A_ub=rows, b_ub=limits, bounds=(0.0, 1.0), method="highs-ds")
    if solved.status != 0:
        raise RuntimeError(f"the solver stopped: {solved.message}")
    return np.flatnonzero(solved.x > 0.5)
