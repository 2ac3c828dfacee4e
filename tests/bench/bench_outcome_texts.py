"""No history at all: who knows about what, from real texts that the installed packages ship.

A person is a module known by some of its docstrings, a need is another docstring; the nearest are those of
the same
module, then of the same package. The peer is a plain tf-idf of each person's documents put together. The
loss is the share of wrongly ordered pairs of needs, each weighted by how far apart they are.
"""

import importlib
import inspect
import pkgutil
import re

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.outcome import OutcomeModel
from matching.schema import parse_schema
from matching.tables import History, Pairs, Table
from tests.bench.figures import Figure, less_is_better

Floats = NDArray[np.float64]
PACKAGES = ("scipy", "numpy", "sklearn", "sqlalchemy", "flask", "werkzeug")
DOCUMENTS, ASKED, LEAST, MOST = 8, 6, 150, 1500
NEAR = {4: 4, 2: 8, 1: 8}  # how many needs of each nearness one person judges


def measure(_big: bool) -> list[Figure]:
    ours, peer = zip(*(_losses(seed) for seed in (0, 1)), strict=True)
    return [
        less_is_better("expertise from texts: ranking loss", float(np.mean(ours)), float(np.mean(peer)), "")
    ]


def _losses(seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    people, needs = {}, []
    for module, found in sorted(docstrings().items()):
        mixed = [found[k] for k in rng.permutation(len(found))]
        number = min(DOCUMENTS, len(mixed) // 2)
        people[module] = mixed[:number]
        needs += [(module, text) for text in mixed[number : number + ASKED]]
    names = sorted(people)
    near = np.array([[nearness(p, n) for n, _t in needs] for p in names])
    texts = [text for _n, text in needs]
    asked = [
        np.concatenate([rng.permutation(np.flatnonzero(row == k))[:n] for k, n in NEAR.items()])
        for row in near
    ]
    plain = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    plain.fit([*(t for p in names for t in people[p]), *texts])
    grid = (plain.transform([" ".join(people[p]) for p in names]) @ plain.transform(texts).T).toarray()
    return loss(_ours(names, people, texts), near, asked), loss(grid, near, asked)


def _ours(names: list[str], people: dict[str, list[str]], texts: list[str]) -> Floats:
    schema = parse_schema(
        {
            "outcome": "none",
            "people": {"columns": {"papers": {"type": "text", "sep": "|"}}},
            "needs": {"columns": {"abstract": {"type": "text"}}},
            "pair": [{"people": "papers", "needs": "abstract", "kind": "auto"}],
        }
    )
    left = Table(names, {"papers": ["|".join(people[p]) for p in names]})
    right = Table([f"n{k:04d}" for k in range(len(texts))], {"abstract": texts})
    none = np.zeros(0)
    model = OutcomeModel(schema).fit(left, right, History([], [], none, none, none, none, none, []))
    person = [p for p in names for _ in texts]
    pairs = Pairs(person, right.ids * len(names), np.full(len(person), np.nan), [""] * len(person))
    return model.ask(left, right, pairs).score.reshape(len(names), len(texts))


def docstrings() -> dict[str, list[str]]:
    """Of each public module with six or more long docstrings."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for package in PACKAGES:
        inside = importlib.import_module(package)
        for _finder, name, _is in sorted(pkgutil.iter_modules(inside.__path__), key=lambda m: m[1]):
            if name.startswith("_") or name in ("conftest", "testing", "tests"):
                continue
            texts = _long_texts(f"{package}.{name}", seen)
            if len(texts) >= 6:
                found[f"{package}.{name}"] = texts
    return found


def _long_texts(name: str, seen: set[str]) -> list[str]:
    try:
        module = importlib.import_module(name)
    except ImportError:
        return []
    texts = []
    for key, value in sorted(vars(module).items()):
        if key.startswith("_") or not (inspect.isfunction(value) or inspect.isclass(value)):
            continue
        text = re.sub(r"[`>|]", " ", inspect.getdoc(value) or "")[:MOST]
        if len(text) >= LEAST and text not in seen:
            seen.add(text)
            texts.append(text)
    return texts


def nearness(person: str, need: str) -> int:
    if person == need:
        return 4
    return 2 if person.split(".")[0] == need.split(".")[0] else 1


def loss(grid: Floats, near: NDArray[np.int64], asked: list[NDArray[np.int64]]) -> float:
    lost = whole = 0.0
    for score, truth, some in zip(grid, near, asked, strict=True):
        apart = truth[some][:, None] - truth[some][None, :]
        above = score[some][:, None] - score[some][None, :]
        right = apart > 0
        lost += float((apart * ((above < 0) + 0.5 * (above == 0)))[right].sum())
        whole += float(apart[right].sum())
    return lost / whole
