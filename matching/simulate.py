"""A county's year, made up: needs and people arrive, answer, lapse and drop out; policies are compared.

`python -m matching.simulate --out matching/plots` draws the plots of README.md (with matplotlib). The same
seed gives every policy the same arrivals and the same luck, so that what differs is the policy.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.special import expit

from matching.arcs import Arcs, Floats, Ints
from matching.assignment import assign
from matching.pictures import bars, lines, require

DAYS, TOWNSHIPS, KINDS, TASTES = 365, 12, 6, 4
NEEDS_A_DAY, PEOPLE_A_DAY = 3.0, 0.4
RESTS, ANSWER_DAYS = 30, 7  # days until a person can be asked again; days until silence is a lapse
STAYS, PATIENCE = 240, 150  # mean days until a person drops out, until a need ends elsewhere
REACH, BASE = 2, -0.3
WAITING = 0.002  # weight of a day of waiting beside a score in 0..1


@dataclass
class Year:
    """Who arrives when and what is true of them; `luck` (needs, 40) decides each answer."""

    need_day: Ints
    need_place: Ints
    need_kind: Ints
    need_taste: Floats
    need_ends: Floats
    person_day: Ints
    person_place: Ints
    person_kinds: Floats
    person_taste: Floats
    person_ends: Floats
    luck: Floats

    @classmethod
    def made(cls, seed: int, days: int = DAYS) -> "Year":
        rng = np.random.default_rng(seed)
        n, m = rng.poisson(NEEDS_A_DAY * days), rng.poisson(PEOPLE_A_DAY * days)
        need_day, person_day = np.sort(rng.integers(0, days, n)), np.sort(rng.integers(-60, days, m))
        popular = rng.dirichlet(np.full(KINDS, 2.0))
        return cls(
            need_day,
            rng.integers(0, TOWNSHIPS, n),
            rng.choice(KINDS, n, p=popular),
            rng.normal(size=(n, TASTES)),
            need_day + rng.exponential(PATIENCE, n),
            person_day,
            rng.integers(0, TOWNSHIPS, m),
            (rng.random((m, KINDS)) < 0.35).astype(float),
            rng.normal(size=(m, TASTES)),
            person_day + rng.exponential(STAYS, m),
            rng.random((n, 40)),
        )

    def chance(self, people: Ints, needs: Ints) -> Floats:
        """That both say yes, for each of the pairs."""
        far = np.abs(self.person_place[people] - self.need_place[needs])
        liking = (self.person_taste[people] * self.need_taste[needs]).sum(axis=1) / np.sqrt(TASTES)
        return np.asarray(expit(BASE + 0.8 * liking - 0.4 * far))

    def eligible(self, people: Ints, needs: Ints) -> tuple[Ints, Ints]:
        """Pairs of which the kind is offered and the place within reach."""
        kind = self.person_kinds[np.ix_(people, self.need_kind[needs])] > 0
        near = np.abs(self.person_place[people][:, None] - self.need_place[needs][None, :]) <= REACH
        i, j = np.nonzero(kind & near)
        return people[i], needs[j]


@dataclass
class Told:
    """What a year came to under one policy."""

    waits: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    proposals: int = 0
    open_by_week: list[int] = field(default_factory=list)
    by_kind: Floats = field(default_factory=lambda: np.zeros(KINDS))
    needs: int = 0
    never: int = 0

    def figures(self) -> dict[str, float]:
        waits = self.waits or [0]
        return {
            "met_share": len(self.waits) / max(1, self.needs),
            "median_wait_days": float(np.median(waits)),
            "wait_90_days": float(np.quantile(waits, 0.9)),
            "yes_per_proposal": len(self.waits) / max(1, self.proposals),
            "never_proposed_share": self.never / max(1, self.needs),
            "least_kind_met_share": float(self.by_kind.min()),
        }


Policy = Callable[[Year, Ints, Ints, Floats, int], Ints]


def first_come(year: Year, people: Ints, needs: Ints, score: Floats, day: int) -> Ints:
    """The need that came first takes the best person left."""
    order = np.lexsort((-score, needs, year.need_day[needs]))
    return _greedily(people, needs, order)


def nightly(year: Year, people: Ints, needs: Ints, score: Floats, day: int) -> Ints:
    return _assigned(people, needs, score)


def with_waiting(year: Year, people: Ints, needs: Ints, score: Floats, day: int) -> Ints:
    return _assigned(people, needs, score + WAITING * (day - year.need_day[needs]))


POLICIES: dict[str, Policy] = {
    "first come": first_come,
    "nightly batch": nightly,
    "batch with waiting": with_waiting,
}


def _greedily(people: Ints, needs: Ints, order: Ints) -> Ints:
    taken: set[int] = set()
    served: set[int] = set()
    found = []
    for k in order.tolist():
        if people[k] not in taken and needs[k] not in served:
            taken.add(int(people[k]))
            served.add(int(needs[k]))
            found.append(k)
    return np.array(found, dtype=np.int64)


def _assigned(people: Ints, needs: Ints, weight: Floats) -> Ints:
    who, p = np.unique(people, return_inverse=True)
    what, n = np.unique(needs, return_inverse=True)
    ones = np.ones(who.size, np.int64), np.ones(what.size, np.int64)
    return assign(Arcs(p.astype(np.int32), n.astype(np.int32), weight, *ones)).chosen


@dataclass
class _State:
    year: Year
    free_from: Ints
    asked: Ints  # how often each need was proposed
    met: Ints  # the day a need was met, -1 before
    refused: set[tuple[int, int]] = field(default_factory=set)
    waiting: dict[int, int] = field(default_factory=dict)  # need -> day its answer comes

    def open_needs(self, day: int) -> Ints:
        y = self.year
        there = (y.need_day <= day) & (y.need_ends > day) & (self.met < 0)
        there[[n for n, until in self.waiting.items() if until > day]] = False
        return np.flatnonzero(there)

    def free_people(self, day: int) -> Ints:
        y = self.year
        return np.flatnonzero((y.person_day <= day) & (y.person_ends > day) & (self.free_from <= day))


def run(year: Year, policy: Policy, days: int = DAYS) -> Told:
    """One year under one policy; the answers depend on the pair and on how often the need was asked
    before."""
    state = _State(
        year, np.zeros(year.person_day.size, np.int64), np.zeros(year.need_day.size, np.int64),
        np.full(year.need_day.size, -1, np.int64),
    )  # fmt: skip
    told = Told(needs=int(year.need_day.size))
    for day in range(days):
        _night(state, policy, day, told)
        if day % 7 == 6:
            told.open_by_week.append(int(state.open_needs(day).size))
    told.never = int((state.asked == 0).sum())
    kinds = np.bincount(year.need_kind, minlength=KINDS)
    told.by_kind = np.bincount(year.need_kind[state.met >= 0], minlength=KINDS) / np.maximum(kinds, 1)
    return told


def _night(state: _State, policy: Policy, day: int, told: Told) -> None:
    year = state.year
    people, needs = year.eligible(state.free_people(day), state.open_needs(day))
    new = np.array(
        [(p, n) not in state.refused for p, n in zip(people.tolist(), needs.tolist(), strict=True)], bool
    )
    people, needs = people[new], needs[new]
    if not people.size:
        return
    score = year.chance(people, needs)
    for k in policy(year, people, needs, score, day).tolist():
        person, need = int(people[k]), int(needs[k])
        luck = year.luck[need, state.asked[need] % year.luck.shape[1]]
        state.asked[need] += 1
        told.proposals += 1
        if luck < score[k]:
            state.met[need], state.free_from[person] = day, day + RESTS
            told.waits.append(day - int(year.need_day[need]))
            told.chances.append(float(score[k]))
        else:  # a no, or silence until it lapses
            state.refused.add((person, need))
            state.waiting[need] = state.free_from[person] = day + ANSWER_DAYS


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m matching.simulate", description=__doc__)
    parser.add_argument("--out", required=True, type=Path, help="folder of the plots")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--years", type=int, default=3)
    options = parser.parse_args(arguments)
    require()
    options.out.mkdir(parents=True, exist_ok=True)
    years = [Year.made(options.seed + k) for k in range(options.years)]
    told = {name: [run(y, policy) for y in years] for name, policy in POLICIES.items()}
    figures = {
        name: {k: float(np.mean([t.figures()[k] for t in ts])) for k in ts[0].figures()}
        for name, ts in told.items()
    }
    for name, values in figures.items():
        sys.stdout.write(f"{name}: " + ", ".join(f"{k} {v:.3f}" for k, v in values.items()) + "\n")
    draw(options.out, told, figures)
    return 0


def draw(folder: Path, told: dict[str, list[Told]], figures: dict[str, dict[str, float]]) -> None:
    weeks = {n: np.mean([t.open_by_week for t in ts], axis=0).tolist() for n, ts in told.items()}
    waits = {n: [f["median_wait_days"], f["wait_90_days"]] for n, f in figures.items()}
    shares = ("met_share", "least_kind_met_share", "yes_per_proposal")
    per_cent = {n: [100 * f[k] for k in shares] for n, f in figures.items()}
    lines(folder / "open.svg", "Needs still open, week by week", "week", weeks, "needs")
    bars(folder / "waits.svg", "Days until a need is met", ["median", "90 of 100"], waits, "days")
    names = ["needs met", "of the kind worst off", "yes per proposal"]
    bars(folder / "met.svg", "Shares", names, per_cent, "%")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
