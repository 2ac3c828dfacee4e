"""The outcome model: order never matters, chances mean what they say, reasons add up, audit moves nothing."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from matching.__main__ import main
from matching.outcome import OutcomeModel, ShrunkLogit
from matching.schema import parse_schema
from matching.tables import ANSWERS, Pairs, Table
from tests.bench.outcome_bids import bids
from tests.bench.outcome_worlds import calibration, meetings

Row = Sequence[str]
SIDE = {
    "zone": {"type": "categorical", "role": "pool"},
    "skills": {"type": "tags"},
    "place": {"type": "region"},
    "age": {"type": "numeric"},
    "about": {"type": "text", "sep": "|"},
    "since": {"type": "datetime"},
    "at": {"type": "geo"},
    "secret": {"type": "categorical", "role": "audit"},
}
HEAD = ["id", *SIDE]
SKILLS = ["cook", "drive", "read", "dig", "sew"]


def rows_of(letter: str, number: int, seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    made = []
    for k in range(number):
        skills = sorted(rng.choice(SKILLS, 2, replace=False))
        place = f"A-{'BCD'[k % 3]}-{k % 5}"
        at = f"{36 + rng.random():.4f};{106 + rng.random():.4f}"
        row = [f"{letter}{k:03d}", f"z{k % 2}", "|".join(skills), place, f"{20 + rng.integers(0, 50)}"]
        made.append([*row, f"likes to {skills[0]} and {skills[1]}", "2026-01-05", at, "xy"[k % 2]])
    made[0][2:8] = [""] * 6  # of one nothing is known
    return made


def answers_of(people: Sequence[Row], needs: Sequence[Row], seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    made = []
    for p in people:
        for n in needs:
            if p[1] == n[1] and rng.random() < 0.5:
                when = f"2026-02-{rng.integers(1, 28):02d}"
                common = len(set(p[2].split("|")) & set(n[2].split("|")) - {""})
                said = [str(int(rng.random() < 0.2 + 0.3 * common)) for _ in range(2)]
                made.append([p[0], n[0], when, *said, "", "", ""])
    return made


def write(path: Path, head: Row, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Case:
    """Files of one fit; `run` returns the exit code."""

    def __init__(self, folder: Path, outcome: str = "two_sided", seed: int = 0) -> None:
        self.folder = folder
        self.people, self.needs = rows_of("p", 24, seed), rows_of("n", 20, seed + 1)
        self.answers = answers_of(self.people, self.needs, seed + 2)
        self.head = ["person_id", "need_id", "event_time", *ANSWERS, "weight", "context"]
        self.pairs = [[p[0], n[0]] for p in self.people[:8] for n in self.needs[:6]] + [["new", "other"]]
        self.side_head = list(HEAD)
        self.schema: dict[str, Any] = {
            "version": 1,
            "outcome": outcome,
            "people": {"id": "id", "columns": dict(SIDE)},
            "needs": {"id": "id", "columns": dict(SIDE)},
            "pair": [{"people": "skills", "needs": "skills", "kind": "auto"}],
        }

    def fit(self) -> int:
        write(self.folder / "L.csv", self.side_head, self.people)
        write(self.folder / "R.csv", self.side_head, self.needs)
        write(self.folder / "h.csv", self.head, self.answers)
        (self.folder / "s.json").write_text(json.dumps(self.schema))
        return self.run("fit", "--outcomes", "h.csv", "--schema", "s.json")

    def score(self) -> list[dict[str, str]]:
        write(self.folder / "p.csv", ["person_id", "need_id"], self.pairs)
        assert self.run("score", "--pairs", "p.csv", "--out", "o.csv") == 0
        return read(self.folder / "o.csv")

    def run(self, command: str, *more: str) -> int:
        names = ["--people", "L.csv", "--needs", "R.csv", "--model", "m.joblib", *more]
        files = (".csv", ".json", ".joblib")
        return main([command, *(str(self.folder / n) if n.endswith(files) else n for n in names)])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = Case(tmp_path_factory.mktemp("fitted"))
    assert case.fit() == 0
    return case


def test_scores_stand_in_the_order_of_the_pairs_and_are_whole(fitted: Case) -> None:
    found = fitted.score()
    assert [[r["person_id"], r["need_id"]] for r in found] == fitted.pairs
    for row in found:
        person, need, match = (float(row[k]) for k in ("p_person", "p_need", "p_match"))
        assert 0 < match <= min(person, need) < 1
        assert np.isfinite(float(row["score"]))


def test_reasons_are_signed_and_add_up_to_the_score(fitted: Case) -> None:
    for row in fitted.score():
        parts = [part.rsplit(":", 1) for part in row["reasons"].split(";")]
        assert all(value[0] in "+-" for _code, value in parts)
        assert sum(float(value) for _code, value in parts) == pytest.approx(float(row["score"]), abs=2e-6)


def test_the_order_of_all_rows_changes_nothing(fitted: Case, tmp_path: Path) -> None:
    turned = Case(tmp_path)
    for rows in (turned.people, turned.needs, turned.answers, turned.pairs):
        rows.reverse()
    assert turned.fit() == 0
    one = {(r["person_id"], r["need_id"]): r for r in fitted.score()}
    for row in turned.score():
        other = one[row["person_id"], row["need_id"]]
        for key in ("p_person", "p_need", "p_match", "score"):
            assert float(row[key]) == pytest.approx(float(other[key]), abs=1e-6)


def test_audit_columns_and_unknown_columns_move_no_score(fitted: Case, tmp_path: Path) -> None:
    other = Case(tmp_path)
    for rows in (other.people, other.needs):
        for k, row in enumerate(rows):
            row[-1] = "yx"[k % 3 == 0]
            row.append("noise")
    other.side_head.append("unheard_of")
    assert other.fit() == 0
    assert [r["score"] for r in other.score()] == [r["score"] for r in fitted.score()]


def test_a_pool_column_is_no_audit_column(fitted: Case, tmp_path: Path) -> None:
    """The test above would pass if nothing moved scores: skills do."""
    other = Case(tmp_path)
    for row in other.people:
        row[2] = "sew|dig"
    assert other.fit() == 0
    assert [r["score"] for r in other.score()] != [r["score"] for r in fitted.score()]


@pytest.mark.parametrize("outcome", ["one_sided", "one_sided_positive", "none"])
def test_sides_never_observed_have_no_probability(tmp_path: Path, outcome: str) -> None:
    case = Case(tmp_path, outcome)
    case.answers = [
        [*r[:4], "", *r[5:]] for r in case.answers if outcome != "one_sided_positive" or r[3] == "1"
    ]
    assert case.fit() == 0
    for row in case.score():
        assert (row["p_person"] == "") == (outcome == "none")
        assert row["p_need"] == ""
        assert row["p_match"] == row["p_person"]
        assert np.isfinite(float(row["score"]))


@pytest.mark.parametrize("outcome", ["two_sided", "one_sided", "one_sided_positive", "none"])
def test_without_history_and_without_columns_scores_are_finite(tmp_path: Path, outcome: str) -> None:
    case = Case(tmp_path, outcome)
    case.answers = []
    case.schema.update(people={"columns": {}}, needs={"columns": {}}, pair=[])
    assert case.fit() == 0
    assert all(np.isfinite(float(r["score"])) and r["p_match"] == "" for r in case.score())


def test_history_alone_is_enough(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.schema.update(people={"columns": {}}, needs={"columns": {}}, pair=[])
    assert case.fit() == 0
    assert len({r["p_match"] for r in case.score()}) > 5


def test_with_no_history_what_is_alike_comes_first(tmp_path: Path) -> None:
    case = Case(tmp_path, "none")
    case.answers = []
    case.pairs = [[p[0], n[0]] for p in case.people[1:] for n in case.needs[1:]]
    assert case.fit() == 0
    skills = {r[0]: set(r[2].split("|")) for r in [*case.people, *case.needs]}
    rows = case.score()
    same = [skills[r["person_id"]] == skills[r["need_id"]] for r in rows]
    assert roc_auc_score(same, [float(r["score"]) for r in rows]) > 0.95


def test_rank_is_score_sorted_and_stays_inside_the_pool(fitted: Case) -> None:
    assert fitted.run("rank", "--for", "p003", "--top", "5", "--out", "r.csv") == 0
    ranked = read(fitted.folder / "r.csv")
    fitted.pairs, before = [["p003", n[0]] for n in fitted.needs if n[1] == "z1"], fitted.pairs
    scored = sorted(fitted.score(), key=lambda r: (-float(r["score"]), r["need_id"]))
    fitted.pairs = before
    assert [r["need_id"] for r in ranked] == [r["need_id"] for r in scored[:5]]
    assert fitted.run("rank", "--for", "n003", "--side", "need", "--out", "r.csv") == 0
    assert {r["need_id"] for r in read(fitted.folder / "r.csv")} == {"n003"}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda c: c.people.append(list(c.people[0])), "occurs twice"),
        (lambda c: c.people[1].__setitem__(4, "old"), "no numeric"),
        (lambda c: c.needs[1].__setitem__(7, "north"), "no geo"),
        (lambda c: c.answers[0].__setitem__(3, "2"), "must be 0, 1 or empty"),
        (lambda c: c.answers[0].__setitem__(2, "soon"), "no date"),
        (lambda c: c.schema.update(outcome="perhaps"), "outcome 'perhaps' is none of"),
        (lambda c: c.schema["people"]["columns"].update(more={"type": "tags"}), "lacks the column more"),
        (lambda c: c.schema["pair"].append({"people": "skills", "needs": "none"}), "no column 'none'"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Any, told: str
) -> None:
    case = Case(tmp_path)
    case.schema["people"]["columns"] = dict(case.schema["people"]["columns"])
    spoil(case)
    assert case.fit() == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert not (tmp_path / "m.joblib").exists()


def test_a_model_of_another_schema_or_version_is_refused(
    fitted: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = joblib.load(fitted.folder / "m.joblib")
    for key in ("format", "sklearn", "schema"):
        joblib.dump({**held, key: "else"}, tmp_path / "m.joblib")
        for name in ("L.csv", "R.csv"):
            (tmp_path / name).write_bytes((fitted.folder / name).read_bytes())
        other = Case(tmp_path)
        write(tmp_path / "p.csv", ["person_id", "need_id"], other.pairs)
        assert other.run("score", "--pairs", "p.csv", "--out", "o.csv") == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert not (tmp_path / "o.csv").exists()


@parametrize_with_checks([ShrunkLogit(rounds=3)])  # type: ignore[untyped-decorator]
def test_array_estimators_keep_to_the_rules(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_model_clones_with_its_settings() -> None:
    model = OutcomeModel(parse_schema({"outcome": "none"}), seed=3)
    copy = clone(model)
    assert copy.seed == 3 and copy.schema == model.schema and not hasattr(copy, "space_")


def test_shrinkage_follows_how_much_is_known() -> None:
    """Two persons with the same share of yeses: the one with the longer history is believed more."""
    rng = np.random.default_rng(0)
    person = np.concatenate([np.repeat(np.arange(2, 60), 10), np.zeros(40, int), np.ones(4, int)])
    chance = np.repeat(rng.beta(2, 2, 58), 10)
    y = np.concatenate([(rng.random(580) < chance).astype(int), np.ones(44, int)])
    x = np.eye(60)[person]
    effect = ShrunkLogit().fit(x, y).coef_
    assert effect[0] > effect[1] + 0.3 > 0.6


@pytest.mark.parametrize("strangers", [False, True])
def test_chances_are_calibrated_and_better_than_chance(strangers: bool) -> None:
    world = meetings(3, 10, strangers)
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    found = model.ask(world.people, world.needs, world.asked())
    said = world.said[~world.seen]
    assert calibration(found.person, said[:, 0], 3) < 0.08
    assert roc_auc_score(said.prod(axis=1), found.match) > (0.58 if strangers else 0.66)
    # A few evenings of strangers: the mean of what they said wanders by itself.
    assert abs(found.match.mean() - said.prod(axis=1).mean()) < 0.1


def test_from_yeses_alone_like_people_find_like_needs() -> None:
    world = bids(2, 80, 150, 6)
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    found = model.ask(world.people, world.needs, world.asked())
    picked = world.said[~world.seen, 0]
    popular = np.bincount(world.b[world.seen], minlength=150)[world.b[~world.seen]]
    assert roc_auc_score(picked, found.score) > roc_auc_score(picked, popular) + 0.08


def test_strangers_get_a_score_without_columns_of_their_own() -> None:
    world = bids(2, 30, 40, 4)
    model = OutcomeModel(world.schema).fit(world.people, world.needs, world.history())
    empty = Table([], {})
    found = model.ask(empty, empty, Pairs(["x"], ["y"], np.array([np.nan]), [""]))
    assert np.isfinite(found.score).all() and 0 < found.match[0] < 1


def test_who_never_answered_is_a_stranger_whether_the_tables_of_fit_know_him_or_not(tmp_path: Path) -> None:
    case = Case(tmp_path)
    quiet = {case.people[3][0], case.needs[5][0]}
    case.answers = [row for row in case.answers if not quiet & set(row[:2])]
    assert case.fit() == 0
    told = [[float(row[k]) for k in ("p_person", "p_need", "score")] for row in case.score()]
    left = [r for r in case.people if r[0] in quiet], [r for r in case.needs if r[0] in quiet]
    new = {name: f"new-{name}" for name in quiet}
    for table in (case.people, case.needs):
        table += [[new[r[0]], *r[1:]] for side in left for r in side if r in table]
    write(case.folder / "L.csv", HEAD, case.people)
    write(case.folder / "R.csv", HEAD, case.needs)
    case.pairs = [[new.get(name, name) for name in pair] for pair in case.pairs]
    assert [[float(row[k]) for k in ("p_person", "p_need", "score")] for row in case.score()] == [
        pytest.approx(row, abs=1e-6) for row in told
    ]
