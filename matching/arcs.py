"""The allowed pairs of an assignment problem, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Arcs:
    """`person`, `need` (arcs,) indices, `weight` (arcs,) higher is better, `capacity` (people,), `demand`
    (needs,).

    A pair that is not listed is forbidden; a pair listed twice counts once, at its higher weight. Capacities
    and demands are whole numbers >= 0. Raises ValueError for shapes that do not fit and weights that are not
    finite.
    """

    person: Indices
    need: Indices
    weight: Floats
    capacity: Ints
    demand: Ints

    def __post_init__(self) -> None:
        if not (self.person.shape == self.need.shape == self.weight.shape) or self.person.ndim != 1:
            raise ValueError("person, need and weight must be one-dimensional and of one length")
        if not np.isfinite(self.weight).all():
            raise ValueError("weights must be finite numbers")
        for name, index, limit in (("person", self.person, self.capacity), ("need", self.need, self.demand)):
            if index.size and (index.min() < 0 or index.max() >= limit.size):
                raise ValueError(f"a {name} index lies outside its list")
            if (limit < 0).any():
                raise ValueError("capacities and demands cannot be negative")

    @property
    def scale(self) -> float:
        """The largest weight without its sign, at least a tiny number: tolerances are relative to it."""
        return max(float(np.abs(self.weight).max(initial=0.0)), 1e-300)

    def with_weight(self, weight: Floats) -> "Arcs":
        return Arcs(self.person, self.need, weight, self.capacity, self.demand)

    def kept(self, keep: NDArray[np.bool_]) -> "Arcs":
        """The arcs where `keep` holds; people and needs stay as they are."""
        return Arcs(self.person[keep], self.need[keep], self.weight[keep], self.capacity, self.demand)


def one_to_one(person: object, need: object, weight: object, people: int, needs: int) -> Arcs:
    """Arcs where everybody has capacity and demand 1."""
    return Arcs(
        np.asarray(person, dtype=np.int32),
        np.asarray(need, dtype=np.int32),
        np.asarray(weight, dtype=np.float64),
        np.ones(people, dtype=np.int64),
        np.ones(needs, dtype=np.int64),
    )
