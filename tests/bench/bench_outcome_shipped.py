"""Real answers of a shipped package: ours beside the best plain model, means over seeds."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import roc_auc_score

from matching.outcome import OutcomeModel
from tests.bench.figures import Figure, less_is_better, more_is_better
from tests.bench.outcome_shipped import HALF, NEEDS, PEOPLE, chosen_films, films, lectures, verbal
from tests.bench.outcome_worlds import Floats, World, by_chance, calibration, ndcg, peers, recall

Made = Callable[[int], World]
ASKED: dict[str, Made] = {
    f"{name}, {how}": lambda seed, make=make, how=how: make(seed, how)  # type: ignore[misc]
    for name, make, hows in (
        ("provocations", verbal, (HALF, PEOPLE)),
        ("lectures", lectures, (HALF, NEEDS)),
        ("films", films, (HALF, PEOPLE, NEEDS)),
    )
    for how in hows
}


def measure(big: bool) -> list[Figure]:
    seeds = range(1, 6 if big else 3)
    figures = []
    for name, make in ASKED.items():
        figures += _answers(name, [make(seed) for seed in seeds])
    return figures + _choices([chosen_films(seed) for seed in seeds])


def _answers(name: str, worlds: list[World]) -> list[Figure]:
    """Ranking for each person and over all, and calibration over all seeds' answers together."""
    best_first, best_all, chances, said = [], [], [], []
    for world in worlds:
        asked = ~world.seen
        y, who = world.said[asked, 0], world.a[asked]
        score, chance = _ours(world)
        scores = {"": score, **peers(world, 0)}
        best_first.append({n: ndcg(who, y, s, 5) for n, s in scores.items()})
        best_all.append({n: float(roc_auc_score(y, s)) for n, s in scores.items()})
        chances.append(chance)
        said.append(y)
    p, y = np.concatenate(chances), np.concatenate(said)
    return [
        _beside(f"{name}: NDCG@5", best_first),
        _beside(f"{name}: AUC", best_all),
        less_is_better(f"{name}: calibration error", calibration(p, y), None, "", "<= 0.02"),
        less_is_better(f"{name}: calibration error by chance alone", by_chance(p), None, ""),
    ]


def _choices(worlds: list[World]) -> list[Figure]:
    first, found = [], []
    for world in worlds:
        asked = ~world.seen
        y, who = world.said[asked, 0], world.a[asked]
        scores = {"": _ours(world)[0], **peers(world, 0)}
        first.append({n: ndcg(who, y, s, 10) for n, s in scores.items()})
        found.append({n: recall(who, y, s, 20) for n, s in scores.items()})
    return [_beside("films chosen: NDCG@10", first), _beside("films chosen: recall@20", found)]


def _ours(world: World) -> tuple[Floats, Floats]:
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    found = model.ask(world.people, world.needs, world.asked())
    return found.score, found.person


def _beside(title: str, found: list[dict[str, float]]) -> Figure:
    """Ours (named "") beside the plain model that is best over all seeds."""
    mean = {n: float(np.mean([f[n] for f in found])) for n in found[0]}
    best = max((n for n in mean if n), key=lambda n: mean[n])
    return more_is_better(f"{title} beside {best}", mean[""], mean[best], "")
