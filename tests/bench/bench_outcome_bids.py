"""Yeses alone: one middling set, and six of very different sizes with yeses and maybes."""

import time

import numpy as np

from matching.outcome import OutcomeModel
from tests.bench.figures import Figure, less_is_better, more_is_better
from tests.bench.outcome_bids import SETS, bids, graded
from tests.bench.outcome_worlds import World, calibration, ndcg, peers, recall

Quality = dict[str, tuple[float, float]]
ORACLE = "oracle"


def measure(big: bool) -> list[Figure]:
    started = time.process_time()
    plain, error = _told(bids(1))
    spent = time.process_time() - started
    seeds = range(3 if big else 1)
    six = [_told(graded(10 * seed + k, *size))[0] for seed in seeds for k, size in enumerate(SETS)]
    mean: Quality = {
        n: (float(np.mean([q[n][0] for q in six])), float(np.mean([q[n][1] for q in six]))) for n in plain
    }
    return [
        *_beside("bids", plain),
        less_is_better("bids: calibration error", error, None, "", "<= 0.02"),
        less_is_better("bids: fit", spent, None, "CPU s"),
        *_beside("six sets of bids, yes and maybe", mean),
    ]


def _told(world: World) -> tuple[Quality, float]:
    """(NDCG@10, recall@20) by name of the model, "" for ours; and our calibration error."""
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    found = model.ask(world.people, world.needs, world.asked())
    asked = ~world.seen
    assert world.weight is not None
    who, gain, yes = world.a[asked], world.weight[asked], world.said[asked, 0]
    scores = {"": found.score, ORACLE: world.truth[asked, 0], **peers(world, 0)}
    quality = {n: (ndcg(who, gain, s, 10), recall(who, yes, s, 20)) for n, s in scores.items()}
    return quality, calibration(found.person, yes)


def _beside(title: str, quality: Quality) -> list[Figure]:
    figures = []
    for k, name in enumerate(("NDCG@10", "recall@20")):
        best = max(quality.keys() - {"", ORACLE}, key=lambda n: quality[n][k])
        ours, most = quality[""][k], quality[ORACLE][k]
        figures += [
            more_is_better(f"{title}: {name} beside {best}", ours, quality[best][k], ""),
            more_is_better(f"{title}: share of the oracle's {name}", ours / most, None, "", ">= 0.9"),
        ]
    return figures
