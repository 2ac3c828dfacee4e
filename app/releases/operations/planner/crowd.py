"""Households as bit columns: whom a label fits, whom it may carry, how many of the register it covers.

Thousands of households share a few hundred sets of facts, so every question is asked once for each set and
remembered. The lattice itself answers (`fits`, `no_finer`, `satisfies`): there is one definition of what a
label says.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.policy.catalogue import GENERIC_ITEM, IMPLICATIONS, NAMES
from app.policy.gate.things import RegisterHousehold, Row
from app.policy.lattice import COLUMNS, WHOLE, Facts, Label, fits, no_finer, satisfies

T = TypeVar("T")
Bits = NDArray[np.bool_]
Whole = NDArray[np.int64]
IMPLIES = ("", *IMPLICATIONS)
ITEM_NO = {name: n for n, name in enumerate((GENERIC_ITEM, *NAMES))}


class Register:
    """Every household in care, counted by its facts."""

    def __init__(self, households: Iterable[RegisterHousehold]) -> None:
        counted: dict[Facts, int] = {}
        for household in households:
            counted[household.facts] = counted.get(household.facts, 0) + 1
        self.facts = tuple(counted)
        self.size = sum(counted.values())
        self.counties = frozenset(f.county for f in counted)
        self._n = np.array(list(counted.values()), dtype=np.int64)
        self._has = has_bits(self.facts)
        self._columns = fitting(self.facts)
        self._known: dict[Label, Whole] = {}

    def fitting(self, label: Label) -> Whole:
        """How many households fit the label and have each implied fact, in the order of IMPLIES ('' =
        all)."""
        if label not in self._known:
            mask = self._columns.of(label)
            self._known[label] = (self._n[mask, None] * self._has[mask]).sum(axis=0)
        return self._known[label]


class Answers(Generic[T]):
    """For a list of things: for which of them each column of a label holds, asked once for each value."""

    def __init__(self, things: Sequence[T], holds: Callable[[T, Label], bool]) -> None:
        self._things, self._holds = things, holds
        self._known: dict[tuple[str, str], Bits] = {}

    def of(self, label: Label) -> Bits:
        mask = np.ones(len(self._things), dtype=bool)
        for column in COLUMNS:
            mask &= self._column(column, getattr(label, column))
        return mask

    def _column(self, column: str, value: str) -> Bits:
        if (column, value) not in self._known:
            alone = only(column, value)
            self._known[column, value] = np.array([self._holds(t, alone) for t in self._things], dtype=bool)
        return self._known[column, value]


def fitting(facts: Sequence[Facts]) -> Answers[Facts]:
    """Which households a label fits."""
    return Answers(facts, fits)


def allowing(floors: Sequence[Label]) -> Answers[Label]:
    """Which finest labels a label says no more than."""
    return Answers(floors, lambda floor, label: no_finer(label, floor))


class Crowd:
    """The rows of one tick as arrays. A group of rows is an array of their positions."""

    def __init__(self, rows: Sequence[Row], floors: Sequence[tuple[Label, ...]]) -> None:
        self.rows = rows
        self.household = _numbered([r.need.household_id for r in rows])
        facts = {r.need.facts: None for r in rows}
        number = {f: n for n, f in enumerate(facts)}
        self.sort = np.array([number[r.need.facts] for r in rows], dtype=np.int64)
        self.has = has_bits(tuple(facts))[self.sort]
        self.has_mask = self.has @ (1 << np.arange(len(IMPLIES)))
        self.implies = np.array([IMPLIES.index(r.implies) for r in rows], dtype=np.int64)
        self.item = np.array([ITEM_NO[r.shown] for r in rows], dtype=np.int64)
        self.county = np.array([r.need.facts.county for r in rows])
        self._columns = fitting(tuple(facts))
        self._floors = [(allowing(unique), index) for unique, index in _layers(floors)]

    @cached_property
    def all(self) -> Whole:
        return np.arange(len(self.rows))

    def may_carry(self, label: Label, group: Whole) -> Bits:
        """For each row of the group: the label is true of its household and no finer than it was approved
        for."""
        mask = self._columns.of(label)[self.sort[group]]
        for floors, index in self._floors:
            mask &= floors.of(label)[index[group]]
        return mask


def only(column: str, value: str) -> Label:
    """The label that says nothing but this."""
    return Label(**{"region_label": WHOLE, column: value})


def has_bits(facts: Sequence[Facts]) -> Bits:
    """Facts × IMPLIES: True where the household is known to have it."""
    table = [[satisfies(f, x) is True for x in IMPLIES] for f in facts]
    return np.array(table, dtype=bool).reshape(len(facts), len(IMPLIES))


def _numbered(ids: Sequence[int]) -> Whole:
    return np.unique(np.array(ids, dtype=np.int64), return_inverse=True)[1].astype(np.int64)


def _layers(floors: Sequence[tuple[Label, ...]]) -> list[tuple[list[Label], Whole]]:
    """Rows have one floor, and one more for each time they were public before: the n-th floors make a
    layer."""
    layers = []
    for depth in range(max((len(f) for f in floors), default=0)):
        nth = [f[min(depth, len(f) - 1)] for f in floors]
        unique = list(dict.fromkeys(nth))
        number = {label: n for n, label in enumerate(unique)}
        layers.append((unique, np.array([number[label] for label in nth], dtype=np.int64)))
    return layers
