"""Around the outcome model: ranking under hard conditions, fairness, texts, ages, folds, the year."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from matching import Arcs, assign
from matching.fairness import COARSE, NO_ONE, SECOND, envy, report, shares, waste, without
from matching.features.columns import ancestors
from matching.features.pairs import NamePair, NumberPair, PlacePair
from matching.features.text import TextSpace, words
from matching.outcome.blend import SHARED_PULL, Bend, Weights, shared_scale
from matching.outcome.design import Design, Rows
from matching.outcome.folds import folds
from matching.outcome.joint import both
from matching.outcome.negatives import unchosen
from matching.outcome.recency import decay, half_life
from matching.ranking import Ranking
from matching.schema import Column
from matching.simulate import Year, first_come, nightly, run, with_waiting
from matching.tables import days_of, geo_of, number_of

WIDTH = 5


def some_ranking(seed: int, rows: int) -> tuple[Ranking, dict[str, tuple[str, np.ndarray, int]]]:
    rng = np.random.default_rng(seed)
    held = {f"r{k}": (f"g{k % 4}", rng.normal(size=WIDTH), int(rng.integers(0, 4))) for k in range(rows)}
    regions, features, flags = zip(*held.values(), strict=True)
    return Ranking(list(held), list(regions), np.array(features), np.array(flags)), held


def by_hand(
    held: dict[str, tuple[str, np.ndarray, int]],
    asked: np.ndarray,
    regions: list[str] | None,
    needed: int,
    refused: int,
) -> list[str]:
    passing = [
        (-float(f.astype(np.float32) @ asked.astype(np.float32)), i)
        for i, (g, f, b) in held.items()
        if (regions is None or g in regions) and b & needed == needed and not b & refused
    ]
    return [i for _s, i in sorted(passing)][:20]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([None, ["g1"], ["g0", "g3"], ["none"]]),
       st.integers(0, 3), st.integers(0, 3))  # fmt: skip
def test_ranking_is_exact_under_hard_conditions(
    seed: int, rows: int, regions: list[str] | None, needed: int, refused: int
) -> None:
    ranking, held = some_ranking(seed, rows)
    asked = np.random.default_rng(seed + 1).normal(size=WIDTH)
    found = ranking.top(asked, 20, regions, needed, refused).ids
    assert found == by_hand(held, asked, regions, needed, refused)


def test_rows_change_one_by_one_as_if_laid_anew() -> None:
    ranking, held = some_ranking(1, 40)
    rng = np.random.default_rng(2)
    for step in range(400):
        name = f"r{rng.integers(0, 80)}"
        if name in held and step % 3 == 0:
            ranking.drop(name)
            del held[name]
        else:
            held[name] = (f"g{rng.integers(0, 6)}", rng.normal(size=WIDTH), int(rng.integers(0, 4)))
            ranking.put(name, *held[name])
    asked = rng.normal(size=WIDTH)
    assert len(ranking) == len(held)
    assert ranking.top(asked).ids == by_hand(held, asked, None, 0, 0)
    assert ranking.top(asked, 20, ["g5"], 1).ids == by_hand(held, asked, ["g5"], 1, 0)


def test_blocks_find_the_same_as_one_look() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60_000, 4))
    ids = [f"{k:06d}" for k in range(60_000)]
    ranking = Ranking(ids, ["g"] * 60_000, features)
    asked = rng.normal(size=4)
    score = features.astype(np.float32) @ asked.astype(np.float32)
    assert ranking.top(asked).ids == [ids[k] for k in np.argsort(-score)[:20]]


def arcs_of(person: list[int], need: list[int], weight: list[float], people: int, needs: int) -> Arcs:
    ones = np.ones(people, np.int64), np.ones(needs, np.int64)
    return Arcs(np.array(person, np.int32), np.array(need, np.int32), np.array(weight), *ones)


def test_the_report_says_who_is_left_and_why() -> None:
    arcs = arcs_of([0, 0, 1], [0, 1, 0], [0.9, 0.5, 0.8], 2, 4)
    left = without(arcs, np.array([0]), np.array([False, False, False, True]))
    assert [(x.need, x.reason) for x in left] == [(1, SECOND), (2, NO_ONE), (3, COARSE)]


def test_envy_and_waste_are_seen_and_absent_where_there_is_none() -> None:
    arcs = arcs_of([0, 0, 1, 1], [0, 1, 0, 1], [0.9, 0.2, 0.3, 0.8], 2, 2)
    assert envy(arcs, np.array([1, 2])) == 1.0
    assert envy(arcs, np.array([0, 3])) == 0.0
    assert waste(arcs, np.array([0])) == 1.0
    assert waste(arcs, np.array([0, 3])) == 0.0


def test_exposure_is_one_where_proposals_follow_needs() -> None:
    need = np.arange(4, dtype=np.int32)
    even = shares(need, np.ones(4), np.array([0, 2]), ["long", "long", "short", "short"])
    assert [s.ratio for s in even] == [1.0, 1.0]
    lopsided = shares(need, np.ones(4), np.array([0, 1]), ["long", "long", "short", "short"])
    assert [(s.group, s.ratio) for s in lopsided] == [("long", 2.0), ("short", 0.0)]


def test_a_rule_that_decides_has_a_price_and_one_that_does_not_is_free() -> None:
    arcs = arcs_of([0, 0], [0, 1], [0.9, 1.6], 1, 2)
    told = report(
        arcs,
        assign(arcs).chosen,
        {"band": ["a", "b"]},
        rules={"none": np.zeros(2), "wait": np.array([0, 1.0])},
    )
    assert told.price == {"none": 0.0, "wait": pytest.approx(1 / 3, abs=1e-6)}
    with pytest.raises(ValueError, match="names 1 rows of 2"):
        report(arcs, np.array([0]), {"band": ["a"]})


def test_words_are_spaced_or_runs_of_characters() -> None:
    assert words("Repairs wheelchairs") == ["repair", "wheelchair", "repair wheelchair"]
    assert {"轮", "轮椅", "轮椅维"} <= set(words("轮椅维修"))


def test_texts_on_one_matter_are_nearer_than_others() -> None:
    texts = [
        f"{a} {b}"
        for a in ("wheelchair repair", "mathematics lessons")
        for b in ("for elders", "in town", "daily")
    ]
    space = TextSpace().fit(texts)
    for view in space.transform(texts):
        dense = np.asarray(sparse.csr_matrix(view).todense())
        like = dense @ dense.T
        if like.any():
            assert like[0, 1] > like[0, 3]


def test_a_shared_prefix_of_regions_is_nearer() -> None:
    assert ancestors("A-B-C") == ["A", "A-B", "A-B-C"]
    assert ancestors("640105001") == ["64", "6401", "640105", "640105001"]
    column = Column("place", "region")
    cells = ["A-B-C", "A-B-D", "A-E-F", "G-H-I"]
    pair = NamePair(column, column).fit(cells, cells)
    one, other = pair.of(cells, cells)
    value = pair.values((one,), (other,), np.zeros(4, np.int64), np.arange(4))[:, 0]
    assert value[0] > value[1] > value[2] > value[3] == 0


def test_nearer_numbers_and_places_are_nearer_and_unknown_is_no_error() -> None:
    age, at = Column("age", "numeric"), Column("at", "geo")
    numbers = NumberPair(age, age).fit(["20", "40", ""], ["21", "60", ""])
    x, y = numbers.of(["20", "40", ""], ["21", "60", ""])
    near = numbers.values((x,), (y,), np.array([0, 0, 2]), np.array([0, 1, 1]))
    assert near[0, 0] > near[1, 0] and np.isfinite(near).all()
    places = PlacePair(at, at)
    p, q = places.of(["38.5;106.2", ""], ["38.6;106.2", "30;100"])
    far = places.values((p,), (q,), np.array([0, 0, 1]), np.array([0, 1, 0]))[:, 0]
    assert far[0] == pytest.approx(-np.log1p(11.12), abs=0.01)
    assert far[1] < far[0] and np.isfinite(far).all()


def test_cells_are_read_or_are_unknown() -> None:
    assert days_of("1970-01-02") == 1.0 and days_of("1970-01-01T12:00:00+00:00") == 0.5
    assert number_of("1,200.5") == 1200.5
    assert all(math.isnan(v) for v in (number_of("x"), days_of(""), geo_of("95;3")[0], number_of("inf")))


def test_folds_of_strangers_share_nobody_with_their_training() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 20, 300), rng.integers(0, 20, 300)
    kinds = set()
    for fold in folds(a, b, 0):
        kinds.add(fold.kind)
        assert not set(fold.train) & set(fold.test)
        if fold.kind == "people":
            known = set(a[fold.train]), set(b[fold.train])
            assert all(
                p not in known[0] or n not in known[1]
                for p, n in zip(a[fold.test], b[fold.test], strict=True)
            )
    assert kinds == {"pairs", "people"}
    apart = np.repeat(np.arange(6), 50)
    groups = [f for f in folds(apart * 5 + rng.integers(0, 5, 300), apart * 5 + rng.integers(0, 5, 300), 0)
              if f.kind == "groups"]  # fmt: skip
    assert groups and all(not set(apart[f.train]) & set(apart[f.test]) for f in groups)


def test_what_was_not_chosen_is_drawn_inside_the_pools() -> None:
    pool = np.array([0, 0, 0, 1, 1, 1])
    a, b = np.array([0, 0, 1]), np.array([0, 1, 4])
    drawn_a, drawn_b, rate = unchosen(a, b, pool, 0)
    assert rate == 1.0
    assert sorted(zip(drawn_a.tolist(), drawn_b.tolist(), strict=True)) == [(0, 2), (1, 3), (1, 5)]


def test_the_product_of_chances_in_log_odds() -> None:
    p, q = np.array([0.2, 0.9, 0.5]), np.array([0.7, 0.9, 1e-9])
    logit = both(np.log(p / (1 - p)), np.log(q / (1 - q)))
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(p * q, rel=1e-9)


def test_bending_never_turns_an_order_round_and_mends_false_confidence() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=4000)
    y = (rng.random(4000) < 1 / (1 + np.exp(-true))).astype(float)
    bend = Bend().fit(3 * true, y, np.ones(4000))
    grid = np.linspace(-8, 8, 200)
    assert (np.diff(bend(grid)) > 0).all()
    assert bend(np.array([3.0]))[0] == pytest.approx(1.0, abs=0.25)


def test_a_learner_that_says_the_opposite_gets_no_weight() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=2000)
    y = (rng.random(2000) < 1 / (1 + np.exp(-true))).astype(float)
    found = Weights(np.array([0.7, 0.3])).fit(np.column_stack([true, -true]), y, np.ones(2000))
    assert found.slope[1] < 0.01 and found.slope[0] == pytest.approx(1.0, abs=0.15)


def test_directions_share_how_far_their_learners_may_be_believed() -> None:
    """Both boast alike; of one, by chance, so few answers are known that alone it would be believed less."""
    rng = np.random.default_rng(3)
    lines = [rng.normal(size=n) * 2 for n in (4000, 80)]
    said = [(rng.random(x.size) < 1 / (1 + np.exp(-0.5 * x - k))).astype(float) for k, x in enumerate(lines)]
    ones = [np.ones(x.size) for x in lines]
    scale = shared_scale(lines, said, ones)
    assert scale == pytest.approx(0.5, abs=0.05)
    start = np.array([scale])
    alone, pulled = (
        Weights(s, p).fit(lines[1][:, None], 1 - said[1], ones[1]).slope[0]
        for s, p in ((np.ones(1), 1.0), (start, SHARED_PULL))
    )
    assert alone < 0.1 and pulled == pytest.approx(scale, abs=0.1)
    assert shared_scale(lines, [said[0], np.zeros(80)], ones) == 1.0


@pytest.mark.parametrize("moves", [False, True])
def test_old_answers_lose_their_say_only_where_people_change(moves: bool) -> None:
    """40 persons ask 40 others; half way through, who was sought after no longer is, and the reverse."""
    rng = np.random.default_rng(1)
    n = 1_600
    a, b, time = rng.integers(0, 40, n), rng.integers(0, 40, n), np.sort(rng.uniform(0, 100, n))
    sought = rng.normal(size=40)[b] * 2 * np.where(moves & (time < 60), -1, 1)
    y = (rng.random(n) < 1 / (1 + np.exp(-sought))).astype(float)
    empty, none, zero = np.zeros((n, 0)), np.full(n, -1), np.zeros(n)
    rows = Rows(a, b, empty, empty, y, zero + 1, none, none, empty, zero, zero + np.nan, zero + 1)
    found = half_life(rows, time, Design(np.zeros((40, 0)), np.zeros((40, 0)), 0, 0))
    assert np.isfinite(found) == moves
    assert np.isinf(half_life(rows, time + np.nan, Design(np.zeros((40, 0)), np.zeros((40, 0)), 0, 0)))


def test_an_answer_one_half_life_older_weighs_half() -> None:
    weight = decay(np.array([10.0, 0.0, np.nan]), 10.0)
    assert weight.tolist() == [1.0, 0.5, 0.75]
    assert decay(np.array([1.0, 5.0]), np.inf).tolist() == [1.0, 1.0]


def test_a_year_is_the_same_for_the_same_seed_and_every_policy_obeys_it() -> None:
    year = Year.made(3, 60)
    once, again = run(year, nightly, 60), run(Year.made(3, 60), nightly, 60)
    assert once.waits == again.waits and once.open_by_week == again.open_by_week
    for policy in (first_come, nightly, with_waiting):
        told = run(year, policy, 60)
        assert len(told.waits) <= told.proposals and all(w >= 0 for w in told.waits)
        assert 0 <= told.never <= told.needs
    assert sum(once.chances) / once.proposals > 0.1
