"""What single learners find: hidden tastes, what each one likes, and texts that are near to everybody."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from matching.features import usual
from matching.outcome import OutcomeModel
from matching.outcome.design import Design, Rows
from matching.outcome.tastes import Tastes
from matching.outcome.vectors import Order, drawn, drawn_plain
from matching.schema import parse_schema
from matching.tables import History, Pairs, Table
from tests.bench.outcome_bids import bids

N = 50


def rows_of(
    true: np.ndarray,
    x: np.ndarray,
    z: np.ndarray,
    seed: int,
    seen: Callable[[np.ndarray], np.ndarray] | None = None,
) -> tuple[Design, Rows, Rows]:
    """`true` log odds of each to each, and features of both sides: half of the answers, or those of the
    deciders `seen`, and the rest."""
    rng = np.random.default_rng(seed)
    a, b = (k.ravel() for k in np.indices(true.shape))
    y = (rng.random(a.size) < 1 / (1 + np.exp(-true.ravel()))).astype(float)
    none, zero, empty = np.full(a.size, -1), np.zeros(a.size), np.zeros((a.size, 0))
    rows = Rows(a, b, x[a], z[b], y, zero + 1, none, none, empty, zero, zero + np.nan, zero + 1)
    known = rng.random(a.size) < 0.5 if seen is None else seen(a)
    return Design(x, z, 0, 0), rows.take(known), rows.take(~known)


def area(model: Tastes, known: Rows, asked: Rows) -> float:
    return float(roc_auc_score(asked.y, model.fit(known).logits(asked)))


def test_hidden_tastes_foretell_and_their_parts_add_up() -> None:
    rng = np.random.default_rng(0)
    likes, looks = rng.normal(size=(N, 2)), rng.normal(size=(N, 2))
    none = np.zeros((N, 0))
    design, known, asked = rows_of(1.2 * likes @ looks.T, none, none, 1)
    with_tastes = Tastes(design, rank=2)
    assert area(with_tastes, known, asked) > area(Tastes(design, rank=0), known, asked) + 0.1
    assert_parts_add_up(with_tastes, asked)


@pytest.mark.parametrize("turned", [False, True])
def test_each_one_s_own_likings_are_learned_on_both_sides(turned: bool) -> None:
    """Deciders differ in which of two features they look for, or candidates in whom they draw."""
    rng = np.random.default_rng(2)
    told, likes = rng.normal(size=(N, 2)), rng.normal(size=(N, 2))
    none = np.zeros((N, 0))
    true = 1.2 * (told @ likes.T if turned else likes @ told.T)
    design, known, asked = rows_of(true, told if turned else none, none if turned else told, 3)
    with_likes = Tastes(design, rank=0)
    assert area(with_likes, known, asked) > area(Tastes(design, rank=0, likes=0), known, asked) + 0.1
    assert_parts_add_up(with_likes, asked)


def test_of_a_stranger_is_said_no_more_than_those_who_are_known_have_in_common() -> None:
    """A hundred deciders like two features of six candidates, each in his own way; as many new ones come."""
    rng = np.random.default_rng(6)
    told = rng.normal(size=(6, 2))
    likes = np.array([2.0, 0.0]) + 3 * rng.normal(size=(200, 2))
    design, known, asked = rows_of(likes @ told.T, np.zeros((200, 0)), told, 6, seen=lambda a: a < 100)
    asked.a = np.full(len(asked), -1)
    model = Tastes(design).fit(known)
    assert loss(model, asked) < 0.69  # what a coin would cost
    assert_parts_add_up(model, asked)


def test_who_never_answered_changes_nothing_in_what_is_learned_of_the_others() -> None:
    rng = np.random.default_rng(8)
    told, more = rng.normal(size=(N, 2)), rng.normal(size=(500, 2))
    design, known, asked = rows_of(rng.normal(size=(N, 2)) @ told.T, told, told, 9)
    crowded = Design(np.vstack([told, more]), np.vstack([told, more]), 0, 0)
    crowded.side_axes, crowded.both_axes = design.side_axes, design.both_axes
    alone, among = (Tastes(d, share=0.1).fit(known).logits(asked) for d in (design, crowded))
    assert among == pytest.approx(alone, abs=1e-12)


def loss(model: Tastes, asked: Rows) -> float:
    f = model.logits(asked)
    return float(np.mean(np.logaddexp(0, f) - asked.y * f))


def assert_parts_add_up(model: Tastes, asked: Rows) -> None:
    sums, columns = model.parts(asked)
    total = sum(sums.values()) + sum(c.sum(axis=1) for c in columns.values())
    assert total == pytest.approx(model.logits(asked), abs=1e-9)


def test_compiled_and_plain_draws_are_the_same() -> None:
    rng = np.random.default_rng(4)
    index, x = rng.integers(-1, 7, 200), rng.normal(size=(200, 5))
    curve, pull = rng.random(200), rng.normal(size=200)
    rest = rng.random(5) + 0.1, rng.normal(size=(8, 5)), rng.normal(size=(8, 5))
    order = Order.of(index, 8)  # one of them has no rows
    once = drawn(order, x, curve, pull, *rest)
    assert once == pytest.approx(drawn_plain(order, x, curve, pull, *rest), abs=1e-10)
    mine, width = x[index == 3], np.diag(rest[0])
    gram = width + (mine * curve[index == 3][:, None]).T @ mine
    mean = np.linalg.solve(gram, rest[1][3] + mine.T @ pull[index == 3])
    assert once[3] == pytest.approx(mean + np.linalg.solve(np.linalg.cholesky(gram).T, rest[2][3]), abs=1e-10)


def test_a_text_near_to_everybody_is_nobody_s_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each writes of his own matter and trade in words that all use; one need is made of those alone."""
    common = "the county office cares for elders and children at home and in school"
    says = [f"{common} matter{k} trade{k}" for k in range(20)]
    people = Table([f"p{k:02d}" for k in range(20)], {"says": says})
    own = [f"matter{k} for elders at school" for k in range(20)]
    needs = Table([f"n{k:02d}" for k in range(21)], {"says": [*own, common]})
    assert (nearest(people, needs) == np.arange(20)).all()
    monkeypatch.setattr(usual, "TAKEN", 0.0)
    assert (nearest(people, needs) == 20).all()


def test_of_whom_nothing_is_written_nothing_is_said() -> None:
    says = {"says": [*(f"matter{k} for elders at school" for k in range(20)), ""]}
    people, needs = (Table([f"{c}{k:02d}" for k in range(21)], says) for c in "pn")
    scores = scored(people, needs)
    assert np.ptp(scores[20, :20]) == np.ptp(scores[:20, 20]) == 0.0
    assert np.ptp(scores[:20, :20]) > 0.1


def nearest(people: Table, needs: Table) -> np.ndarray:
    """The need with the highest score, for each person."""
    return np.asarray(scored(people, needs).argmax(axis=1))


def scored(people: Table, needs: Table) -> np.ndarray:
    """(people, needs)"""
    column = {"columns": {"says": {"type": "text"}}}
    schema = parse_schema({"outcome": "none", "people": column, "needs": column})
    zero = np.zeros(0)
    model = OutcomeModel(schema).fit(people, needs, History([], [], zero, zero, zero, zero, zero, []))
    who = [p for p in people.ids for _ in needs.ids]
    pairs = Pairs(who, needs.ids * len(people.ids), np.full(len(who), np.nan), [""] * len(who))
    return model.ask(people, needs, pairs).score.reshape(len(people.ids), -1)


def test_choices_too_many_for_tastes_keep_their_chances() -> None:
    """A whole fit has more rows than its folds: both must have tastes, or neither."""
    world = bids(1, 60, 300)
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    found = model.ask(world.people, world.needs, world.asked())
    rate = world.said[~world.seen, 0].mean()
    assert found.person.mean() == pytest.approx(rate, rel=0.25)


def test_answers_of_great_weight_are_no_fault() -> None:
    rng = np.random.default_rng(10)
    told = rng.normal(size=(N, 3))
    design, known, asked = rows_of(told @ told.T, told, told, 11)
    known.weight = np.full(len(known), 1e6)
    assert np.isfinite(Tastes(design, share=0.1).fit(known).logits(asked)).all()
