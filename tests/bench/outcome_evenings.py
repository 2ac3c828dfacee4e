"""Evenings of uneven size, and of each person forty columns of all kinds of which few tell anything: ages,
fields, seventeen interests, what one says to look for and how one sees oneself; some cells are empty."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from matching.schema import parse_schema
from matching.tables import Table
from tests.bench.outcome_ceiling import Known
from tests.bench.outcome_worlds import Floats, Ints, World

NIGHTS, SMALLEST, LARGEST = 20, 8, 20  # of each side
INTERESTS, SOUGHT, SEEN, THEMES = 17, 6, 5, 4
EMPTY = 0.03
SPREAD = 1.1, 1.0  # of choosiness and of popularity, beyond what columns tell
TASTE = 0.4
NAMES = {"field": 16, "origin": 5, "goal": 6}


@dataclass
class Guests:
    """One side. `names` as numbers; all else as it stands in the cells."""

    age: Floats
    names: dict[str, Ints]
    interests: Floats
    sought: Floats  # shares of a hundred points
    seen: Floats
    told: tuple[Floats, Floats]  # choosiness and popularity as far as columns tell them
    own: tuple[Floats, Floats]  # and as they are
    tastes: Floats
    looks: Floats

    @classmethod
    def made(cls, rng: np.random.Generator, n: int) -> "Guests":
        themes = rng.normal(size=(n, THEMES)) @ rng.normal(size=(THEMES, INTERESTS)) * 0.6
        interests = np.clip(np.round(6 + 2 * (themes + rng.normal(size=(n, INTERESTS)))), 1, 10)
        seen = np.clip(np.round(7 + 1.5 * rng.normal(size=(n, SEEN)) + rng.normal(size=(n, 1))), 1, 10)
        names = {
            k: rng.choice(m, n, p=np.arange(m, 0, -1) / (m * (m + 1) / 2)).astype(np.int64)
            for k, m in NAMES.items()
        }
        choosy = np.asarray(0.1 * (names["goal"] - 2.5), np.float64)
        liked = np.asarray(0.35 * (seen[:, 0] - 7) / 1.8 - 0.15 * (names["origin"] == 1), np.float64)
        own = choosy + SPREAD[0] * rng.normal(size=n), liked + SPREAD[1] * rng.normal(size=n)
        return cls(
            np.clip(np.round(26 + 3.5 * rng.normal(size=n)), 18, 45),
            names,
            interests,
            100 * rng.dirichlet(np.full(SOUGHT, 3.0), n),
            seen,
            (choosy, liked),
            own,
            rng.normal(size=(n, 3)),
            rng.normal(size=(n, 3)),
        )

    def numbers(self) -> dict[str, Floats]:
        blocks = {"interest": self.interests, "sought": self.sought, "seen": self.seen}
        return {"age": self.age} | {f"{k}{c}": x[:, c] for k, x in blocks.items() for c in range(x.shape[1])}

    def table(self, rng: np.random.Generator, letter: str, night: Ints) -> Table:
        cells = {"night": [f"e{k:02d}" for k in night]}
        cells |= {k: _with_gaps(rng, [f"c{v}" for v in x]) for k, x in self.names.items()}
        cells |= {k: _with_gaps(rng, [f"{v:.4g}" for v in x]) for k, x in self.numbers().items()}
        return Table([f"{letter}{k:04d}" for k in range(night.size)], cells)

    def plain(self) -> Floats:
        """What the plain models get: standard numbers, and one column for each name."""
        numbers = np.column_stack(list(self.numbers().values()))
        return np.hstack([standard(numbers), *(np.eye(m)[self.names[k]] for k, m in NAMES.items())])


def evenings(seed: int, strangers: bool) -> World:
    """All meet all of the other side of their evening. `strangers`: whole evenings are asked."""
    rng = np.random.default_rng(seed)
    night = np.repeat(np.arange(NIGHTS), rng.integers(SMALLEST, LARGEST, NIGHTS))
    a, b = np.nonzero(night[:, None] == night[None, :])
    one, other = Guests.made(rng, night.size), Guests.made(rng, night.size)
    told = _told(one, other, a, b), _told(other, one, b, a)
    truth = np.column_stack([_wants(told[0], one, other, a, b), _wants(told[1], other, one, b, a)])
    known = tuple(
        Known(t + d.told[0][i] + c.told[1][j], SPREAD, TASTE)
        for t, d, c, i, j in ((told[0], one, other, a, b), (told[1], other, one, b, a))
    )
    out = rng.permutation(NIGHTS)[: NIGHTS // 4]
    seen = ~np.isin(night[a], out) if strangers else rng.random(a.size) < 0.5
    types = dict.fromkeys(NAMES, "categorical") | dict.fromkeys(one.numbers(), "numeric")
    columns = {"night": {"type": "categorical", "role": "pool"}} | {k: {"type": t} for k, t in types.items()}
    schema = parse_schema(
        {"outcome": "two_sided", "people": {"columns": columns}, "needs": {"columns": columns}}
    )
    said = (rng.random(truth.shape) < expit(truth)).astype(float)
    tables = one.table(rng, "p", night), other.table(rng, "n", night)
    return World(schema, *tables, a, b, truth, said, seen, (one.plain(), other.plain()), (known[0], known[1]))


def _told(decider: Guests, candidate: Guests, i: Ints, j: Ints) -> Floats:
    """What columns say of the two: ages, origin, interests, and whether one is what the other looks for."""
    apart = np.abs(decider.age[i] - candidate.age[j]) / 3.5
    same = decider.names["origin"][i] == candidate.names["origin"][j]
    common = (standard(decider.interests)[i] * standard(candidate.interests)[j]).sum(axis=1) / np.sqrt(
        INTERESTS
    )
    wanted = standard(decider.sought)[:, :SEEN][i] * standard(candidate.seen)[j]
    return np.asarray(-0.3 - 0.25 * apart + 0.3 * same + 0.25 * common + 0.1 * wanted.sum(axis=1))


def _wants(told: Floats, decider: Guests, candidate: Guests, i: Ints, j: Ints) -> Floats:
    liking = (decider.tastes[i] * candidate.looks[j]).sum(axis=1)
    return np.asarray(told + decider.own[0][i] + candidate.own[1][j] + TASTE * liking)


def standard(x: Floats) -> Floats:
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def _with_gaps(rng: np.random.Generator, cells: list[str]) -> list[str]:
    return ["" if gap else cell for cell, gap in zip(cells, rng.random(len(cells)) < EMPTY, strict=True)]
