"""The transparent score, 0-100, of a person and a need (domain 4.20): parts that add up, each with a
reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS: Mapping[str, float] = {
    "item": 30.0,
    "skill": 15.0,
    "reach": 15.0,
    "cadence": 10.0,
    "waiting": 15.0,
    "exposure": 5.0,
    "reliability": 10.0,
}
FULL_WAIT_WEEKS = 12


@dataclass(frozen=True)
class Person:
    """`wants` item names and kinds, `skills` items that a skill or training fits, `counties` reached;
    reliability 0-1."""

    wants: frozenset[str]
    skills: frozenset[str]
    counties: frozenset[str]
    prefectures: frozenset[str]
    cadence: str = "once"
    reliability: float = 0.5


@dataclass(frozen=True)
class Need:
    """Public facts of a card alone."""

    item: str
    kind: str
    counties: frozenset[str]
    recurring: bool
    weeks: int
    exposure: float = 1.0


@dataclass(frozen=True)
class Score:
    """`total` is the sum of `parts`."""

    total: float
    parts: dict[str, float] = field(default_factory=dict)


def score(person: Person, need: Need, weights: Mapping[str, float] = WEIGHTS) -> Score:
    """Every part lies between 0 and its weight. Raises KeyError when a weight is missing."""
    shares = {
        "item": 1.0 if need.item in person.wants else 0.6 if need.kind in person.wants else 0.0,
        "skill": 1.0 if need.item in person.skills else 0.0,
        "reach": _reach(person, need),
        "cadence": 1.0 if need.recurring == (person.cadence != "once") else 0.4,
        "waiting": min(need.weeks, FULL_WAIT_WEEKS) / FULL_WAIT_WEEKS,
        "exposure": max(0.0, min(1.0, 1.0 - need.exposure / 2)),
        "reliability": person.reliability,
    }
    parts = {name: round(weights[name] * share, 4) for name, share in shares.items()}
    return Score(round(sum(parts.values()), 4), parts)


def _reach(person: Person, need: Need) -> float:
    """Full when the label lies within the person's counties, half within their prefectures."""
    if need.counties <= person.counties:
        return 1.0
    if need.counties & person.counties:
        return 0.7
    return 8 / 15 if {c[:4] for c in need.counties} & person.prefectures else 0.0
