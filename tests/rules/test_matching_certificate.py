"""The checker needs no solver, and refuses whatever was touched."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from matching import Arcs, Certificate, Cover, assign, certificate, check
from tests.assignments import OBJECTIVES, crowded, some_arcs


def test_the_checker_imports_no_solver() -> None:
    modules = {
        node.module
        for node in ast.walk(ast.parse(inspect.getsource(certificate)))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("matching")
    }
    assert modules == {"matching.arcs"}


def test_ten_lines_of_numpy_accept_a_certificate() -> None:
    arcs = crowded(np.random.default_rng(1), 30, 50, 5)
    found = assign(arcs)
    u, v = found.certificate.dual_person, found.certificate.dual_need
    assert (u >= 0).all() and (v >= 0).all()
    assert (u[arcs.person] + v[arcs.need] >= arcs.weight - 1e-9 * arcs.scale).all()
    bound = arcs.capacity @ u + arcs.demand @ v
    assert (np.bincount(arcs.person[found.chosen], minlength=30) <= arcs.capacity).all()
    assert (np.bincount(arcs.need[found.chosen], minlength=50) <= arcs.demand).all()
    assert arcs.weight[found.chosen].sum() == pytest.approx(bound, rel=1e-9)


Touch = Callable[[Certificate], Certificate]
ANY: dict[str, Touch] = {
    "value": lambda c: replace(c, value=c.value + 0.5),
    "count": lambda c: replace(c, count=c.count + 1),
    "objective": lambda c: replace(c, objective="beauty"),
}
PRICES: dict[str, Touch] = {
    **ANY,
    "bound": lambda c: replace(c, bound=c.bound * 0.5 - 1),
    "no prices": lambda c: replace(c, dual_person=c.dual_person * 0, dual_need=c.dual_need * 0),
    "negative": lambda c: replace(c, dual_need=c.dual_need - 1, bound=c.bound - c.dual_need.size),
    "not a number": lambda c: replace(c, dual_person=c.dual_person * np.nan),
    "too few": lambda c: replace(c, dual_person=c.dual_person[:-1]),
    "lower price": lambda c: replace(c, dual_need=c.dual_need * 0.9),
}
OFFSET: dict[str, Touch] = {"offset": lambda c: replace(c, offset=c.offset / 2)}
COVERS: dict[str, Touch] = {
    **ANY,
    "no cover": lambda c: replace(c, cover_all=None),
    "empty cover": lambda c: replace(c, cover_above_min=Cover(), cover_all=Cover()),
    "large cover": lambda c: replace(c, cover_all=Cover(np.arange(30), np.arange(50))),
    "cover of nobody": lambda c: replace(c, cover_all=Cover(np.array([-1, 999]))),
    "cover above as large": lambda c: replace(c, cover_above_min=c.cover_all),
}
CASES = [
    *(
        ("weight", name, touch)
        for name, touch in {**PRICES, "offset": lambda c: replace(c, offset=1.0)}.items()
    ),
    *(("cardinality", name, touch) for name, touch in {**PRICES, **OFFSET}.items()),
    *(("maxmin", name, touch) for name, touch in COVERS.items()),
]


@pytest.mark.parametrize(("objective", "name", "touch"), CASES, ids=lambda p: p if isinstance(p, str) else "")
def test_a_touched_proof_is_refused(objective: str, name: str, touch: Touch) -> None:
    arcs = crowded(np.random.default_rng(2), 30, 50, 5)
    found = assign(arcs, objective=objective)
    assert check(arcs, found.chosen, found.certificate) == []
    assert check(arcs, found.chosen, touch(found.certificate)) != [], name


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_touched_assignment_is_refused(objective: str) -> None:
    rng = np.random.default_rng(3)
    tried = 0
    while tried < 40:
        arcs = some_arcs(rng)
        found = assign(arcs, objective=objective)
        if found.chosen.size < 2:
            continue
        tried += 1
        spare = np.setdiff1d(np.arange(arcs.weight.size), found.chosen)
        for chosen in (
            found.chosen[:-1],
            np.append(found.chosen, found.chosen[0]),
            found.chosen + arcs.weight.size,
        ):
            assert check(arcs, chosen, found.certificate) != []
        if spare.size:
            assert check(arcs, np.append(found.chosen, spare[0]), found.certificate) != []


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_worse_assignment_is_no_optimum(objective: str) -> None:
    """Its own value and count are told truly; the proof still tells that better exists, or is none."""
    arcs = crowded(np.random.default_rng(4), 30, 50, 5)
    found = assign(arcs, objective=objective)
    fewer = found.chosen[1:]
    told = replace(found.certificate, value=float(arcs.weight[fewer].sum()), count=fewer.size)
    assert check(arcs, fewer, told) != [] or told.gap > 1e-6


def test_many_places_cost_no_memory() -> None:
    arcs = Arcs.of(np.zeros(3), np.arange(3), np.ones(3), np.array([10**12]), np.array([10**12, 1, 1]))
    for objective in OBJECTIVES:
        found = assign(arcs, objective=objective)
        assert found.certificate.count == 3 and check(arcs, found.chosen, found.certificate) == []
