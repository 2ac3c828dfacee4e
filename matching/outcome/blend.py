"""Learners put together: weights that can't be negative, found on rows that no learner had seen (Wolpert
1992,
Breiman 1996), and log odds bent until they mean what they say (beta calibration, Kull et al. 2017)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier

from matching.arcs import Floats, Ints
from matching.outcome.trees import BINS, unequal

LEAST_ROWS, LEAST_EACH, TREES_FROM = 60, 8, 1500
PULL, SHARED_PULL, HARD_PULL = (
    20.0,
    1000.0,
    40.0,
)  # towards where a learner starts; harder where that is nothing
FOLDS = 5
SHARES = (0.0, 0.25)


@dataclass
class Weights:
    """Log odds = base + values @ slope, slope >= 0, pulled towards `start` where rows are few."""

    start: Floats
    pull: float = PULL

    def fit(self, values: Floats, y: Floats, weight: Floats) -> Self:
        n = values.shape[1]
        scale = np.maximum(values.std(axis=0), 1e-6) if len(values) else np.ones(n)
        scale = np.where(self.start > 0, 1.0, scale)
        x = values / scale
        pull = np.where(self.start > 0, self.pull, HARD_PULL)

        def loss(theta: Floats) -> tuple[float, Floats]:
            f = theta[0] + x @ theta[1:]
            away = theta[1:] - self.start
            value = weight @ (np.logaddexp(0, f) - y * f) + 0.5 * pull @ away**2
            slope = weight * (expit(f) - y)
            return float(value), np.concatenate([[slope.sum()], x.T @ slope + pull * away])

        bounds = [(None, None)] + [(0, None)] * n
        first = np.concatenate([[0.0], self.start])
        found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x
        self.base, self.slope = float(found[0]), np.asarray(found[1:] / scale)
        return self

    def plain(self) -> Self:
        self.base, self.slope = 0.0, self.start.copy()
        return self

    def logits(self, values: Floats) -> Floats:
        return np.asarray(self.base + values @ self.slope)


def too_few(y: Floats) -> bool:
    yes = float(y.sum())
    return len(y) < LEAST_ROWS or min(yes, len(y) - yes) < LEAST_EACH


def shared_scale(lines: list[Floats], y: list[Floats], weight: list[Floats]) -> float:
    """One factor for the log odds of several directions, each with a base of its own, that fits their answers
    best. Apart, what little is known of strangers would let chance decide which side the ranking follows."""
    if any(too_few(one) for one in y):
        return 1.0

    def loss(theta: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(theta.size)
        for k, (line, said, w) in enumerate(zip(lines, y, weight, strict=True), start=1):
            f = theta[k] + theta[0] * line
            value += float(w @ (np.logaddexp(0, f) - said * f))
            off = w * (expit(f) - said)
            slope[0] += off @ line
            slope[k] = off.sum()
        return value, slope

    bounds = [(0.02, 3.0)] + [(None, None)] * len(lines)
    first = np.r_[1.0, np.zeros(len(lines))]
    return float(minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds).x[0])


@dataclass
class Bend:
    """log odds -> log odds, never falling: c + a log p - b log(1 - p)."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0

    def fit(self, f: Floats, y: Floats, weight: Floats) -> Self:
        x = np.column_stack([-np.logaddexp(0, -f), np.logaddexp(0, f)])
        start = np.ones(2)

        def loss(theta: Floats) -> tuple[float, Floats]:
            g = theta[0] + x @ theta[1:]
            away = theta[1:] - start
            slope = weight * (expit(g) - y)
            value = weight @ (np.logaddexp(0, g) - y * g) + 5.0 * away @ away
            return float(value), np.concatenate([[slope.sum()], x.T @ slope + 10.0 * away])

        found = minimize(loss, np.array([0.0, 1.0, 1.0]), jac=True, method="L-BFGS-B",
                         bounds=[(None, None), (0.05, 3), (0.05, 3)]).x  # fmt: skip
        self.c, self.a, self.b = (float(v) for v in found)
        return self

    def __call__(self, f: Floats) -> Floats:
        return np.asarray(self.c - self.a * np.logaddexp(0, -f) + self.b * np.logaddexp(0, f))


def log_loss(f: Floats, y: Floats, weight: Floats) -> float:
    return float(weight @ (np.logaddexp(0, f) - y * f) / max(weight.sum(), 1e-12))


@dataclass
class Blend:
    """`start` is the blend where nothing can be learned. With `trees`, trees over the learners join where
    they
    help; deciders are kept together when that is tried, so that nobody's other answers give his own away."""

    start: Floats
    seed: int = 0
    pull: float = PULL
    share: float = 0.0

    def fit(self, values: Floats, y: Floats, weight: Floats, decider: Ints, trees: bool = False) -> Self:
        """`values` (rows, learners) out of fold."""
        self.trees: Any = None
        self.bend = Bend()
        if too_few(y):
            self.line = Weights(self.start).plain()
            return self
        self.line = Weights(self.start, self.pull).fit(values, y, weight)
        part = self._parts(decider)
        line, grown = np.zeros(len(y)), np.zeros(len(y))
        trees = trees and len(y) >= TREES_FROM
        for k in range(FOLDS):
            rest, held = part != k, part == k
            if not held.any():
                continue
            line[held] = (
                Weights(self.start, self.pull).fit(values[rest], y[rest], weight[rest]).logits(values[held])
            )
            if trees:
                grown[held] = self._tree_logits(self._grow(values[rest], y[rest], weight[rest]), values[held])
        if trees:
            losses = [log_loss((1 - s) * line + s * grown, y, weight) + 0.0005 * s for s in SHARES]
            self.share = SHARES[int(np.argmin(losses))]
        if self.share:
            self.trees = self._grow(values, y, weight)
        self.bend.fit((1 - self.share) * line + self.share * grown, y, weight)
        return self

    def _parts(self, decider: Ints) -> Ints:
        _names, place = np.unique(decider, return_inverse=True)
        if not place.any():  # of one decider alone, row by row
            place = np.arange(decider.size)
        names = int(place.max()) + 1
        return np.asarray(np.random.default_rng(self.seed).permutation(np.arange(names) % FOLDS)[place])

    def _grow(self, x: Floats, y: Floats, weight: Floats) -> Any:
        model = HistGradientBoostingClassifier(
            learning_rate=0.06,
            max_iter=int(np.clip(len(y) / 150, 30, 120)),
            max_leaf_nodes=10,
            min_samples_leaf=40,
            l2_regularization=10.0,
            max_bins=BINS,
            early_stopping=False,
            random_state=self.seed,
        )
        return model.fit(x, (y > 0.5).astype(int), sample_weight=unequal(weight))

    @staticmethod
    def _tree_logits(model: Any, x: Floats) -> Floats:
        return np.asarray(logit(np.clip(model.predict_proba(x)[:, 1], 1e-6, 1 - 1e-6)))

    def logits(self, values: Floats) -> Floats:
        """Before bending: strictly rising in what the bent ones are, and fit to rank by."""
        line = self.line.logits(values)
        if self.trees is None:
            return line
        return (1 - self.share) * line + self.share * self._tree_logits(self.trees, values)
