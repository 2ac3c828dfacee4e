"""The cohort planner beside the reference gate's figures (publication-gate.md, "Why rules like these").

Weekly ticks over twelve weeks on seeded registers: how little is left unsaid, how long needs wait, what is
withheld. The peers are the reference's measured figures at the same guarantees, not a run of its code.
"""

from dataclasses import dataclass, field
from statistics import mean, median

from app.policy.gate import Gate, RegisterHousehold, Waiting, faults
from app.policy.lattice import Label, certainty_penalty, finest_label
from app.policy.regions import counties
from app.releases.operations.planner import plan
from tests.bench.figures import Figure, less_is_better, more_is_better, seconds
from tests.register import Register, make

ALL = [c.code for c in counties()]
WEEKS, SEEDS = 12, (1, 2, 3, 4, 5)
PILOT = "640324"
LARGE = 460  # households a county: some 20,000 needs


@dataclass
class Year:
    """What twelve ticks published, and after how many weeks."""

    counties: int
    published: list[tuple[Label, bool]] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    left: int = 0

    @property
    def withheld(self) -> float:
        return self.left / (self.left + len(self.published))

    @property
    def penalty(self) -> float:
        told = (certainty_penalty(x, "generic" if g else "item", self.counties) for x, g in self.published)
        return mean(told)


def weekly(register: Register, n: int) -> Year:
    """`left`: needs that still wait although they were approved more than four weeks before the end."""
    facts, year, gate = register.facts(), Year(n), Gate()
    number = {ref: i for i, ref in enumerate(facts)}
    open_needs = dict(enumerate(register.needs))
    for week in range(WEEKS):
        people = [RegisterHousehold(number[r], f) for r, f in facts.items() if register.arrives[r] <= week]
        waiting = [
            _waiting(i, need, number, facts, week - register.approved[need["need_ref"]])
            for i, need in open_needs.items()
            if register.approved[need["need_ref"]] <= week and register.arrives[need["household_ref"]] <= week
        ]
        for cohort in plan(waiting, people, gate).cohorts:
            if faults(cohort.label, cohort.rows, people, gate):
                raise AssertionError("a cohort that does not pass the gate")
            year.sizes.append(len({r.need.household_id for r in cohort.rows}))
            for row in cohort.rows:
                year.published.append((cohort.label, row.generic))
                year.waits.append(row.need.weeks)
                del open_needs[row.need.need_id]
    year.left = sum(register.approved[n["need_ref"]] < WEEKS - 4 for n in open_needs.values())
    return year


def _waiting(i: int, need: dict[str, str], number: dict[str, int], facts: dict, weeks: int) -> Waiting:  # type: ignore[type-arg]
    known = facts[need["household_ref"]]
    return Waiting(i, number[need["household_ref"]], need["item_code"], known, finest_label(known), weeks)


def measure(big: bool) -> list[Figure]:
    province = [weekly(make(seed, ALL, households=60), len(ALL)) for seed in SEEDS]
    pilot = [weekly(make(seed, [PILOT], households=60), len(ALL)) for seed in SEEDS]
    return [
        *_of("gate, 22 counties × 60", province, penalty=0.70, withheld=0.0, late=1, sizes=(12, 52)),
        *_of("gate, a pilot of 60", pilot, penalty=0.72, withheld=0.02, late=4, sizes=(11, 18)),
        _large(),
    ]


def _of(
    name: str, years: list[Year], *, penalty: float, withheld: float, late: int, sizes: tuple[int, int]
) -> list[Figure]:
    waits = sorted(w for year in years for w in year.waits)
    worst = max(year.withheld for year in years)
    return [
        less_is_better(
            f"{name}: certainty penalty", mean(y.penalty for y in years), penalty, "0–1", f"below {penalty}"
        ),
        less_is_better(f"{name}: withheld, worst seed", 100 * worst, None, "%", f"≤ {100 * withheld:g} %"),
        less_is_better(f"{name}: wait, median", median(waits), None, "weeks", "0"),
        less_is_better(
            f"{name}: wait, 90th percentile", waits[int(len(waits) * 0.9)], None, "weeks", f"≤ {late}"
        ),
        more_is_better(f"{name}: smallest cohort", min(min(y.sizes) for y in years), sizes[0], "households"),
        less_is_better(f"{name}: mean cohort", mean(mean(y.sizes) for y in years), sizes[1], "households"),
    ]


def _large() -> Figure:
    register = make(5, ALL, households=LARGE, first=1.0)
    facts = register.facts()
    number = {ref: i for i, ref in enumerate(facts)}
    waiting = [_waiting(i, need, number, facts, 0) for i, need in enumerate(register.needs)]
    people = [RegisterHousehold(number[r], f) for r, f in facts.items()]
    taken = seconds(lambda: plan(waiting, people, Gate()))
    return less_is_better(f"planning {len(waiting)} waiting needs", taken, None, "s", "≤ 60 s")
