"""Quality and calibration of the outcome model in worlds with known truth, beside plain models and the
oracle."""

import time
from collections.abc import Callable

from scipy.special import expit
from sklearn.metrics import roc_auc_score

from matching.outcome import OutcomeModel
from tests.bench.figures import Figure, less_is_better, more_is_better
from tests.bench.outcome_ceiling import ceiling
from tests.bench.outcome_drift import drifting, of_late, without_times
from tests.bench.outcome_worlds import Floats, World, bids, by_chance, calibration, meetings, ndcg, peers

NIGHTS, TOP = 20, 5


def measure(big: bool) -> list[Figure]:
    figures = []
    for name, strangers in (("half of the history", False), ("strangers", True)):
        figures += _meetings(name, meetings(1, NIGHTS * (4 if big else 1), strangers))
    for name, each in (("long history, strong tastes", 80), ("twice as long", 160)):
        figures += _meetings(name, meetings(1, 1, False, taste=1.0, each=each))
    return figures + _drift(drifting(1)) + _bids(bids(1))


def _meetings(name: str, world: World) -> list[Figure]:
    started = time.process_time()
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    spent = time.process_time() - started
    found = model.ask(world.people, world.needs, world.asked())
    asked = ~world.seen
    both, quality, rivals = world.said[asked].prod(axis=1), _quality_in(world), _rivals(world)
    oracle = quality(expit(world.truth[asked]).prod(axis=1))
    best = max(rivals, key=lambda n: quality(rivals[n]))
    area = max(float(roc_auc_score(both, r)) for r in rivals.values())
    title = f"meetings, {name}"
    chances = ((found.person, world.said[asked, 0]), (found.need, world.said[asked, 1]), (found.match, both))
    return [
        more_is_better(f"{title}: NDCG@{TOP} beside {best}", quality(found.score), quality(rivals[best]), ""),
        more_is_better(
            f"{title}: share of the oracle's NDCG@{TOP}", quality(found.score) / oracle, None, "", ">= 0.9"
        ),
        more_is_better(
            f"{title}: share of the ceiling's NDCG@{TOP}",
            quality(found.score) / quality(_ceiling(world)),
            None,
            "",
            "1 is the best reader of the same answers",
        ),
        more_is_better(f"{title}: AUC", float(roc_auc_score(both, found.match)), area, ""),
        less_is_better(
            f"{title}: calibration error", max(calibration(p, y) for p, y in chances), None, "", "<= 0.02"
        ),
        less_is_better(
            f"{title}: calibration error by chance alone", max(by_chance(p) for p, _y in chances), None, ""
        ),
        less_is_better(f"{title}: fit of {int(world.seen.sum())} pairs", spent, None, "CPU s", "<= 60"),
    ]


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


def _ceiling(world: World) -> Floats:
    """Chances that both say yes, by a reader who knows the world's equations but not the persons."""
    assert world.known is not None
    one = ceiling(world.known[0], world.a, world.b, world.said[:, 0], world.seen)
    other = ceiling(world.known[1], world.b, world.a, world.said[:, 1], world.seen)
    return one * other


def _bids(world: World) -> list[Figure]:
    started = time.process_time()
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    spent = time.process_time() - started
    asked = ~world.seen
    found = model.ask(world.people, world.needs, world.asked())
    gain, person = world.said[asked, 0], world.a[asked]
    plain = peers(world, 0)
    quality = {n: ndcg(person, gain, s, 10) for n, s in plain.items()}
    best = max(quality, key=lambda n: quality[n])
    ours = ndcg(person, gain, found.score, 10)
    oracle = ndcg(person, gain, world.truth[asked, 0], 10)
    return [
        more_is_better(f"bids: NDCG@10 beside {best}", ours, quality[best], ""),
        more_is_better("bids: share of the oracle's NDCG@10", ours / oracle, None, "", ">= 0.9"),
        less_is_better("bids: calibration error", calibration(found.person, gain), None, "", "<= 0.02"),
        less_is_better("bids: fit", spent, None, "CPU s"),
    ]
