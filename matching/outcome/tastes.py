"""The first learner: features, leanings and hidden tastes, averaged over all that the answers allow.

A person's leaning is foretold by his features and departs from that by as much as his answers say; what is
left is a product of few hidden tastes (matrix factorisation by Gibbs sampling: Salakhutdinov & Mnih 2008,
Porteous et al. 2010; the curve of the log odds drawn after Polson, Scott & Windle 2013). Where a person gave
few answers, an average over all that he may be foretells better than the likeliest one.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import solve_triangular

from matching.arcs import Floats, Ints
from matching.outcome.design import PRIOR_MEAN, Answers, Design, Rows, crossed_axes

RANK, LIKES, EVERY = 4, 6, 4
SWEEPS, ALL_SWEEPS_TO, LEAST_SWEEPS, WARM = 400, 6_000, 60, 0.2
TERMS = 16  # of the sum that a draw of the curve is
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
class Order:
    """Rows put together by whose they are; -1 is a stranger, who has the last place."""

    rows: Ints
    start: Ints
    who: Ints
    n: int

    @classmethod
    def of(cls, index: Ints, n: int) -> Self:
        placed = np.where(index < 0, n, index)
        rows = np.argsort(placed, kind="stable")
        who, start = np.unique(placed[rows], return_index=True)
        return cls(rows, start, who, n)

    def sums(self, values: Floats) -> Floats:
        out = np.zeros((self.n + 1, *values.shape[1:]))
        if self.rows.size:
            out[self.who] = np.add.reduceat(values[self.rows], self.start, axis=0)
        return out[: self.n]


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
        self.spread = np.r_[0.5, np.full(self.rank, self.hidden), np.full(likes, USUAL["likes"])]
        self.varies = USUAL["features"]
        strength, self.turn = np.linalg.eigh(self.features.T @ self.features)
        self.strength = np.maximum(strength, 0)

    def draw(self, rng: np.random.Generator, x: Floats, curve: Floats, pull: Floats) -> None:
        """Everybody's vector given the rest; x (rows, 1 + rank)."""
        width = x.shape[1]
        i, j = np.triu_indices(width)
        precision = np.zeros((self.order.n, width, width))
        precision[:, i, j] = precision[:, j, i] = self.order.sums(curve[:, None] * x[:, i] * x[:, j])
        precision += np.diag(1 / self.spread)
        to = self.order.sums(pull[:, None] * x)
        to[:, 0] += self.mean / self.spread[0]
        noise = np.linalg.cholesky(precision) @ rng.normal(size=(self.order.n, width, 1))
        self.own = np.asarray(np.linalg.solve(precision, to[:, :, None] + noise)[:, :, 0], np.float64)
        self._explain(rng)
        apart = np.column_stack([self.own[:, 0] - self.mean, self.own[:, 1:]])
        self.spread[0] = _variance(rng, apart[:, :1], USUAL["own"])
        if self.hidden < 1:  # the other side's tastes keep their size, or neither would have one
            drawn = [_variance(rng, apart[:, [k]], USUAL["hidden"]) for k in range(1, 1 + self.rank)]
            self.spread[1 : 1 + self.rank] = drawn
        if self.axes.shape[1]:
            self.spread[1 + self.rank :] = _variance(rng, apart[:, 1 + self.rank :], USUAL["likes"])

    def _explain(self, rng: np.random.Generator) -> None:
        precision = self.strength / self.spread[0] + 1 / self.varies
        mean = self.turn.T @ (self.features.T @ self.own[:, 0]) / self.spread[0] / precision
        turned = mean + rng.normal(size=mean.size) / np.sqrt(precision)
        self.varies = _variance(rng, turned[:, None], USUAL["features"])
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


@dataclass
class Tastes:
    design: Design
    seed: int = 0
    rank: int = RANK
    likes: int = LIKES
    share: float = 1.0  # of the usual number of sweeps

    def fit(self, rows: Rows) -> Self:
        self.answers = Answers.of(rows, *self.design.persons)
        self.draws: list[Drawn] = []
        wanted = self.share * SWEEPS * ALL_SWEEPS_TO / max(1, len(rows))
        sweeps = int(np.clip(wanted, LEAST_SWEEPS, self.share * SWEEPS))
        chain = Chain(self, rows, np.random.default_rng(self.seed))
        for step in range(sweeps):
            chain.sweep(step)
            if step >= WARM * sweeps and step % EVERY == 0:
                self.draws.append(chain.told())
        return self

    def pair(self, rows: Rows, own: bool) -> Floats:
        """(rows, columns): base, transparent score, others' answers, the pair's features, crossed ones."""
        first = [np.ones(len(rows)), rows.prior, self.answers.others(rows, own), rows.pair]
        return np.column_stack([*first, crossed_axes(self.design, rows)])

    def axes(self, rows: Rows) -> tuple[Floats, Floats]:
        """Leading directions of deciders' and of candidates' features."""
        one, other = self.design.side_axes
        return one(rows.x)[:, : self.likes], other(rows.z)[:, : self.likes]

    def logits(self, rows: Rows) -> Floats:
        return np.asarray(sum(self._summed(rows)[0].values()))

    def parts(self, rows: Rows) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """What each block adds to the log odds (rows,); each column's share of plain features (rows, k)."""
        sums, sure = self._summed(rows)
        coef = np.mean([d.coef for d in self.draws], axis=0)
        slopes = [np.mean([d.slope[k] for d in self.draws], axis=0) for k in (0, 1)]
        cut = FIRST.size
        columns = {
            "pair": rows.pair * coef[cut : cut + rows.pair.shape[1]] * sure[:, None],
            "decider_features": rows.x * slopes[0] * sure[:, None],
            "candidate_features": rows.z * slopes[1] * sure[:, None],
        }
        return {k: v for k, v in sums.items() if k not in columns}, columns

    def _summed(self, rows: Rows) -> tuple[dict[str, Floats], Floats]:
        """Means over all draws, shrunk by how far the draws differ (the logistic-normal integral after MacKay
        1992), so that the parts still add up."""
        p, cut, n = self.pair(rows, False), FIRST.size, len(rows)
        wide = cut + rows.pair.shape[1]
        named = {"base": slice(0, 1), "prior": slice(1, 2), "other_answers": slice(2, 4)}
        named |= {"pair": slice(cut, wide), "taste": slice(wide, None)}
        total: dict[str, Floats] = {}
        square = np.zeros(n)
        axes = self.axes(rows)[::-1]
        for draw in self.draws:
            part = {k: p[:, s] @ draw.coef[s] for k, s in named.items()}
            part["prior"] = part["prior"] + PRIOR_MEAN * rows.prior
            part |= {
                k: g[i]
                for k, g, i in zip(("pool", "context"), draw.groups, (rows.pool, rows.context), strict=True)
            }
            square += self._persons(rows, draw, part, axes)
            square += np.asarray(sum(part.values())) ** 2
            for k, v in part.items():
                total[k] = total.get(k, 0.0) + v
        mean = {k: v / len(self.draws) for k, v in total.items()}
        varies = np.maximum(square / len(self.draws) - np.asarray(sum(mean.values())) ** 2, 0)
        sure = 1 / np.sqrt(1 + np.pi / 8 * varies)
        return {k: v * sure for k, v in mean.items()}, sure

    def _persons(
        self, rows: Rows, draw: Drawn, part: dict[str, Floats], axes: tuple[Floats, Floats]
    ) -> Floats:
        """Adds the persons' parts; returns the variance of what is not known of strangers."""
        hidden, unknown = [], np.zeros(len(rows))
        for k, (name, index, x) in enumerate((("decider", rows.a, rows.x), ("candidate", rows.b, rows.z))):
            known = index >= 0
            told = x @ draw.slope[k]
            part[f"{name}_features"] = told
            part[name] = np.where(known, draw.own[k][index, 0] - told, 0.0)
            own = np.where(known[:, None], draw.own[k][index, 1:], 0.0)
            hidden.append(own[:, : self.rank])
            part[f"{name}_taste"] = (own[:, self.rank :] * axes[k]).sum(axis=1)
            unknown += np.where(known, 0.0, draw.spread[k])
        part["taste"] = part["taste"] + (hidden[0] * hidden[1]).sum(axis=1)
        return unknown


class Chain:
    """One run of draws; each sweep draws everything once, given all the rest."""

    def __init__(self, model: Tastes, rows: Rows, rng: np.random.Generator) -> None:
        self.rng, self.weight, self.half = rng, rows.weight, rows.weight * (rows.y - 0.5)
        self.pair, self.offset = model.pair(rows, True), PRIOR_MEAN * rows.prior
        self.half_pair = self.pair.astype(np.float32)  # half as long to multiply
        self.cut = FIRST.size + rows.pair.shape[1]
        wide = self.pair.shape[1] - self.cut
        self.variance = np.r_[
            FIRST, np.full(rows.pair.shape[1], USUAL["pair"]), np.full(wide, USUAL["taste"])
        ]
        self.coef = np.zeros(self.pair.shape[1])
        self.linear = np.zeros(len(rows))
        design = model.design
        self.groups = [
            Order.of(k, n) for k, n in ((rows.pool, design.pools), (rows.context, design.contexts))
        ]
        self.index = rows.pool, rows.context
        self.effects = [np.zeros(g.n + 1) for g in self.groups]
        self.varies = [USUAL["group"]] * 2
        likes = model.axes(rows)
        self.sides = [
            Side(design.decider, rows.a, 1.0, model.rank, likes[1]),
            Side(design.candidate, rows.b, 0.1, model.rank, likes[0]),
        ]
        for side in self.sides:
            side.start(rng)

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
            fixed = other.own[other.index]
            off = rest + fixed[:, 0]
            if k:
                curve = self._curve(self._persons() + groups + self.linear)
            x = np.column_stack([np.ones(rest.size), fixed[:, 1 : 1 + side.rank], side.axes])
            off = off + (fixed[:, 1 + side.rank :] * other.axes).sum(axis=1)
            side.draw(self.rng, x, curve, self.half - curve * off)

    def _persons(self) -> Floats:
        u, v = (s.own[s.index] for s in self.sides)
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
        gram = (self.half_pair * curve[:, None].astype(np.float32)).T @ self.half_pair
        precision = gram.astype(np.float64) + np.diag(1 / self.variance)
        root = np.linalg.cholesky(precision)
        half = solve_triangular(root, self.pair.T @ (self.half - curve * rest), lower=True)
        self.coef = solve_triangular(root.T, half + self.rng.normal(size=half.size), lower=False)
        self.linear = self.pair @ self.coef
        for part, usual in ((slice(FIRST.size, self.cut), "pair"), (slice(self.cut, None), "taste")):
            self.variance[part] = _variance(self.rng, self.coef[part, None], USUAL[usual])

    def _draw_group(self, k: int, order: Order, curve: Floats, rest: Floats) -> None:
        precision = order.sums(curve) + 1 / self.varies[k]
        mean = order.sums(self.half - curve * rest) / precision
        self.effects[k][:-1] = mean + self.rng.normal(size=order.n) / np.sqrt(precision)
        self.varies[k] = _variance(self.rng, self.effects[k][:-1, None], USUAL["group"])

    def told(self) -> Drawn:
        return Drawn(
            self.coef.copy(),
            [e.copy() for e in self.effects],
            [s.own.astype(np.float32) for s in self.sides],
            [s.slope.copy() for s in self.sides],
            [float(s.spread[0]) for s in self.sides],
        )


def _variance(rng: np.random.Generator, drawn: Floats, usual: float) -> float:
    """A draw of the variance of coefficients, two made-up ones of the usual size among them."""
    value = ((drawn**2).sum() + 2 * usual) / rng.chisquare(drawn.size + 2.0)
    return float(np.clip(value, LEAST, MOST))
