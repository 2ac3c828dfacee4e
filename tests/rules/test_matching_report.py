"""How fair an assignment is: the numbers of the file are those of the library, the plots draw these, and
without matplotlib it says what is missing."""

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from matching import assign
from matching.__main__ import main
from matching.fairness import Report, report
from matching.report import FEW, draw, summary
from tests.assignments import crowded

ITEMS, BANDS = ("理发", "陪伴", "维修"), ("short", "long")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Thirty needs of three items, one of them rare; twelve people; waiting counts."""
    arcs = crowded(np.random.default_rng(2), 12, 30, 6)
    pairs = list(zip(arcs.person.tolist(), arcs.need.tolist(), arcs.weight.tolist(), strict=True))
    result = assign(arcs)
    write(
        tmp_path / "arcs.csv", "person_id,need_id,weight", [(f"p{p:02}", f"n{n:02}", w) for p, n, w in pairs]
    )
    write(
        tmp_path / "assignment.csv",
        "person_id,need_id",
        [(f"p{arcs.person[k]:02}", f"n{arcs.need[k]:02}") for k in result.chosen.tolist()],
    )
    rows = [(f"n{n:02}", BANDS[n % 2], ITEMS[0 if n < 16 else 1 if n < 28 else 2]) for n in range(30)]
    write(tmp_path / "groups.csv", "need_id,waiting,item", rows)
    parts = [(f"p{p:02}", f"n{n:02}", 200.0 * (n % 2)) for p, n, _ in pairs]
    write(tmp_path / "rules.csv", "person_id,need_id,waiting", parts)
    write(tmp_path / "ever.csv", "need_id", [(f"n{n:02}",) for n in range(10)])
    write(tmp_path / "demand.csv", "need_id,demand", [(f"n{n:02}", 1) for n in range(30)])
    return tmp_path


def write(path: Path, header: str, rows: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def asked(folder: Path, *more: str) -> list[str]:
    names = {"arcs": "arcs", "assignment": "assignment", "needs-groups": "groups", "rules": "rules"}
    names |= {"ever": "ever", "needs-demand": "demand"}
    told = [part for name, file in names.items() for part in (f"--{name}", str(folder / f"{file}.csv"))]
    return ["fairness", *told, "--out", str(folder / "told.json"), *more]


def told_of(folder: Path, *more: str) -> dict[str, object]:
    assert main(asked(folder, *more)) == 0
    read: dict[str, object] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return read


def by_hand(folder: Path) -> Report:
    """The same through the library, from the arrays."""
    arcs = crowded(np.random.default_rng(2), 12, 30, 6)
    groups = list(csv.DictReader((folder / "groups.csv").read_text(encoding="utf-8").splitlines()))
    return report(
        arcs,
        assign(arcs).chosen,
        {name: [row[name] for row in groups] for name in ("waiting", "item")},
        rules={"waiting": np.where(arcs.need % 2, 200.0, 0.0)},
        ever=np.arange(30) < 10,
    )


def test_the_file_says_what_the_library_says(files: Path) -> None:
    told, made = told_of(files), by_hand(files)
    rows = json.loads(json.dumps(made.rows()))
    assert {k: v for k, v in told.items() if k != "left"} == {k: v for k, v in rows.items() if k != "left"}
    assert told["left"] == [{"need_id": f"n{x.need:02}", "reason": x.reason} for x in made.left]
    assert made.never < 20 and made.price["waiting"] > 0 and len(made.left) == 18


def test_rows_in_another_order_give_the_same_bytes(files: Path) -> None:
    told_of(files, "--plots", str(files / "one"))
    first = {p.name: p.read_bytes() for p in (files / "one").iterdir()} | {
        "": (files / "told.json").read_bytes()
    }
    rng = np.random.default_rng(0)
    for path in files.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        rows = [rows[k] for k in rng.permutation(len(rows))]
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    told_of(files, "--plots", str(files / "two"))
    again = {p.name: p.read_bytes() for p in (files / "two").iterdir()} | {
        "": (files / "told.json").read_bytes()
    }
    assert again == first


def test_every_number_of_a_plot_is_one_of_the_file(files: Path) -> None:
    told_of(files, "--plots", str(files / "plots"))
    made = by_hand(files)
    drawn = {p.stem: p.read_text(encoding="utf-8") for p in (files / "plots").iterdir()}
    assert set(drawn) == {"needs-waiting", "needs-item", "left", "summary"}
    for name, rows in made.exposure.items():
        for row in rows:
            text = drawn[f"needs-{name}"]
            assert f">{row.group} ({row.proposals}/{row.needs})<" in text
            if row.needs >= FEW:
                assert f">{row.asked:.3g}<" in text and f">{row.got:.3g}<" in text
    assert all(f">{value:.3g}<" in drawn["summary"] for value in summary(made).values())
    for reason, number in Counter(x.reason for x in made.left).items():
        assert f">{reason}<" in drawn["left"] and f">{number}<" in drawn["left"]
    rare = next(r for r in made.exposure["item"] if r.group == "维修")
    assert rare.needs < FEW and f">{rare.asked:.3g}<" not in drawn["needs-item"], "too few to compare"


def test_pictures_come_as_png_too(files: Path) -> None:
    for path in draw(files / "png", by_hand(files), "png"):
        assert path.read_bytes().startswith(b"\x89PNG")


WITHOUT = """
import sys
sys.modules["matplotlib"] = None
from matching.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("plots", [True, False])
def test_without_matplotlib_the_numbers_come_and_plots_say_what_is_missing(files: Path, plots: bool) -> None:
    more = ("--plots", str(files / "plots")) if plots else ()
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT, *asked(files, *more)], capture_output=True, text=True
    )
    assert (ran.returncode, (files / "told.json").exists()) == ((2, False) if plots else (0, True))
    assert ("install" in ran.stderr and "report" in ran.stderr and ran.stderr.count("\n") == 1) is plots
    assert not (files / "plots").exists()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("assignment", "person_id,need_id\np00,n99\n", "not among the arcs"),
        ("rules", "person_id,need_id,waiting\np00,n99,1\n", "not among the arcs"),
        ("rules", "person_id,need_id,waiting\nwho,n01,1\n", "not among the arcs"),
        ("groups", "need,item\nn01,理发\n", "lacks the column need_id"),
        ("assignment", "person_id\np00\n", "lacks the column"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(
    files: Path, file: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / f"{file}.csv").write_text(text, encoding="utf-8")
    assert main(asked(files)) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and not (files / "told.json").exists()


def test_a_packed_assignment_is_read_too(files: Path) -> None:
    first = told_of(files)
    arcs, done = str(files / "arcs.csv"), files / "assignment.npz"
    limits = ["--needs-demand", str(files / "demand.csv")]
    proof = str(files / "proof.json")
    assert main(["assign", "--arcs", arcs, "--out", str(done), "--certificate", proof, *limits]) == 0
    options = [str(done) if part.endswith("assignment.csv") else part for part in asked(files)]
    assert main(options) == 0
    assert json.loads((files / "told.json").read_text(encoding="utf-8")) == first
