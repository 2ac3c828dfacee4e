"""A year of the gate without a database: who comes and goes, what is published, claimed, helped, taken back.

The planner and the flips are the product's own; all the rest is made up from a seed. Each week gives what an
attacker can hold in hands: the table, the register, the claims of the week, and what the villages saw.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from app.policy.catalogue import GENERIC_ITEM
from app.policy.gate import Gate, RegisterHousehold, Waiting
from app.policy.gate.flips import may_flip
from app.policy.lattice import Facts, finest_label
from app.releases.operations.planner import plan
from tests.register import Register, make

FINAL = ("done", "retired")
LIFE_WEEKS = 17  # cohort_life_days


@dataclass
class Place:
    """One row of the public table, and what only the office knows of it."""

    number: str
    cohort: str
    label: Mapping[str, str]
    item: str
    owner: str
    need: int
    since: int
    status: str = "open"
    fate: str = ""  # what the need has come to: done, retired
    blank: bool = False

    def row(self) -> dict[str, object]:
        said = {"need_item": "" if self.blank else self.item, "status": self.status}
        return {"project_id": self.number, "cohort_id": self.cohort, **self.label, **said}


@dataclass
class Week:
    number: int
    table: list[dict[str, object]]
    register: dict[str, Facts]
    gone: set[str]
    helped: set[str]
    claimed: list[str]


@dataclass
class Year:
    register: Register
    weeks: int
    seed: int
    places: dict[str, Place] = field(default_factory=dict)
    waits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng, self.facts = random.Random(self.seed), self.register.facts()
        self.number = {ref: n for n, ref in enumerate(self.facts)}
        self.left: dict[str, int] = {}  # household: the week it leaves
        for ref, week in self.register.arrives.items():
            if self.rng.random() < 0.15:
                self.left[ref] = week + 4 + self.rng.randrange(40)
        self.waiting = dict(enumerate(self.register.needs))
        self.cohorts = 0

    @property
    def key(self) -> dict[str, str]:
        return {p.number: p.owner for p in self.places.values()}

    def run(self) -> Iterator[Week]:
        for week in range(self.weeks):
            people = {r: f for r, f in self.facts.items() if self._there(r, week)}
            gone = {r for r, w in self.left.items() if w == week}
            self._publish(week, people)
            self._flip()
            self._retire(week)
            table = sorted((p.row() for p in self.places.values()), key=lambda r: str(r["project_id"]))
            helped, claimed = self._between(gone)
            yield Week(week, table, people, gone, helped, claimed)

    def _there(self, ref: str, week: int) -> bool:
        return self.register.arrives[ref] <= week < self.left.get(ref, self.weeks + 1)

    def _publish(self, week: int, people: Mapping[str, Facts]) -> None:
        waiting = [
            Waiting(
                n, self.number[need["household_ref"]], need["item_code"], facts, finest_label(facts), late
            )
            for n, need in self.waiting.items()
            if (facts := people.get(need["household_ref"])) is not None
            and (late := week - self.register.approved[need["need_ref"]]) >= 0
        ]
        register = [RegisterHousehold(self.number[r], f) for r, f in people.items()]
        for cohort in plan(waiting, register, Gate()).cohorts:
            self.cohorts += 1
            for row in cohort.rows:
                number = f"P{self.rng.getrandbits(40):010x}"
                owner = self.waiting.pop(row.need.need_id)["household_ref"]
                shown = GENERIC_ITEM if row.generic else row.need.item.name
                name, label = f"C{self.cohorts}", cohort.label.as_dict()
                self.places[number] = Place(number, name, label, shown, owner, row.need.need_id, week)
                self.waits.append(row.need.weeks)

    def _between(self, gone: set[str]) -> tuple[set[str], list[str]]:
        """What happens in the week after the table: claims show at once, the rest at a later tick."""
        helped, claimed = set(), []
        for place in self.places.values():
            if place.blank or place.fate:
                continue
            if place.owner in gone:
                place.fate = "retired"
            elif self.rng.random() < 0.01:
                place.blank, place.status = True, "retired"
            elif place.status == "open" and self.rng.random() < 0.12:
                place.status = "claimed"
                claimed.append(place.number)
            elif place.status == "claimed" and self.rng.random() < 0.35:
                place.fate = "done"
                helped.add(place.owner)
        return helped, claimed

    def _flip(self) -> None:
        for places in self._grouped().values():
            unfinished = {p.number for p in places if p.status not in FINAL}
            for status in FINAL:
                wanted = [p.number for p in places if p.fate == status and p.status not in FINAL]
                ready = set(may_flip(wanted, unfinished))
                unfinished -= ready
                for number in ready:
                    self.places[number].status = status

    def _retire(self, week: int) -> None:
        for places in self._grouped().values():
            busy = any(p.status == "claimed" and not p.fate for p in places)
            if week - places[0].since >= LIFE_WEEKS and not busy:
                for place in places:
                    del self.places[place.number]

    def _grouped(self) -> dict[str, list[Place]]:
        grouped: dict[str, list[Place]] = {}
        for place in self.places.values():
            grouped.setdefault(place.cohort, []).append(place)
        return grouped


def year_of(counties: list[str], *, households: int, weeks: int, seed: int) -> Year:
    made = make(seed, counties, households=households, weeks=weeks, first=0.4)
    return Year(replace(made), weeks, seed)
