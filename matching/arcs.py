"""The allowed pairs of an assignment problem, as arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.survey import Survey, survey

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]

TINY = 1e-300
TYPES = {"person": np.int32, "need": np.int32, "weight": np.float64, "capacity": np.int64, "demand": np.int64}


@dataclass(frozen=True)
class Arcs:
    """Who may be assigned to what, and how good that would be.

    Parameters
    ----------
    person, need : (arcs,) int32
        Indices into `capacity` and `demand`, in any order. A pair that is not listed is forbidden; a pair
        listed twice counts once, at its higher weight.
    weight : (arcs,) float64
        Higher is better; any unit, negative ones too.
    capacity, demand : (people,), (needs,) int64
        How many each may have, whole numbers >= 0.

    Raises
    ------
    ValueError
        For shapes that do not fit, indices outside, weights that are not finite, negative limits.
    """

    person: Indices
    need: Indices
    weight: Floats
    capacity: Ints
    demand: Ints

    def __post_init__(self) -> None:
        for name, kind in TYPES.items():
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=kind))
        if not (self.person.shape == self.need.shape == self.weight.shape) or self.person.ndim != 1:
            raise ValueError("person, need and weight must be one-dimensional and of one length")
        if not self.seen.finite:
            raise ValueError("weights must be finite numbers")
        if self.seen.least < 0 or self.seen.last_person >= self.capacity.size:
            raise ValueError("a person index lies outside its list")
        if self.seen.last_need >= self.demand.size:
            raise ValueError("a need index lies outside its list")
        if self.capacity.min(initial=0) < 0 or self.demand.min(initial=0) < 0:
            raise ValueError("capacities and demands cannot be negative")

    @classmethod
    def of(
        cls, person: ArrayLike, need: ArrayLike, weight: ArrayLike, capacity: ArrayLike, demand: ArrayLike
    ) -> "Arcs":
        """From lists or arrays of any numeric type."""
        given = (person, need, weight, capacity, demand)
        return cls(
            *(np.asarray(array, dtype=kind) for array, kind in zip(given, TYPES.values(), strict=True))
        )

    @cached_property
    def seen(self) -> Survey:
        return survey(self.person, self.need, self.weight)

    @cached_property
    def usable(self) -> Flags:
        """(arcs,) marks the arcs between ends that take anybody; empty when all are."""
        if self.capacity.min(initial=1) > 0 and self.demand.min(initial=1) > 0:
            return np.zeros(0, dtype=bool)
        usable: Flags = (self.capacity > 0)[self.person] & (self.demand > 0)[self.need]
        return usable

    @cached_property
    def span(self) -> tuple[float, float]:
        """The least and the greatest usable weight, and 0."""
        low, high = self.seen.low, self.seen.high
        if self.usable.size:
            left = self.weight[self.usable]
            low, high = float(left.min(initial=0.0)), float(left.max(initial=0.0))
        return min(0.0, low), max(0.0, high)

    @property
    def low(self) -> float:
        return self.span[0]

    @property
    def high(self) -> float:
        return self.span[1]

    @property
    def scale(self) -> float:
        """The largest weight without its sign, at least a tiny number: tolerances are relative to it."""
        return max(-self.low, self.high, TINY)

    @cached_property
    def two_limits(self) -> Flags:
        """(arcs,) marks the arcs that join a capacity and a demand above 1; empty when there are none."""
        if self.capacity.max(initial=0) <= 1 or self.demand.max(initial=0) <= 1:
            return np.zeros(0, dtype=bool)
        two = (self.capacity > 1)[self.person] & (self.demand > 1)[self.need]
        return two if two.any() else np.zeros(0, dtype=bool)

    @cached_property
    def lighter_copies(self) -> Flags:
        """(arcs,) marks arcs of which the same pair has a better one; empty when there are none, or when they
        do no harm because one end of every pair takes only one."""
        if not self.two_limits.size:
            return self.two_limits
        pair = self.person.astype(np.int64) * max(1, self.demand.size) + self.need
        order = np.lexsort((-self.weight, pair))
        copy = np.zeros(pair.size, dtype=bool)
        copy[order[1:]] = pair[order[1:]] == pair[order[:-1]]
        return copy if copy.any() else np.zeros(0, dtype=bool)

    def with_weight(self, weight: Floats) -> "Arcs":
        return Arcs(self.person, self.need, weight, self.capacity, self.demand)

    def kept(self, keep: Flags) -> "Arcs":
        """The arcs where `keep` holds; people and needs stay as they are."""
        return Arcs(self.person[keep], self.need[keep], self.weight[keep], self.capacity, self.demand)


def one_to_one(person: ArrayLike, need: ArrayLike, weight: ArrayLike, people: int, needs: int) -> Arcs:
    """Arcs where everybody has capacity and demand 1."""
    return Arcs.of(person, need, weight, np.ones(people), np.ones(needs))
