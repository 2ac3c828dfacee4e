"""`python -m matching assign …` (contracts §6): exit 0; 2 and one line on stderr for bad input."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from matching.assignment import assign
from matching.certificate import OBJECTIVES
from matching.files import Problem, read_problem, write_assignment, write_certificate


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m matching", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("assign", help="the best assignment, with its proof")
    command.add_argument("--arcs", required=True, type=Path, help="person_id,need_id,weight as .csv, or .npz")
    command.add_argument("--out", required=True, type=Path)
    command.add_argument("--certificate", required=True, type=Path)
    command.add_argument(
        "--gap", type=float, default=0.0, help="the gap that is good enough; every answer is exact"
    )
    command.add_argument("--objective", choices=OBJECTIVES, default="weight")
    command.add_argument("--people-capacity", type=Path, help="person_id,capacity")
    command.add_argument("--needs-demand", type=Path, help="need_id,demand")
    options = parser.parse_args(arguments)
    try:
        run_assign(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"matching: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def run_assign(options: argparse.Namespace) -> None:
    started = time.perf_counter()
    problem: Problem = read_problem(options.arcs, options.people_capacity, options.needs_demand)
    result = assign(problem.arcs, objective=options.objective)
    write_assignment(options.out, problem, result)
    write_certificate(options.certificate, problem, result, time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
