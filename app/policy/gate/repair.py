"""The largest part of a class that passes the gate: what cannot stay is set aside with its reason."""

from collections import Counter
from collections.abc import Callable, Sequence

from app.policy.gate.rules import Gate
from app.policy.gate.things import RegisterHousehold, Row
from app.policy.lattice import Label, fits, no_finer, satisfies

Aside = list[tuple[Row, str]]


def repair(
    label: Label, rows: Sequence[Row], register: Sequence[RegisterHousehold], gate: Gate
) -> tuple[list[Row], Aside]:
    """Returns (rows that may be published together, rows set aside with a reason). All or none pass rule
    1."""
    aside: Aside = []
    kept = _keep(
        rows, lambda r: fits(r.need.facts, label) and no_finer(label, r.need.floor), "too_few", aside
    )
    fitting = [h for h in register if fits(h.facts, label)]
    if len(fitting) < gate.register_min:
        return [], aside + [(r, "register_small") for r in kept]
    scarce = {
        x for x in _implied(kept) if sum(satisfies(h.facts, x) is True for h in fitting) < gate.register_min
    }
    kept = _keep(kept, lambda r: r.implies not in scarce, "item_register", aside)
    while True:
        before = len(kept)
        kept = _keep_common(kept, gate, aside)
        kept = _keep_hidden(kept, gate, aside)
        kept = _keep_mixed(kept, gate, aside)
        if len(kept) == before:
            break
    if len({r.need.household_id for r in kept}) < gate.k:
        return [], aside + [(r, "too_few") for r in kept]
    if len({r.shown for r in kept}) < gate.distinct_items:
        return [], aside + [(r, "few_kinds") for r in kept]
    return kept, aside


def _keep(rows: Sequence[Row], holds: Callable[[Row], bool], reason: str, aside: Aside) -> list[Row]:
    kept = []
    for row in rows:
        if holds(row):
            kept.append(row)
        else:
            aside.append((row, reason))
    return kept


def _implied(rows: Sequence[Row]) -> set[str]:
    return {r.implies for r in rows if r.implies}


def _keep_common(rows: list[Row], gate: Gate, aside: Aside) -> list[Row]:
    """Rule 3b: a row may imply only what at least k of the cohort's households have."""
    facts = {r.need.household_id: r.need.facts for r in rows}
    rare = {x for x in _implied(rows) if sum(satisfies(f, x) is True for f in facts.values()) < gate.k}
    return _keep(rows, lambda r: r.implies not in rare, "item_rare", aside)


def _keep_hidden(rows: list[Row], gate: Gate, aside: Aside) -> list[Row]:
    """Rule 3a: each household must be a possible owner of rows of at least k households."""
    wanted: dict[int, set[str]] = {}
    for row in rows:
        wanted.setdefault(row.need.household_id, set()).add(row.implies)
    every = _implied(rows) | {""}
    counts: dict[frozenset[str], int] = {}
    exposed = set()
    for row in rows:
        has = frozenset(x for x in every if satisfies(row.need.facts, x) is True)
        if has not in counts:
            counts[has] = sum(bool(items & has) for items in wanted.values())
        if counts[has] < gate.k:
            exposed.add(row.need.household_id)
    return _keep(rows, lambda r: r.need.household_id not in exposed, "too_few", aside)


def _keep_mixed(rows: list[Row], gate: Gate, aside: Aside) -> list[Row]:
    """Rule 4: no item above its share; those who have waited least go to the next tick."""
    if not rows:
        return rows
    name, count = Counter(r.shown for r in rows).most_common(1)[0]
    others = len(rows) - count
    allowed = int(others * gate.top_share / (1 - gate.top_share) + 1e-9)
    if count <= allowed:
        return rows
    surplus = sorted((r for r in rows if r.shown == name), key=lambda r: (-r.need.weeks, r.need.need_id))[
        allowed:
    ]
    out = {id(r) for r in surplus}
    return _keep(rows, lambda r: id(r) not in out, "same_item", aside)
