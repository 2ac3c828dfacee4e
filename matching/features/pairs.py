"""What a column of people and one of needs say together: overlap, likeness, nearness, product."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from matching.arcs import Floats, Ints
from matching.features.columns import centred, numbers, terms
from matching.schema import Column, PairEntry, Schema

EARTH = 6371.0  # km
NUMBERS = ("numeric", "datetime")
NAMES = ("categorical", "tags", "region")


@dataclass
class NumberPair:
    """Nearness, product, difference, and the squared difference of two numbers."""

    left: Column
    right: Column
    shared: bool = True
    names: tuple[str, ...] = ("near", "product", "difference")

    def fit(self, left: Sequence[str], right: Sequence[str]) -> "NumberPair":
        values = numbers(self.left, left), numbers(self.right, right)
        self.scales = [centred(v) for v in values]
        both = np.vstack(values)
        self.together = centred(both)
        (m1, s1), (m2, s2) = self.scales
        # Two columns on one scale are compared as they are; others each on its own.
        self.shared = bool(
            (abs(m1 - m2) < 2 * (s1 + s2)).all() and (np.maximum(s1, s2) < 4 * np.minimum(s1, s2)).all()
        )
        return self

    def of(self, left: Sequence[str], right: Sequence[str]) -> tuple[Floats, Floats]:
        scales = [self.together] * 2 if self.shared else self.scales
        values = [numbers(c, cells) for c, cells in ((self.left, left), (self.right, right))]
        own = [np.nan_to_num((v - m) / s).ravel() for v, (m, s) in zip(values, self.scales, strict=True)]
        common = [((v - m) / s).ravel() for v, (m, s) in zip(values, scales, strict=True)]
        return np.column_stack([own[0], common[0]]), np.column_stack([own[1], common[1]])

    def values(self, left: tuple[Floats], right: tuple[Floats], a: Ints, b: Ints) -> Floats:
        x, y = left[0][a], right[0][b]
        apart = x[:, 1] - y[:, 1]
        known = ~np.isnan(apart)
        near = np.where(known, -np.log1p(np.abs(np.nan_to_num(apart))), -0.7)
        return np.column_stack(
            [near, np.clip(x[:, 0] * y[:, 0], -9, 9), np.clip(np.nan_to_num(apart), -5, 5)]
        )


@dataclass
class PlacePair:
    """Nearness of two points: minus the logarithm of their distance in km."""

    left: Column
    right: Column
    names: tuple[str, ...] = ("near",)

    def fit(self, _left: Sequence[str], _right: Sequence[str]) -> "PlacePair":
        return self

    def of(self, left: Sequence[str], right: Sequence[str]) -> tuple[Floats, Floats]:
        return np.radians(numbers(self.left, left)), np.radians(numbers(self.right, right))

    def values(self, left: tuple[Floats], right: tuple[Floats], a: Ints, b: Ints) -> Floats:
        x, y = left[0][a], right[0][b]
        half = np.sin((x - y) / 2) ** 2
        chord = half[:, 0] + np.cos(x[:, 0]) * np.cos(y[:, 0]) * half[:, 1]
        km = 2 * EARTH * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
        return np.where(np.isnan(km), -5.0, -np.log1p(km))[:, None]


@dataclass
class NamePair:
    """Names in common, the rare ones counting more: cosine, share of either side covered, count."""

    left: Column
    right: Column
    rarity: dict[str, float] = field(default_factory=dict)
    usual: float = 1.0
    names: tuple[str, ...] = ("cosine", "covers", "covered", "count")

    def fit(self, left: Sequence[str], right: Sequence[str]) -> "NamePair":
        count = Counter(t for c in left for t in set(self.named(self.left, c)))
        count.update(t for c in right for t in set(self.named(self.right, c)))
        total = max(1, len(left) + len(right))
        self.rarity = {t: float(np.log1p(total / (n + 1))) for t, n in count.items()}
        self.usual = float(np.log1p(total / 2))
        return self

    @staticmethod
    def named(column: Column, cell: str) -> list[str]:
        return [t.lower() for t in terms(column, cell)]

    def of(
        self, left: Sequence[str], right: Sequence[str]
    ) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
        return tuple(  # type: ignore[return-value]
            [{t: self.rarity.get(t, self.usual) for t in self.named(column, c)} for c in cells]
            for column, cells in ((self.left, left), (self.right, right))
        )

    def values(
        self, left: tuple[list[dict[str, float]]], right: tuple[list[dict[str, float]]], a: Ints, b: Ints
    ) -> Floats:
        weight = [np.array([sum(t.values()) for t in side[0]] or [0.0]) for side in (left, right)]
        square = [
            np.array([sum(w * w for w in t.values()) for t in side[0]] or [0.0]) for side in (left, right)
        ]
        common = np.zeros((a.size, 3))
        for row, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            x, y = left[0][i], right[0][j]
            for term in x.keys() & y.keys() if len(x) < len(y) else y.keys() & x.keys():
                w = x[term]
                common[row] += (w, w * w, 1.0)
        cosine = common[:, 1] / np.sqrt(np.maximum(square[0][a] * square[1][b], 1e-12))
        covers = common[:, 0] / np.maximum(weight[1][b], 1e-9)
        covered = common[:, 0] / np.maximum(weight[0][a], 1e-9)
        return np.column_stack([cosine, covers, covered, np.log1p(common[:, 2])])


Feature = NumberPair | PlacePair | NamePair


def column_pairs(schema: Schema, declared_only: bool) -> list[tuple[Column, Column, PairEntry | None]]:
    """The schema's own pairs, and all columns of like type that it does not name (never audit, never
    pool)."""
    sides = [{c.name: c for c in schema.with_role(s, "feature")} for s in ("person", "need")]
    found: list[tuple[Column, Column, PairEntry | None]] = [
        (sides[0][p.people], sides[1][p.needs], p)
        for p in schema.pairs
        if p.people in sides[0] and p.needs in sides[1]
    ]
    if declared_only and found:
        return found
    told = {(x.name, y.name) for x, y, _ in found}
    return found + [
        (x, y, None)
        for x in sides[0].values()
        for y in sides[1].values()
        if (x.name, y.name) not in told and alike(x, y)
    ]


def alike(x: Column, y: Column) -> bool:
    if x.type in NUMBERS or y.type in NUMBERS:
        return x.type == y.type and x.name == y.name
    if {x.type, y.type} <= {"text", "tags"}:
        return True
    return x.type == y.type and (x.type != "categorical" or x.name == y.name)


def feature_of(x: Column, y: Column) -> Feature | None:
    """None where the two are compared as texts, or can't be compared at all."""
    if x.type in NUMBERS and y.type in NUMBERS:
        return NumberPair(x, y)
    if x.type == "geo" and y.type == "geo":
        return PlacePair(x, y)
    if x.type in NAMES and y.type in NAMES:
        return NamePair(x, y)
    return None


def compared_as_text(x: Column, y: Column) -> bool:
    return {x.type, y.type} <= {"text", "tags", "categorical"} and not (x.type == y.type == "categorical")
