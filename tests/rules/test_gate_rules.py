"""Rules 1-4 and 7 of publication-gate.md, each at its border, and the flips."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.gate import Gate, RegisterHousehold, Row, Waiting, certify, faults
from app.policy.gate.flips import may_flip
from app.policy.lattice import Facts, Label, finest_label

PLAIN = Facts("640324", 3, False, True, frozenset(), frozenset(), False)
LABEL = Label("同心县")
ITEMS = ("G05", "G06", "G07", "G08")  # imply nothing
GATE = Gate()


def row(n: int, item: str | None = None, facts: Facts = PLAIN, *, generic: bool = False) -> Row:
    code = item or ITEMS[n % len(ITEMS)]
    return Row(Waiting(n, n, code, facts, finest_label(facts)), generic)


def people(n: int, facts: Facts = PLAIN) -> list[RegisterHousehold]:
    return [RegisterHousehold(i, facts) for i in range(n)]


def broken(
    rows: Sequence[Row], register: Sequence[RegisterHousehold] | None = None, label: Label = LABEL
) -> list[str]:
    return faults(label, rows, people(40) if register is None else register, GATE)


def test_eleven_households_pass_and_ten_do_not() -> None:
    assert broken([row(n) for n in range(11)]) == []
    assert "1" in broken([row(n) for n in range(10)])


def test_needs_of_one_household_count_once() -> None:
    rows = [row(n) for n in range(10)]
    again = Row(replace(rows[0].need, need_id=99, item_code="G02"))
    assert "1" in broken([*rows, again])


def test_twenty_households_of_the_register_must_fit() -> None:
    rows = [row(n) for n in range(11)]
    assert broken(rows, people(20)) == []
    assert broken(rows, people(19)) == ["2"]


def test_the_item_speaks_in_the_register_too() -> None:
    sick = replace(PLAIN, disease=frozenset({"慢性病"}))
    rows = [row(n, "S07" if n == 0 else None, sick) for n in range(12)]
    assert "2" in broken(rows, [*people(19, sick), *people(40)])
    assert broken(rows, people(20, sick)) == []


def test_each_household_may_own_rows_of_k() -> None:
    sick = replace(PLAIN, disease=frozenset({"慢性病"}))
    rows = [row(n, "S07", sick) for n in range(5)] + [row(n, None, PLAIN) for n in range(5, 13)]
    found = broken(rows, [*people(30, sick), *people(30)])
    assert "3a" in found, "a household without a disease may own 8 rows only"
    assert "3b" in found, "only 5 of the cohort have a disease"


def test_generic_rows_say_nothing() -> None:
    sick = replace(PLAIN, disease=frozenset({"慢性病"}))
    rows = [row(n, "S07", sick, generic=True) for n in range(5)] + [row(n) for n in range(5, 13)]
    assert broken(rows, [*people(30, sick), *people(30)]) == []


@pytest.mark.parametrize(("frequent", "holds"), [(9, True), (10, False)])
def test_no_item_above_its_share(frequent: int, holds: bool) -> None:
    rows = [row(n, "G05" if n < frequent else ITEMS[1 + n % 3]) for n in range(15)]
    assert ("4" not in broken(rows)) is holds


def test_three_kinds_of_things() -> None:
    assert "4" in broken([row(n, ITEMS[n % 2]) for n in range(12)])


def test_a_label_must_be_true_and_no_finer_than_approved() -> None:
    rows = [row(n) for n in range(12)]
    assert "true" in broken(rows, label=replace(LABEL, has_minor="有"))
    wide = [Row(replace(r.need, floor=Label("吴忠市"))) for r in rows]
    assert broken(wide) == ["floor"]


def test_an_item_that_tells_what_the_household_lacks() -> None:
    assert "own" in broken([*(row(n) for n in range(12)), row(12, "S07")])


def test_the_certificate_states_the_smallest_figures() -> None:
    figures = certify(LABEL, [row(n) for n in range(12)], people(33))
    assert (figures["households"], figures["register"], figures["compatible"], figures["items"]) == (
        12,
        33,
        12,
        4,
    )


numbers = st.sets(st.integers(0, 30).map(str), max_size=16)


@given(unfinished=numbers, pending=numbers)
def test_flips_come_in_threes_or_the_last_together(unfinished: set[str], pending: set[str]) -> None:
    flipped = set(may_flip(pending, unfinished))
    assert flipped <= pending & unfinished
    left = unfinished - flipped
    assert not flipped or len(flipped) >= 3 or not left
    assert not flipped or not left or len(left) >= 3, "one or two that stay would have to turn alone"


@given(unfinished=numbers)
def test_all_of_them_may_always_flip(unfinished: set[str]) -> None:
    assert set(may_flip(unfinished, unfinished)) == unfinished
