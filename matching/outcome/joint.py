"""Both say yes: from the two directions, with what they have in common beyond them.

Independent answers would multiply; people who get on tend to agree, so a fitted slope and base on the
product's log odds, beside each direction's own, take up the residual dependence.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy.special import expit

from matching.arcs import Floats, Ints
from matching.outcome.blend import LEAST_EACH, LEAST_ROWS, Bend, Weights
from matching.outcome.folds import REGIMES

START = np.array([1.0, 0.0, 0.0])


def both(p: Floats, q: Floats) -> Floats:
    """Log odds of the product of two probabilities given as log odds."""
    log = -np.logaddexp(0, -p) - np.logaddexp(0, -q)
    return np.asarray(log - np.log(np.maximum(-np.expm1(log), 1e-300)))


@dataclass
class Joint:
    lines: dict[str, Weights] = field(default_factory=dict)
    bends: dict[str, Bend] = field(default_factory=dict)

    def fit(self, held: dict[str, tuple[Floats, Floats]], y: dict[str, Floats], w: dict[str, Floats]) -> Self:
        """`held[regime]`: log odds out of fold of person and need; `y`, `w` of the same rows."""
        for name in REGIMES:
            self.lines[name], self.bends[name] = Weights(START).plain(), Bend()
            if name not in held:
                continue
            values, yes = columns(*held[name]), y[name].sum()
            if len(values) < LEAST_ROWS or min(yes, len(values) - yes) < LEAST_EACH:
                continue
            self.lines[name] = Weights(START).fit(values, y[name], w[name])
            self.bends[name].fit(self.lines[name].logits(values), y[name], w[name])
        return self

    def logits(self, p: Floats, q: Floats, regime: Ints) -> tuple[Floats, Floats, Floats]:
        """(raw, bent log odds, and how much of a change in p and in q reaches raw)."""
        values = columns(p, q)
        raw, bent = np.zeros(p.size), np.zeros(p.size)
        slope = np.zeros((p.size, 3))
        for which, name in enumerate(REGIMES):
            at = np.flatnonzero(regime == which)
            if at.size:
                raw[at] = self.lines[name].logits(values[at])
                bent[at] = self.bends[name](raw[at])
                slope[at] = self.lines[name].slope
        one, other = expit(p), expit(q)
        rest = 1 - one * other
        return raw, bent, np.column_stack(
            [slope[:, 1] + slope[:, 0] * (1 - one) / rest, slope[:, 2] + slope[:, 0] * (1 - other) / rest]
        )  # fmt: skip


def columns(p: Floats, q: Floats) -> Floats:
    return np.column_stack([both(p, q), p, q])
