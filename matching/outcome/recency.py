"""How fast old answers lose their say: a half-life that foretells the latest answers from the earlier
ones."""

import numpy as np

from matching.arcs import Floats
from matching.outcome.design import BLOCKS, FIRST, Design, Rows
from matching.outcome.mixed import Mixed

SPANS = (2.0, 5.0, 12.0)  # half-lives tried, as parts of the time that the history covers
LEAST_ROWS, LATEST, MOST_ROWS = 200, 0.2, 20_000
SURE = 2.0  # standard errors by which a half-life must foretell better than none: it costs answers


def half_life(rows: Rows, time: Floats, design: Design) -> float:
    """In days; infinite where age does not matter, times are not known or there are few answers."""
    known = np.flatnonzero(~np.isnan(time))
    if known.size < max(LEAST_ROWS, 0.9 * len(rows)) or np.ptp(time[known]) <= 0:
        return np.inf
    order = known[np.argsort(time[known], kind="stable")][-MOST_ROWS:]
    cut = int(order.size * (1 - LATEST))
    before, after = rows.take(order[:cut]), rows.take(order[cut:])
    span = float(np.ptp(time[order]))
    tried = [np.inf, *(span / part for part in SPANS)]
    losses = []
    for life in tried:
        aged = before.take(slice(None))
        aged.weight = before.weight * decay(time[order[:cut]], life)
        fitted = Mixed(design, np.array([FIRST[b] for b in BLOCKS])).fit(aged)
        logits = fitted.logits(after)
        losses.append((np.logaddexp(0.0, logits) - after.y * logits) * after.weight)
    best = int(np.argmin([loss.mean() for loss in losses]))
    gained = losses[0] - losses[best]
    return tried[best] if gained.mean() > SURE * gained.std() / np.sqrt(gained.size) else np.inf


def decay(time: Floats, life: float) -> Floats:
    """1 for the latest answer, a half for one `life` days older; the mean where the time is unknown."""
    if np.isinf(life):
        return np.ones(time.size)
    weight = 0.5 ** ((np.nanmax(time) - time) / life)
    return np.where(np.isnan(weight), np.nanmean(weight), weight)
