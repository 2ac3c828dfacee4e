"""An independent recount of what the certificates promise, from the weekly public tables, the key and the
register.

It shares nothing with the gate or the planner: labels are read here a second time, from their Chinese
words. Every
promise that is not kept comes back as a sentence; an empty list is what a security officer wants to see.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.policy.catalogue import ITEMS
from app.policy.lattice import Facts
from app.policy.regions import belt, counties, prefectures

GENERIC = "综合帮扶"
LABEL = (
    "region_label",
    "household_size_band",
    "has_minor",
    "has_elder",
    "disability_group",
    "disease_group",
)
SIZES = {
    "1-2人": (1, 2),
    "3-4人": (3, 4),
    "5人及以上": (5, 99),
    "3人及以上": (3, 99),
    "1-3人": (1, 3),
    "4人及以上": (4, 99),
}
IMPLIES = {i.name: i.implies for i in ITEMS.values()}
Row = Mapping[str, object]


def region_of(label: str) -> set[str]:
    """The counties that a region label names."""
    if label == "全区":
        return {c.code for c in counties()}
    if label in ("山区", "川区"):
        return {c.code for c in counties() if belt(c.code) == label}
    found: set[str] = set()
    for name in label.split("、"):
        whole = [p.code for p in prefectures() if p.name == name]
        found |= {c.code for c in counties() if c.name == name or (whole and c.code[:4] == whole[0])}
    return found


def true_of(row: Row, facts: Facts) -> bool:
    """Whether every column of a published row is true of a household."""
    size = str(row["household_size_band"])
    low, high = SIZES.get(size, (0, 99))
    return (
        facts.county in region_of(str(row["region_label"]))
        and (size == "不限" or (facts.size is not None and low <= facts.size <= high))
        and _presence(str(row["has_minor"]), facts.minor)
        and _presence(str(row["has_elder"]), facts.elder)
        and _group(str(row["disability_group"]), facts.disability)
        and _group(str(row["disease_group"]), facts.disease)
    )


def _presence(said: str, known: bool | None) -> bool:
    return said == "不限" or (known is not None and (said == "有") == known)


def _group(said: str, known: frozenset[str] | None) -> bool:
    if said == "不限":
        return True
    if known is None:
        return False
    return (said == "有") == bool(known) if said in ("有", "无") else said in known


def has(facts: Facts, implied: str) -> bool:
    return {
        "": True,
        "minor": facts.minor is True,
        "student": facts.student is True,
        "elder": facts.elder is True,
        "disability": bool(facts.disability),
        "disease": bool(facts.disease),
    }[implied]


@dataclass
class Watcher:
    """Keeps every weekly table, as a neighbour with patience would, and the key, as only the checker may."""

    k: int = 11
    register_min: int = 20
    key: dict[str, str] = field(default_factory=dict)  # project → household
    cohorts: dict[str, dict[str, Row]] = field(default_factory=dict)  # as first published
    status: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    checked: int = 0
    could_own: dict[str, int] = field(default_factory=dict)  # project → households, when it appeared

    def see(self, table: Sequence[Row], key: Mapping[str, str], register: Mapping[str, Facts]) -> None:
        """One week's table, with the key and the register as they stand that week."""
        self.key |= key
        for cohort, rows in _by_cohort(table).items():
            if cohort in self.cohorts:
                self._same(cohort, rows)
            else:
                self.cohorts[cohort] = {str(r["project_id"]): r for r in rows}
                self._first(cohort, rows, register)
        self.status |= {str(r["project_id"]): str(r["status"]) for r in table}

    def _first(self, cohort: str, rows: Sequence[Row], register: Mapping[str, Facts]) -> None:
        self.checked += 1
        owners = {self.key[str(r["project_id"])] for r in rows}
        self._say(cohort, "rule 1: too few households", len(owners) >= self.k)
        labels = {tuple(r[c] for c in (*LABEL, "published_month")) for r in rows}
        self._say(cohort, "one label and month", len(labels) == 1)
        self._say(cohort, "true of everybody", all(true_of(rows[0], register[o]) for o in owners))
        self._register(cohort, rows, register)
        self._items(cohort, rows, {o: register[o] for o in owners})

    def _register(self, cohort: str, rows: Sequence[Row], register: Mapping[str, Facts]) -> None:
        fitting = [f for f in register.values() if true_of(rows[0], f)]
        for implied in {"", *map(_implied, rows)}:
            n = sum(has(f, implied) for f in fitting)
            self._say(cohort, f"rule 2: {implied or 'label'} fits {n}", n >= self.register_min)

    def _items(self, cohort: str, rows: Sequence[Row], owners: Mapping[str, Facts]) -> None:
        for owner, facts in owners.items():
            possible = {self.key[str(r["project_id"])] for r in rows if has(facts, _implied(r))}
            self._say(cohort, f"rule 3a: {len(possible)} for one household", len(possible) >= self.k)
            mine = [r for r in rows if self.key[str(r["project_id"])] == owner]
            self._say(cohort, "an item untrue of its owner", all(has(facts, _implied(r)) for r in mine))
        for implied in set(map(_implied, rows)):
            n = sum(has(f, implied) for f in owners.values())
            self._say(cohort, f"rule 3b: {implied} {n}", n >= self.k)
            self.could_own |= {str(r["project_id"]): n for r in rows if _implied(r) == implied}
        items = Counter(r["need_item"] for r in rows)
        self._say(cohort, "rule 4", len(items) >= 3 and max(items.values()) <= 0.6 * len(rows))

    def _same(self, cohort: str, rows: Sequence[Row]) -> None:
        """Rule 7: nothing joins, leaves or is relabelled; statuses flip in threes or the last together."""
        before = self.cohorts[cohort]
        now = {str(r["project_id"]): r for r in rows}
        self._say(cohort, "rule 7: the same places", set(now) == set(before))
        for number, row in now.items():
            same = all(row[c] == before[number][c] for c in (*LABEL, "published_month"))
            self._say(cohort, "rule 7: the same label", same)
            said = ("action_no", "need_item", "kind", "amount_band", "urgency")
            kept = all(row[c] == before[number][c] for c in said)
            self._say(cohort, "a row is whole or empty", kept or not any(row[c] for c in said))
        self._flips(cohort, rows)

    def _flips(self, cohort: str, rows: Sequence[Row]) -> None:
        final = ("done", "retired")
        shown = [r for r in rows if r["need_item"]]
        turned = [r for r in shown if r["status"] in final and self.status[str(r["project_id"])] not in final]
        left = [r for r in shown if r["status"] not in final]
        self._say(cohort, "rule 7: flips alone", not turned or not left or len(turned) >= 3)

    def _say(self, cohort: str, sentence: str, holds: bool) -> None:
        if not holds:
            self.broken.append(f"{cohort[:4]} {sentence}")

    def risks(self) -> list[float]:
        """For each project ever published: one over the households that could be its owner, knowing the
        cohort and everybody's facts in the week in which it appeared."""
        return [1 / n for n in self.could_own.values()]


def _implied(row: Row) -> str:
    return IMPLIES.get(str(row["need_item"]), "")


def _by_cohort(table: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in table:
        found[str(row["cohort_id"])].append(row)
    return found
