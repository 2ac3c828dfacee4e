"""A proof that an outsider checks without the solver: weak duality, and vertex covers (Kőnig 1931).

weight: prices u, v, e >= 0 with u + v + e >= weight on every arc; no assignment is worth more than
Σ capacity·u + Σ demand·v + Σ e. cardinality: the same for weight + offset, with an offset so large that one
pair more outweighs everything. maxmin: every assignment is at most as large as a cover of the arcs.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matching.arcs import TINY, Arcs, Floats, Ints

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
    made. With pins, prices and covers are those of the rest (`without_pins`)."""

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
        if self.objective == "maxmin":
            return 0.0
        reached = self.value + self.offset * self.count
        return max(0.0, self.bound - reached) / max(TOLERANCE, abs(self.bound)) if self.bound else 0.0

    def with_pins(self, pins: Floats) -> "Certificate":
        """The certificate of the whole from that of the rest; `pins` are the weights that come to it."""
        more = pins.size if self.objective == "maxmin" else float(pins.sum()) + self.offset * pins.size
        value, count = self.value + float(pins.sum()), self.count + pins.size
        return replace(self, value=value, bound=self.bound + more, count=count)

    def without_pins(self, pins: Floats) -> "Certificate":
        """The reverse of `with_pins`."""
        more = pins.size if self.objective == "maxmin" else float(pins.sum()) + self.offset * pins.size
        value, count = self.value - float(pins.sum()), self.count - pins.size
        return replace(self, value=value, bound=self.bound - more, count=count)

    def renumbered(self, arcs: int, back: Ints) -> "Certificate":
        """In the numbering of a problem of so many arcs; `back` says which of them each arc was."""
        e = self.dual_arc
        if e.size:
            e = np.zeros(arcs)
            e[back] = self.dual_arc
        covers = [c and replace(c, arcs=back[c.arcs]) for c in (self.cover_all, self.cover_above_min)]
        return replace(self, dual_arc=e, cover_all=covers[0], cover_above_min=covers[1])


def without_pins(arcs: Arcs, pinned: Ints) -> tuple[Arcs, Ints]:
    """What is left to decide when the pinned arcs are chosen, and which arc each of its arcs was.

    Raises ValueError for arcs that do not exist, a pair pinned twice, or more pins than somebody has places.
    """
    if pinned.min(initial=0) < 0 or pinned.max(initial=-1) >= arcs.weight.size:
        raise ValueError("a pinned pair is not among the arcs")
    pair = arcs.person.astype(np.int64) * max(1, arcs.demand.size) + arcs.need
    if np.unique(pair[pinned]).size < pinned.size:
        raise ValueError("a pair is pinned twice")
    capacity = arcs.capacity - np.bincount(arcs.person[pinned], minlength=arcs.capacity.size)
    demand = arcs.demand - np.bincount(arcs.need[pinned], minlength=arcs.demand.size)
    if capacity.min(initial=0) < 0 or demand.min(initial=0) < 0:
        raise ValueError("more is pinned than a capacity or demand allows")
    back = np.flatnonzero(~np.isin(pair, pair[pinned]))
    return Arcs(arcs.person[back], arcs.need[back], arcs.weight[back], capacity, demand), back


def bound_of(arcs: Arcs, u: Floats, v: Floats, e: Floats) -> float:
    return float((arcs.capacity * u).sum() + (arcs.demand * v).sum() + e.sum())


def least_offset(arcs: Arcs) -> float:
    """An offset must be greater than this: what all pairs together can differ by."""
    ends = ((arcs.capacity, arcs.person), (arcs.demand, arcs.need))
    most = min(int(np.minimum(limit, np.bincount(at, minlength=limit.size)).sum()) for limit, at in ends)
    return max(most, min(arcs.capacity.size, arcs.demand.size)) * (
        max(0.0, arcs.seen.high) - min(0.0, arcs.seen.low)
    )


def check(arcs: Arcs, chosen: Ints, certificate: Certificate, pinned: Ints = NONE) -> list[str]:
    """What is wrong with an assignment (indices of arcs) and its proof; empty when both stand."""
    if certificate.objective not in OBJECTIVES:
        return ["the objective is unknown"]
    if chosen.size and (chosen.min() < 0 or chosen.max() >= arcs.weight.size):
        return ["an arc is chosen that does not exist"]
    faults = _of_assignment(arcs, chosen, certificate)
    rest, proof, pins = arcs, certificate, 0.0
    if pinned.size:
        if not np.isin(pinned, chosen).all():
            return [*faults, "a pin is not chosen"]
        rest, back = without_pins(arcs, pinned)
        pins = float(np.abs(arcs.weight[pinned]).sum()) + abs(proof.offset) * pinned.size
        proof = _of_part(arcs.weight.size, proof.without_pins(arcs.weight[pinned]), back)
        chosen = _places(np.setdiff1d(chosen, pinned), back)
    if rest.lighter_copies.size:
        back = np.flatnonzero(~rest.lighter_copies)
        proof = _of_part(rest.weight.size, proof, back)
        rest, chosen = rest.kept(~rest.lighter_copies), _places(chosen, back)
    if chosen.min(initial=0) < 0:
        return [*faults, "a pair is chosen twice, or by its lighter copy"]
    return faults + (_of_covers if proof.objective == "maxmin" else _of_prices)(rest, chosen, proof, pins)


def _places(arcs: Ints, back: Ints) -> Ints:
    """Where each of these arcs stands in `back`, which ascends; -1 where it does not."""
    if not back.size:
        return np.full(arcs.size, -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(back, arcs), back.size - 1)
    return np.where(back[at] == arcs, at, -1)


def _of_part(arcs: int, proof: Certificate, back: Ints) -> Certificate:
    """Prices of arcs, and arcs of covers, in the numbering of the arcs `back` out of so many."""
    e = proof.dual_arc[back] if proof.dual_arc.shape == (arcs,) else proof.dual_arc
    covers = [c and replace(c, arcs=_places(c.arcs, back)) for c in (proof.cover_all, proof.cover_above_min)]
    return replace(proof, dual_arc=e, cover_all=covers[0], cover_above_min=covers[1])


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


def _of_prices(arcs: Arcs, chosen: Ints, proof: Certificate, pins: float) -> list[str]:
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
    aimed, scale = arcs.weight + proof.offset, _scale(arcs, proof)
    uncovered = float((aimed - u[arcs.person] - v[arcs.need] - e).max(initial=0.0))
    bound, reached = bound_of(arcs, u, v, e), proof.value + proof.offset * proof.count
    return _named(
        (
            ("a price is negative", bool((prices >= 0).all())),
            ("an arc is not covered by its prices", uncovered <= TOLERANCE * scale),
            ("the bound is not what the prices add up to", _near(bound, proof.bound, scale + pins)),
            ("the value exceeds the bound", reached <= bound + TOLERANCE * max(scale + pins, abs(bound))),
            ("the offset is too small", proof.objective == "weight" or _large_enough(arcs, proof)),
            ("a weight problem has no offset", proof.objective != "weight" or proof.offset == 0.0),
        )
    )


def _scale(arcs: Arcs, proof: Certificate) -> float:
    """What tolerances are relative to: where arcs below 0 are never taken, they do not count."""
    return max(arcs.high + (abs(proof.offset) - arcs.low if proof.objective != "weight" else 0.0), TINY)


def _large_enough(arcs: Arcs, proof: Certificate) -> bool:
    return proof.offset > least_offset(arcs) or not arcs.weight.size


def _of_covers(arcs: Arcs, chosen: Ints, proof: Certificate, _pins: float) -> list[str]:
    if proof.cover_all is None or proof.cover_above_min is None:
        return ["a cover is missing"]
    worst = float(arcs.weight[chosen].min()) if chosen.size else np.inf
    above = arcs.weight > worst
    if not all(_exists(arcs, cover) for cover in (proof.cover_all, proof.cover_above_min)):
        return ["a cover names what does not exist"]
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


def _exists(arcs: Arcs, cover: Cover) -> bool:
    parts = (
        (cover.people, arcs.capacity.size),
        (cover.needs, arcs.demand.size),
        (cover.arcs, arcs.weight.size),
    )
    return all(not p.size or (p.min() >= 0 and p.max() < size) for p, size in parts)


def _cover(arcs: Arcs, cover: Cover) -> tuple[int, NDArray[np.bool_]]:
    """How much it weighs, each place once; and which arcs it touches."""
    people, needs, alone = (np.unique(part) for part in (cover.people, cover.needs, cover.arcs))
    touched = np.isin(arcs.person, people) | np.isin(arcs.need, needs)
    touched[alone] = True
    return int(arcs.capacity[people].sum() + arcs.demand[needs].sum() + alone.size), touched


def _near(left: float, right: float, scale: float) -> bool:
    return abs(left - right) <= TOLERANCE * max(scale, abs(left), abs(right))
