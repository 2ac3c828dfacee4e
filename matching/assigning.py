"""`assign` of the command line (contracts §6)."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from matching.arc_files import read_problem
from matching.assignment import assign
from matching.certificate import OBJECTIVES
from matching.files import write_results

PATIENCE = 2.0  # seconds without a word


def add_to(commands: Any) -> None:
    command = commands.add_parser("assign", help="the best assignment, with its proof")
    command.add_argument("--arcs", required=True, type=Path, help="person_id,need_id,weight as .csv, or .npz")
    command.add_argument("--out", required=True, type=Path)
    command.add_argument("--certificate", required=True, type=Path)
    command.add_argument("--gap", type=float, default=0.0, help="share of the optimum that may be missing")
    command.add_argument("--objective", choices=OBJECTIVES, default="weight")
    command.add_argument("--people-capacity", type=Path, help="person_id,capacity")
    command.add_argument("--needs-demand", type=Path, help="need_id,demand")
    command.add_argument("--needs-waited", type=Path, help="need_id,waited: of equals the longest wait first")
    command.add_argument("--pin", type=Path, help="person_id,need_id: pairs that must be")
    command.add_argument("--forbid", type=Path, help="person_id,need_id: pairs that must not be")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Raises ValueError and OSError for what is wrong with the input; nothing is written then."""
    tell = Ticker()
    problem = read_problem(options, tell)
    result = assign(
        problem.arcs,
        objective=options.objective,
        gap=options.gap,
        waited=problem.waited,
        pinned=problem.pinned,
        tell=tell,
    )
    tell("writing")
    write_results(options.out, options.certificate, problem, result, tell.seconds())


class Ticker:
    """Says on stderr what is being done, once it takes longer than PATIENCE."""

    def __init__(self) -> None:
        self.started = self.spoke = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def __call__(self, step: str) -> None:
        now = time.perf_counter()
        if now - self.spoke >= PATIENCE:
            self.spoke = now
            print(f"matching: {self.seconds():.0f} s, {step}", file=sys.stderr, flush=True)
