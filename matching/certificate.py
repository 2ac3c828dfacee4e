"""A proof of optimality that an outsider checks without the solver (weak duality of the assignment problem)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Certificate:
    """`value` reached, `bound` that nothing can exceed, and the prices that prove it (all >= 0).

    `dual_person` (people,), `dual_need` (needs,), `dual_arc` (arcs,): u + v + e >= weight on every arc.
    """

    value: float
    bound: float
    count: int
    dual_person: Floats
    dual_need: Floats
    dual_arc: Floats

    @property
    def gap(self) -> float:
        """(bound − value) / max(1, |bound|)."""
        return max(0.0, self.bound - self.value) / max(1.0, abs(self.bound))


def bound_of(u: Floats, v: Floats, e: Floats, capacity: Ints, demand: Ints) -> float:
    return float(capacity @ u + demand @ v + e.sum())


def check(
    person: Ints,
    need: Ints,
    weight: Floats,
    capacity: Ints,
    demand: Ints,
    chosen: Ints,
    certificate: Certificate,
) -> list[str]:
    """What is wrong with an assignment and its proof; empty when both stand."""
    u, v, e = certificate.dual_person, certificate.dual_need, certificate.dual_arc
    scale = max(1.0, float(np.abs(weight).max(initial=0.0)))
    used_person = np.bincount(person[chosen], minlength=capacity.size)
    used_need = np.bincount(need[chosen], minlength=demand.size)
    value, bound = float(weight[chosen].sum()), bound_of(u, v, e, capacity, demand)
    prices = np.concatenate([u, v, e])
    covered = u[person] + v[need] + e - weight if weight.size else np.zeros(1)
    checks = (
        ("an arc is chosen twice", np.unique(chosen).size == chosen.size),
        ("a person has more than their capacity", bool((used_person <= capacity).all())),
        ("a need has more than its demand", bool((used_need <= demand).all())),
        ("a price is negative", bool((prices >= 0).all())),
        ("an arc is not covered by its prices", float(covered.min()) >= -TOLERANCE * scale),
        ("the value is not what the arcs add up to", abs(value - certificate.value) <= TOLERANCE * max(1, abs(value))),
        ("the bound is not what the prices add up to", abs(bound - certificate.bound) <= TOLERANCE * max(1, abs(bound))),
        ("the value exceeds the bound", value <= bound + TOLERANCE * max(1, abs(bound))),
        ("the count is wrong", certificate.count == chosen.size),
    )
    return [fault for fault, holds in checks if not holds]
