"""Logistic regression in blocks, each shrunk by as much as the data say: effects of persons beside features.

Each block of columns is a random effect with a variance of its own, found by evidence maximisation (MacKay
1992; Schall 1991; the traces by Hutchinson 1990) on a Laplace approximation (Breslow & Clayton 1993). A
person of whom little is known keeps an effect near 0; one with a long history gets his own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from matching.arcs import Floats, Ints

PROBES, NEWTON, STEPS = 6, 25, 150
LEAST_VARIANCE, MOST_VARIANCE = 1e-5, 9.0
CLIP = 12.0  # log odds beyond this are certainty


@dataclass
class Fit:
    """Coefficients, and the precision of each column's block."""

    coef: Floats
    precision: Floats


def minimise(
    x: Any, y: Floats, weight: Floats, offset: Floats, precision: Floats, start: Floats, rounds: int = NEWTON
) -> Floats:
    """Newton's method; each step is solved by conjugate gradients, halved where it would not help."""
    coef, turned = start.copy(), x.T.tocsr()
    value = _loss(x, y, weight, offset, precision, coef)
    for _ in range(rounds):
        p = expit(np.clip(x @ coef + offset, -30, 30))
        gradient = turned @ (weight * (y - p)) - precision * coef
        if np.abs(gradient).max(initial=0) < 1e-6 * max(1.0, weight.sum() ** 0.5):
            break
        step = solve(x, turned, weight * p * (1 - p), precision, gradient[:, None])[:, 0]
        size = 1.0
        while size > 1e-4:
            new = _loss(x, y, weight, offset, precision, coef + size * step)
            if new <= value:
                break
            size /= 2
        if size <= 1e-4:
            break
        coef, gained, value = coef + size * step, value - new, new
        if gained < 1e-7 * max(1.0, abs(value)):
            break
    return coef


def _loss(x: Any, y: Floats, weight: Floats, offset: Floats, precision: Floats, coef: Floats) -> float:
    f = x @ coef + offset
    return float(weight @ (np.logaddexp(0, f) - y * f) + 0.5 * precision @ coef**2)


def solve(x: Any, turned: Any, curve: Floats, precision: Floats, right: Floats, most: int = STEPS) -> Floats:
    """(X'WX + Λ)⁻¹ right by preconditioned conjugate gradients, column by column at once."""
    diagonal = turned.power(2) @ curve + precision
    at = np.zeros_like(right)
    residual = right.copy()
    scaled = residual / diagonal[:, None]
    way, rho = scaled.copy(), (residual * scaled).sum(axis=0)
    goal = 1e-8 * np.maximum(rho, 1e-300)
    for _ in range(most):
        ahead = turned @ (curve[:, None] * (x @ way)) + precision[:, None] * way
        length = rho / np.maximum((way * ahead).sum(axis=0), 1e-300)
        at += length * way
        residual -= length * ahead
        scaled = residual / diagonal[:, None]
        new = (residual * scaled).sum(axis=0)
        if (new <= goal).all():
            break
        way = scaled + (new / np.maximum(rho, 1e-300)) * way
        rho = new
    return at


def evidence(
    x: Any,
    y: Floats,
    weight: Floats,
    offset: Floats,
    block: Ints,
    start: Floats,
    fixed: Floats,
    rounds: int,
    seed: int,
) -> Fit:
    """Coefficients and precisions. `block` (columns,) names each column's block, `start` their first
    variances, `fixed` (blocks,) a variance to keep, NaN where it is to be found."""
    variance, size = start.copy(), np.bincount(block, minlength=start.size)
    variance = np.where(np.isnan(fixed), variance, fixed)
    coef = np.zeros(x.shape[1])
    probe = np.random.default_rng(seed).choice([-1.0, 1.0], (x.shape[1], PROBES))
    turned = x.T.tocsr()
    for _ in range(rounds):
        precision = 1 / variance[block]
        coef = minimise(x, y, weight, offset, precision, coef, 4)
        p = expit(np.clip(x @ coef + offset, -30, 30))
        spread = solve(x, turned, weight * p * (1 - p), precision, probe, 60)
        trace = np.bincount(block, (probe * spread).mean(axis=1), start.size)
        square = np.bincount(block, coef**2, start.size)
        known = np.clip(size - trace / variance, 0.02 * size, size)
        # Two made-up coefficients of the first variance keep a small block from running away.
        new = np.clip((square + 2 * start) / (known + 2), LEAST_VARIANCE, MOST_VARIANCE)
        new = np.where(np.isnan(fixed), new, fixed)
        moved = np.abs(np.log(new / variance)).max(initial=0)
        variance = new
        if moved < 0.05:
            break
    precision = 1 / variance[block]
    return Fit(minimise(x, y, weight, offset, precision, coef), precision)


class ShrunkLogit(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Two classes; features in blocks, each shrunk by its own, estimated amount.

    Parameters
    ----------
    blocks : sequence of int, one a feature, or None: all features are one block.
    rounds : int, rounds of evidence maximisation; 0 keeps `variance`.
    variance : float, the first variance of a coefficient (features are taken as they come).
    seed : int, of the probes that estimate traces.

    Attributes: `coef_` (features,), `intercept_`, `variance_` (blocks,), `classes_` (2,).
    Raises ValueError for other than two classes and for NaN.
    """

    def __init__(
        self, blocks: Sequence[int] | None = None, rounds: int = 12, variance: float = 0.3, seed: int = 0
    ) -> None:
        self.blocks, self.rounds, self.variance, self.seed = blocks, rounds, variance, seed

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        check_classification_targets(y)
        self.classes_, index = np.unique(y, return_inverse=True)
        if self.classes_.size != 2:
            raise ValueError(
                f"Only binary classification is supported; y has {self.classes_.size} class"
                f"{'es' if self.classes_.size > 1 else ''}."
            )
        weight = _check_sample_weight(sample_weight, X)
        block = np.zeros(X.shape[1], np.int64) if self.blocks is None else np.asarray(self.blocks, np.int64)
        if block.size != X.shape[1]:
            raise ValueError(f"blocks names {block.size} features, X has {X.shape[1]}")
        number = int(block.max(initial=0)) + 1
        wide = sparse.hstack([sparse.csr_matrix(X), np.ones((X.shape[0], 1))], format="csr")
        start, fixed = np.full(number + 1, float(self.variance)), np.full(number + 1, np.nan)
        fixed[number] = MOST_VARIANCE * 4
        found = evidence(
            wide, index.astype(float), weight, np.zeros(weight.size), np.append(block, number), start, fixed,
            self.rounds, self.seed,
        )  # fmt: skip
        self.coef_, self.intercept_ = found.coef[:-1], float(found.coef[-1])
        first = [np.flatnonzero(block == b) for b in range(number)]
        self.variance_ = np.array([1 / found.precision[f[0]] if f.size else np.nan for f in first])
        return self

    def decision_function(self, X: Any) -> Floats:
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False)
        return np.asarray(X @ self.coef_ + self.intercept_)

    def predict_proba(self, X: Any) -> Floats:
        p = expit(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> Any:
        yes = self.decision_function(X) > 0
        return self.classes_[yes.astype(int)]
