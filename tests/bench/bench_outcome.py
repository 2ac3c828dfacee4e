"""Quality and calibration of the outcome model in worlds with known truth, beside plain models, the oracle
and the best reader of the same answers; means over seeds."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from matching.outcome import OutcomeModel
from tests.bench.figures import Figure, less_is_better, more_is_better
from tests.bench.outcome_ceiling import ceiling
from tests.bench.outcome_drift import drifting, of_late, without_times
from tests.bench.outcome_evenings import evenings
from tests.bench.outcome_worlds import Floats, World, calibration, meetings, ndcg, peers

NIGHTS, TOP = 20, 5
Made = Callable[[int], World]
WORLDS: dict[str, Made] = {
    "half of the history": lambda seed: meetings(seed, NIGHTS, False),
    "strangers": lambda seed: meetings(seed, NIGHTS, True),
    "forty columns, half of the history": lambda seed: evenings(seed, False),
    "forty columns, strangers": lambda seed: evenings(seed, True),
    "long history, strong tastes": lambda seed: meetings(seed, 1, False, taste=1.0, each=80),
    "twice as long": lambda seed: meetings(seed, 1, False, taste=1.0, each=160),
}
LARGE: dict[str, Made] = {
    "half of the history, 80 evenings": lambda seed: meetings(seed, 4 * NIGHTS, False),
    "strangers, 80 evenings": lambda seed: meetings(seed, 4 * NIGHTS, True),
}


def measure(big: bool) -> list[Figure]:
    seeds = (1, 2, 3) if big else (1,)
    figures = []
    for name, make in WORLDS.items():
        figures += _meetings(name, make, seeds)
    if big:
        for name, make in LARGE.items():
            figures += _meetings(name, make, seeds)
    return figures + _drift(drifting(1))


@dataclass
class Told:
    """Of one seed: NDCG and area by name of the model; of each side and of both together our chances, the
    best reader's and the answers (rows, 3); pairs; CPU seconds."""

    quality: dict[str, float]
    area: dict[str, float]
    chances: list[Floats]
    pairs: int
    seconds: float


def _told(world: World) -> Told:
    started = time.process_time()
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    spent = time.process_time() - started
    found = model.ask(world.people, world.needs, world.asked())
    asked, quality, rivals = ~world.seen, _quality_in(world), _rivals(world)
    both = world.said[asked].prod(axis=1)
    oracle = expit(world.truth[asked]).prod(axis=1)
    read = _read(world)
    scores = {"ours": found.score, "oracle": oracle, "ceiling": read[2], **rivals}
    said = world.said[asked, 0], world.said[asked, 1], both
    chances = zip((found.person, found.need, found.match), read, said, strict=True)
    return Told(
        {n: quality(s) for n, s in scores.items()},
        {n: float(roc_auc_score(both, s)) for n, s in {"ours": found.match, **rivals}.items()},
        [np.column_stack(c) for c in chances],
        int(world.seen.sum()),
        spent,
    )


def _mean(found: list[dict[str, float]]) -> tuple[dict[str, float], str]:
    """Means over seeds, and the best of the plain models."""
    mean = {n: float(np.mean([f[n] for f in found])) for n in found[0]}
    return mean, max(mean.keys() - {"ours", "oracle", "ceiling"}, key=lambda n: mean[n])


def _meetings(name: str, make: Made, seeds: tuple[int, ...]) -> list[Figure]:
    told = [_told(make(seed)) for seed in seeds]
    quality, best = _mean([t.quality for t in told])
    area, widest = _mean([t.area for t in told])
    sides = [np.vstack([t.chances[k] for t in told]) for k in range(3)]
    ours, reader = max((calibration(p, y), calibration(q, y)) for p, q, y in (s.T for s in sides))
    title = f"meetings, {name}"
    pairs, seconds = (int(np.mean([getattr(t, f) for t in told])) for f in ("pairs", "seconds"))
    return [
        more_is_better(f"{title}: NDCG@{TOP} beside {best}", quality["ours"], quality[best], ""),
        _share(f"{title}: share of the oracle's NDCG@{TOP}", quality, "oracle", ">= 0.9"),
        _share(f"{title}: share of the ceiling's NDCG@{TOP}", quality, "ceiling", "1: the best reader"),
        more_is_better(f"{title}: AUC beside {widest}", area["ours"], area[widest], ""),
        less_is_better(f"{title}: calibration error beside the best reader's", ours, reader, "", "<= 0.02"),
        less_is_better(f"{title}: fit of {pairs} pairs", seconds, None, "CPU s", "<= 60"),
    ]


def _share(title: str, quality: dict[str, float], of: str, wanted: str) -> Figure:
    return more_is_better(title, quality["ours"] / quality[of], None, "", wanted)


def _quality_in(world: World) -> Callable[[Floats], float]:
    """NDCG of scores of the asked pairs for meetings that both wanted, the mean over both sides."""
    asked = ~world.seen
    both, a, b = world.said[asked].prod(axis=1), world.a[asked], world.b[asked]
    return lambda score: (ndcg(a, both, score, TOP) + ndcg(b, both, score, TOP)) / 2


def _rivals(world: World) -> dict[str, Floats]:
    """Chances that both say yes, by each plain model."""
    one, other = (peers(world, side) for side in (0, 1))
    return {n: expit(one[n]) * expit(other[n]) for n in one}


def _drift(world: World) -> list[Figure]:
    """The latest weeks, foretold with and without the times of the answers, beside plain models that read all
    of the history or only the end of it."""
    quality, ours = _quality_in(world), []
    for here in (world, without_times(world)):
        model = OutcomeModel(here.schema).fit(here.people, here.needs, here.history())
        ours.append(quality(model.ask(here.people, here.needs, here.asked()).score))
    late = {f"{n} of late": score for n, score in _rivals(of_late(world)).items()}
    rivals = {n: quality(score) for n, score in (_rivals(world) | late).items()}
    best = max(rivals, key=lambda n: rivals[n])
    oracle = quality(expit(world.truth[~world.seen]).prod(axis=1))
    return [
        more_is_better(f"drift: NDCG@{TOP} beside {best}", ours[0], rivals[best], ""),
        more_is_better(f"drift: NDCG@{TOP} beside ourselves without times", ours[0], ours[1], ""),
        more_is_better(f"drift: share of the oracle's NDCG@{TOP}", ours[0] / oracle, None, "", ">= 0.9"),
    ]


def _read(world: World) -> tuple[Floats, Floats, Floats]:
    """Chances of the person's yes, the need's and both, by a reader who knows the world's equations but not
    the persons."""
    assert world.known is not None
    one = ceiling(world.known[0], world.a, world.b, world.said[:, 0], world.seen)
    other = ceiling(world.known[1], world.b, world.a, world.said[:, 1], world.seen)
    return one, other, one * other
