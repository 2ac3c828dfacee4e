"""Top 20 of many rows under hard conditions, beside bare numpy: mask, gather, product, top 20."""

import numpy as np
from numpy.typing import NDArray

from matching.ranking import Ranking
from tests.bench.figures import Figure, less_is_better, percentiles

WIDTH, NUMBER, REGIONS = 48, 20, 50
PASSING = 0.8  # of one region in fifty: 1.6 % of all rows
TIMES = 200


def measure(big: bool) -> list[Figure]:
    found = []
    for rows in (10_000, 100_000, 1_000_000) if big else (10_000, 100_000):
        rng = np.random.default_rng(rows)
        features = rng.normal(size=(rows, WIDTH)).astype(np.float32)
        region = rng.integers(0, REGIONS, rows)
        flags = (rng.random(rows) < PASSING).astype(np.int64)
        asked = rng.normal(size=WIDTH).astype(np.float32)
        ranking = Ranking([f"{k:07d}" for k in range(rows)], [f"{r:02d}" for r in region], features, flags)
        ours, _ = percentiles(lambda r=ranking, a=asked: r.top(a, NUMBER, ["07"], needed=1), TIMES)  # type: ignore[misc]
        peer, _ = percentiles(
            lambda f=features, g=region, b=flags, a=asked: bare(f, (g == 7) & (b == 1), a),  # type: ignore[misc]
            TIMES,
        )
        same = ranking.top(asked, NUMBER, ["07"], needed=1).ids
        assert same == [f"{k:07d}" for k in bare(features, (region == 7) & (flags == 1), asked)]
        found.append(
            less_is_better(f"rank top 20 of {rows}", ours, peer, "ms p50", "within 2x of bare numpy")
        )
        found.append(less_is_better(f"rank, one row changed in {rows}", _update(ranking), None, "ms"))
    return found


def _update(ranking: Ranking) -> float:
    row = np.ones(WIDTH)
    median, _ = percentiles(lambda: ranking.put("0000007", "07", row, 1), TIMES)
    return median


def bare(
    features: NDArray[np.float32], mask: NDArray[np.bool_], asked: NDArray[np.float32]
) -> NDArray[np.int64]:
    rows = np.flatnonzero(mask)
    score = features[rows] @ asked
    best = np.argpartition(score, -NUMBER)[-NUMBER:]
    return rows[best[np.argsort(-score[best])]]
