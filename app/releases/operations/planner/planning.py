"""From everything that waits to cohorts: the coarsest label, repaired, then divided (rules 5 and 6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.policy.gate import Cohort, Gate, Plan, RegisterHousehold, Row, Waiting, Withheld, certify
from app.policy.lattice import MOST_JOINED, WHOLE, Label, covered_counties, region_label_of, satisfies
from app.releases.operations.planner.counting import Judge
from app.releases.operations.planner.crowd import Crowd, Register, Whole
from app.releases.operations.planner.keeping import Aside, keep
from app.releases.operations.planner.splitting import Splitter

SMALL_REGISTER = 100
HEALTH = ("disability", "disease")
LEFT_OUT, LEFT_OUT_LONG = 3, 100  # against one row that is shown as 综合帮扶
History = Mapping[int, Sequence[Label]]


def plan(
    waiting: Sequence[Waiting],
    register: Sequence[RegisterHousehold],
    gate: Gate,
    *,
    before: History | None = None,
) -> Plan:
    """Cohorts for what waits, and a reason for what does not. The order of the input does not matter.

    `before`: the labels under which a need was public already.
    """
    ordered = sorted(waiting, key=lambda w: (-w.weeks, w.need_id))
    needs = [w for w in ordered if satisfies(w.facts, w.item.implies) is True]
    withheld = [Withheld(w, "direct") for w in ordered if satisfies(w.facts, w.item.implies) is not True]
    if not needs:
        return Plan((), tuple(withheld))
    people, floors = Register(register), _floors(needs, before or {})
    label = coarsest_label(people.counties | {w.facts.county for w in needs} | _allowed(floors))
    judge, kept, aside = _Wording(needs, floors, people, gate, label).best()
    withheld += [Withheld(judge.crowd.rows[row].need, reason) for row, reason in aside]
    if not len(kept):
        return Plan((), tuple(withheld))
    parts = Splitter(judge, len(covered_counties(label.region_label))).divide(label, kept)
    rows = [(part, tuple(judge.crowd.rows[n] for n in group)) for part, group in parts]
    return Plan(tuple(Cohort(p, held, certify(p, held, register)) for p, held in rows), tuple(withheld))


def coarsest_label(counties: Collection[str]) -> Label:
    """The widest label that is still exact: the county, a union in a prefecture, prefectures, or the
    whole."""
    prefectures = frozenset(c[:4] for c in counties)
    if len(prefectures) > 1:
        return Label(region_label_of(prefectures) if len(prefectures) < MOST_JOINED else WHOLE)
    few = len(counties) <= MOST_JOINED
    return Label(region_label_of(frozenset(counties) if few else prefectures))


def _floors(needs: Sequence[Waiting], before: History) -> list[tuple[Label, ...]]:
    """A need that was public before never says more than it did then: two labels together would say more."""
    return [(w.floor, *before.get(w.need_id, ())) for w in needs]


def _allowed(floors: Sequence[tuple[Label, ...]]) -> frozenset[str]:
    """The counties of every region that a floor names: where an officer widened one, the start is as wide."""
    names = {label.region_label for row in floors for label in row}
    return frozenset(county for name in names for county in covered_counties(name))


Kept = tuple[Judge, Whole, Aside]


@dataclass(frozen=True)
class _Wording:
    """Chooses which actions appear as 综合帮扶: whole actions, and only where that lets more through (rule
    6)."""

    needs: Sequence[Waiting]
    floors: Sequence[tuple[Label, ...]]
    register: Register
    gate: Gate
    label: Label

    def best(self) -> Kept:
        plain = self._kept(frozenset())
        found, cost = plain, self._cost(plain)
        actions = sorted(self._may_be_generic(plain))
        for chosen in range(1, 1 << len(actions)):
            tried = self._kept(frozenset(a for bit, a in enumerate(actions) if chosen >> bit & 1))
            if self._cost(tried) < cost:
                found, cost = tried, self._cost(tried)
        return found

    def _kept(self, generic: frozenset[int]) -> Kept:
        rows = [Row(w, w.item.action_no in generic) for w in self.needs]
        judge = Judge(Crowd(rows, self.floors), self.register, self.gate)
        kept, aside = keep(judge, self.label, judge.crowd.all)
        return judge, kept, aside

    def _cost(self, outcome: Kept) -> int:
        judge, kept, aside = outcome
        late = sum(self._late(judge.crowd.rows[row].need) for row, _ in aside)
        generic = int(sum(judge.crowd.rows[row].generic for row in kept))
        return LEFT_OUT * len(aside) + LEFT_OUT_LONG * late + generic

    def _late(self, need: Waiting) -> bool:
        return need.weeks >= self.gate.generic_after_weeks

    def _may_be_generic(self, plain: Kept) -> set[int]:
        """Actions of what waited its four weeks; in a small register those of health and disability at
        once."""
        judge, _, aside = plain
        if not aside:
            return set()
        left = [judge.crowd.rows[row].need for row, _ in aside]
        found = {w.item.action_no for w in left if self._late(w)}
        if self.register.size <= SMALL_REGISTER:
            found |= {w.item.action_no for w in self.needs if w.item.implies in HEALTH}
        return found & {w.item.action_no for w in self.needs if w.item.implies}
