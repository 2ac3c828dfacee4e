"""A proof that an outsider checks without the solver: weak duality, and vertex covers (Kőnig 1931).

weight: prices u, v, e >= 0 with u + v + e >= weight on every arc; no assignment is worth more than
Σ capacity·u + Σ demand·v + Σ e. cardinality: the same for weight + offset, with an offset so large that one
pair more outweighs everything. maxmin: every assignment is at most as large as a cover of the arcs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Arcs, Floats, Ints

TOLERANCE = 1e-9
OBJECTIVES = ("weight", "cardinality", "maxmin")
NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Cover:
    """Indices of people and needs that touch every arc; `arcs` only where capacity and demand both exceed
    1."""

    people: Ints = field(default_factory=lambda: NONE)
    needs: Ints = field(default_factory=lambda: NONE)
    arcs: Ints = field(default_factory=lambda: NONE)


@dataclass(frozen=True)
class Certificate:
    """`value` is the sum of the chosen weights, `bound` what nothing can exceed, `count` how many pairs were
    made."""

    objective: str
    value: float
    bound: float
    count: int
    dual_person: Floats
    dual_need: Floats
    dual_arc: Floats
    offset: float = 0.0
    cover_all: Cover | None = None
    cover_above_min: Cover | None = None

    @property
    def gap(self) -> float:
        """How far the bound lies above what was reached, relative to it."""
        reached = self.value + self.offset * self.count
        return max(0.0, self.bound - reached) / max(TOLERANCE, abs(self.bound)) if self.bound else 0.0


def bound_of(arcs: Arcs, u: Floats, v: Floats, e: Floats) -> float:
    return float(arcs.capacity @ u + arcs.demand @ v + e.sum())


def least_offset(arcs: Arcs) -> float:
    """An offset must be greater than this: what all pairs together can differ by."""
    pairs = min(int(arcs.capacity.sum()), int(arcs.demand.sum()))
    low, high = float(arcs.weight.min(initial=0.0)), float(arcs.weight.max(initial=0.0))
    return pairs * (high - min(0.0, low))


def check(arcs: Arcs, chosen: Ints, certificate: Certificate) -> list[str]:
    """What is wrong with an assignment (indices of arcs) and its proof; empty when both stand."""
    if certificate.objective not in OBJECTIVES:
        return ["the objective is unknown"]
    if chosen.size and (chosen.min() < 0 or chosen.max() >= arcs.weight.size):
        return ["an arc is chosen that does not exist"]
    faults = _of_assignment(arcs, chosen, certificate)
    proof = _of_covers if certificate.objective == "maxmin" else _of_prices
    return faults + proof(arcs, chosen, certificate)


def _named(checks: tuple[tuple[str, bool], ...]) -> list[str]:
    return [fault for fault, holds in checks if not holds]


def _of_assignment(arcs: Arcs, chosen: Ints, proof: Certificate) -> list[str]:
    used_person = np.bincount(arcs.person[chosen], minlength=arcs.capacity.size)
    used_need = np.bincount(arcs.need[chosen], minlength=arcs.demand.size)
    pairs = arcs.person[chosen].astype(np.int64) * max(1, arcs.demand.size) + arcs.need[chosen]
    value = float(arcs.weight[chosen].sum())
    return _named(
        (
            ("a pair is chosen twice", np.unique(pairs).size == chosen.size),
            ("a person has more than their capacity", bool((used_person <= arcs.capacity).all())),
            ("a need has more than its demand", bool((used_need <= arcs.demand).all())),
            ("the value is not what the arcs add up to", _near(value, proof.value, arcs.scale)),
            ("the count is wrong", proof.count == chosen.size),
        )
    )


def _of_prices(arcs: Arcs, chosen: Ints, proof: Certificate) -> list[str]:
    u, v, e = proof.dual_person, proof.dual_need, proof.dual_arc
    if (
        u.shape != arcs.capacity.shape
        or v.shape != arcs.demand.shape
        or e.shape not in ((0,), arcs.weight.shape)
    ):
        return ["there is not one price for each"]
    prices = np.concatenate([u, v, e])
    if not (np.isfinite(prices).all() and np.isfinite([proof.value, proof.bound, proof.offset]).all()):
        return ["a price is not a number"]
    e = e if e.size else np.zeros(arcs.weight.size)
    aimed, scale = arcs.weight + proof.offset, arcs.scale + abs(proof.offset)
    uncovered = float((aimed - u[arcs.person] - v[arcs.need] - e).max(initial=0.0))
    bound, reached = bound_of(arcs, u, v, e), proof.value + proof.offset * proof.count
    return _named(
        (
            ("a price is negative", bool((prices >= 0).all())),
            ("an arc is not covered by its prices", uncovered <= TOLERANCE * scale),
            ("the bound is not what the prices add up to", _near(bound, proof.bound, scale)),
            ("the value exceeds the bound", reached <= bound + TOLERANCE * max(scale, abs(bound))),
            ("the offset is too small", proof.objective == "weight" or _large_enough(arcs, proof)),
            ("a weight problem has no offset", proof.objective != "weight" or proof.offset == 0.0),
        )
    )


def _large_enough(arcs: Arcs, proof: Certificate) -> bool:
    return proof.offset > least_offset(arcs) or not arcs.weight.size


def _of_covers(arcs: Arcs, chosen: Ints, proof: Certificate) -> list[str]:
    if proof.cover_all is None or proof.cover_above_min is None:
        return ["a cover is missing"]
    worst = float(arcs.weight[chosen].min()) if chosen.size else np.inf
    above = arcs.weight > worst
    size_all, touched = _cover(arcs, proof.cover_all)
    size_above, touched_above = _cover(arcs, proof.cover_above_min)
    return _named(
        (
            ("the cover misses an arc", bool(touched.all())),
            ("the cover is larger than the count", size_all == proof.count),
            ("the cover misses an arc above the worst", bool((touched_above | ~above).all())),
            (
                "the cover above the worst is not smaller than the count",
                proof.count == 0 or size_above < proof.count,
            ),
        )
    )


def _cover(arcs: Arcs, cover: Cover) -> tuple[int, NDArray[np.bool_]]:
    """How much it weighs, each place once; and which arcs it touches."""
    people, needs, alone = (np.unique(part) for part in (cover.people, cover.needs, cover.arcs))
    touched = np.isin(arcs.person, people) | np.isin(arcs.need, needs)
    touched[alone] = True
    return int(arcs.capacity[people].sum() + arcs.demand[needs].sum() + alone.size), touched


def _near(left: float, right: float, scale: float) -> bool:
    return abs(left - right) <= TOLERANCE * max(scale, abs(left), abs(right))
