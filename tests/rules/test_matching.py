"""Assignments are optimal, their proofs stand, and a proof that was touched is refused."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matching import Arcs, assign, check
from matching.__main__ import main
from tests.programme import best_by_programme

ROUNDS = 10_000 if os.environ.get("SOAK") else 300
OBJECTIVES = ("weight", "cardinality", "maxmin")


def some_arcs(rng: np.random.Generator, shape: int) -> Arcs:
    people, needs = (int(n) for n in rng.integers(0, 9, 2))
    number = int(rng.integers(0, people * needs + 1)) if people * needs else 0
    pairs = rng.permutation(people * needs)[:number]
    weight = (
        rng.normal(size=number),
        rng.integers(-3, 6, number) / 1.0,
        np.full(number, rng.choice([0.0, 1.0, -2.0])),
    )
    chosen = weight[shape % 3].copy()
    if shape % 7 == 0 and number:
        chosen[0] = 1e6
    capacity = rng.integers(0, 3, people) if shape % 2 else np.ones(people)
    demand = rng.integers(0, 4, needs) if shape % 4 > 1 else np.ones(needs)
    person, need = pairs // max(1, needs), pairs % max(1, needs)
    return Arcs(
        person.astype(np.int32),
        need.astype(np.int32),
        chosen,
        capacity.astype(np.int64),
        demand.astype(np.int64),
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_proofs_stand_and_nothing_better_exists(objective: str) -> None:
    rng = np.random.default_rng(7)
    for shape in range(ROUNDS // 3):
        arcs = some_arcs(rng, shape)
        found = assign(arcs, objective=objective)
        proof = found.certificate
        assert check(arcs, found.chosen, proof) == [], (shape, objective)
        if objective == "maxmin" or not arcs.weight.size:
            continue
        assert proof.gap <= 1e-9
        best = best_by_programme(arcs.with_weight(arcs.weight + proof.offset))
        assert arcs.weight[best].sum() == pytest.approx(proof.value, abs=1e-6 * arcs.scale)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_touched_proof_is_refused(objective: str) -> None:
    rng = np.random.default_rng(11)
    refused = 0
    for shape in range(0, 90, 2):
        arcs = some_arcs(rng, shape * 4)
        found = assign(arcs, objective=objective)
        if found.chosen.size < 2:
            continue
        fewer, proof = found.chosen[:-1], found.certificate
        assert check(arcs, fewer, proof)
        assert check(arcs, found.chosen, replace(proof, value=proof.value + 0.5))
        assert check(arcs, found.chosen, replace(proof, count=proof.count + 1))
        if objective != "maxmin":
            assert check(arcs, found.chosen, replace(proof, bound=proof.bound * 0.5 - 1))
            assert check(
                arcs,
                found.chosen,
                replace(proof, dual_person=proof.dual_person * 0, dual_need=proof.dual_need * 0),
            )
        refused += 1
    assert refused > 5


def test_the_order_of_rows_makes_no_difference() -> None:
    rng = np.random.default_rng(3)
    arcs = some_arcs(rng, 1)
    while arcs.weight.size < 12:
        arcs = some_arcs(rng, 1)
    turn = rng.permutation(arcs.weight.size)
    turned = Arcs(arcs.person[turn], arcs.need[turn], arcs.weight[turn], arcs.capacity, arcs.demand)
    assert sorted(turn[assign(turned).chosen]) == sorted(assign(arcs).chosen)


def test_equal_weights_serve_those_who_waited_longer() -> None:
    arcs = Arcs(
        np.zeros(3, dtype=np.int32),
        np.arange(3, dtype=np.int32),
        np.ones(3),
        np.ones(1, dtype=int),
        np.ones(3, dtype=int),
    )
    assert assign(arcs, waited=np.array([1.0, 9.0, 2.0])).chosen.tolist() == [1]


def test_a_useless_person_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    arcs = some_arcs(rng, 0)
    more = Arcs(arcs.person, arcs.need, arcs.weight, np.append(arcs.capacity, 3), arcs.demand)
    assert assign(more).chosen.tolist() == assign(arcs).chosen.tolist()


def test_bad_weights_are_refused() -> None:
    one = np.zeros(1, dtype=np.int32)
    with pytest.raises(ValueError, match="finite"):
        Arcs(one, one, np.array([np.nan]), np.ones(1, dtype=int), np.ones(1, dtype=int))


def test_the_command_line_keeps_its_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arcs, out, proof = tmp_path / "arcs.csv", tmp_path / "out.csv", tmp_path / "cert.json"
    arcs.write_text("person_id,need_id,weight\nb,x,2\na,x,3\na,y,1\n", encoding="utf-8")
    assert main(["assign", "--arcs", str(arcs), "--out", str(out), "--certificate", str(proof)]) == 0
    with out.open() as file:
        assert sum(float(r["weight"]) for r in csv.DictReader(file)) == pytest.approx(3.0)
    told = json.loads(proof.read_text())
    assert (
        told["value"] == pytest.approx(3.0)
        and told["bound"] == pytest.approx(3.0)
        and told["count"] in (1, 2)
    )
    arcs.write_text("person_id,need_id,weight\na,x,much\n", encoding="utf-8")
    assert main(["assign", "--arcs", str(arcs), "--out", str(out), "--certificate", str(proof)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
