"""The largest part of a group that may be published under a label, and why the rest may not."""

from collections.abc import Iterator

import numpy as np

from app.policy.lattice import Label
from app.releases.operations.planner.counting import Judge, owners
from app.releases.operations.planner.crowd import Bits, Whole

Aside = list[tuple[int, str]]


def keep(judge: Judge, label: Label, group: Whole) -> tuple[Whole, Aside]:
    """Rows are dropped until every rule holds. Returns (kept rows, dropped rows with a reason); all or none
    pass rule 1."""
    aside: Aside = []
    kept, before = group, -1
    while len(kept) and len(kept) != before:
        before = len(kept)
        for reason, stays in _filters(judge, label, kept):
            if not stays.all():
                aside += [(int(row), reason) for row in kept[~stays]]
                kept = kept[stays]
                break
    return kept, aside


def _filters(judge: Judge, label: Label, kept: Whole) -> Iterator[tuple[str, Bits]]:
    """One rule after the other, cheapest first: the reason and which rows it lets stay."""
    crowd, gate = judge.crowd, judge.gate
    yield "too_few", crowd.may_carry(label, kept)
    known = judge.register.fitting(label)
    yield "register_small", np.full(len(kept), known[0] >= gate.register_min)
    yield "item_register", (known >= gate.register_min)[crowd.implies[kept]]
    found = owners(crowd, kept)
    yield "too_few", np.full(len(kept), found.n >= gate.k)
    yield "item_rare", (found.having >= gate.k)[crowd.implies[kept]]
    yield "too_few", (found.compatible >= gate.k)[found.of_row]
    items = np.bincount(crowd.item[kept])
    yield "few_kinds", np.full(len(kept), (items > 0).sum() >= gate.distinct_items)
    yield "same_item", _within_share(judge, kept, items)


def _within_share(judge: Judge, kept: Whole, items: Whole) -> Bits:
    """Rows of the most frequent item beyond its share go: rows come in order of their waiting, the newest go
    first."""
    stays = np.ones(len(kept), dtype=bool)
    top = int(items.argmax())
    others = len(kept) - int(items[top])
    share = judge.gate.top_share
    limit = int(others * share / (1 - share) + 1e-9) if share < 1 else len(kept)
    if items[top] > limit:
        stays[np.flatnonzero(judge.crowd.item[kept] == top)[limit:]] = False
    return stays
