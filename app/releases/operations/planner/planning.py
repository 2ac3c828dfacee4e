"""From everything that waits to cohorts (publication-gate.md, rules 5 and 6)."""

import random
from collections.abc import Collection, Sequence
from datetime import date

from app.policy.lattice import MOST_JOINED, WHOLE, Label, region_label_of, satisfies
from app.releases.operations.planner.counting import Judge
from app.releases.operations.planner.crowd import Crowd, Register, Whole
from app.releases.operations.planner.keeping import Aside, keep
from app.releases.operations.planner.splitting import Part, Splitter
from app.releases.operations.planner.things import (
    Gate,
    Plan,
    PlannedCohort,
    PlannedRow,
    PublishedCohort,
    RegisterHousehold,
    WaitingNeed,
    Withheld,
)
from app.releases.operations.planner.verifying import certify

SMALL_REGISTER = 100
WEIGHT = 3
IMMEDIATE = ("disability", "disease")
SOFTENED = frozenset({"item_rare", "item_register", "too_few", "few_kinds", "same_item"})

Outcome = tuple[Judge, Whole, Aside]  # what is kept of a wording, and what is set aside and why


def plan(
    waiting: Sequence[WaitingNeed],
    register: Sequence[RegisterHousehold],
    *,
    history: Sequence[PublishedCohort] = (),
    gate: Gate,
    today: date,
    rng: random.Random,
) -> Plan:
    """Cohorts for what waits, and a reason for what waits on. The order of the input has no influence."""
    ordered = sorted(waiting, key=lambda w: (w.waiting_since, w.project_id))
    speaking = [w for w in ordered if satisfies(w.facts, w.item.implies) is not True]
    needs = [w for w in ordered if satisfies(w.facts, w.item.implies) is True]
    withheld = [Withheld(w, "direct") for w in speaking]
    if not needs:
        return Plan((), tuple(withheld))
    people = Register(register)
    label = coarsest_label(people.counties | {w.facts.county for w in needs})
    worded = Worded(needs, _floors(needs, history), people, gate, label, today)
    judge, kept, aside = worded.most()
    withheld += [Withheld(judge.crowd.rows[row].need, reason) for row, reason in aside]
    if not len(kept):
        return Plan((), tuple(withheld))
    parts = Splitter(judge).divide(label, kept)
    cohorts = [_cohort(judge, part, register, gate, rng) for part in parts]
    rng.shuffle(cohorts)
    return Plan(tuple(cohorts), tuple(withheld))


def _cohort(
    judge: Judge, part: Part, register: Sequence[RegisterHousehold], gate: Gate, rng: random.Random
) -> PlannedCohort:
    label, group = part
    rows = [judge.crowd.rows[n] for n in group]
    rng.shuffle(rows)
    return PlannedCohort(label, tuple(rows), certify(label, rows, register, gate))


def coarsest_label(counties: Collection[str]) -> Label:
    """The widest label that is still exact: the county, a union inside a prefecture, the prefecture, or the
    whole."""
    prefectures = frozenset(c[:4] for c in counties)
    if len(prefectures) > 1:
        return Label(region_label_of(prefectures) if len(prefectures) < MOST_JOINED else WHOLE)
    few = len(counties) <= MOST_JOINED
    return Label(region_label_of(frozenset(counties) if few else prefectures))


def _floors(needs: Sequence[WaitingNeed], history: Sequence[PublishedCohort]) -> list[tuple[Label, ...]]:
    """A need that was public before never says more than it did then: the two labels together would be
    finer."""
    before: dict[int, list[Label]] = {}
    for cohort in history:
        for need_id in cohort.need_ids:
            before.setdefault(need_id, []).append(cohort.label)
    return [(w.floor, *before.get(w.need_id, ())) for w in needs]


class Worded:
    """Chooses which actions appear as 综合帮扶: whole actions at a time, and only where that lets more
    through."""

    def __init__(
        self,
        needs: Sequence[WaitingNeed],
        floors: Sequence[tuple[Label, ...]],
        register: Register,
        gate: Gate,
        label: Label,
        today: date,
    ) -> None:
        self.needs, self.floors, self.register = needs, floors, register
        self.gate, self.label, self.today = gate, label, today

    def most(self) -> Outcome:
        plain = self._kept(frozenset())
        best, cost = plain, self._cost(plain)
        allowed = sorted(self._allowed(plain))
        for n in range(1, 1 << len(allowed)):
            generic = frozenset(a for bit, a in enumerate(allowed) if n >> bit & 1)
            tried = self._kept(generic)
            if (c := self._cost(tried)) < cost:
                best, cost = tried, c
        return best

    def _cost(self, outcome: Outcome) -> int:
        judge, kept, aside = outcome
        old = sum(judge.crowd.rows[r].need.weeks(self.today) >= 4 for r, _ in aside)
        generic = sum(judge.crowd.rows[r].generic for r in kept)
        return WEIGHT * len(aside) + 100 * old + generic

    def _allowed(self, outcome: Outcome) -> set[int]:
        judge, _, aside = outcome
        if not aside:
            return set()
        small = self.register.size <= SMALL_REGISTER
        late = {
            judge.crowd.rows[r].need.item.action_no
            for r, _ in aside
            if judge.crowd.rows[r].need.weeks(self.today) >= 4
        }
        speaking = {w.item.action_no for w in self.needs if w.item.implies}
        now = {w.item.action_no for w in self.needs if w.item.implies in IMMEDIATE}
        return speaking & ((late | now) if small else late)

    def _kept(self, generic: Collection[int]) -> Outcome:
        rows = [PlannedRow(w, w.item.action_no in generic) for w in self.needs]
        judge = Judge(Crowd(rows, self.floors), self.register, self.gate)
        kept, aside = keep(judge, self.label, judge.crowd.all)
        return judge, kept, aside
