"""Assignments are optimal, the same whatever the order, and no better when nothing useful comes to them."""

import os
import subprocess
import sys

import numpy as np
import pytest
from ortools.graph.python import min_cost_flow

from matching import Arcs, assign, check, one_to_one
from matching.assignment import assignment_from, market_of
from matching.auction import new_lists
from matching.dense import is_small, solve_table
from matching.exact import Market, Solved, good_enough, solve
from matching.passes import fill_from_all, fill_from_rows, list_prices, starts
from tests.assignments import OBJECTIVES, crowded, shuffled, some_arcs
from tests.programme import best_by_programme

LONG = [300, pytest.param(10_000, marks=pytest.mark.soak)]


@pytest.mark.parametrize("rounds", LONG)
def test_nothing_better_exists_and_the_proof_stands(rounds: int) -> None:
    rng = np.random.default_rng(7)
    for turn in range(rounds // 3):
        arcs = some_arcs(rng)
        for objective in OBJECTIVES:
            found = assign(arcs, objective=objective)
            proof = found.certificate
            assert check(arcs, found.chosen, proof) == [], (turn, objective)
            if objective == "maxmin":
                continue
            assert proof.gap <= 1e-9, (turn, objective)
            best = best_by_programme(arcs.with_weight(arcs.weight + proof.offset))
            there, here = (arcs.weight[of] + proof.offset for of in (best, found.chosen))
            assert here.sum() == pytest.approx(there.sum(), rel=1e-7, abs=1e-7 * arcs.scale), (
                turn,
                objective,
            )


@pytest.mark.parametrize("rounds", [12, pytest.param(300, marks=pytest.mark.soak)])
def test_the_value_is_that_of_an_integer_solver(rounds: int) -> None:
    rng = np.random.default_rng(8)
    for turn in range(rounds):
        rows, columns = sorted(int(n) for n in rng.integers(20, 300, 2))
        arcs = crowded(rng, rows, columns, int(rng.integers(3, 15)))
        for arcs_now in (arcs, _turned(arcs)):
            assert assign(arcs_now).certificate.value == _by_flow(arcs_now), turn


def test_auction_and_paths_find_what_a_table_finds() -> None:
    """Small markets are tables, and never see the auction otherwise."""
    rng = np.random.default_rng(12)
    tables = 0
    for turn in range(300):
        arcs = some_arcs(rng) if turn % 3 else crowded(rng, 30, int(rng.integers(30, 60)), 9)
        market, back, turned = market_of(arcs)
        found = assignment_from(arcs, solve(market), back, turned)
        assert found.certificate.gap <= 1e-9, turn
        if not arcs.lighter_copies.size:
            assert check(arcs, found.chosen, found.certificate) == [], turn
        if is_small(market):
            tables += 1
            table = solve_table(market)
            assert table is not None
            told = assignment_from(arcs, table, back, turned)
            assert check(arcs, told.chosen, told.certificate) == [], turn
            assert told.certificate.value == pytest.approx(found.certificate.value, rel=1e-9)
    assert tables > 100


@pytest.mark.parametrize("gap", [0.0, 1e-3])
def test_places_that_all_want_are_shared_out_in_any_order_of_arcs(gap: float) -> None:
    """What is common to all outweighs the rest: prices are found in large steps, then in small ones."""
    rng = np.random.default_rng(13)
    arcs = crowded(rng, 400, 500, 60)
    arcs = arcs.with_weight(arcs.weight * 0.05 + 1000 * rng.random(500)[arcs.need])
    best = assign(arcs).certificate.value
    found = assign(arcs, gap=gap)
    assert check(arcs, found.chosen, found.certificate) == []
    assert found.certificate.gap <= max(gap, 1e-9)
    assert found.certificate.value >= best * (1 - 0.1 * gap - 1e-9), "of the gap next to nothing is lost"
    turn = rng.permutation(arcs.weight.size)
    again = assign(shuffled(arcs, turn), gap=gap)
    assert np.sort(turn[again.chosen]).tolist() == found.chosen.tolist()


def _turned(arcs: Arcs) -> Arcs:
    return Arcs.of(arcs.need, arcs.person, arcs.weight, arcs.demand, arcs.capacity)


def _by_flow(arcs: Arcs) -> int:
    people, needs = arcs.capacity.size, arcs.demand.size
    flow, source, sink = min_cost_flow.SimpleMinCostFlow(), people + needs, people + needs + 1
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([arcs.person, np.full(people, source), people + np.arange(needs), [source]]).astype(
            np.int32
        ),
        np.concatenate([people + arcs.need, np.arange(people), np.full(needs, sink), [sink]]).astype(
            np.int32
        ),
        np.concatenate([np.ones(arcs.person.size), arcs.capacity, arcs.demand, [people]]).astype(np.int64),
        np.concatenate([-arcs.weight, np.zeros(people + needs + 1)]).astype(np.int64),
    )
    flow.set_nodes_supplies(np.array([source, sink], np.int32), np.array([people, -people], np.int64))
    assert flow.solve() == flow.OPTIMAL
    return -int(flow.optimal_cost())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_order_of_arcs_makes_no_difference(objective: str) -> None:
    rng = np.random.default_rng(3)
    for size, levels in ((4, 1000), (40, 4), (40, 4), (200, 9), (200, 1000)):
        arcs = crowded(rng, size, 2 * size, 6)
        arcs = arcs.with_weight(arcs.weight % levels)
        found = assign(arcs, objective=objective)
        for turn in (rng.permutation(arcs.weight.size), np.lexsort((arcs.person, arcs.need))):
            again = assign(shuffled(arcs, turn), objective=objective)
            assert np.sort(turn[again.chosen]).tolist() == found.chosen.tolist()


@pytest.mark.parametrize("by_row", [True, False])
def test_the_short_lists_alone_give_prices_that_cover_every_arc(by_row: bool) -> None:
    rng = np.random.default_rng(11)
    arcs = crowded(rng, 50, 80, 20)
    lists = new_lists(np.ones(50, dtype=np.int64), 3)
    if by_row:
        fill_from_rows(starts(arcs.person, 50), arcs.need, arcs.weight, 0.0, lists)
    else:
        fill_from_all(arcs.person, arcs.need, arcs.weight, 0.0, lists)
    v = rng.uniform(0, 1000, 80)
    u = list_prices(lists, v)
    assert (u[arcs.person] + v[arcs.need] >= arcs.weight).all()


def test_a_gap_is_kept_to_and_its_answer_is_one_and_the_same_in_any_order() -> None:
    rng = np.random.default_rng(4)
    arcs = crowded(rng, 300, 900, 12)
    found = assign(arcs, gap=1e-2)
    assert check(arcs, found.chosen, found.certificate) == []
    assert 1e-9 < found.certificate.gap <= 1e-2, "the auction alone is enough here"
    turn = rng.permutation(arcs.weight.size)
    again = assign(shuffled(arcs, turn), gap=1e-2)
    assert np.sort(turn[again.chosen]).tolist() == found.chosen.tolist()


def test_a_gap_that_idle_places_make_up_is_not_good_enough() -> None:
    """Both prices prove the gap; in one a place has some of it that nobody takes, which is lost for good."""
    row, column = np.zeros(2, np.int32), np.arange(2, dtype=np.int32)
    one, two = np.ones(1, np.int64), np.ones(2, np.int64)
    market = Market(row, column, np.array([1.0, 0.9]), one, two, True, 0.9, 1.0)
    for idle, enough in ((0.0, True), (0.0005, False)):
        solved = Solved(np.array([0]), np.array([0.9]), np.array([0.1005 - idle, idle]))
        assert good_enough(market, solved, 1e-3) == enough


@pytest.mark.parametrize("objective", ["weight", "cardinality"])
def test_scaled_weights_give_the_same_assignment_and_a_scaled_value(objective: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        arcs = some_arcs(rng)
        found = assign(arcs, objective=objective).certificate.value
        for factor in (2.0**-20, 8.0):
            scaled = assign(arcs.with_weight(arcs.weight * factor), objective=objective)
            assert scaled.certificate.value == pytest.approx(
                found * factor, rel=1e-7, abs=1e-7 * arcs.scale * factor
            )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_useless_person_changes_nothing(objective: str) -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        arcs = some_arcs(rng)
        more = Arcs.of(arcs.person, arcs.need, arcs.weight, np.append(arcs.capacity, 3), arcs.demand)
        assert (
            assign(more, objective=objective).chosen.tolist()
            == assign(arcs, objective=objective).chosen.tolist()
        )


def test_a_person_with_two_places_is_as_good_as_two_people_with_one() -> None:
    rng = np.random.default_rng(9)
    for _ in range(30):
        arcs = crowded(rng, 8, 12, 4)
        two = Arcs.of(arcs.person, arcs.need, arcs.weight, np.where(np.arange(8) == 0, 2, 1), arcs.demand)
        first = arcs.person == 0
        split = Arcs.of(
            np.append(arcs.person, np.full(first.sum(), 8)),
            np.append(arcs.need, arcs.need[first]),
            np.append(arcs.weight, arcs.weight[first]),
            np.ones(9),
            arcs.demand,
        )
        assert assign(two).certificate.value == assign(split).certificate.value


def test_of_equals_those_who_waited_longest_are_served() -> None:
    arcs = one_to_one([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], np.ones(6), 2, 3)
    found = assign(arcs, waited=np.array([1.0, 9.0, 2.0]))
    assert sorted(arcs.need[found.chosen]) == [1, 2]
    assert check(arcs, found.chosen, found.certificate) == []


def test_waiting_never_costs_anything() -> None:
    rng = np.random.default_rng(10)
    for _ in range(60):
        arcs = some_arcs(rng)
        waited = rng.integers(0, 5, arcs.demand.size).astype(float)
        for objective in OBJECTIVES:
            plain, fair = assign(arcs, objective=objective), assign(arcs, objective=objective, waited=waited)
            assert check(arcs, fair.chosen, fair.certificate) == []
            assert fair.certificate.value == pytest.approx(
                plain.certificate.value, rel=1e-7, abs=1e-9 * arcs.scale
            )


def test_pins_are_kept_and_the_rest_is_the_best_that_goes_with_them() -> None:
    arcs = one_to_one([0, 0, 1, 1], [0, 1, 0, 1], [5.0, 1.0, 4.0, 3.0], 2, 2)
    assert assign(arcs).chosen.tolist() == [0, 3]
    pinned = np.array([1])
    found = assign(arcs, pinned=pinned)
    assert found.chosen.tolist() == [1, 2]
    assert found.certificate.value == 5.0
    assert check(arcs, found.chosen, found.certificate, pinned) == []
    assert check(arcs, np.array([0, 3]), found.certificate, pinned) != []


def test_a_forbidden_pair_is_an_arc_left_out() -> None:
    arcs = one_to_one([0, 0, 1], [0, 1, 0], [5.0, 1.0, 3.0], 2, 2)
    assert assign(arcs.kept(np.array([False, True, True]))).chosen.tolist() == [0, 1]


def test_pins_that_do_not_fit_are_refused() -> None:
    arcs = one_to_one([0, 0], [0, 1], [5.0, 1.0], 1, 2)
    for pins, told in (([0, 1], "more is pinned"), ([0, 0], "twice"), ([7], "not among")):
        with pytest.raises(ValueError, match=told):
            assign(arcs, pinned=np.array(pins))


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        one_to_one([0, 0], [0, 1], [1.0, weight], 1, 2)


def test_indices_outside_and_negative_limits_are_refused() -> None:
    for person, need, capacity in (([1], [0], [1]), ([-1], [0], [1]), ([0], [1], [1]), ([0], [0], [-1])):
        with pytest.raises(ValueError):
            Arcs.of(person, need, [1.0], capacity, [1])


def test_a_price_war_over_equal_places_ends_at_once() -> None:
    people, needs = 60, 20
    person, need = np.divmod(np.arange(people * needs), needs)
    weight = 1000.0 + 1e-9 * ((person * 7 + need * 13) % 5)
    found = assign(one_to_one(person, need, weight, people, needs))
    assert found.certificate.count == needs and found.certificate.gap <= 1e-9


PLAIN = """
import numpy as np
import matching.compiled
from matching import assign, check
from tests.assignments import OBJECTIVES, crowded, some_arcs
assert not matching.compiled.COMPILED
rng = np.random.default_rng(1)
for arcs in [crowded(rng, 12, 20, 4)] + [some_arcs(rng) for _ in range(20)]:
    for objective in OBJECTIVES:
        found = assign(arcs, objective=objective)
        assert check(arcs, found.chosen, found.certificate) == []
        print(found.chosen.tolist(), found.certificate.value)
arcs = crowded(rng, 200, 600, 30)  # a table here, an auction there: of equal optima another may be found
found = assign(arcs)
assert check(arcs, found.chosen, found.certificate) == []
print(found.certificate.value)
"""


def test_without_numba_the_answers_are_the_same() -> None:
    told = {}
    for switch, script in (("0", PLAIN), ("1", PLAIN.replace("assert not matching", "assert matching"))):
        env = {**os.environ, "MATCHING_COMPILED": switch}
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env)
        assert ran.returncode == 0, ran.stderr
        told[switch] = ran.stdout
    assert told["0"] == told["1"]
