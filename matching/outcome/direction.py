"""One direction: does this side say yes to that one? Learners, their blend in each regime, their parts."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from matching.arcs import Floats, Ints
from matching.outcome.blend import PULL, SHARED_PULL, Blend, shared_scale
from matching.outcome.design import Design, Rows
from matching.outcome.filters import COUNTS, SURFACES, Filters
from matching.outcome.folds import REGIMES, Fold, regimes, seen
from matching.outcome.mixed import Mixed
from matching.outcome.tastes import Tastes
from matching.outcome.trees import Trees

LEVEL = np.array([0.6, 0.3, 0.1])  # shares of tastes, mixed and trees, where nothing can be learned

# Where only choices are known, the filters say who likes what; and the same where there are no tastes.
CHOSEN_LEVEL, LEVEL_WITHOUT = np.array([0.4, 0.4, 0.2]), np.array([0.0, 0.7, 0.3])
FEW = 8_000  # of so many choices and others the filters say as much as tastes do, in a tenth of the time
SWEPT = {"pairs": 0.5, "people": 0.3, "groups": 0.3}  # of the draws of a whole fit


@dataclass
class Learners:
    """All learners fitted on the same rows."""

    design: Design
    positive: bool
    variance: Floats | None = None
    seed: int = 0
    rare: bool = False
    share: float = 1.0
    with_tastes: bool = True

    def fit(self, rows: Rows) -> Self:
        n, m = self.design.persons
        self.mixed = Mixed(self.design, self.variance, self.seed).fit(rows.aged())
        tastes = Tastes(self.design, self.seed, share=self.share)
        self.tastes = tastes.fit(rows) if self.with_tastes else None
        self.trees = Trees(self.design, self.seed).fit(rows)
        self.filters = Filters(n, m, self.positive, self.seed, self.rare).fit(rows)
        self.seen = seen(rows.a, n), seen(rows.b, m)
        return self

    def with_strangers(self, rows: Rows) -> Rows:
        """The same rows, where those who never answered nor were answered are nobody (-1), though tables know
        them."""
        rows = rows.take(slice(None))
        rows.a = np.where(self.seen[0][rows.a], rows.a, -1)
        rows.b = np.where(self.seen[1][rows.b], rows.b, -1)
        return rows

    def values(self, rows: Rows) -> tuple[Floats, Ints]:
        """(rows, learners) log odds and scores; the regime of each row."""
        regime = regimes(rows.a, rows.b, *self.seen)
        tastes = np.zeros(len(rows)) if self.tastes is None else self.tastes.logits(rows)
        level = np.column_stack([tastes, self.mixed.logits(rows), self.trees.logits(rows)])
        scores = self.filters.scores(rows)
        return np.hstack([level, scores]), regime


@dataclass(frozen=True)
class Held:
    """Rows (indices) that no learner had seen the answer of, and what each said of them."""

    rows: Ints
    values: Floats
    y: Floats
    weight: Floats
    decider: Ints


@dataclass
class Direction:
    """Learns from rows, then blends; `out` (rows of each regime) are log odds out of fold."""

    design: Design
    positive: bool = False
    seed: int = 0
    rare: bool = False
    blends: dict[str, Blend] = field(default_factory=dict)
    out: dict[str, tuple[Ints, Floats]] = field(default_factory=dict)

    def learn(self, rows: Rows, folds: list[Fold]) -> Self:
        self.with_tastes = (
            not self.positive or len(rows) <= FEW
        )  # the same in all folds, or none could be blended
        self.learners = self._learners(None, 1.0).fit(rows)
        held = [self._held(rows, f) for f in folds]
        names = LEVEL.size + len(self.learners.filters.names)
        index, regime = (np.concatenate([np.zeros(0, np.int64), *(h[k] for h in held)]) for k in (0, 2))
        values = np.vstack([np.zeros((0, names)), *(h[1] for h in held)])
        self.start = np.concatenate([LEVEL, np.zeros(names - LEVEL.size)])
        if self.positive:
            self.start[: LEVEL.size] = CHOSEN_LEVEL if self.with_tastes else LEVEL_WITHOUT
            self.start[LEVEL.size + len(COUNTS) :] = 1.0 / len(SURFACES)
        self.held = {}
        for which, name in enumerate(REGIMES):
            at = np.flatnonzero(regime == which)
            row, mine = index[at], values[at][:, : self._used(name, names)]
            self.held[name] = Held(row, mine, rows.y[row], rows.weight[row] * rows.age[row], rows.a[row])
        return self

    def _learners(self, variance: Floats | None, share: float) -> Learners:
        given = (self.design, self.positive, variance, self.seed, self.rare, share, self.with_tastes)
        return Learners(*given)

    def blend(self, name: str, scale: float | None) -> None:
        """In one regime; `scale` is what both directions share, None where there is but one."""
        held = self.held.pop(name)
        start = self.start[: held.values.shape[1]] * (1.0 if scale is None else scale)
        blend = Blend(start, self.seed, PULL if scale is None else SHARED_PULL)
        trees = self.positive and name == "kk"
        self.blends[name] = blend.fit(held.values, held.y, held.weight, held.decider, trees)
        self.out[name] = held.rows, blend.logits(held.values)

    @staticmethod
    def _used(regime: str, names: int) -> int:
        """Of strangers the history's matrix knows nothing."""
        return names if regime == "kk" else LEVEL.size

    def _held(self, rows: Rows, fold: Fold) -> tuple[Ints, Floats, Ints]:
        """Test rows of a fold as strangers would see them; each kind of fold serves its own regimes."""
        train = rows.take(fold.train)
        variance = self.learners.mixed.variance
        share = SWEPT[fold.kind]
        fitted = self._learners(variance, share).fit(train)
        values, regime = fitted.values(fitted.with_strangers(rows.take(fold.test)))
        wanted = (regime == 0) if fold.kind == "pairs" else (regime != 0)
        at = np.flatnonzero(wanted)
        return fold.test[at], values[at], regime[at]

    def ask(self, rows: Rows) -> "Asked":
        values, regime = self.learners.values(self.learners.with_strangers(rows))
        raw, bent = np.zeros(len(rows)), np.zeros(len(rows))
        for which, name in enumerate(REGIMES):
            at = np.flatnonzero(regime == which)
            if not at.size:
                continue
            blend, use = self.blends[name], self._used(name, values.shape[1])
            raw[at] = blend.logits(values[at][:, :use])
            bent[at] = blend.bend(raw[at])
        return Asked(raw, bent, values, regime)


@dataclass(frozen=True)
class Asked:
    """`raw` log odds to rank by, `bent` calibrated ones, `values` of each learner, and the regime."""

    raw: Floats
    bent: Floats
    values: Floats
    regime: Ints


def blend_together(directions: list[Direction]) -> None:
    """Regime by regime, after all have learned."""
    for name in REGIMES:
        held = [d.held[name] for d in directions]
        scale = None
        if len(directions) > 1:
            lines = [h.values @ d.start[: h.values.shape[1]] for d, h in zip(directions, held, strict=True)]
            scale = shared_scale(lines, [h.y for h in held], [h.weight for h in held])
        for direction in directions:
            direction.blend(name, scale)
