"""Why this score: codes with signed contributions that add up to it, to the last digit printed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matching.arcs import Floats
from matching.outcome.design import Rows
from matching.outcome.folds import REGIMES

if TYPE_CHECKING:
    from matching.outcome.direction import Asked
    from matching.outcome.prior import Prior

DIGITS, SHOWN = 6, 12
SIDES = {
    "person": {"decider": "person.willing", "candidate": "need.sought", "decider_taste": "person.taste",
               "candidate_taste": "need.attracts"},
    "need": {"decider": "need.willing", "candidate": "person.sought", "decider_taste": "need.taste",
             "candidate_taste": "person.attracts"},
}  # fmt: skip
PLAIN = {
    "base": "base",
    "prior": "fit",
    "pool": "pool",
    "context": "context",
    "other_answers": "standing",
    "taste": "taste",
}


def of_prior(prior: "Prior", values: Floats) -> list[dict[str, float]]:
    codes = [c for c, _name in prior.space.pair_codes()]
    return closed(_summed(codes, prior.parts(values) / prior.spread), values.shape[0])


def _summed(codes: list[str], parts: Floats) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for code in dict.fromkeys(codes):
        found[code] = parts[:, [k for k, c in enumerate(codes) if c == code]].sum(axis=1)
    return found


def total(parts: list[dict[str, float]]) -> Floats:
    """The score is what its printed parts add up to."""
    return np.array([round(sum(p.values()), DIGITS) for p in parts], dtype=np.float64)


def closed(found: dict[str, Floats], n: int) -> list[dict[str, float]]:
    """Row by row, the largest first; the small ones together as `rest`."""
    if not found:
        return [{"base": 0.0} for _ in range(n)]
    codes, table = list(found), np.column_stack(list(found.values()))
    order = np.argsort(-np.abs(table), axis=1, kind="stable")
    rows = []
    for values, places in zip(table.tolist(), order.tolist(), strict=True):
        shown = {codes[k]: round(values[k], DIGITS) for k in places[:SHOWN]}
        rest = round(sum(values) - sum(shown.values()), DIGITS)
        rows.append({c: v for c, v in shown.items() if v} | ({"rest": rest} if rest else {}) or {"base": 0.0})
    return rows


def text(parts: dict[str, float]) -> str:
    return ";".join(
        f"{code.replace(';', ' ').replace(':', ' ')}:{value:+.{DIGITS}f}" for code, value in parts.items()
    )


@dataclass
class Explained:
    """The log odds of each direction taken apart, and put together into those of the score."""

    model: Any
    rows: Rows
    asked: "dict[str, Asked]"

    def joint(self, raw: Floats, slopes: Floats) -> list[dict[str, float]]:
        found: dict[str, Floats] = {}
        for name, slope in (("person", slopes[:, 0]), ("need", slopes[:, 1])):
            for code, value in self._direction(name).items():
                found[code] = found.get(code, 0.0) + slope * value
        found["both"] = raw - sum(found.values())
        return closed(found, raw.size)

    def single(self, name: str, raw: Floats) -> list[dict[str, float]]:
        found = self._direction(name)
        found["base"] = found["base"] + raw - sum(found.values())
        return closed(found, raw.size)

    def _direction(self, name: str) -> dict[str, Floats]:
        """Adds up to the raw log odds of that direction."""
        direction, asked = self.model.directions_[name], self.asked[name]
        rows = direction.learners.with_strangers(self.rows if name != "need" else self.rows.turned())
        width = asked.values.shape[1]
        slopes = [direction.blends[r].line.slope for r in REGIMES]
        weights = np.array([np.pad(w, (0, width - w.size)) for w in slopes])[asked.regime]
        share = np.array([1 - direction.blends[r].share for r in REGIMES])[asked.regime]
        weights = weights * share[:, None]
        found: dict[str, Floats] = {}
        for k, learner in enumerate((direction.learners.tastes, direction.learners.mixed)):
            parts = ({}, {}) if learner is None else learner.parts(rows)
            for code, value in self._coded(parts, name).items():
                found[code] = found.get(code, 0.0) + weights[:, k] * value
        found["pattern"] = weights[:, 2] * asked.values[:, 2]
        found["alike"] = (weights[:, 3:] * asked.values[:, 3:]).sum(axis=1)
        rest = asked.raw - sum(found.values())
        grown = share < 1
        found["pattern"] = found["pattern"] + np.where(grown, rest, 0.0)
        found["base"] = found.get("base", 0.0) + np.where(grown, 0.0, rest)
        return found

    def _coded(self, parts: tuple[dict[str, Floats], dict[str, Floats]], name: str) -> dict[str, Floats]:
        sums, columns = parts
        sides = SIDES["need" if name == "need" else "person"]
        found = {sides.get(block, PLAIN.get(block, block)): value for block, value in sums.items()}
        space, mine = self.model.space_, ("need", "person") if name == "need" else ("person", "need")
        for block, codes in (
            ("decider_features", space.own_codes(mine[0])), ("candidate_features", space.own_codes(mine[1])),
            ("pair", [c for c, _n in space.pair_codes()]),
        ):  # fmt: skip
            if block in columns:
                found.update(_summed(codes, columns[block]))
        return found
