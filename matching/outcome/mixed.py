"""The first learner: shrunk effects of persons, features, tastes, and the transparent score as where to
start."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from matching.arcs import Floats, Ints
from matching.outcome.design import BLOCKS, FIRST, PRIOR_MEAN, Answers, Design, Rows
from matching.outcome.shrunk import evidence, minimise

ROUNDS, EVIDENCE_ROWS = 10, 20_000
KEPT = ("base",)


@dataclass
class Mixed:
    """`variance` (blocks,) is found from the rows given, or taken from another fit of the same design."""

    design: Design
    variance: Floats | None = None
    seed: int = 0

    def fit(self, rows: Rows) -> Self:
        self.answers = Answers.of(rows, *self.design.persons)
        x, block = self.design.columns(rows, self.answers.others(rows, own=True))
        offset = PRIOR_MEAN * rows.prior
        start = np.array([FIRST[b] for b in BLOCKS])
        if self.variance is None:
            fixed = np.array([FIRST[b] if b in KEPT else np.nan for b in BLOCKS])
            some = self._some(len(rows))
            found = evidence(
                x[some], rows.y[some], rows.weight[some], offset[some], block, start, fixed, ROUNDS, self.seed
            )
            self.variance = start.copy()
            held, first = np.unique(block, return_index=True)
            self.variance[held] = 1 / found.precision[first]
        precision = 1 / self.variance[block]
        self.coef = minimise(x, rows.y, rows.weight, offset, precision, np.zeros(x.shape[1]))
        self.block = block
        return self

    def _some(self, n: int) -> Ints:
        """All rows, or as many as variances need."""
        if n <= EVIDENCE_ROWS:
            return np.arange(n)
        return np.asarray(np.sort(np.random.default_rng(self.seed).choice(n, EVIDENCE_ROWS, replace=False)))

    def logits(self, rows: Rows) -> Floats:
        x, _block = self.design.columns(rows, self.answers.others(rows, own=False))
        return np.asarray(x @ self.coef + PRIOR_MEAN * rows.prior)

    def parts(self, rows: Rows) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """What each block adds to the log odds (rows,); and for the blocks of plain features each column's
        share (rows, k)."""
        x, block = self.design.columns(rows, self.answers.others(rows, own=False))
        sums, columns = {}, {}
        for number, name in enumerate(BLOCKS):
            at = np.flatnonzero(block == number)
            if not at.size:
                continue
            if name in ("decider_features", "candidate_features", "pair"):
                columns[name] = x[:, at].toarray() * self.coef[at]
            else:
                sums[name] = np.asarray(x[:, at] @ self.coef[at])
        sums["prior"] = sums["prior"] + PRIOR_MEAN * rows.prior
        return sums, columns
