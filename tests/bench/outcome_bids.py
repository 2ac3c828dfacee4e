"""Bids, of which only the yeses are kept: each person picks the needs of his topics. No columns at all."""

import numpy as np

from matching.schema import parse_schema
from matching.tables import Table
from tests.bench.outcome_worlds import Floats, World

SETS = ((31, 54), (24, 52), (146, 176), (161, 442), (201, 613), (596, 526))  # people, needs
MAYBE = 0.5  # how much a maybe weighs beside a yes


def bids(seed: int, people: int = 200, needs: int = 500, topics: int = 12) -> World:
    """Half of the picks were seen."""
    return _world(np.random.default_rng(seed), people, needs, topics, np.log(25), False)


def graded(seed: int, people: int, needs: int) -> World:
    """The nearer half of a person's picks are a yes, the others a maybe; a fifth of the needs or so are
    picked in a small set, fewer in a large one."""
    topics = int(np.clip(needs / 20, 4, 20))
    return _world(np.random.default_rng(seed), people, needs, topics, 0.6 * np.log(needs), True)


def _world(
    rng: np.random.Generator, people: int, needs: int, topics: int, log_number: float, two: bool
) -> World:
    truth = _truth(rng, people, needs, topics)
    number = np.clip(rng.lognormal(log_number, 0.7, people), 4, 0.3 * needs).astype(int)
    noisy = truth + 0.6 * rng.gumbel(size=truth.shape)
    place = np.argsort(np.argsort(-noisy, axis=1), axis=1)
    picked = place < number[:, None]
    gain = np.where(two & picked & (place >= number[:, None] / 2), MAYBE, 1.0 * picked).ravel()
    seen = (picked & (rng.random(picked.shape) < 0.5)).ravel()
    a, b = (k.ravel() for k in np.indices(picked.shape))
    said = np.column_stack([picked.ravel(), np.zeros(a.size)]).astype(float)
    values = np.column_stack([truth.ravel(), np.zeros(a.size)])
    ours, theirs = ([f"{c}{k:04d}" for k in range(size)] for c, size in (("p", people), ("n", needs)))
    schema = parse_schema({"outcome": "one_sided_positive"})
    empty = np.zeros((people, 0)), np.zeros((needs, 0))
    return World(schema, Table(ours, {}), Table(theirs, {}), a, b, values, said, seen, empty, weight=gain)


def _truth(rng: np.random.Generator, people: int, needs: int, topics: int) -> Floats:
    likes, about = rng.dirichlet(np.full(topics, 0.15), people), rng.dirichlet(np.full(topics, 0.1), needs)
    return np.asarray(1.2 * np.log(likes @ about.T + 0.01) + 0.5 * rng.normal(size=needs))
