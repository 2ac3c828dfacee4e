"""Most pairs first, then the worst of them as good as possible: maximum flows over fewer and fewer arcs.

Flow and cut by Dinic's method (scipy.sparse.csgraph.maximum_flow); the cut is the cover that proves it (Kőnig
1931).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from matching.arcs import Arcs, Ints
from matching.certificate import Certificate, Cover


@dataclass(frozen=True)
class BestWorst:
    """`count` pairs are possible at all; `worst` is the greatest weight that a whole assignment can keep
    to."""

    count: int
    worst: float
    cover_all: Cover
    cover_above: Cover

    def certificate(self, arcs: Arcs, chosen: Ints) -> Certificate:
        """`value` is the sum of weights; `bound` the number of pairs that nothing exceeds."""
        none = np.zeros(0)
        value = float(arcs.weight[chosen].sum())
        return Certificate(
            "maxmin",
            value,
            float(self.count),
            int(chosen.size),
            none,
            none,
            none,
            0.0,
            self.cover_all,
            self.cover_above,
        )


def best_worst(arcs: Arcs) -> BestWorst:
    """Halves the list of weights until the threshold is found."""
    everything = np.ones(arcs.weight.size, dtype=bool)
    count, cover_all = _most_pairs(arcs, everything)
    if count == 0:
        return BestWorst(0, np.inf, cover_all, Cover())
    levels = np.unique(arcs.weight)
    low, high = 0, levels.size - 1  # levels[low] always suffices
    while low < high:
        middle = (low + high + 1) // 2
        if _most_pairs(arcs, arcs.weight >= levels[middle])[0] == count:
            low = middle
        else:
            high = middle - 1
    cover_above = _most_pairs(arcs, arcs.weight > levels[low])[1]
    return BestWorst(count, float(levels[low]), cover_all, cover_above)


def _most_pairs(arcs: Arcs, keep: NDArray[np.bool_]) -> tuple[int, Cover]:
    """The size of the largest assignment on the kept arcs, and a cover of just that weight."""
    index = np.flatnonzero(keep)
    people, needs = arcs.capacity.size, arcs.demand.size
    source, sink = people + needs, people + needs + 1
    tail = np.concatenate([arcs.person[index], np.full(people, source), people + np.arange(needs)])
    head = np.concatenate([people + arcs.need[index], np.arange(people), np.full(needs, sink)])
    ends = ((arcs.capacity, arcs.person), (arcs.demand, arcs.need))
    # One place more than there are arcs stands for all that can't be used.
    limits = [np.minimum(limit, np.bincount(at[index], minlength=limit.size) + 1) for limit, at in ends]
    room = np.concatenate([np.ones(index.size, dtype=np.int64), *limits]).astype(np.int32)
    graph = csr_array((room, (tail, head)), shape=(sink + 1, sink + 1), dtype=np.int32)
    result = maximum_flow(graph, source, sink, method="dinic")
    left = csr_array(graph - result.flow)
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = np.zeros(sink + 1, dtype=bool)
    reached[breadth_first_order(left, source, return_predecessors=False)] = True
    cover_people, cover_needs = (
        np.flatnonzero(~reached[:people]),
        np.flatnonzero(reached[people : people + needs]),
    )
    crossing = reached[arcs.person[index]] & ~reached[people + arcs.need[index]]
    return int(result.flow_value), _trimmed(arcs, index, cover_people, cover_needs, index[crossing])


def _trimmed(arcs: Arcs, index: Ints, people: Ints, needs: Ints, crossing: Ints) -> Cover:
    """An arc in the cut whose end has limit 1 is covered by that end instead: the weight is the same."""
    needs = np.union1d(needs, arcs.need[crossing[arcs.demand[arcs.need[crossing]] == 1]])
    rest = crossing[arcs.demand[arcs.need[crossing]] != 1]
    by_person = arcs.capacity[arcs.person[rest]] == 1
    people = np.union1d(people, arcs.person[rest[by_person]])
    touched = np.bincount(arcs.person[index], minlength=arcs.capacity.size) > 0
    people = people[touched[people]]
    return Cover(people.astype(np.int64), needs.astype(np.int64), rest[~by_person])
