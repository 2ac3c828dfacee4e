"""The weights are where it starts; answers move them, gradually, and never below nothing."""

import numpy as np
import pytest
from scipy.optimize import minimize

from matching.answers import BASE_VARIANCE, LOOSE, PER_POINT, moved

WEIGHTS = {"item": 30.0, "skill": 15.0, "reach": 15.0, "idle": 0.0}
FULL = {"item": 1.0, "skill": 1.0, "reach": 1.0}


def drawn(n: int, coef: dict[str, float], seed: int = 0) -> tuple[list[dict[str, float]], list[bool]]:
    rng = np.random.default_rng(seed)
    shares = [{name: float(rng.integers(0, 2)) for name in FULL} for _ in range(n)]
    odds = np.array([sum(coef[k] * s[k] for k in FULL) - 1 for s in shares])
    return shares, (rng.random(n) < 1 / (1 + np.exp(-odds))).tolist()


def test_before_any_answer_the_weights_alone_say_what_is_likelier() -> None:
    model = moved([], [], WEIGHTS)
    assert model.coef == {name: pytest.approx(PER_POINT * WEIGHTS[name]) for name in FULL}
    assert model.answers == 0
    assert model.chance(FULL) > model.chance({**FULL, "skill": 0.0}) > model.chance({**FULL, "item": 0.0})


def test_answers_move_the_weights_the_further_the_more_there_are() -> None:
    """Nobody cares for the item, all for the skill."""
    truth = {"item": 0.0, "skill": 2.0, "reach": 0.6}
    shares, yes = drawn(5_000, truth)
    some = [moved(shares[:n], yes[:n], WEIGHTS) for n in (0, 40, 200, 5_000)]
    item, skill = ([model.coef[name] for model in some] for name in ("item", "skill"))
    assert item == sorted(item, reverse=True) and skill == sorted(skill)
    assert some[-1].coef == {name: pytest.approx(says, abs=0.3) for name, says in truth.items()}
    one, other = ({**dict.fromkeys(FULL, 0.0), name: 1.0} for name in ("item", "skill"))
    ten = moved(shares[:10], yes[:10], WEIGHTS)
    assert ten.chance(one) > ten.chance(other)  # so few turn no order round
    assert some[-1].chance(one) < some[-1].chance(other)


def test_what_fits_never_speaks_against_a_pair() -> None:
    model = moved(*drawn(5_000, {"item": -2.0, "skill": 1.0, "reach": -1.0}), WEIGHTS)
    assert model.coef["item"] == model.coef["reach"] == 0.0
    assert model.coef["skill"] == pytest.approx(1.0, abs=0.3)


def test_the_coefficients_are_the_likeliest_ones_under_the_prior() -> None:
    shares, yes = drawn(200, {"item": 1.0, "skill": 1.0, "reach": 1.0}, 3)
    names = sorted(FULL)
    x = np.array([[1.0, *(s[n] for n in names)] for s in shares])
    start = np.array([0.0, *(PER_POINT * WEIGHTS[n] for n in names)])
    spread = np.r_[np.sqrt(BASE_VARIANCE), LOOSE * start[1:]]

    def loss(coef: np.ndarray) -> float:
        f = x @ coef
        return float(
            (np.logaddexp(0, f) - np.array(yes) * f).sum() + (((coef - start) / spread) ** 2).sum() / 2
        )

    best = minimize(loss, start).x
    model = moved(shares, yes, WEIGHTS)
    assert [model.base, *(model.coef[n] for n in names)] == pytest.approx(best, abs=1e-4)


def test_the_order_of_the_answers_changes_nothing_and_nonsense_is_refused() -> None:
    shares, yes = drawn(100, {"item": 1.0, "skill": 0.0, "reach": 1.0}, 4)
    one, other = moved(shares, yes, WEIGHTS), moved(shares[::-1], yes[::-1], WEIGHTS)
    assert one.coef == {name: pytest.approx(value, abs=1e-9) for name, value in other.coef.items()}
    with pytest.raises(ValueError, match="one answer"):
        moved(shares, yes[1:], WEIGHTS)
    with pytest.raises(KeyError):
        one.chance({"item": 1.0})
