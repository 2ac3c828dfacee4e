"""Draws of all that the first learner does not know, each given the rest (Gibbs sampling).

Matrix factorisation so: Salakhutdinov & Mnih 2008, Porteous et al. 2010; the curve of the log odds drawn
after Polson, Scott & Windle 2013.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from matching.arcs import Floats, Ints
from matching.outcome.design import PRIOR_MEAN, Design, Rows
from matching.outcome.vectors import Order, drawn

TERMS = 16  # of the sum that a draw of the curve is
MOST_IN_HALF = 100.0  # weight of an answer up to which sums of squares may be of half the digits
FIRST, LEAST, MOST = np.array([36.0, 0.1, 0.05, 0.05]), 1e-4, 9.0
USUAL = {
    "pair": 0.01,
    "taste": 0.005,
    "group": 0.1,
    "features": 0.02,
    "own": 0.3,
    "hidden": 0.05,
    "likes": 0.02,
}  # variances


@dataclass
class Side:
    """One side's persons: `own` (n, 1 + rank + axes) leaning, hidden tastes and what each likes of the other
    side's features; `mean` the leaning that features foretell."""

    features: Floats
    index: Ints
    hidden: float
    rank: int
    axes: Floats  # (rows, axes) leading directions of the other one's features

    def start(self, rng: np.random.Generator) -> None:
        n = len(self.features)
        self.order = Order.of(self.index, n)
        likes = self.axes.shape[1]
        self.own = 0.1 * rng.normal(size=(n, 1 + self.rank + likes))
        self.mean, self.slope = np.zeros(n), np.zeros(self.features.shape[1])
        self.scale = np.ones(1 + self.rank + likes)
        self.spread = np.r_[0.5, np.full(self.rank, self.hidden), np.full(likes, USUAL["likes"])]
        self.varies = USUAL["features"]
        strength, self.turn = np.linalg.eigh(self.features.T @ self.features)
        self.strength = np.maximum(strength, 0)

    def draw(self, rng: np.random.Generator, x: Floats, curve: Floats, pull: Floats) -> None:
        """Everybody's vector given the rest; x (rows, 1 + rank) what the other one is to it."""
        x = np.hstack([x, self.axes])
        self._draw_own(rng, x * self.scale, curve, pull)
        self._explain(rng)
        self._rescale(rng, x, curve, pull)
        end = 1 + self.rank
        self.spread[0] = _variance(rng, self.own[:, 0] - self.mean, USUAL["own"])
        if self.hidden < 1:  # the other side's tastes keep their size, or neither would have one
            self.spread[1:end] = [_variance(rng, self.own[:, k], USUAL["hidden"]) for k in range(1, end)]
        self.spread[end:] = _variance(rng, self.own[:, end:], USUAL["likes"])

    def _draw_own(self, rng: np.random.Generator, x: Floats, curve: Floats, pull: Floats) -> None:
        towards = np.zeros_like(self.own)
        towards[:, 0] = self.mean / self.spread[0]
        noise = rng.normal(size=self.own.shape)
        self.own = drawn(self.order, x, curve, pull, 1 / self.spread, towards, noise)

    def _rescale(self, rng: np.random.Generator, x: Floats, curve: Floats, pull: Floats) -> None:
        """How far likings count at all, in one step for everybody: each alone would take very many (a
        redundant scale: Gelman et al. 2008)."""
        end, said = 1 + self.rank, self.own[self.index] * x
        likes = said[:, end:].sum(axis=1)
        precision = curve @ likes**2 + 1.0
        mean = likes @ (pull - curve * said[:, :end].sum(axis=1)) / precision
        self.scale[end:] = mean + rng.normal() / np.sqrt(precision)

    def told(self) -> Floats:
        """(n, 1 + rank + axes) as they count."""
        return self.own * self.scale

    def _explain(self, rng: np.random.Generator) -> None:
        precision = self.strength / self.spread[0] + 1 / self.varies
        mean = self.turn.T @ (self.features.T @ self.own[:, 0]) / self.spread[0] / precision
        turned = mean + rng.normal(size=mean.size) / np.sqrt(precision)
        self.varies = _variance(rng, turned, USUAL["features"])
        self.slope = self.turn @ turned
        self.mean = self.features @ self.slope


@dataclass
class Drawn:
    """One draw: coefficients of the pair, groups' effects, both sides' vectors, slopes and spreads."""

    coef: Floats
    groups: list[Floats]
    own: list[Floats]
    slope: list[Floats]
    spread: list[float]


class Chain:
    """One run of draws; each sweep draws everything once, given all the rest.

    `pair` (rows, columns) as `Tastes.pair` lays them out; `axes` of deciders and of candidates, row by row;
    `features` of those persons whom the rows name by their places in them.
    """

    def __init__(
        self,
        design: Design,
        features: tuple[Floats, Floats],
        rank: int,
        rows: Rows,
        pair: Floats,
        axes: tuple[Floats, Floats],
        seed: int,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.weight, self.half = rows.weight, rows.weight * (rows.y - 0.5)
        self.pair, self.offset = pair, PRIOR_MEAN * rows.prior
        small = rows.weight.max(initial=0.0) <= MOST_IN_HALF
        self.half_pair = self.pair.astype(np.float32 if small else np.float64)  # half as long to multiply
        self.cut = FIRST.size + rows.pair.shape[1]
        wide = self.pair.shape[1] - self.cut
        self.variance = np.r_[
            FIRST, np.full(rows.pair.shape[1], USUAL["pair"]), np.full(wide, USUAL["taste"])
        ]
        self.coef = np.zeros(self.pair.shape[1])
        self.linear = np.zeros(len(rows))
        self.groups = [
            Order.of(k, n) for k, n in ((rows.pool, design.pools), (rows.context, design.contexts))
        ]
        self.index = rows.pool, rows.context
        self.effects = [np.zeros(g.n + 1) for g in self.groups]
        self.varies = [USUAL["group"]] * 2
        self.sides = [
            Side(features[0], rows.a, 1.0, rank, axes[1]),
            Side(features[1], rows.b, 0.1, rank, axes[0]),
        ]
        for side in self.sides:
            side.start(self.rng)

    def sweep(self, step: int) -> None:
        persons = self._persons()
        groups = sum((e[i] for e, i in zip(self.effects, self.index, strict=True)), np.zeros(persons.size))
        curve = self._curve(persons + groups + self.linear)
        if step % 2 == 0:
            self._draw_pair(curve, persons + groups)
        for k, (order, index) in enumerate(zip(self.groups, self.index, strict=True)):
            groups = groups - self.effects[k][index]
            self._draw_group(k, order, curve, persons + groups + self.linear)
            groups = groups + self.effects[k][index]
        rest = self.offset + groups + self.linear
        for k, side in enumerate(self.sides):
            other = self.sides[1 - k]
            fixed = other.told()[other.index]
            end = 1 + side.rank
            off = rest + fixed[:, 0] + (fixed[:, end:] * other.axes).sum(axis=1)
            if k:
                curve = self._curve(self._persons() + groups + self.linear)
            x = np.column_stack([np.ones(rest.size), fixed[:, 1:end]])
            side.draw(self.rng, x, curve, self.half - curve * off)

    def _persons(self) -> Floats:
        u, v = (s.told()[s.index] for s in self.sides)
        end = 1 + self.sides[0].rank
        likes = sum((w[:, end:] * s.axes).sum(axis=1) for w, s in zip((u, v), self.sides, strict=True))
        return np.asarray(self.offset + u[:, 0] + v[:, 0] + (u[:, 1:end] * v[:, 1:end]).sum(axis=1) + likes)

    def _curve(self, f: Floats) -> Floats:
        """Draws from the Polya-Gamma distribution: the first terms of its sum, the rest by its mean."""
        share = 1 / (2 * np.pi**2 * ((np.arange(TERMS) + 0.5) ** 2 + (f[:, None] / (2 * np.pi)) ** 2))
        size = np.maximum(np.abs(f), 1e-6)
        rest = np.tanh(size / 2) / (2 * size) - share.sum(axis=1)
        return np.asarray(
            self.weight * ((self.rng.standard_exponential(share.shape) * share).sum(axis=1) + rest)
        )

    def _draw_pair(self, curve: Floats, rest: Floats) -> None:
        weighted: Any = self.half_pair * np.sqrt(curve)[:, None].astype(self.half_pair.dtype)
        precision = (weighted.T @ weighted).astype(np.float64) + np.diag(1 / self.variance)
        self.coef = _drawn_from(self.rng, precision, self.pair.T @ (self.half - curve * rest))
        self.linear = self.pair @ self.coef
        for part, usual in ((slice(FIRST.size, self.cut), "pair"), (slice(self.cut, None), "taste")):
            self.variance[part] = _variance(self.rng, self.coef[part], USUAL[usual])

    def _draw_group(self, k: int, order: Order, curve: Floats, rest: Floats) -> None:
        precision = order.sums(curve) + 1 / self.varies[k]
        mean = order.sums(self.half - curve * rest) / precision
        self.effects[k][:-1] = mean + self.rng.normal(size=order.n) / np.sqrt(precision)
        self.varies[k] = _variance(self.rng, self.effects[k][:-1], USUAL["group"])

    def told(self) -> Drawn:
        return Drawn(
            self.coef.copy(),
            [e.copy() for e in self.effects],
            [s.told().astype(np.float32) for s in self.sides],
            [s.slope.copy() for s in self.sides],
            [float(s.spread[0]) for s in self.sides],
        )


def _drawn_from(rng: np.random.Generator, precision: Floats, to: Floats) -> Floats:
    root = np.linalg.cholesky(precision)
    half = solve_triangular(root, to, lower=True)
    return np.asarray(solve_triangular(root.T, half + rng.normal(size=half.size), lower=False))


def _variance(rng: np.random.Generator, drawn: Floats, usual: float) -> float:
    """A draw of the variance of coefficients, two made-up ones of the usual size among them."""
    value = ((drawn**2).sum() + 2 * usual) / rng.chisquare(drawn.size + 2.0)
    return float(np.clip(value, LEAST, MOST))
