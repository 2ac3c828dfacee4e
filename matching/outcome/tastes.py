"""The first learner: features, leanings, likings and hidden tastes, averaged over all that answers allow.

A person's leaning is foretold by his features and departs from that by as much as his answers say; so does
how much he likes each leading direction of the other side's features; what is left is a product of few hidden
tastes. Where a person gave few answers, an average over all that he may be foretells better than the
likeliest one. How the draws are made, and after whom: `draws.py`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from matching.arcs import Floats, Ints
from matching.outcome.design import PRIOR_MEAN, Answers, Design, Rows, crossed_axes
from matching.outcome.draws import FIRST, Chain, Drawn

RANK, LIKES, EVERY = 4, 6, 4
SWEEPS, ALL_SWEEPS_TO, LEAST_SWEEPS, WARM = 400, 6_000, 60, 0.2


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
        known = [np.unique(index[index >= 0]) for index in (rows.a, rows.b)]
        self.place = [_places(who, n) for who, n in zip(known, self.design.persons, strict=True)]
        features = self.design.decider[known[0]], self.design.candidate[known[1]]
        wanted = self.share * SWEEPS * ALL_SWEEPS_TO / max(1, len(rows))
        sweeps = int(np.clip(wanted, LEAST_SWEEPS, self.share * SWEEPS))
        pair, axes = self.pair(rows, True), self.axes(rows)
        named = rows.take(slice(None))
        named.a, named.b = self.place[0][rows.a], self.place[1][rows.b]
        chain = Chain(self.design, features, self.rank, named, pair, axes, self.seed)
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
        """Adds the persons' parts; returns the variance of what is not known of strangers. Their tastes and
        likings are taken for the mean of those who are known, and may differ from it as these do."""
        hidden, differs = [], []
        unknown = np.zeros(len(rows))
        for k, (name, who, x) in enumerate((("decider", rows.a, rows.x), ("candidate", rows.b, rows.z))):
            index, others = self.place[k][who], draw.own[k]
            known, told = (index >= 0)[:, None], x @ draw.slope[k]
            usual, spread = (others.mean(axis=0), others.var(axis=0)) if len(others) else (0.0, 0.0)
            own = np.where(known, draw.own[k][index], usual)
            may = np.where(known, 0.0, spread + np.zeros(own.shape[1]))
            part[f"{name}_features"] = told
            part[name] = np.where(known[:, 0], own[:, 0] - told, 0.0)
            part[f"{name}_taste"] = (own[:, 1 + self.rank :] * axes[k]).sum(axis=1)
            unknown += np.where(known[:, 0], 0.0, draw.spread[k])
            unknown += (may[:, 1 + self.rank :] * axes[k] ** 2).sum(axis=1)
            hidden.append(own[:, 1 : 1 + self.rank])
            differs.append(may[:, 1 : 1 + self.rank])
        part["taste"] = part["taste"] + (hidden[0] * hidden[1]).sum(axis=1)
        (u, v), (p, q) = hidden, differs
        return np.asarray(unknown + (p * v**2 + q * u**2 + p * q).sum(axis=1))


def _places(who: Ints, n: int) -> Ints:
    """(n + 1,) the place of each of these persons among them; -1 for all others and for strangers."""
    place = np.full(n + 1, -1, dtype=np.int64)
    place[who] = np.arange(who.size)
    return place
