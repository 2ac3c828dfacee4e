"""The gate itself: what must hold for a cohort, counted afresh (publication-gate.md rules 1-4 and 8).

The planner proposes; the tick asks this module again before anything is published.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.policy.gate.things import RegisterHousehold, Row
from app.policy.lattice import Label, fits, no_finer, satisfies

RULES_VERSION = "gate-2"


@dataclass(frozen=True)
class Gate:
    """The parameters; k may only be raised."""

    k: int = 11
    register_min: int = 20
    distinct_items: int = 3
    top_share: float = 0.6
    generic_after_weeks: int = 4


def certify(
    label: Label, rows: Sequence[Row], register: Sequence[RegisterHousehold]
) -> dict[str, int | float]:
    """The figures that the certificate states. `compatible` and `implied` are the smallest over the cohort
    (3a, 3b)."""
    households = {r.need.household_id for r in rows}
    fitting = [h for h in register if fits(h.facts, label)]
    implied = sorted({r.implies for r in rows if r.implies})
    registers = [len(fitting)] + [sum(satisfies(h.facts, x) is True for h in fitting) for x in implied]
    items = Counter(r.shown for r in rows)
    return {
        "households": len(households),
        "rows": len(rows),
        "register": min(registers),
        "compatible": min(_compatible(rows).values(), default=0),
        "implied": min((_holding(rows, x) for x in implied), default=len(households)),
        "items": len(items),
        "top_share": round(max(items.values(), default=0) / len(rows), 4) if rows else 0.0,
    }


def faults(label: Label, rows: Sequence[Row], register: Sequence[RegisterHousehold], gate: Gate) -> list[str]:
    """The rules that a cohort breaks, by number; empty when it may be published."""
    figures = certify(label, rows, register)
    checks = (
        ("1", figures["households"] >= gate.k),
        ("2", figures["register"] >= gate.register_min),
        ("3a", figures["compatible"] >= gate.k),
        ("3b", figures["implied"] >= gate.k),
        ("4", figures["items"] >= gate.distinct_items and figures["top_share"] <= gate.top_share),
        ("true", all(fits(r.need.facts, label) for r in rows)),
        ("floor", all(no_finer(label, r.need.floor) for r in rows)),
        ("own", all(satisfies(r.need.facts, r.implies) is True for r in rows)),
    )
    return [rule for rule, holds in checks if not holds]


def _compatible(rows: Sequence[Row]) -> dict[int, int]:
    """For each household: how many distinct households own a row that its facts do not contradict."""
    wanted: dict[int, set[str]] = {}
    facts = {}
    for row in rows:
        wanted.setdefault(row.need.household_id, set()).add(row.implies)
        facts[row.need.household_id] = row.need.facts
    by_has: dict[frozenset[str], int] = {}
    result = {}
    for household, known in facts.items():
        has = frozenset(x for x in {i for s in wanted.values() for i in s} if satisfies(known, x) is True)
        if has not in by_has:
            by_has[has] = sum(bool(items & has) for items in wanted.values())
        result[household] = by_has[has]
    return result


def _holding(rows: Sequence[Row], implied: str) -> int:
    """How many of the cohort's households have an implied fact."""
    facts = {r.need.household_id: r.need.facts for r in rows}
    return sum(satisfies(f, implied) is True for f in facts.values())
