"""The planner on seeded registers: every cohort passes the gate as counted elsewhere, and it is useful."""

import random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy.catalogue import ITEMS
from app.policy.gate import Gate, Plan, RegisterHousehold, Waiting, faults
from app.policy.lattice import Label, certainty_penalty, finest_label, fits, no_finer
from app.policy.regions import counties
from app.releases.operations.planner import plan
from app.releases.operations.planner.planning import coarsest_label
from tests.register import Register, make

ALL = [c.code for c in counties()]
GATE = Gate()


def inputs(register: Register, weeks: int = 0) -> tuple[list[Waiting], list[RegisterHousehold]]:
    facts = register.facts()
    number = {ref: n for n, ref in enumerate(facts)}
    waiting = [
        Waiting(n, number[r], need["item_code"], facts[r], finest_label(facts[r]), weeks)
        for n, need in enumerate(register.needs)
        for r in [need["household_ref"]]
    ]
    return waiting, [RegisterHousehold(number[r], f) for r, f in facts.items()]


def penalty(made: Plan, n: int) -> float:
    return mean(
        certainty_penalty(c.label, "generic" if r.generic else "item", n)
        for c in made.cohorts
        for r in c.rows
    )


def shape(made: Plan) -> set[tuple[Label, frozenset[int]]]:
    return {(c.label, frozenset(r.need.need_id for r in c.rows)) for c in made.cohorts}


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    county_n=st.integers(1, 5),
    households=st.integers(8, 40),
    weeks=st.integers(0, 6),
)
def test_whatever_the_register_every_cohort_passes(
    seed: int, county_n: int, households: int, weeks: int
) -> None:
    chosen = random.Random(seed).sample(ALL, county_n)
    waiting, people = inputs(make(seed, chosen, households=households), weeks)
    made = plan(waiting, people, GATE)
    placed = [r.need.need_id for c in made.cohorts for r in c.rows]
    assert len(placed) == len(set(placed))
    assert sorted(placed + [w.need.need_id for w in made.withheld]) == sorted(w.need_id for w in waiting)
    for cohort in made.cohorts:
        assert faults(cohort.label, cohort.rows, people, GATE) == []
    assert all(w.why and w.released_by for w in made.withheld)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_province_says_more_than_the_reference_and_withholds_nothing(seed: int) -> None:
    waiting, people = inputs(make(seed, ALL, households=60))
    made = plan(waiting, people, GATE)
    assert penalty(made, 22) < 0.70
    assert not made.withheld


def test_a_pilot_county_publishes_nearly_all() -> None:
    waiting, people = inputs(make(1, ["640324"], households=60), weeks=4)
    made = plan(waiting, people, GATE)
    assert len(made.withheld) <= 0.02 * len(waiting)


def test_the_order_of_the_input_does_not_matter() -> None:
    waiting, people = inputs(make(3, ALL[:4], households=20))
    other = waiting[:]
    random.Random(1).shuffle(other)
    assert shape(plan(waiting, people, GATE)) == shape(plan(other, people[::-1], GATE))


def test_under_twenty_households_nothing_is_published() -> None:
    waiting, people = inputs(make(1, ["640324"], households=19))
    made = plan(waiting, people, GATE)
    assert not made.cohorts
    assert {w.reason for w in made.withheld} <= {"register_small", "too_few"}


def test_never_finer_than_approved() -> None:
    waiting, people = inputs(make(4, ALL[:3], households=40))
    wide = [Waiting(w.need_id, w.household_id, w.item_code, w.facts, Label("全区")) for w in waiting]
    made = plan(wide, people, GATE)
    assert made.cohorts
    assert {c.label for c in made.cohorts} == {Label("全区")}


def test_a_need_that_comes_back_never_says_more_than_before() -> None:
    waiting, people = inputs(make(4, ALL[:3], households=40))
    before = {w.need_id: [Label("全区", has_elder="有" if w.facts.elder else "无")] for w in waiting[::2]}
    made = plan(waiting, people, GATE, before=before)
    said = {r.need.need_id: c.label for c in made.cohorts for r in c.rows}
    assert said
    assert all(no_finer(said[n], old) for n, labels in before.items() if n in said for old in labels)


def test_health_waits_or_is_generic_for_whole_actions_in_a_small_register() -> None:
    waiting, people = inputs(make(6, ["640324"], households=45))
    made = plan(waiting, people, GATE)
    by_action: dict[int, set[bool]] = {}
    for cohort in made.cohorts:
        for row in cohort.rows:
            by_action.setdefault(row.need.item.action_no, set()).add(row.generic)
    assert all(len(shown) == 1 for shown in by_action.values()), "a whole action or none of it (rule 6)"


def test_what_would_tell_an_untruth_is_matched_directly() -> None:
    waiting, people = inputs(make(1, ALL[:2], households=30))
    sound = next(w for w in waiting if w.facts.disability == frozenset())
    code = next(c for c, item in ITEMS.items() if item.implies == "disability")
    odd = Waiting(9999, sound.household_id, code, sound.facts, sound.floor)
    made = plan([*waiting, odd], people, GATE)
    assert [w.reason for w in made.withheld if w.need.need_id == 9999] == ["direct"]


def test_it_starts_from_the_widest_label_that_is_exact() -> None:
    assert coarsest_label({"640324"}) == Label("同心县")
    assert coarsest_label({"640324", "640303"}).region_label in ("红寺堡区、同心县", "同心县、红寺堡区")
    assert coarsest_label(set(ALL)) == Label("全区")


def test_a_larger_k_is_kept() -> None:
    waiting, people = inputs(make(2, ALL[:4], households=30))
    made = plan(waiting, people, Gate(k=20))
    assert made.cohorts
    assert all(len({r.need.household_id for r in c.rows}) >= 20 for c in made.cohorts)
    assert all(fits(r.need.facts, c.label) for c in made.cohorts for r in c.rows)
