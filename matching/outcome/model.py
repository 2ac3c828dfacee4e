"""The two-sided outcome model: fitted on tables and history, asked about pairs (contracts §6)."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from matching.arcs import Floats, Ints
from matching.features.space import Prepared, Space
from matching.features.text import Tokenizer
from matching.outcome import reasons
from matching.outcome.design import Design, Rows
from matching.outcome.direction import Asked, Direction, blend_together
from matching.outcome.folds import REGIMES, Fold, folds
from matching.outcome.joint import Joint
from matching.outcome.negatives import shift, unchosen
from matching.outcome.prior import Prior
from matching.outcome.recency import decay, half_life
from matching.outcome.threads import threads_for
from matching.schema import Schema
from matching.tables import History, Pairs, Table

AT_ONCE, SMALL = 20_000, 30_000
RARE = 0.4  # below this share of yeses, a yes is a choice among many
EDGE = 1e-6  # no probability is nearer to 0 or 1


@dataclass(frozen=True)
class Scores:
    """Of each asked pair: probabilities (NaN where that side was never observed), the score, and its
    parts, which add up to it."""

    person: Floats
    need: Floats
    match: Floats
    score: Floats
    parts: list[dict[str, float]]


class OutcomeModel(BaseEstimator):  # type: ignore[misc]
    """Both sides' answers, each with shrunk effects, features, tastes, trees and the history's matrix.

    Parameters
    ----------
    schema : Schema, what the columns mean.
    seed : int, of folds, samples and probes; the same seed and tables give the same model.
    tokenizer : a function from text to terms, or None for hashed words and character n-grams.

    It is fitted on tables, not arrays: `fit(people, needs, history)`, then `ask(people, needs, pairs)`.
    """

    def __init__(self, schema: Schema, seed: int = 0, tokenizer: Tokenizer | None = None) -> None:
        self.schema, self.seed, self.tokenizer = schema, seed, tokenizer

    def fit(self, people: Table, needs: Table, history: History) -> Self:
        with threads_for(len(history)):
            return self._fit(people, needs, history)

    def _fit(self, people: Table, needs: Table, history: History) -> Self:
        self.space_ = Space(self.schema, self.schema.outcome == "none", self.tokenizer, self.seed)
        people, needs = people.with_ids(history.person), needs.with_ids(history.need)
        self.space_.fit(people, needs)
        sides = self.space_.prepare("person", people), self.space_.prepare("need", needs)
        self.prior_ = Prior(self.space_, self.seed).fit(*sides)
        self.people_, self.needs_ = people.place(), needs.place()
        self.directions_: dict[str, Direction] = {}
        self.shift_ = 0.0
        self.joint_: Joint | None = None
        if self.schema.outcome != "none" and len(history):
            self._fit_answers(sides, history)
        return self

    def _fit_answers(self, sides: tuple[Prepared, Prepared], history: History) -> None:
        rows, answers = self._history_rows(sides, history)
        answers = {name: given for name, given in answers.items() if not np.isnan(given).all()}
        matched = answers.get("match")
        if len(answers) > 1:
            answers.pop("match", None)
        cut = folds(rows.a, rows.b, self.seed)
        for k, (name, given) in enumerate(answers.items()):
            if k == 0 and len(rows) == len(history):
                rows.age = self._age(sides, rows, given, history.time)
            self.directions_[name] = self._fit_direction(sides, rows, answers, name, cut)
        blend_together(list(self.directions_.values()))
        if len(answers) == 2 and matched is not None:
            self.joint_ = self._fit_joint(rows, {**answers, "match": matched})

    def _design(self, sides: tuple[Prepared, Prepared], rows: Rows, turned: bool) -> Design:
        own = (sides[1].own, sides[0].own) if turned else (sides[0].own, sides[1].own)
        return Design(*own, len(self.pools_), len(self.contexts_), len(rows) <= SMALL)

    def _age(self, sides: tuple[Prepared, Prepared], rows: Rows, given: Floats, time: Floats) -> Floats:
        known = np.flatnonzero(~np.isnan(given))
        mine = rows.take(known)
        mine.y = given[known]
        self.half_life_ = half_life(mine, time[known], self._design(sides, rows, False))
        return decay(time, self.half_life_)

    def _fit_direction(
        self,
        sides: tuple[Prepared, Prepared],
        rows: Rows,
        answers: dict[str, Floats],
        name: str,
        cut: list[Fold],
    ) -> Direction:
        turned, given = name == "need", answers[name]
        known = np.flatnonzero(~np.isnan(given))
        mine = turned_rows(rows, turned)
        mine.y, other = given, answers.get("person" if turned else "need")
        if name != "match" and other is not None:
            mine.other = other
        positive = self.schema.outcome == "one_sided_positive"
        rare = self.schema.outcome == "one_sided" and float(np.mean(given[known])) < RARE
        direction = Direction(self._design(sides, rows, turned), positive, self.seed, rare)
        if known.size < given.size:
            mine = mine.take(known)
            cut = folds(mine.a, mine.b, self.seed)
        return direction.learn(mine, cut)

    def _history_rows(
        self, sides: tuple[Prepared, Prepared], history: History
    ) -> tuple[Rows, dict[str, Floats]]:
        a = np.array([self.people_[i] for i in history.person], dtype=np.int64)
        b = np.array([self.needs_[i] for i in history.need], dtype=np.int64)
        self.pools_ = self._pools(sides)
        self.contexts_ = {c: k for k, c in enumerate(sorted({c for c in history.context if c}))}
        context = np.array([self.contexts_.get(c, -1) for c in history.context], dtype=np.int64)
        answers = {"person": history.person_yes, "need": history.need_yes, "match": history.matched}
        weight = history.weight
        if self.schema.outcome != "two_sided":
            answers = {"person": history.person_yes}
        if self.schema.outcome == "one_sided_positive":
            pool = self._pool_of(sides, np.zeros(len(self.needs_), np.int64) - 1, np.arange(len(self.needs_)))
            more_a, more_b, rate = unchosen(a, b, pool, self.seed)
            self.shift_ = float(shift(rate))
            yes = np.where(np.isnan(history.person_yes), 1.0, history.person_yes)
            answers = {"person": np.concatenate([yes, np.zeros(more_a.size)])}
            a, b = np.concatenate([a, more_a]), np.concatenate([b, more_b])
            weight = np.concatenate([weight, np.ones(more_a.size)])
            context = np.concatenate([context, np.full(more_a.size, -1)])
        return self._rows(sides, a, b, a, b, weight, context), answers

    def _rows(
        self,
        sides: tuple[Prepared, Prepared],
        at: Ints,
        to: Ints,
        a: Ints,
        b: Ints,
        weight: Floats,
        context: Ints,
    ) -> Rows:
        """`at`, `to` are rows of the tables; `a`, `b` who they were in fit, -1 strangers."""
        values = self.space_.between(*sides, at, to)
        none = np.full(at.size, np.nan)
        return Rows(
            a, b, sides[0].own[at], sides[1].own[to], none, weight, self._pool_of(sides, at, to), context,
            self.prior_.standard(values), self.prior_.score(values), none, np.ones(at.size),
        )  # fmt: skip

    def _pools(self, sides: tuple[Prepared, Prepared]) -> dict[str, int]:
        names: set[str] = set()
        for side, prepared in zip(("person", "need"), sides, strict=True):
            names |= set(pool_names(self.schema, side, prepared.table))
        return {n: k for k, n in enumerate(sorted(names - {""}))}

    def _pool_of(self, sides: tuple[Prepared, Prepared], at: Ints, to: Ints) -> Ints:
        """The need's pool, or the person's where needs have none."""
        side, index = ("need", to) if self.schema.with_role("need", "pool") else ("person", at)
        names = pool_names(self.schema, side, sides[0 if side == "person" else 1].table)
        place = np.array([self.pools_.get(n, -1) for n in names] + [-1], dtype=np.int64)
        return place[index]

    def _fit_joint(self, rows: Rows, answers: dict[str, Floats]) -> Joint | None:
        if any(np.isnan(v).any() for v in answers.values()):
            return Joint().fit({}, {}, {})
        swapped = {"kk": "kk", "kc": "ck", "ck": "kc", "cc": "cc"}
        held, y, w = {}, {}, {}
        for name in REGIMES:
            sides = ("person", name), ("need", swapped[name])
            (at, one), (also, other) = (self.directions_[d].out[r] for d, r in sides)
            if not at.size or not np.array_equal(at, also):
                continue
            person, need = (
                self.directions_[d].blends[r].bend(f) for (d, r), f in zip(sides, (one, other), strict=True)
            )
            held[name] = person, need
            y[name], w[name] = answers["match"][at], rows.weight[at]
        return Joint().fit(held, y, w)

    def ask(self, people: Table, needs: Table, pairs: Pairs) -> Scores:
        """Raises NotFittedError before `fit`. Ids that neither table holds are people of whom nothing is
        known."""
        if not hasattr(self, "space_"):
            raise NotFittedError("this OutcomeModel is not fitted yet")
        with threads_for(0):
            return self._asked(people, needs, pairs)

    def _asked(self, people: Table, needs: Table, pairs: Pairs) -> Scores:
        people, needs = people.with_ids(pairs.person), needs.with_ids(pairs.need)
        sides = self.space_.prepare("person", people), self.space_.prepare("need", needs)
        at, to = people.place(), needs.place()
        rows = np.array(
            [(at[p], to[n]) for p, n in zip(pairs.person, pairs.need, strict=True)], dtype=np.int64
        )
        rows = rows.reshape(-1, 2)
        contexts = getattr(self, "contexts_", {})
        context = np.array([contexts.get(c, -1) for c in pairs.context], dtype=np.int64)
        chunks = [
            self._ask(sides, rows[i : i + AT_ONCE], context[i : i + AT_ONCE])
            for i in range(0, len(rows), AT_ONCE)
        ]
        person, need, match, score = (
            np.concatenate([np.zeros(0), *(getattr(c, k) for c in chunks)])
            for k in ("person", "need", "match", "score")
        )
        return Scores(person, need, match, score, [p for c in chunks for p in c.parts])

    def _ask(self, sides: tuple[Prepared, Prepared], where: Ints, context: Ints) -> Scores:
        at, to = where[:, 0], where[:, 1]
        none = np.full(at.size, np.nan)
        if not self.directions_:
            values = self.space_.between(*sides, at, to)
            parts = reasons.of_prior(self.prior_, values)
            return Scores(none, none, none, reasons.total(parts), parts)
        known = [np.array([place.get(i, -1) for i in side.table.ids], dtype=np.int64)
                 for place, side in zip((self.people_, self.needs_), sides, strict=True)]  # fmt: skip
        rows = self._rows(sides, at, to, known[0][at], known[1][to], np.ones(at.size), context)
        asked = {n: d.ask(turned_rows(rows, n == "need")) for n, d in self.directions_.items()}
        return self._scores(rows, asked)

    def _scores(self, rows: Rows, asked: dict[str, Asked]) -> Scores:
        none = np.full(len(rows), np.nan)
        chance = {n: np.clip(expit(v.bent + self.shift_), EDGE, 1 - EDGE) for n, v in asked.items()}
        explain = reasons.Explained(self, rows, asked)
        if self.joint_ is not None:
            person, need = (asked[n] for n in ("person", "need"))
            raw, bent, slopes = self.joint_.logits(person.bent, need.bent, person.regime)
            match = np.clip(expit(bent), EDGE, 1 - EDGE)
            parts = explain.joint(raw, slopes)
        else:
            name = next(n for n in ("person", "need", "match") if n in asked)
            raw, match = asked[name].raw + self.shift_, chance[name]
            parts = explain.single(name, raw)
        sides = [chance.get(n, none) for n in ("person", "need")]
        least = np.fmin(*sides) if not np.isnan(sides).all() else match
        return Scores(sides[0], sides[1], np.fmin(match, least), reasons.total(parts), parts)


def turned_rows(rows: Rows, turned: bool) -> Rows:
    """A copy, as the other side sees it where it is `turned`."""
    return rows.turned() if turned else rows.take(slice(None))


def pool_names(schema: Schema, side: str, table: Table) -> list[str]:
    columns = schema.with_role(side, "pool")
    if not columns:
        return [""] * len(table.ids)
    return [
        "\x1f".join(p) if any(p) else "" for p in zip(*(table.cells[c.name] for c in columns), strict=True)
    ]
