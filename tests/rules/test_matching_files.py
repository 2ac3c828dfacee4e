"""`python -m matching assign` keeps its contract (contracts §6)."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.__main__ import main

HEAD = "person_id,need_id,weight\n"


class Command:
    """A folder with inputs, and `assign` run on them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out, self.proof = folder, folder / "out.csv", folder / "proof.json"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, arcs: Path, *options: object) -> int:
        words = ["assign", "--arcs", arcs, "--out", self.out, "--certificate", self.proof, *options]
        return main([str(word) for word in words])

    def pairs(self) -> list[tuple[str, str]]:
        with self.out.open(encoding="utf-8") as file:
            return [(row["person_id"], row["need_id"]) for row in csv.DictReader(file)]

    def told(self) -> Any:
        return json.loads(self.proof.read_text(encoding="utf-8"))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_assignment_and_certificate_are_written(command: Command) -> None:
    assert command.run(command.write("a.csv", HEAD + "b,x,2\na,x,3\na,y,1.5\n")) == 0
    assert command.pairs() == [("a", "y"), ("b", "x")]
    told = command.told()
    assert (told["objective"], told["value"], told["bound"], told["gap"], told["count"]) == (
        "weight",
        3.5,
        3.5,
        0.0,
        2,
    )
    u, v = told["dual_person"], told["dual_need"]
    assert all(u[p] + v[n] >= w - 1e-9 for p, n, w in (("b", "x", 2.0), ("a", "x", 3.0), ("a", "y", 1.5)))


def test_rows_in_any_order_give_the_same_files(command: Command) -> None:
    rng = np.random.default_rng(1)
    rows = [f"p{p},n{n},{rng.integers(0, 9)}\n" for p in range(20) for n in rng.choice(30, 6, replace=False)]
    seen = []
    for _ in range(3):
        assert command.run(command.write("a.csv", HEAD + "".join(rows)), "--objective", "cardinality") == 0
        told = command.told()
        del told["seconds"]
        seen.append((command.out.read_text(), json.dumps(told)))
        rng.shuffle(rows)
    assert seen[0] == seen[1] == seen[2]


def test_capacities_demands_waits_pins_and_forbidden_pairs_count(command: Command) -> None:
    arcs = command.write(
        "a.csv", "weight,need_id,person_id,note\n" + "".join(f"5,n{k},a,…\n" for k in range(4))
    )
    two = command.write("c.csv", "person_id,capacity\na,2\nnobody,\n")
    waits = command.write("w.csv", "need_id,waited\nn1,3\nn3,4\n")
    assert command.run(arcs, "--people-capacity", two, "--needs-waited", waits) == 0
    assert command.pairs() == [("a", "n1"), ("a", "n3")]
    pin = command.write("p.csv", "person_id,need_id\na,n0\n")
    forbidden = command.write("f.csv", "person_id,need_id\na,n3\nx,y\n")
    more = ("--pin", pin, "--forbid", forbidden)
    assert command.run(arcs, "--people-capacity", two, "--needs-waited", waits, *more) == 0
    assert command.pairs() == [("a", "n0"), ("a", "n1")]
    assert command.told()["pinned"] == [["a", "n0"]]


def test_packed_arcs_give_packed_results(command: Command) -> None:
    arcs, out, proof = (command.folder / name for name in ("a.npz", "o.npz", "c.npz"))
    np.savez(
        arcs, person=np.array([0, 0, 1], np.int32), need=np.array([0, 1, 0], np.int32), weight=[3.0, 1.5, 2.0]
    )
    assert main(["assign", "--arcs", str(arcs), "--out", str(out), "--certificate", str(proof)]) == 0
    with np.load(out) as pairs, np.load(proof) as told:
        assert pairs["person"].tolist() == [0, 1] and pairs["need"].tolist() == [1, 0]
        assert float(told["value"]) == float(told["bound"]) == 3.5
        assert told["dual_person"].shape == (2,) and told["dual_need"].shape == (2,)


def test_maxmin_writes_covers(command: Command) -> None:
    assert command.run(command.write("a.csv", HEAD + "b,x,2\na,x,3\na,y,1\n"), "--objective", "maxmin") == 0
    told = command.told()
    assert told["count"] == 2
    assert len(told["cover_all"]["people"] + told["cover_all"]["needs"]) == 2
    assert len(told["cover_above_min"]["people"] + told["cover_above_min"]["needs"]) < 2


def test_no_arcs_are_no_error(command: Command) -> None:
    for objective in ("weight", "cardinality", "maxmin"):
        assert command.run(command.write("a.csv", HEAD), "--objective", objective) == 0
        assert command.pairs() == [] and command.told()["count"] == 0


def test_ids_with_commas_and_quotes_come_back_as_they_were(command: Command) -> None:
    assert command.run(command.write("a.csv", HEAD + '"a,""1""","x,y",2\n')) == 0
    assert command.pairs() == [('a,"1"', "x,y")]


BAD = {
    "a word": "a,x,much\n",
    "not a number": "a,x,nan\n",
    "infinite": "a,x,inf\n",
    "no weight": "a,x,\n",
    "no id": ",x,1\n",
    "a short row": "a,x\n",
}


@pytest.mark.parametrize("rows", BAD.values(), ids=BAD.keys())
def test_bad_rows_end_with_2_and_one_line(
    command: Command, capsys: pytest.CaptureFixture[str], rows: str
) -> None:
    assert command.run(command.write("a.csv", HEAD + "b,y,1\n" + rows)) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not command.out.exists() and not command.proof.exists()


def test_bad_files_end_with_2_and_one_line(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    good = command.write("good.csv", HEAD + "a,x,1\n")
    whole = command.write("half.csv", "person_id,capacity\na,1.5\n")
    negative = command.write("negative.csv", "person_id,capacity\na,-1\n")
    unknown = command.write("unknown.csv", "person_id,need_id\na,z\n")
    tries: list[tuple[Path, list[object]]] = [
        (command.folder / "missing.csv", []),
        (command.write("head.csv", "person,need,weight\n"), []),
        (command.write("text.npz", "hello"), []),
        (good, ["--people-capacity", whole]),
        (good, ["--people-capacity", negative]),
        (good, ["--pin", unknown]),
        (good, ["--gap", "-1"]),
    ]
    for arcs, options in tries:
        assert command.run(arcs, *options) == 2, (arcs.name, options)
        assert capsys.readouterr().err.count("\n") == 1
    assert not command.out.exists() and not command.proof.exists()


def _has_opened(pid: int, path: Path) -> bool:
    """Whether the process holds the file open; descriptors may close while they are being looked at."""
    with suppress(OSError):
        for link in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                if os.readlink(f"/proc/{pid}/fd/{link}") == str(path):
                    return True
    return False


def _hear_interrupts() -> None:
    """Who starts the tests in the background may have switched them off for every child."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupt_leaves_what_was_there(command: Command) -> None:
    command.out.write_text("old")
    rows = "".join(f"p{k},n{k % 977},{k % 89}\n" for k in range(600_000))
    arcs = command.write("a.csv", HEAD + rows)
    words = ["assign", "--arcs", arcs, "--out", command.out, "--certificate", command.proof]
    with subprocess.Popen(
        [sys.executable, "-m", "matching", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,
    ) as running:
        started = time.monotonic()
        while running.poll() is None and time.monotonic() < started + 60:
            if _has_opened(running.pid, arcs):  # it has begun to read
                running.send_signal(signal.SIGINT)
                break
        told = running.communicate(timeout=60)[1]
    assert running.returncode == 130, told
    assert command.out.read_text() == "old" and not command.proof.exists()
    assert [p.name for p in command.folder.iterdir() if p.suffix == ".part"] == []


def test_the_result_appears_whole_or_not_at_all(command: Command) -> None:
    """The second file can't be written: the first must not be left behind, either."""
    arcs = command.write("a.csv", HEAD + "a,x,1\n")
    words = [
        "assign",
        "--arcs",
        arcs,
        "--out",
        command.out,
        "--certificate",
        command.folder / "none" / "c.json",
    ]
    assert main([str(word) for word in words]) == 2
    assert not command.out.exists() and list(command.folder.glob("*.part")) == []
