"""The second learner: boosted trees on the features of both sides and of the pair, for what no line can say.

Persons' own means are left to the first learner: trees given a mean out of fold learn to undo the fold.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier

from matching.arcs import Floats
from matching.outcome.design import Axes, Design, Rows

BINS = 48
MOST_COLUMNS, LEAST_ROWS, MOST_ROWS = 40, 60, 120_000


@dataclass
class Trees:
    design: Design
    seed: int = 0

    def fit(self, rows: Rows) -> Self:
        self.narrow = [
            Axes.of(f, MOST_COLUMNS) if f.shape[1] > MOST_COLUMNS else None
            for f in (self.design.decider, self.design.candidate)
        ]
        label = (rows.y > 0.5).astype(int)
        self.model = None
        self.base = float(logit(np.clip((label.sum() + 0.5) / (label.size + 1.0), 1e-4, 1 - 1e-4)))
        x = self._columns(rows)
        if len(rows) < LEAST_ROWS or not 0 < label.mean() < 1 or x.shape[1] < 2:
            return self
        some = np.arange(len(rows))
        if some.size > MOST_ROWS:
            some = np.sort(np.random.default_rng(self.seed).choice(some.size, MOST_ROWS, replace=False))
        self.model = HistGradientBoostingClassifier(
            learning_rate=0.08,
            max_iter=int(np.clip(25 + some.size / 100, 30, 150)),
            max_leaf_nodes=10,
            min_samples_leaf=20,
            l2_regularization=5.0,
            max_features=0.5,
            max_bins=BINS,
            early_stopping=False,
            random_state=self.seed,
        )
        self.model.fit(x[some], label[some], sample_weight=unequal(rows.weight[some]))
        return self

    def _columns(self, rows: Rows) -> Floats:
        sides = [a(v) if a is not None else v for a, v in zip(self.narrow, (rows.x, rows.z), strict=True)]
        return np.hstack([*sides, rows.pair, rows.prior[:, None]])

    def logits(self, rows: Rows) -> Floats:
        if self.model is None:
            return np.full(len(rows), self.base)
        p = self.model.predict_proba(self._columns(rows))[:, 1]
        return np.asarray(logit(np.clip(p, 1e-6, 1 - 1e-6)))


def unequal(weight: Floats) -> Floats | None:
    """None where all weigh the same: the trees then find their bins without weights, which is far faster."""
    return None if np.ptp(weight) < 1e-12 else weight
