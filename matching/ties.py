"""Of equally good assignments the one that serves those who waited longer.

Under optimal prices every optimum consists of tight arcs and uses every end that has a price (complementary
slackness, Dantzig 1963). Among these the ranks of waiting are the weights of a second assignment.
"""

import numpy as np

from matching.arcs import Arcs, Floats, Ints
from matching.exact import EXACT, Market, solve

Prices = tuple[Floats, Floats, Floats]


def longest_waits(arcs: Arcs, chosen: Ints, prices: Prices, offset: float, waited: Floats) -> Ints:
    """Indices of the arcs of an assignment as good as `chosen`, with the longest waits served.

    `prices` (u, v, e) are optimal; `waited` (needs,) in any unit. Keeps `chosen` where rounding would make
    the other one worse.
    """
    u, v, e = prices
    nothing = 4 * EXACT * (arcs.high + (offset - arcs.low if offset else 0.0))
    worth = arcs.weight + offset - u[arcs.person] - v[arcs.need]
    bound_ends = (u > nothing)[arcs.person].astype(float) + (v > nothing)[arcs.need]
    if e.size:
        worth = worth - e
        bound_ends += 2.0 * (e > nothing)
    tight = np.flatnonzero(worth >= -nothing)
    if tight.size <= chosen.size:
        return chosen
    rank = np.unique(waited, return_inverse=True)[1] / max(1, waited.size)
    must = 2.0 * min(arcs.capacity.sum(), arcs.demand.sum(), arcs.weight.size) + 1.0
    weight = rank[arcs.need[tight]] + must * bound_ends[tight] + 1.0 / max(1, waited.size)
    limits = (np.minimum(arcs.capacity, tight.size), np.minimum(arcs.demand, tight.size))
    high = float(weight.max(initial=0.0))
    second = Market(arcs.person[tight], arcs.need[tight], weight, *limits, False, 0.0, high)
    other = tight[solve(second).chosen]
    told, kept = arcs.weight[other].sum(), arcs.weight[chosen].sum()
    fair = other.size >= chosen.size and told >= kept - 1e-10 * max(abs(kept), 1e-300)
    return np.sort(other) if fair else chosen
