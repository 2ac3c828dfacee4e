"""Top-down splitting (rule 5): a group is divided only while every part passes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.policy.lattice import Label, certainty_penalty
from app.releases.operations.planner.counting import Judge, owners
from app.releases.operations.planner.crowd import Whole
from app.releases.operations.planner.finer import by_fact, by_region
from app.releases.operations.planner.keeping import keep

Part = tuple[Label, Whole]
MOST_LENT = 8


@dataclass(frozen=True)
class Split:
    """A finer part and what stays under the old label; `gain`: how much less is hidden, over all rows."""

    finer: Part
    rest: Part
    gain: float


@dataclass(frozen=True)
class Splitter:
    """`counties`: how many the widest label covers; the penalty of a region is measured against it."""

    judge: Judge
    counties: int

    def divide(self, label: Label, group: Whole) -> list[Part]:
        """The parts, each of which passes. The group itself must pass."""
        done: list[Part] = []
        open_parts = [(label, group)]
        while open_parts:
            part = open_parts.pop()
            split = self._best(part)
            if split is None:
                done.append(part)
                continue
            open_parts += [p for p in (split.finer, split.rest) if len(p[1])]
        return done

    def _best(self, part: Part) -> Split | None:
        best = None
        for finer in self._region_steps(part):
            best = self._better(best, part, finer)
        for finer in by_fact(part[0]):
            best = self._better(best, part, finer)
        return best

    def _region_steps(self, part: Part) -> Iterator[Label]:
        counties, rows = np.unique(self.judge.crowd.county[part[1]], return_counts=True)
        return by_region(part[0], [str(c) for c in counties[np.argsort(-rows, kind="stable")]])

    def _better(self, best: Split | None, part: Part, finer: Label) -> Split | None:
        label, group = part
        fit = self.judge.crowd.may_carry(finer, group)
        saved = self.worth(label) - self.worth(finer)
        if saved <= 0 or (best is not None and saved * fit.sum() <= best.gain):
            return best
        kept, _ = keep(self.judge, finer, group[fit])
        if not len(kept) or (best is not None and saved * len(kept) <= best.gain):
            return best
        rest = np.setdiff1d(group, kept, assume_unique=True)
        parted = self._balanced((finer, kept), (label, rest))
        if parted is None:
            return best
        gain = saved * len(parted[0][1])
        return Split(*parted, gain) if best is None or gain > best.gain else best

    def worth(self, label: Label) -> float:
        return hidden(label, self.counties)

    def _balanced(self, finer: Part, rest: Part) -> tuple[Part, Part] | None:
        """Both parts as they are when the rest is empty or passes; else rows are lent back until it does."""
        if not len(rest[1]) or self.judge.passes(*rest):
            return finer, rest
        if len(rest[1]) + len(finer[1]) < 2 * self.judge.gate.k:
            return None
        order = self._lenders(finer[1], rest[1])
        missing = self.judge.gate.k - len(np.unique(self.judge.crowd.household[rest[1]]))
        for lent in range(max(1, missing), max(1, missing) + MOST_LENT):
            if lent > len(order) or len(finer[1]) - lent < self.judge.gate.k:
                return None
            given = order[:lent]
            more = np.sort(np.concatenate([rest[1], given]))
            less = np.setdiff1d(finer[1], given, assume_unique=True)
            if self.judge.passes(rest[0], more):
                return ((finer[0], less), (rest[0], more)) if self.judge.passes(finer[0], less) else None
        return None

    def _lenders(self, finer: Whole, rest: Whole) -> Whole:
        """Rows of the finer part, the most helpful for the rest first: another household, one that keeps a
        row here, a row that says nothing, a household that has what the rest is short of."""
        crowd = self.judge.crowd
        own = crowd.household[finer]
        new = ~np.isin(own, crowd.household[rest])
        held = np.bincount(own)[own] > 1
        plain = crowd.implies[finer] == 0
        first = np.zeros(len(finer), dtype=bool)
        first[np.unique(own, return_index=True)[1]] = True
        scarce = np.zeros(crowd.has.shape[1], dtype=bool)
        if len(rest):
            scarce = owners(crowd, rest).having < self.judge.gate.k
        useful = (crowd.has[finer] & scarce).any(axis=1)
        score = 8 * (new & first) + 4 * useful + 2 * plain + held
        return finer[np.argsort(-score, kind="stable")]


def hidden(label: Label, counties: int) -> float:
    """What the search makes small: the certainty penalty (decisions 26)."""
    return certainty_penalty(label, "item", counties)
