"""The columns of one direction: who decides, on whom, and what the two have in common.

"Decider" and "candidate" are the two sides as this direction sees them; the other direction swaps them.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy import sparse

from matching.arcs import Floats, Ints

BLOCKS = (
    "base",
    "prior",
    "decider",
    "candidate",
    "pool",
    "context",
    "decider_features",
    "candidate_features",
    "pair",
    "other_answers",
    "decider_taste",
    "candidate_taste",
    "taste",
)
FIRST = dict(
    zip(BLOCKS, (36.0, 0.25, 0.5, 0.5, 0.1, 0.1, 0.02, 0.02, 0.02, 0.05, 0.05, 0.05, 0.005), strict=True)
)  # variances before anything is known
PRIOR_MEAN = 0.5  # log odds for one standard deviation of the transparent score, before any answer
SIDE_TASTES, BOTH_TASTES = 10, 10


@dataclass
class Rows:
    """Answers of one direction: `a` decider, `b` candidate (who they are, -1 a stranger), `y` in 0..1,
    `weight`; and, of the same pairs, `pool` and `context` as indices, -1 where there is none."""

    a: Ints
    b: Ints
    x: Floats  # (rows, d) the decider's features
    z: Floats  # (rows, e) the candidate's
    y: Floats
    weight: Floats
    pool: Ints
    context: Ints
    pair: Floats  # (rows, k) pair features, standardised
    prior: Floats  # (rows,) transparent score, standardised
    other: Floats  # the other side's answer for the same pair; NaN unknown
    age: Floats  # (rows,) 1 for the latest answers, less for older ones where age matters

    def aged(self) -> "Rows":
        """The same answers, the old ones with less to say."""
        rows = self.take(slice(None))
        rows.weight = self.weight * self.age
        return rows

    def turned(self) -> "Rows":
        """The same pairs as the other side sees them; `y` and `other` stay."""
        rows = self.take(slice(None))
        rows.a, rows.b, rows.x, rows.z = rows.b, rows.a, rows.z, rows.x
        return rows

    def take(self, index: Any) -> "Rows":
        return Rows(*(getattr(self, f.name)[index] for f in fields(self)))

    def __len__(self) -> int:
        return int(self.a.size)


@dataclass
class Axes:
    """Leading directions of a side's features: few enough to cross with persons and with each other."""

    centre: Floats
    turn: Floats

    @classmethod
    def of(cls, features: Floats, most: int) -> "Axes":
        if not features.size:
            return cls(np.zeros(features.shape[1]), np.zeros((features.shape[1], 0)))
        centre = features.mean(axis=0)
        _u, strength, turn = np.linalg.svd(features - centre, full_matrices=False)
        kept = min(most, int((strength > 1e-6 * max(strength.max(initial=0), 1e-9)).sum()))
        turn = turn[:kept].T
        sign = np.sign(turn[np.abs(turn).argmax(axis=0), np.arange(kept)])  # the same however LAPACK turns it
        scale = np.maximum(strength[:kept] / np.sqrt(max(1, len(features))), 1e-9)
        return cls(centre, turn * sign / np.sqrt(scale * scale.max(initial=1e-9)))

    def __call__(self, features: Floats) -> Floats:
        return np.asarray((features - self.centre) @ self.turn)


@dataclass
class Answers:
    """Sums (persons + 1, 2) of answers and of their weight, both as decider and as candidate, of this and
    of the other direction; the last row is the stranger's."""

    given: Floats
    got: Floats
    other_given: Floats  # candidates deciding, in the other direction
    other_got: Floats  # deciders being decided on

    @classmethod
    def of(cls, rows: Rows, deciders: int, candidates: int) -> "Answers":
        known = ~np.isnan(rows.other)
        w, o = rows.weight * known, np.nan_to_num(rows.other)
        return cls(
            _sums(rows.a, rows.y, rows.weight, deciders), _sums(rows.b, rows.y, rows.weight, candidates),
            _sums(rows.b, o, w, candidates), _sums(rows.a, o, w, deciders),
        )  # fmt: skip

    def others(self, rows: Rows, own: bool) -> Floats:
        """How the decider is liked and how choosy the candidate is; with `own`, rows that were counted are
        left out of their own sums."""
        known = ~np.isnan(rows.other) if own else np.zeros(len(rows), bool)
        w, o = rows.weight * known, np.nan_to_num(rows.other)
        return np.column_stack(
            [_shrunk(self.other_got, rows.a, o, w), _shrunk(self.other_given, rows.b, o, w)]
        )

    def means(self, rows: Rows) -> Floats:
        """(rows, 4): departures of the decider and the candidate, and how many answers are behind them."""
        none = np.zeros(len(rows))
        return np.column_stack(
            [_shrunk(self.given, rows.a, none, none), self.given[rows.a, 1],
             _shrunk(self.got, rows.b, none, none), self.got[rows.b, 1]]
        )  # fmt: skip


def _sums(index: Ints, y: Floats, weight: Floats, n: int) -> Floats:
    sums = np.column_stack([np.bincount(index, y * weight, n + 1), np.bincount(index, weight, n + 1)])
    return np.asarray(sums[: n + 1])


def _shrunk(sums: Floats, index: Ints, y: Floats, weight: Floats, strength: float = 4.0) -> Floats:
    """Departure of a person's mean from everybody's, in units of log odds or so, shrunk by `strength`
    answers."""
    total = sums.sum(axis=0)
    mean = total[0] / total[1] if total[1] > 0 else 0.5
    s, n = sums[index, 0] - y * weight, sums[index, 1] - weight
    return np.asarray(4.0 * (s - n * mean) / (n + strength))


@dataclass
class Design:
    """Lays out sparse columns for rows; the same columns for fitting and for asking."""

    decider: Floats  # (deciders, d) features
    candidate: Floats
    pools: int
    contexts: int
    small: bool = True  # few rows: tastes may have more axes

    def __post_init__(self) -> None:
        side, both = (SIDE_TASTES, BOTH_TASTES) if self.small else (5, 6)
        self.side_axes = Axes.of(self.decider, side), Axes.of(self.candidate, side)
        self.both_axes = Axes.of(self.decider, both), Axes.of(self.candidate, both)
        self.persons = len(self.decider), len(self.candidate)

    def columns(self, rows: Rows, others: Floats) -> tuple[Any, Ints]:
        """(rows, columns) and the block of each column."""
        n, m = self.persons
        blocks: list[tuple[str, Any]] = [
            ("base", np.ones((len(rows), 1))), ("prior", rows.prior[:, None]),
            ("decider", _indicator(rows.a, n)), ("candidate", _indicator(rows.b, m)),
            ("pool", _indicator(rows.pool, self.pools)), ("context", _indicator(rows.context, self.contexts)),
            ("decider_features", rows.x), ("candidate_features", rows.z), ("pair", rows.pair),
            ("other_answers", others),
            ("decider_taste", _crossed(rows.a, n, self.side_axes[1](rows.z))),
            ("candidate_taste", _crossed(rows.b, m, self.side_axes[0](rows.x))),
            ("taste", crossed_axes(self, rows)),
        ]  # fmt: skip
        parts = [sparse.csr_matrix(b) for _n, b in blocks]
        of_block = np.concatenate([np.full(b.shape[1], BLOCKS.index(n)) for n, b in blocks]).astype(np.int64)
        return sparse.hstack(parts, format="csr"), of_block


def _indicator(index: Ints, n: int) -> Any:
    known = (index >= 0) & (index < n)
    at = np.flatnonzero(known)
    return sparse.csr_matrix((np.ones(at.size), (at, index[known])), shape=(index.size, n))


def _crossed(index: Ints, n: int, axes: Floats) -> Any:
    """A person's own coefficient for each axis of the other side: column person * axes + axis."""
    k = axes.shape[1]
    at = np.flatnonzero((index >= 0) & (index < n))
    column = index[at][:, None] * k + np.arange(k)
    row = np.repeat(at, k)
    return sparse.csr_matrix((axes[at].ravel(), (row, column.ravel())), shape=(index.size, n * k))


def crossed_axes(design: Design, rows: Rows) -> Floats:
    """(rows, axes * axes): each leading direction of the decider's features with each of the candidate's."""
    x, z = design.both_axes[0](rows.x), design.both_axes[1](rows.z)
    return np.asarray((x[:, :, None] * z[:, None, :]).reshape(x.shape[0], x.shape[1] * z.shape[1]))
