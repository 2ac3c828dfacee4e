"""Made-up worlds with known truth, and the plain models that ours is measured beside (pinned here).

Tastes on both sides, popularity, choosiness, features that tell a little, and strangers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.extmath import randomized_svd

from matching.schema import Schema, parse_schema
from matching.tables import History, Pairs, Table
from tests.bench.outcome_ceiling import Known

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
PER_NIGHT, FEATURES = 14, 6


@dataclass
class World:
    """Pairs `a`, `b`; true log odds (pairs, 2) and answers; what was seen before, what is asked now."""

    schema: Schema
    people: Table
    needs: Table
    a: Ints
    b: Ints
    truth: Floats
    said: Floats
    seen: Mask
    x: tuple[Floats, Floats]
    known: tuple[Known, Known] | None = None
    time: Floats | None = None  # days
    weight: Floats | None = None  # of the answers, 1 where there is none

    def history(self) -> History:
        at = np.flatnonzero(self.seen)
        none, said = np.full(at.size, np.nan), self.said[at]
        person, need = [self.people.ids[k] for k in self.a[at]], [self.needs.ids[k] for k in self.b[at]]
        need_yes = said[:, 1] if self.schema.outcome == "two_sided" else none
        joint = said[:, 0] * need_yes
        time = none if self.time is None else self.time[at]
        weight = np.ones(at.size) if self.weight is None else self.weight[at]
        return History(person, need, time, said[:, 0], need_yes, joint, weight, [""] * at.size)

    def asked(self) -> Pairs:
        at = np.flatnonzero(~self.seen)
        person, need = [self.people.ids[k] for k in self.a[at]], [self.needs.ids[k] for k in self.b[at]]
        return Pairs(person, need, np.full(at.size, np.nan), [""] * at.size)


def meetings(
    seed: int, nights: int, strangers: bool, taste: float = 0.6, told: float = 0.6, each: int = PER_NIGHT
) -> World:
    """Evenings on which all meet all of the other side; both answer. `strangers`: whole evenings are
    asked."""
    rng = np.random.default_rng(seed)
    n = nights * each
    night = np.repeat(np.arange(nights), each)
    a, b = np.nonzero(night[:, None] == night[None, :])
    sides = [a_side(rng, n, told) for _ in range(2)]
    x = sides[0][0], sides[1][0]
    truth = np.column_stack([wants(sides[0], sides[1], a, b, taste), wants(sides[1], sides[0], b, a, taste)])
    known = _known(sides[0], sides[1], a, b, taste, told), _known(sides[1], sides[0], b, a, taste, told)
    seen = night[a] < 0.75 * nights if strangers else rng.random(a.size) < 0.5
    people, needs = a_table("p", x[0], night), a_table("n", x[1], night)
    columns = {
        "night": {"type": "categorical", "role": "pool"},
        **{f"f{k}": {"type": "numeric"} for k in range(FEATURES)},
    }
    schema = parse_schema(
        {"outcome": "two_sided", "people": {"columns": columns}, "needs": {"columns": columns}}
    )
    said = (rng.random(truth.shape) < expit(truth)).astype(float)
    return World(schema, people, needs, a, b, truth, said, seen, x, known)


Side = tuple[Floats, Floats, Floats, Floats, Floats]


def a_side(rng: np.random.Generator, n: int, told: float) -> Side:
    """Features, popularity, choosiness, and latent tastes and looks; features tell part of popularity."""
    x, popular = rng.normal(size=(n, FEATURES)), rng.normal(size=n)
    x[:, 0] = told * popular + np.sqrt(1 - told**2) * x[:, 0]
    return x, popular, rng.normal(size=n), rng.normal(size=(n, 3)), rng.normal(size=(n, 3))


def wants(decider: Side, candidate: Side, i: Ints, j: Ints, taste: float) -> Floats:
    latent = taste * (decider[3][i] * candidate[4][j]).sum(axis=1)
    return np.asarray(candidate[1][j] + 0.8 * decider[2][i] + _near(decider, candidate, i, j) + latent)


def _near(decider: Side, candidate: Side, i: Ints, j: Ints) -> Floats:
    near = -0.5 * np.abs(decider[0][i, 1] - candidate[0][j, 1]) + 0.4 * decider[0][i, 2] * candidate[0][j, 3]
    return np.asarray(0.1 + near)


def _known(decider: Side, candidate: Side, i: Ints, j: Ints, taste: float, told: float) -> Known:
    popular = told * candidate[0][j, 0]
    return Known(_near(decider, candidate, i, j) + popular, (0.8, float(np.sqrt(1 - told**2))), taste)


def a_table(letter: str, x: Floats, night: Ints) -> Table:
    cells = {f"f{k}": [f"{v:.4f}" for v in x[:, k]] for k in range(FEATURES)}
    return Table(
        [f"{letter}{k:05d}" for k in range(len(x))], {"night": [f"n{v:03d}" for v in night], **cells}
    )


def ndcg(group: Ints, gain: Floats, score: Floats, top: int) -> float:
    """Mean over groups that have something to gain; of equal scores one or the other comes first by lot."""
    found = []
    for mine in _groups(group, gain):
        best = np.sort(gain[mine])[::-1][:top]
        taken = gain[mine][_order(score[mine])][:top]
        discount = 1 / np.log2(np.arange(2, best.size + 2))
        found.append(float(taken @ discount / (best @ discount)))
    return float(np.mean(found))


def recall(group: Ints, gain: Floats, score: Floats, top: int) -> float:
    """Share of what each group has to gain that is among its first; mean over groups that have something."""
    found = [
        float(gain[mine][_order(score[mine])][:top].sum() / gain[mine].sum()) for mine in _groups(group, gain)
    ]
    return float(np.mean(found))


def _groups(group: Ints, gain: Floats) -> list[Ints]:
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return [p for p in parts if gain[p].sum() > 0]


def _order(score: Floats) -> Ints:
    return np.lexsort((np.random.default_rng(0).random(score.size), -score))


def calibration(p: Floats, y: Floats, bins: int = 10) -> float:
    """Mean distance of a tenth's mean chance from its share of yeses."""
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(abs(p[k].mean() - y[k].mean()) * k.size for k in parts) / p.size)


def by_chance(p: Floats, draws: int = 30) -> float:
    """The calibration error that chances which are right would show on as many answers."""
    rng = np.random.default_rng(0)
    said = (rng.random((draws, p.size)) < p).astype(float)
    return float(np.mean([calibration(p, y) for y in said]))


def peers(world: World, side: int) -> dict[str, Floats]:
    """Log odds or scores of the asked pairs for one side's answers, by plain models."""
    i, j = (world.a, world.b) if side == 0 else (world.b, world.a)
    x, z = world.x[side], world.x[1 - side]
    s, y, asked = world.seen, world.said[:, side], ~world.seen
    if world.schema.outcome == "one_sided_positive":  # what was not seen to be picked counts as a no
        s, y = np.ones_like(s), y * s
    means = np.column_stack([_mean(i, y, s, len(x)), _mean(j, y, s, len(z))])
    features = np.hstack([x[i], z[j], -np.abs(x[i] - z[j])])
    known = sparse.csr_matrix((np.ones(i.size), (np.arange(i.size), i)), shape=(i.size, len(x)))
    named = sparse.csr_matrix((np.ones(i.size), (np.arange(i.size), j)), shape=(i.size, len(z)))
    wide = sparse.hstack([known, named, sparse.csr_matrix(features)], format="csr")
    linear = LogisticRegression(C=0.3, max_iter=500).fit(wide[s], y[s])
    trees = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.06, random_state=0)
    both = np.hstack([features, means])
    trees.fit(both[s], y[s])
    return {
        "popularity": means[asked].sum(axis=1),
        "logistic regression": linear.decision_function(wide[asked]),
        "boosted trees": trees.decision_function(both[asked]),
        "factors": means[asked].sum(axis=1) + factors(i, j, y, s, means)[asked],
    }


def _mean(index: Ints, y: Floats, seen: Mask, n: int) -> Floats:
    """Shrunk log odds of a person's answers."""
    base = y[seen].mean()
    sums, number = np.bincount(index[seen], y[seen], n), np.bincount(index[seen], minlength=n)
    p = (sums + 4 * base) / (number + 4)
    return np.asarray((np.log(p) - np.log1p(-p))[index])


def factors(i: Ints, j: Ints, y: Floats, seen: Mask, means: Floats, rank: int = 8) -> Floats:
    left = np.where(seen, y - expit(means.sum(axis=1) / 2), 0.0)
    matrix = sparse.csr_matrix((left, (i, j)), shape=(int(i.max()) + 1, int(j.max()) + 1))
    u, s, v = randomized_svd(matrix, rank, random_state=0)
    return np.asarray(4 * ((u[i] * s) * v.T[j]).sum(axis=1))
