"""Somebody with patience: keeps every weekly table and every claim, knows all facts of the whole register.

For each project ever published the attacker lists the households that could own it. Three kinds of knowledge:

- `tables`: the cohort's households are known (the prosecutor), and whose facts an item contradicts. All that
  is seen over the weeks is used: statuses as they turn, claims at once, places that became empty. The bound
  of the certificate: nobody above 1/11, nobody alone.
- `register`: only that some household of the register it is (the journalist): the bound is 1/20.
- `village`: besides, every help that arrives and every household that leaves is seen in one village, each in
  turn. The certificate does not cover it; the figure is reported beside the others, and must name nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.policy.lattice import Facts
from tests.attack.recount import Row, Watcher, _implied, has, true_of
from tests.attack.year import FINAL, Week


@dataclass
class Seen:
    """One project as the attacker holds it."""

    row: Row
    since: int
    owners: set[str]  # of its cohort, with the facts of that week
    register: int  # households of the register that fit label and item
    turned: int = 0
    status: str = "open"


@dataclass
class Attacker:
    village_of: Mapping[str, str]
    watcher: Watcher = field(default_factory=Watcher)
    seen: dict[str, Seen] = field(default_factory=dict)
    helped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    gone: dict[str, int] = field(default_factory=dict)
    alone: int = 0
    facts: dict[str, Facts] = field(default_factory=dict)

    def watch(self, week: Week, key: Mapping[str, str]) -> None:
        self.facts |= week.register
        fresh: dict[str, list[Row]] = defaultdict(list)
        turned: dict[str, list[str]] = defaultdict(list)
        for row in week.table:
            number, known = str(row["project_id"]), self.seen.get(str(row["project_id"]))
            if known is None:
                fresh[str(row["cohort_id"])].append(row)
            elif known.status not in FINAL and row["status"] in FINAL and row["need_item"]:
                turned[str(row["cohort_id"])].append(number)
                known.turned = week.number
            if known is not None:
                known.status = str(row["status"])
        for rows in fresh.values():
            self._new(rows, key, week)
        self._flips(turned, week.table)
        for household in week.helped:
            self.helped[household].append(week.number)
        self.gone |= dict.fromkeys(week.gone, week.number)

    def _new(self, rows: list[Row], key: Mapping[str, str], week: Week) -> None:
        owners = {key[str(r["project_id"])] for r in rows}
        fitting = [f for f in week.register.values() if true_of(rows[0], f)]
        for row in rows:
            could = {o for o in owners if has(week.register[o], _implied(row))}
            n = sum(has(f, _implied(row)) for f in fitting)
            self.seen[str(row["project_id"])] = Seen(row, week.number, could, n)

    def _flips(self, turned: Mapping[str, list[str]], table: Iterable[Row]) -> None:
        """A card that turns while others of its cohort stay, and fewer than three turn with it."""
        left: dict[str, int] = defaultdict(int)
        for row in table:
            left[str(row["cohort_id"])] += bool(row["need_item"]) and row["status"] not in FINAL
        self.alone += sum(len(t) < 3 and left[c] > 0 for c, t in turned.items())

    def by_tables(self) -> list[float]:
        return [1 / len(s.owners) for s in self.seen.values()]

    def by_register(self) -> list[float]:
        return [1 / s.register for s in self.seen.values()]

    def by_village(self, key: Mapping[str, str]) -> list[float]:
        """From the owner's own village, which sees more than any other."""
        return [1 / len(self._left_in_village(s, key[n])) for n, s in self.seen.items()]

    def _left_in_village(self, seen: Seen, owner: str) -> set[str]:
        home = self.village_of[owner]
        if not seen.turned:
            return seen.owners
        fits = self._helped if seen.status == "done" else self._left
        return {o for o in seen.owners if self.village_of[o] != home or fits(o, seen)}

    def _helped(self, household: str, seen: Seen) -> bool:
        return any(seen.since <= week < seen.turned for week in self.helped[household])

    def _left(self, household: str, seen: Seen) -> bool:
        return seen.since <= self.gone.get(household, -1) < seen.turned
