"""The second learner: boosted trees on the same features, with the persons' shrunk means beside them.

A row never sees its own answer in those means: they come from other folds; and every row is shown also as a
stranger's, so that the trees know what to do with one (target encoding out of fold, Micci-Barreca 2001).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier

from matching.arcs import Floats, Ints
from matching.outcome.design import Answers, Axes, Design, Rows

BINS = 48
INNER, MOST_COLUMNS, LEAST_ROWS, MOST_ROWS = 5, 40, 60, 120_000


@dataclass
class Trees:
    design: Design
    seed: int = 0

    def fit(self, rows: Rows) -> Self:
        self.narrow = [Axes.of(f, MOST_COLUMNS) if f.shape[1] > MOST_COLUMNS else None
                       for f in (self.design.decider, self.design.candidate)]  # fmt: skip
        self.answers = Answers.of(rows, *self.design.persons)
        label = (rows.y > 0.5).astype(int)
        self.model = None
        if len(rows) < LEAST_ROWS or not 0 < label.mean() < 1:
            self.base = float(logit(np.clip((label.sum() + 0.5) / (label.size + 1.0), 0.01, 0.99)))
            return self
        x, y, weight = self._shown(rows, label)
        self.model = HistGradientBoostingClassifier(
            learning_rate=0.06, max_iter=self._number(len(rows)), max_leaf_nodes=12, min_samples_leaf=20,
            l2_regularization=5.0, max_features=0.5, max_bins=BINS, early_stopping=False, random_state=self.seed,
        )  # fmt: skip
        self.model.fit(x, y, sample_weight=unequal(weight))
        return self

    @staticmethod
    def _number(n: int) -> int:
        return int(np.clip(30 + n / 80, 40, 200))

    def _shown(self, rows: Rows, label: Ints) -> tuple[Floats, Ints, Floats]:
        """Every row as it is, and once more with the decider, the candidate or both unknown."""
        rng = np.random.default_rng(self.seed)
        means = np.full((len(rows), 6), np.nan)
        fold = rng.permutation(np.arange(len(rows)) % INNER)
        for k in range(INNER):
            rest, held = rows.take(fold != k), fold == k
            answers = Answers.of(rest, *self.design.persons)
            means[held] = _means(answers, rows.take(held))
        hidden = means.copy()
        kind = rng.integers(0, 3, len(rows))
        hidden[np.ix_(kind != 1, [0, 1, 4])] = np.nan
        hidden[np.ix_(kind != 0, [2, 3, 5])] = np.nan
        plain = self._plain(rows)
        x = np.vstack([np.hstack([plain, means]), np.hstack([plain, hidden])])
        y, weight = np.tile(label, 2), np.tile(rows.weight, 2) / 2
        if len(y) > MOST_ROWS:
            some = np.sort(rng.choice(len(y), MOST_ROWS, replace=False))
            x, y, weight = x[some], y[some], weight[some]
        return x, y, weight

    def _plain(self, rows: Rows) -> Floats:
        sides = [a(v) if a is not None else v for a, v in zip(self.narrow, (rows.x, rows.z), strict=True)]
        return np.hstack([*sides, rows.pair, rows.prior[:, None]])

    def logits(self, rows: Rows) -> Floats:
        if self.model is None:
            return np.full(len(rows), self.base)
        p = self.model.predict_proba(np.hstack([self._plain(rows), _means(self.answers, rows)]))[:, 1]
        return np.asarray(logit(np.clip(p, 1e-6, 1 - 1e-6)))


def unequal(weight: Floats) -> Floats | None:
    """None where all weigh the same: the trees then find their bins without weights, which is far faster."""
    return None if np.ptp(weight) < 1e-12 else weight


def _means(answers: Answers, rows: Rows) -> Floats:
    """Decider's and candidate's mean with its weight, and the two of the other direction; NaN for strangers."""
    own, others = answers.means(rows), answers.others(rows, own=False)
    found = np.hstack([own, others])
    found[own[:, 1] == 0, 0] = np.nan
    found[own[:, 3] == 0, 2] = np.nan
    found[np.ix_(own[:, 1] == 0, [1, 4])] = np.nan
    found[np.ix_(own[:, 3] == 0, [3, 5])] = np.nan
    return np.asarray(found)
