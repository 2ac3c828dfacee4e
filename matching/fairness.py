"""Fairness that can be seen: who is shown, who goes without and why, who envies whom, what each rule costs.

Nothing here moves a score: audit groups are read after the fact. Bands and groups come in as names, so
that the report says what the office says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from matching.arcs import Arcs, Floats, Ints
from matching.assignment import assign

NO_ONE, SECOND, COARSE = "no_eligible_person", "always_second", "label_too_coarse"


@dataclass(frozen=True)
class Share:
    """Of one group: how many needs and proposals, the share of all of them in per cent (`asked`, `got`, one
    decimal), their ratio (1 is even), and its mean score."""

    group: str
    needs: int
    proposals: int
    asked: float
    got: float
    ratio: float
    score: float


@dataclass(frozen=True)
class Left:
    """A need without a proposal, and why: nobody is eligible, others were better for all who are, or its
    label is too coarse to say whether anybody could reach it."""

    need: int
    reason: str


@dataclass(frozen=True)
class Report:
    """`never`: how many of the `needs` nobody was ever proposed to. `envy`, `waste`, `price` are shares."""

    needs: int
    never: int
    exposure: dict[str, list[Share]]
    people: dict[str, list[Share]]
    left: list[Left]
    envy: float
    waste: float
    price: dict[str, float]

    def rows(self) -> dict[str, object]:
        """As plain lists and numbers, for JSON and for the office page."""
        return asdict(self)


def report(
    arcs: Arcs,
    chosen: Ints,
    needs: Mapping[str, Sequence[str]],
    people: Mapping[str, Sequence[str]] | None = None,
    coarse: NDArray[np.bool_] | None = None,
    rules: Mapping[str, Floats] | None = None,
    ever: NDArray[np.bool_] | None = None,
) -> Report:
    """`needs`, `people`: groups by the name of the grouping (waiting band, need type, audit column), one
    name a row. `rules`: the part of each arc's weight that a rule put there. `ever`: needs that somebody was
    proposed to before. Raises ValueError for lists of another length."""
    for group, size in [(g, arcs.demand.size) for g in needs.values()] + [
        (g, arcs.capacity.size) for g in (people or {}).values()
    ]:
        if len(group) != size:
            raise ValueError(f"a grouping names {len(group)} rows of {size}")
    shown = np.zeros(arcs.demand.size, bool) if ever is None else ever.copy()
    shown[arcs.need[chosen]] = True
    return Report(
        int(arcs.demand.size),
        int((~shown).sum()),
        {name: shares(arcs.need, arcs.weight, chosen, group) for name, group in needs.items()},
        {name: shares(arcs.person, arcs.weight, chosen, group) for name, group in (people or {}).items()},
        without(arcs, chosen, coarse),
        envy(arcs, chosen),
        waste(arcs, chosen),
        {name: price(arcs, part) for name, part in (rules or {}).items()},
    )


def shares(side: NDArray[np.int32], weight: Floats, chosen: Ints, group: Sequence[str]) -> list[Share]:
    names, place = np.unique(np.asarray(group, dtype=str), return_inverse=True)
    size = np.bincount(place, minlength=names.size)
    shown = np.bincount(place[side[chosen]], minlength=names.size)
    arcs_of = np.bincount(place[side], minlength=names.size)
    mean = np.bincount(place[side], weight, names.size) / np.maximum(arcs_of, 1)
    even = size * max(1, chosen.size) / max(1, len(group))
    per_cent = [np.round(100 * n / max(1, n.sum()), 1).tolist() for n in (size, shown)]
    ratio, score = np.round(shown / even, 6).tolist(), np.round(mean, 6).tolist()
    rows = zip(names.tolist(), size.tolist(), shown.tolist(), *per_cent, ratio, score, strict=True)
    return [Share(*row) for row in rows]


def without(arcs: Arcs, chosen: Ints, coarse: NDArray[np.bool_] | None) -> list[Left]:
    degree = np.bincount(arcs.need, minlength=arcs.demand.size)
    served = np.bincount(arcs.need[chosen], minlength=arcs.demand.size) > 0
    unclear = np.zeros(arcs.demand.size, bool) if coarse is None else coarse
    found = []
    for need in np.flatnonzero(~served & (arcs.demand > 0)).tolist():
        reason = SECOND if degree[need] else COARSE if unclear[need] else NO_ONE
        found.append(Left(need, reason))
    return found


def envy(arcs: Arcs, chosen: Ints) -> float:
    """Share of the needs that would fit better with a person who went to another need (Foley 1967)."""
    served = arcs.need[chosen]
    if not served.size:
        return 0.0
    own = np.full(arcs.demand.size, -np.inf)
    np.maximum.at(own, served, arcs.weight[chosen])
    taken = np.zeros(arcs.capacity.size, bool)
    taken[arcs.person[chosen]] = True
    better = taken[arcs.person] & (arcs.weight > own[arcs.need] + 1e-12) & np.isfinite(own[arcs.need])
    return round(float(np.unique(arcs.need[better]).size / np.unique(served).size), 6)


def waste(arcs: Arcs, chosen: Ints) -> float:
    """Share of the left needs that some person with room left could have had at a weight above 0."""
    used = np.bincount(arcs.person[chosen], minlength=arcs.capacity.size)
    met = np.bincount(arcs.need[chosen], minlength=arcs.demand.size)
    free = (used < arcs.capacity)[arcs.person] & (met < arcs.demand)[arcs.need] & (arcs.weight > 0)
    left = np.flatnonzero(met < arcs.demand)
    return round(float(np.unique(arcs.need[free]).size / left.size), 6) if left.size else 0.0


def price(arcs: Arcs, part: Floats) -> float:
    """Share of the score without a rule that is given up because the rule's part of the weights decides
    too."""
    plain = arcs.with_weight(arcs.weight - part)
    most = float(plain.weight[assign(plain).chosen].sum())
    ruled = float(plain.weight[assign(arcs).chosen].sum())
    return round(max(0.0, (most - ruled) / most), 6) if most > 0 else 0.0
