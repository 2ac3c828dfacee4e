"""One column of one side as numbers: fitted on the cells given, told apart by type (contracts §6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from matching.arcs import Floats
from matching.schema import Column
from matching.tables import days_of, geo_of, number_of, split

LEVELS, LEAST, TAGS = 40, 3, 60


def numbers(column: Column, cells: Sequence[str]) -> Floats:
    """(n, 1) of a numeric or datetime column, (n, 2) of a geo column; NaN is unknown."""
    if column.type == "geo":
        return np.array([geo_of(c) for c in cells], dtype=np.float64).reshape(-1, 2)
    read = number_of if column.type == "numeric" else days_of
    return np.array([read(c) for c in cells], dtype=np.float64).reshape(-1, 1)


def terms(column: Column, cell: str) -> list[str]:
    """The things a cell names: its value, its tags, or the regions that hold it, from large to small."""
    if column.type == "tags":
        return split(cell, column.sep)
    if column.type == "region":
        return ancestors(cell)
    return [cell] if cell else []


def ancestors(cell: str) -> list[str]:
    """`A-B-C` gives A, A-B, A-B-C. A code of digits alone is read as the state's: two, two, two, three,
    three."""
    if not cell:
        return []
    if "-" in cell or not cell.isdigit():
        parts = cell.split("-")
        return ["-".join(parts[: i + 1]) for i in range(len(parts))]
    trimmed = cell.rstrip("0")
    cuts = [n for n in (2, 4, 6, 9, 12) if n < len(cell)] + [len(cell)]
    return [cell[:n] for n in cuts if n == cuts[0] or len(trimmed) > cuts[cuts.index(n) - 1]]


@dataclass
class Encoder:
    """Numbers, centred and scaled, or one column for each frequent level; unknown is 0 in all of them."""

    column: Column
    levels: list[str] = field(default_factory=list)
    centre: Floats = field(default_factory=lambda: np.zeros(0))
    scale: Floats = field(default_factory=lambda: np.zeros(0))

    def fit(self, cells: Sequence[str]) -> "Encoder":
        if self.numeric:
            values = numbers(self.column, cells)
            self.centre, self.scale = centred(values)
            return self
        count = Counter(t for c in cells for t in set(terms(self.column, c)))
        common = sorted(
            (t for t, n in count.items() if LEAST <= n < len(cells)), key=lambda t: (-count[t], t)
        )
        self.levels = common[: TAGS if self.column.type == "tags" else LEVELS]
        dense = self._levels(cells)
        self.centre = dense.mean(axis=0) if len(cells) else np.zeros(len(self.levels))
        self.scale = np.maximum(np.sqrt(self.centre * (1 - self.centre)), 0.1)
        return self

    @property
    def numeric(self) -> bool:
        return self.column.type in ("numeric", "datetime", "geo")

    def transform(self, cells: Sequence[str]) -> Floats:
        values = numbers(self.column, cells) if self.numeric else self._levels(cells)
        known = np.array([bool(c) for c in cells], dtype=bool)[:, None]
        shifted = (values - self.centre) / self.scale
        clipped = np.clip(np.where(np.isnan(shifted) | ~known, 0.0, shifted), -4, 4)
        if self.numeric and self.column.type != "geo":
            missing = np.isnan(values[:, :1]).astype(np.float64)
            return np.hstack([clipped, missing])
        return clipped

    def _levels(self, cells: Sequence[str]) -> Floats:
        at = {t: i for i, t in enumerate(self.levels)}
        dense = np.zeros((len(cells), len(self.levels)))
        for row, cell in enumerate(cells):
            for term in terms(self.column, cell):
                if term in at:
                    dense[row, at[term]] = 1.0
        return dense


def centred(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation by column over what is known; 0 and 1 where nothing is."""
    known = ~np.isnan(values)
    number = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=0) / number
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / number)
    return mean, np.where(spread > 1e-9, spread, 1.0)
