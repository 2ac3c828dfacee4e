"""`python -m matching fairness …`: how fair an assignment is, whoever made it, as numbers and as plots.

The numbers are those of `matching.fairness` and nothing else; a plot draws what the file says.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matching.arc_files import Problem, read_chosen, read_flags, read_parts, read_problem
from matching.fairness import Report, Share, report
from matching.files import WholeFile
from matching.pictures import ENDINGS, bars, require

FEW = 5  # a group below it is too small to compare
NAMELESS = "-"


def add_to(commands: Any) -> None:
    command = commands.add_parser("fairness", help="who is shown, who goes without, and what rules cost")
    command.add_argument("--arcs", required=True, type=Path, help="person_id,need_id,weight as .csv, or .npz")
    command.add_argument("--assignment", required=True, type=Path, help="person_id,need_id as .csv, or .npz")
    command.add_argument("--out", required=True, type=Path, help="the numbers, as .json")
    command.add_argument("--plots", type=Path, help="a folder for the plots (needs matplotlib)")
    command.add_argument("--format", choices=ENDINGS, default="svg", help="of the plots")
    command.add_argument("--needs-groups", type=Path, help="need_id and a column for each grouping")
    command.add_argument("--people-groups", type=Path, help="person_id and a column for each grouping")
    command.add_argument("--rules", type=Path, help="person_id,need_id and what each rule is of the weight")
    command.add_argument("--ever", type=Path, help="need_id: somebody was proposed to these before")
    command.add_argument("--coarse", type=Path, help="need_id: nobody can tell who could reach these")
    command.add_argument("--people-capacity", type=Path, help="person_id,capacity")
    command.add_argument("--needs-demand", type=Path, help="need_id,demand")
    command.set_defaults(run=run, pin=None, forbid=None, needs_waited=None)


def run(options: argparse.Namespace) -> None:
    """Raises ValueError and OSError for what is wrong with the input, and without matplotlib where plots are
    wanted; nothing is written then."""
    if options.plots:
        require()
    problem = read_problem(options, lambda _step: None)
    told = report(
        problem.arcs,
        read_chosen(problem, options.assignment),
        read_groups(options.needs_groups, "need_id", problem.needs),
        read_groups(options.people_groups, "person_id", problem.people),
        read_flags(problem, options.coarse),
        read_parts(problem, options.rules),
        read_flags(problem, options.ever),
    )
    with WholeFile(options.out) as file:
        file.write(json.dumps(named(told, problem), ensure_ascii=False, indent=1).encode() + b"\n")
    if options.plots:
        draw(options.plots, told, options.format)


def named(told: Report, problem: Problem) -> dict[str, object]:
    """As plain data, needs by their ids."""
    left = [{"need_id": problem.needs[x.need], "reason": x.reason} for x in told.left]
    return {**told.rows(), "left": left}


def read_groups(path: Path | None, key: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """Groups of each id by the name of the column; `-` for one that the file does not name."""
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if key not in (reader.fieldnames or ()):
            raise ValueError(f"{path.name} lacks the column {key}")
        rows = {row[key]: row for row in reader}
    columns = [name for name in reader.fieldnames or () if name != key]
    return {name: [rows.get(i, {}).get(name) or NAMELESS for i in ids] for name in columns}


def draw(folder: Path, told: Report, ending: str = "svg") -> list[Path]:
    """One plot for each grouping of the needs and of the people, one of those left and why, one of the shares
    that sum it up. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for side, groupings in (("needs", told.exposure), ("people", told.people)):
        for name, rows in groupings.items():
            drawn.append(folder / f"{side}-{_plain(name)}.{ending}")
            _shares(drawn[-1], f"Shares of {side} and of proposals, by {name}", side, rows)
    drawn += [folder / f"left.{ending}", folder / f"summary.{ending}"]
    reasons = Counter(x.reason for x in told.left)
    names = sorted(reasons, key=lambda r: (-reasons[r], r)) or ["nobody"]
    bars(
        drawn[-2], "Needs without a proposal, and why", names, {"needs": [reasons[n] for n in names]}, "needs"
    )
    bars(drawn[-1], "In a hundred", list(summary(told)), {"%": list(summary(told).values())}, "%")
    return drawn


def summary(told: Report) -> Mapping[str, float]:
    """Per cent of the needs, of the score, of those served, of those left."""
    return {
        "never proposed": round(100 * told.never / max(1, told.needs), 1),
        **{f"price of {name}": round(100 * cost, 1) for name, cost in told.price.items()},
        "would fit better with one who went elsewhere": round(100 * told.envy, 1),
        "left though somebody had room": round(100 * told.waste, 1),
    }


def _shares(path: Path, title: str, side: str, rows: Sequence[Share]) -> None:
    """The most first."""
    rows = sorted(rows, key=lambda r: (-r.needs, r.group))
    series = {f"of the {side}": [r.asked for r in rows], "of the proposals": [r.got for r in rows]}
    names = [f"{r.group} ({r.proposals}/{r.needs})" for r in rows]
    unit = f"%   (in brackets: proposals / {side}; pale: fewer than {FEW}, not to be compared)"
    bars(path, title, names, series, unit, [k for k, r in enumerate(rows) if r.needs < FEW])


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)
