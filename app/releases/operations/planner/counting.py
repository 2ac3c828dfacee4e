"""The rules 1-4 as counts over a group of rows (publication-gate.md)."""

from dataclasses import dataclass

import numpy as np

from app.policy.gate.rules import Gate
from app.policy.lattice import Label
from app.releases.operations.planner.crowd import IMPLIES, Bits, Crowd, Register, Whole

_MASKS = np.arange(1 << len(IMPLIES))
_MEETS = ((_MASKS[:, None] & _MASKS[None, :]) != 0).astype(np.int64)


@dataclass(frozen=True)
class Owners:
    """The households of a group: what each has, what its rows say, and which households of the group it
    is."""

    of_row: Whole
    has: Bits
    has_mask: Whole
    compatible: Whole  # for each household: of how many households it may own a row (rule 3a)
    having: Whole  # for each implied fact: how many households have it (rule 3b)

    @property
    def n(self) -> int:
        return len(self.has_mask)


def owners(crowd: Crowd, group: Whole) -> Owners:
    _, first, of_row = np.unique(crowd.household[group], return_index=True, return_inverse=True)
    present = np.bincount(crowd.implies[group], minlength=len(IMPLIES)) > 0
    said = np.zeros(len(first), dtype=np.int64)
    np.bitwise_or.at(said, of_row, 1 << crowd.implies[group])
    has, has_mask = crowd.has[group][first], crowd.has_mask[group][first]
    by_said = np.bincount(said, minlength=len(_MASKS))
    return Owners(
        of_row, has, has_mask, (_MEETS @ by_said)[has_mask], np.where(present, has.sum(axis=0), len(first))
    )


@dataclass(frozen=True)
class Judge:
    """Says whether a group of rows may be published together under a label."""

    crowd: Crowd
    register: Register
    gate: Gate

    def passes(self, label: Label, group: Whole) -> bool:
        """Rules 1-4. That the label is true of every row is the caller's: it chose the group by
        `may_carry`."""
        return self.lacking(label, group) is None

    def lacking(self, label: Label, group: Whole) -> str | None:
        """The first rule that fails, None when all hold."""
        if len(group) < self.gate.k:
            return "1"
        if not self.varied(group):
            return "4"
        if not self.known_enough(label, group):
            return "2"
        found = owners(self.crowd, group)
        if found.n < self.gate.k:
            return "1"
        if found.having.min() < self.gate.k:
            return "3b"
        return "3a" if found.compatible.min() < self.gate.k else None

    def varied(self, group: Whole) -> bool:
        """Rule 4: enough shown items, none too frequent."""
        items = np.bincount(self.crowd.item[group])
        return bool((items > 0).sum() >= self.gate.distinct_items and items.max() <= self.allowed(len(group)))

    def allowed(self, rows: int) -> float:
        return self.gate.top_share * rows + 1e-9

    def known_enough(self, label: Label, group: Whole) -> bool:
        """Rule 2: enough households of the register fit the label, and the label with each implied fact."""
        present = np.bincount(self.crowd.implies[group], minlength=len(IMPLIES)) > 0
        present[0] = True
        return bool(self.register.fitting(label)[present].min() >= self.gate.register_min)
