"""The same optimum as a linear programme, for the rare arc that joins two limits above 1.

The matrix of a transportation problem with bounded arcs is totally unimodular, so a vertex of the relaxation
is whole (Hoffman & Kruskal 1956); HiGHS returns such a vertex with its prices.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from matching.arcs import Arcs, Floats, Ints
from matching.rows import joins_two_limits


def solve_programme(arcs: Arcs) -> tuple[Ints, Floats, Floats]:
    """Indices of the chosen arcs, and the prices of people and needs. Raises RuntimeError when the solver
    stops."""
    columns, ones = np.arange(arcs.weight.size), np.ones(arcs.weight.size)
    rows = vstack(
        [
            csr_array((ones, (arcs.person, columns)), shape=(arcs.capacity.size, ones.size)),
            csr_array((ones, (arcs.need, columns)), shape=(arcs.demand.size, ones.size)),
        ]
    )
    limits = np.concatenate([arcs.capacity, arcs.demand]).astype(float)
    # Where a limit is 1 the arc's own bound says nothing new, and its price would only hide the limit's.
    most = np.where(joins_two_limits(arcs), 1.0, np.inf)
    bounds = np.column_stack([np.zeros(most.size), most])
    solved = linprog(-arcs.weight, A_ub=rows, b_ub=limits, bounds=bounds, method="highs-ds")
    if solved.status != 0:
        raise RuntimeError(f"the solver stopped: {solved.message}")
    prices = np.maximum(0.0, -solved.ineqlin.marginals)
    return np.flatnonzero(solved.x > 0.5), prices[: arcs.capacity.size], prices[arcs.capacity.size :]
