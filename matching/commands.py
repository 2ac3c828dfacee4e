"""`fit`, `score` and `rank` of the command line (contracts §6)."""

import argparse
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn

from matching.files import WholeFile
from matching.outcome.model import OutcomeModel, Scores, pool_names
from matching.outcome.reasons import text
from matching.schema import Schema, read_schema
from matching.tables import Pairs, Table, read_history, read_pairs, read_side

FORMAT = 2
HEADER = "person_id,need_id,p_person,p_need,p_match,score,reasons"


def add_to(commands: Any) -> None:
    fit = commands.add_parser("fit", help="learn from answers who says yes to whom")
    for name in ("--people", "--needs", "--outcomes", "--schema", "--model"):
        fit.add_argument(name, required=True, type=Path)
    fit.add_argument("--seed", type=int, default=0)
    fit.set_defaults(run=run_fit)
    score = commands.add_parser("score", help="how likely the pairs of a file are")
    for name in ("--model", "--people", "--needs", "--pairs", "--out"):
        score.add_argument(name, required=True, type=Path)
    score.set_defaults(run=run_score)
    rank = commands.add_parser("rank", help="the best of the other side for one id")
    for name in ("--model", "--people", "--needs", "--out"):
        rank.add_argument(name, required=True, type=Path)
    rank.add_argument("--for", required=True, dest="asked", metavar="ID")
    rank.add_argument("--side", choices=("person", "need"), default="person", help="whose id it is")
    rank.add_argument("--top", type=int, default=20)
    rank.set_defaults(run=run_rank)


def run_fit(options: argparse.Namespace) -> None:
    schema = read_schema(options.schema)
    people, needs = read_side(options.people, schema, "person"), read_side(options.needs, schema, "need")
    model = OutcomeModel(schema, options.seed).fit(people, needs, read_history(options.outcomes))
    save(options.model, model)


def save(path: Path, model: OutcomeModel) -> None:
    held = {
        "format": FORMAT,
        "sklearn": sklearn.__version__,
        "schema": model.schema.fingerprint(),
        "model": model,
    }
    with WholeFile(path) as file:
        joblib.dump(held, file, compress=3)


def load(path: Path) -> OutcomeModel:
    """Raises ValueError for what is no model, or one of another version or whose schema was changed."""
    try:
        held = joblib.load(path)
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        AttributeError,
        ImportError,
        KeyError,
        IndexError,
    ) as error:
        raise ValueError(f"{path.name} is no model of this library") from error
    if not isinstance(held, dict) or not isinstance(held.get("model"), OutcomeModel):
        raise ValueError(f"{path.name} is no model of this library")
    if (held["format"], held["sklearn"]) != (FORMAT, sklearn.__version__):
        raise ValueError(f"{path.name} was made by another version: fit it again")
    model: OutcomeModel = held["model"]
    if held["schema"] != model.schema.fingerprint():
        raise ValueError(f"{path.name} was fitted on another schema: fit it again")
    return model


def run_score(options: argparse.Namespace) -> None:
    model, people, needs = _read(options)
    pairs = read_pairs(options.pairs)
    write(options.out, pairs, model.ask(people, needs, pairs))


def _read(options: argparse.Namespace) -> tuple[OutcomeModel, Table, Table]:
    model = load(options.model)
    sides = [read_side(getattr(options, name), model.schema, side) for name, side in
             (("people", "person"), ("needs", "need"))]  # fmt: skip
    return model, sides[0], sides[1]


def run_rank(options: argparse.Namespace) -> None:
    model, people, needs = _read(options)
    if options.top < 1:
        raise ValueError("--top must be at least 1")
    own, others = (people, needs) if options.side == "person" else (needs, people)
    if options.asked not in own.ids:
        raise ValueError(f"{options.side} {options.asked!r} is not in the table")
    rivals = inside_pool(model.schema, options.side, own, others, options.asked)
    mine = [options.asked] * len(rivals)
    left, right = (mine, rivals) if options.side == "person" else (rivals, mine)
    pairs = Pairs(left, right, np.full(len(mine), np.nan), [""] * len(mine))
    found = model.ask(people, needs, pairs)
    best = np.lexsort((np.arange(len(mine)), -found.score))[: options.top]
    write(options.out, pairs, found, best)


def inside_pool(schema: Schema, side: str, own: Table, others: Table, asked: str) -> list[str]:
    """The other side's ids; where both sides name pools, those of the same one."""
    there = "need" if side == "person" else "person"
    if not (schema.with_role(side, "pool") and schema.with_role(there, "pool")):
        return others.ids
    mine = dict(zip(own.ids, pool_names(schema, side, own), strict=True))[asked]
    theirs = pool_names(schema, there, others)
    return [i for i, pool in zip(others.ids, theirs, strict=True) if not mine or not pool or pool == mine]


def write(path: Path, pairs: Pairs, found: Scores, order: Any = None) -> None:
    lines = [HEADER]
    for k in range(len(pairs.person)) if order is None else order:
        chances = ",".join(
            "" if np.isnan(p) else f"{p:.9f}" for p in (found.person[k], found.need[k], found.match[k])
        )
        cells = f"{chances},{found.score[k]:.6f},{quoted(text(found.parts[k]))}"
        lines.append(f"{quoted(pairs.person[k])},{quoted(pairs.need[k])},{cells}")
    with WholeFile(path) as file:
        file.write(("\n".join(lines) + "\n").encode())


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell
