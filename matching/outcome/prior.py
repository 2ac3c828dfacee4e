"""The transparent score: what is known before anybody has answered (the product's weights in words: item
fit 30, skill 15, reach 15, cadence 10). Sums of standardised likenesses, each with a stated weight."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from matching.arcs import Floats
from matching.features.pairs import compared_as_text
from matching.features.space import TEXT_NAMES, Prepared, Space

SHARE = {"tags": 30.0, "text": 30.0, "categorical": 15.0, "region": 15.0, "geo": 15.0, "numeric": 10.0,
         "datetime": 10.0}  # fmt: skip
TEXT_USED = {"words3": 1.0, "words_all": 1.0, "grams3": 1.0, "latent3": 1.0}
USED = {"near": 1.0, "cosine": 0.7, "covers": 0.3}
SAMPLE = 20_000


@dataclass
class Prior:
    space: Space
    seed: int = 0
    weight: Floats = field(default_factory=lambda: np.zeros(0))

    def fit(self, people: Prepared, needs: Prepared) -> Self:
        """Means and spreads over a sample of all pairs of the two tables."""
        self.weight = self._weights()
        n, m = len(people.table.ids), len(needs.table.ids)
        self.centre, self.scale, self.spread = np.zeros(self.weight.size), np.ones(self.weight.size), 1.0
        if not n or not m or not self.weight.size:
            return self
        rng = np.random.default_rng(self.seed)
        flat = np.arange(n * m) if n * m <= SAMPLE else np.sort(rng.choice(n * m, SAMPLE, replace=False))
        values = self.space.between(people, needs, flat // m, flat % m)
        self.centre = values.mean(axis=0)
        spread = values.std(axis=0)
        self.scale = np.where(spread > 1e-9, spread, 1.0)
        self.spread = max(1e-9, float(self.parts(values).sum(axis=1).std()))
        return self

    def _weights(self) -> Floats:
        """One for each column of `between`: the pair's share, divided among the features that say it."""
        found: list[float] = []
        for x, y, entry, feature in self.space.pairs:
            kind = x.type if x.type == y.type else "text"
            share = SHARE[kind] if entry is None or entry.weight is None else entry.weight
            product = entry is not None and entry.kind == "product"
            names = list(feature.names) if feature is not None else []
            used = (
                [1.0 if n == "product" else 0.0 for n in names]
                if product
                else [USED.get(n, 0.0) for n in names]
            )
            if compared_as_text(x, y):
                used += [TEXT_USED.get(n, 0.0) for n in TEXT_NAMES]
            total = sum(used) or 1.0
            found += [share * u / total for u in used]
        weight = np.array(found)
        return weight / weight.sum() if weight.sum() else weight

    def parts(self, values: Floats) -> Floats:
        """(pairs, k) what each pair feature adds."""
        return np.asarray(np.clip((values - self.centre) / self.scale, -6, 6) * self.weight)

    def score(self, values: Floats) -> Floats:
        """(pairs,) about standard over all pairs of the tables."""
        return np.asarray(self.parts(values).sum(axis=1) / self.spread)

    def standard(self, values: Floats) -> Floats:
        return np.asarray(np.clip((values - self.centre) / self.scale, -4, 4))
