"""What must not matter to an assignment: names, the unit of the weights, somebody useless, one person written
as two."""

import numpy as np
import pytest

from matching import Arcs, Assignment, assign, check
from tests.assignments import OBJECTIVES, some_arcs

SEEDS = range(40)


def distinct(seed: int, capacity: int = 2) -> Arcs:
    """No two sets of arcs weigh the same (powers of two apart), so that the best is one alone."""
    rng = np.random.default_rng(seed)
    people, needs = int(rng.integers(2, 7)), int(rng.integers(2, 8))
    number = int(rng.integers(1, min(40, people * needs) + 1))
    pair = rng.permutation(people * needs)[:number]
    weight = 2.0 ** rng.permutation(number)
    limits = rng.integers(1, capacity + 1, people), np.ones(needs)
    return Arcs.of(pair // needs, pair % needs, weight, *limits)


def pairs(arcs: Arcs, found: Assignment) -> set[tuple[int, int]]:
    return set(zip(arcs.person[found.chosen].tolist(), arcs.need[found.chosen].tolist(), strict=True))


def worth(arcs: Arcs, found: Assignment) -> tuple[int, float]:
    """How many pairs, and what they weigh; of maxmin what the lightest weighs."""
    held = arcs.weight[found.chosen]
    if found.certificate.objective == "maxmin":
        return held.size, float(held.min(initial=np.inf))
    return held.size if found.certificate.objective == "cardinality" else 0, float(held.sum())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_names_of_people_and_needs_make_no_difference(objective: str) -> None:
    """Other numbers for the same people and needs, and the rows in another order."""
    for seed in SEEDS:
        arcs = distinct(seed)
        rng = np.random.default_rng(seed + 1000)
        person, need = rng.permutation(arcs.capacity.size), rng.permutation(arcs.demand.size)
        turn = rng.permutation(arcs.weight.size)
        capacity = np.empty_like(arcs.capacity)
        capacity[person] = arcs.capacity
        renamed = Arcs.of(
            person[arcs.person][turn], need[arcs.need][turn], arcs.weight[turn], capacity, arcs.demand
        )
        found, again = assign(arcs, objective=objective), assign(renamed, objective=objective)
        assert worth(renamed, again) == worth(arcs, found)
        if objective != "maxmin":  # of those several may share the lightest pair
            assert pairs(renamed, again) == {(person[p], need[n]) for p, n in pairs(arcs, found)}


@pytest.mark.parametrize("factor", [2.0**-20, 0.1, 3.0, 2.0**20])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_unit_of_the_weights_makes_no_difference(objective: str, factor: float) -> None:
    for seed in SEEDS:
        arcs = distinct(seed)
        scaled = arcs.with_weight(arcs.weight * factor)
        found, again = assign(arcs, objective=objective), assign(scaled, objective=objective)
        number, value = worth(arcs, found)
        assert worth(scaled, again) == pytest.approx((number, value * factor), rel=1e-12)
        if objective != "maxmin":
            assert pairs(scaled, again) == pairs(arcs, found)
        assert check(scaled, again.chosen, again.certificate) == []


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_somebody_without_arcs_or_without_room_changes_nothing(objective: str) -> None:
    """At the end of the list and at its beginning; one who would fit best of all but has no room."""
    for seed in SEEDS:
        arcs = some_arcs(np.random.default_rng(seed))
        found = assign(arcs, objective=objective)
        last = Arcs.of(arcs.person, arcs.need, arcs.weight, np.append(arcs.capacity, 3), arcs.demand)
        first = Arcs.of(arcs.person + 1, arcs.need, arcs.weight, np.append(3, arcs.capacity), arcs.demand)
        assert assign(last, objective=objective).chosen.tolist() == found.chosen.tolist()
        assert assign(first, objective=objective).chosen.tolist() == found.chosen.tolist()
        needs = arcs.demand.size
        full = Arcs.of(
            np.append(arcs.person, np.full(needs, arcs.capacity.size)),
            np.append(arcs.need, np.arange(needs)),
            np.append(arcs.weight, np.full(needs, 1e12)),
            np.append(arcs.capacity, 0),
            arcs.demand,
        )
        again = assign(full, objective=objective)
        assert worth(full, again) == pytest.approx(worth(arcs, found), rel=1e-12)
        assert (full.person[again.chosen] < arcs.capacity.size).all()


def test_somebody_who_only_costs_changes_nothing() -> None:
    """Pairs below nothing are left alone where the weight decides."""
    for seed in SEEDS:
        arcs = distinct(seed)
        needs = arcs.demand.size
        more = Arcs.of(
            np.append(arcs.person, np.full(needs, arcs.capacity.size)),
            np.append(arcs.need, np.arange(needs)),
            np.append(arcs.weight, -1.0 - np.arange(needs)),
            np.append(arcs.capacity, needs),
            arcs.demand,
        )
        assert pairs(more, assign(more)) == pairs(arcs, assign(arcs))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_one_person_with_two_places_is_two_people_with_one(objective: str) -> None:
    """Every person of two places is split in turn; nobody else gains or loses by it."""
    for seed in SEEDS:
        arcs = distinct(seed)
        found = assign(arcs, objective=objective)
        for who in np.flatnonzero(arcs.capacity == 2).tolist():
            split = _split(arcs, who)
            again = assign(split, objective=objective)
            assert check(split, again.chosen, again.certificate) == []
            assert worth(split, again) == worth(arcs, found)
            if objective != "maxmin":
                twin = arcs.capacity.size
                assert {(who if p == twin else p, n) for p, n in pairs(split, again)} == pairs(arcs, found)


def _split(arcs: Arcs, who: int) -> Arcs:
    own, capacity = arcs.person == who, np.append(arcs.capacity, 1)
    capacity[who] = 1
    return Arcs.of(
        np.append(arcs.person, np.full(own.sum(), arcs.capacity.size)),
        np.append(arcs.need, arcs.need[own]),
        np.append(arcs.weight, arcs.weight[own]),
        capacity,
        arcs.demand,
    )


def test_the_problems_have_people_with_two_places() -> None:
    assert sum(int((distinct(seed).capacity == 2).sum()) for seed in SEEDS) > 40
