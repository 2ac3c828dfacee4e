"""Assignment beside OR-tools' min-cost flow, in CPU seconds, OR-tools' building of its graph included."""

import time

import numpy as np
from ortools.graph.python import min_cost_flow

from matching import Arcs, assign
from tests.bench.figures import Figure, less_is_better

SCALE = 1e6  # OR-tools counts in whole numbers


def measure(big: bool) -> list[Figure]:
    sizes = [(2_000, 20_000, 100), (10_000, 100_000, 100), (11_000, 20_000, 100)]
    if big:
        sizes += [(50_000, 500_000, 200), (28_000, 50_000, 180)]
    _ours(_arcs(50, 50, 5, "uniform"))  # compiles
    figures = []
    for places, households, degree in sizes:
        for kind in ("uniform", "popular", "ties"):
            arcs = _arcs(places, households, degree, kind)
            (value, mine), (exact, peer) = _ours(arcs), _peer(arcs)
            name = f"assign {kind} {places}x{households}, {arcs.weight.size} arcs"
            figures.append(less_is_better(name, mine, peer, "CPU s", "8x scarce, 50x plentiful"))
            figures.append(
                Figure(name + ", loss", max(0.0, 1 - value / exact), None, None, "share", "<= 1e-4")
            )
    return figures


def _arcs(places: int, households: int, degree: int, kind: str) -> Arcs:
    rng = np.random.default_rng(places)
    need = np.concatenate([np.sort(rng.choice(households, degree, replace=False)) for _ in range(places)])
    weight = rng.random(need.size)
    if kind == "popular":
        weight = 0.5 * weight + 0.5 * rng.random(households)[need]
    if kind == "ties":
        weight = np.round(weight * 20) / 20
    person = np.repeat(np.arange(places, dtype=np.int32), degree)
    ones = np.ones(places, dtype=np.int64)
    return Arcs(person, need.astype(np.int32), weight, ones, np.ones(households, dtype=np.int64))


def _ours(arcs: Arcs) -> tuple[float, float]:
    started = time.process_time()
    found = assign(arcs)
    return found.certificate.value, time.process_time() - started


def _peer(arcs: Arcs) -> tuple[float, float]:
    started = time.process_time()
    people, needs = arcs.capacity.size, arcs.demand.size
    source, sink = people + needs, people + needs + 1
    tail = np.concatenate([arcs.person, np.full(people, source), people + np.arange(needs), [source]])
    head = np.concatenate([people + arcs.need, np.arange(people), np.full(needs, sink), [sink]])
    cost = np.concatenate([np.round(-arcs.weight * SCALE), np.zeros(people + needs + 1)]).astype(np.int64)
    room = np.ones(tail.size, dtype=np.int64)
    room[-1] = people
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)
    flow.set_nodes_supplies(np.array([source, sink], np.int32), np.array([people, -people], np.int64))
    flow.solve()
    return -flow.optimal_cost() / SCALE, time.process_time() - started
