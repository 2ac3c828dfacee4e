"""One compiled look at all arcs: are they sound, and in which order do they stand?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.compiled import njit


class Survey(NamedTuple):
    """`finite`: every weight is a number. `least`, `last_person`, `last_need`: the range of the indices.

    `low`, `high`: that of the weights. `by_person`, `by_need`: the arcs ascend in it. Without arcs the
    indices are 0 and -1, and the weights run from infinity to minus infinity.
    """

    finite: bool
    least: int
    last_person: int
    last_need: int
    low: float
    high: float
    by_person: bool
    by_need: bool


@njit
def _look(index: NDArray[np.int32]) -> tuple[np.int32, np.int32, bool]:
    """`(least, last, whether it ascends)`, at 0 and -1 where there are none. Nothing is wider than the index
    itself: so many are looked at in one instruction."""
    least, last, falls = np.int32(0), np.int32(-1), np.int32(0)
    for a in range(index.size):
        least = min(least, index[a])
        last = max(last, index[a])
        falls |= np.int32(index[a] < index[max(0, a - 1)])
    return least, last, bool(falls == 0)


def survey(person: NDArray[np.int32], need: NDArray[np.int32], weight: NDArray[np.float64]) -> Survey:
    """Looks once at `person`, `need`, `weight` (arcs,)."""
    low, high = float(weight.min(initial=np.inf)), float(weight.max(initial=-np.inf))
    finite = not weight.size or bool(np.isfinite(low) and np.isfinite(high))  # one NaN makes both NaN
    least_p, last_p, by_person = _look(person)
    least_n, last_n, by_need = _look(need)
    least = int(min(least_p, least_n))
    return Survey(finite, least, int(last_p), int(last_n), low, high, bool(by_person), bool(by_need))
