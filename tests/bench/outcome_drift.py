"""A world that moves: who is sought after changes from week to week, and the latest weeks are asked."""

from dataclasses import replace

import numpy as np
from scipy.special import expit

from matching.schema import parse_schema
from tests.bench.outcome_worlds import FEATURES, Floats, Ints, Side, World, a_side, a_table, wants

PEOPLE, WEEKS, PAIRS, ASKED = 70, 40, 4_000, 8


def drifting(seed: int, stays: float = 0.9) -> World:
    """Both sides answer as in `meetings`, all in one pool; popularity keeps `stays` of itself each week and
    takes the rest anew, so that after seven weeks half of it is gone."""
    rng = np.random.default_rng(seed)
    a, b = np.divmod(rng.permutation(PEOPLE * PEOPLE)[:PAIRS], PEOPLE)
    week = np.sort(rng.integers(0, WEEKS, PAIRS))
    sides = [a_side(rng, PEOPLE, 0.6) for _ in range(2)]
    moved = [_walk(rng, side[1], stays)[week] for side in sides]
    truth = np.column_stack([_moving(sides, moved[1], a, b), _moving(sides[::-1], moved[0], b, a)])
    columns = {f"f{k}": {"type": "numeric"} for k in range(FEATURES)}
    schema = parse_schema(
        {"outcome": "two_sided", "people": {"columns": columns}, "needs": {"columns": columns}}
    )
    night = np.zeros(PEOPLE, dtype=np.int64)
    people, needs = a_table("p", sides[0][0], night), a_table("n", sides[1][0], night)
    said = (rng.random(truth.shape) < expit(truth)).astype(float)
    x = sides[0][0], sides[1][0]
    return World(
        schema, people, needs, a, b, truth, said, week < WEEKS - ASKED, x, time=7.0 * week.astype(float)
    )


def of_late(world: World, weeks: int = 12) -> World:
    """The same world with only the last weeks of its history in sight; what is asked stays the same."""
    assert world.time is not None
    kept = ~world.seen | (world.time >= 7.0 * (WEEKS - ASKED - weeks))
    rows = {name: getattr(world, name)[kept] for name in ("a", "b", "truth", "said", "seen", "time")}
    return replace(world, **rows)


def without_times(world: World) -> World:
    return replace(world, time=None)


def _walk(rng: np.random.Generator, start: Floats, stays: float) -> Floats:
    """(weeks, persons)"""
    walk = [start]
    for _ in range(WEEKS - 1):
        walk.append(stays * walk[-1] + np.sqrt(1 - stays**2) * rng.normal(size=start.size))
    return np.array(walk)


def _moving(sides: list[Side], popular: Floats, i: Ints, j: Ints) -> Floats:
    """As in `meetings`, with the popularity of the hour in place of the lasting one."""
    decider, candidate = sides
    still = wants(decider, candidate, i, j, 0.6)
    return np.asarray(still - candidate[1][j] + popular[np.arange(i.size), j])
