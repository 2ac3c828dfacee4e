"""A seeded register of made-up households in the import columns (contracts §4), for tests and benches.

Nobody in it exists: applicants are called 测试户 and a number, resident numbers use county digits that are
not assigned.
"""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from app.policy import lists
from app.policy.catalogue import ITEMS
from app.policy.lattice import Facts, satisfies
from app.policy.numbers import id_check_digit
from app.policy.regions import townships_in, villages_in

START = date(2026, 6, 1)  # a Monday
Table = list[dict[str, str]]

_FAMILIES = {  # kind: (weight, age of the applicant, chance of a partner, children)
    "elder": (22, (62, 86), 0.4, (0,)),
    "elder_with_child": (12, (60, 74), 0.6, (1, 1, 2)),
    "couple": (34, (32, 58), 0.8, (1, 2, 2, 3)),
    "lone_parent": (14, (29, 52), 0.0, (1, 2, 3)),
    "three_generations": (10, (34, 52), 0.9, (1, 2)),
    "single": (8, (30, 59), 0.0, (0,)),
}
_DISABILITY = {"肢体": 45, "视力": 14, "听力": 13, "智力": 11, "精神": 10, "言语": 3, "多重": 4}
_CHRONIC, _MAJOR, _RARE = (
    ("I10", "E11", "J44", "M05", "M51", "I25"),
    ("C34", "C16", "I63", "N18", "K74"),
    ("D66", "G71"),
)
_STAGES = ((3, ""), (6, "学前"), (12, "小学"), (15, "初中"), (18, "高中"), (22, "本科"))
_WEIGHT = {"": 1.0, "student": 2.0, "elder": 1.5, "disability": 2.2, "disease": 2.0, "minor": 1.4}


@dataclass
class Register:
    """The three import tables, and what happens to them: the week a household comes, a need is approved, is
    met."""

    households: Table = field(default_factory=list)
    members: Table = field(default_factory=list)
    needs: Table = field(default_factory=list)
    arrives: dict[str, int] = field(default_factory=dict)
    approved: dict[str, int] = field(default_factory=dict)
    helped: dict[str, int] = field(default_factory=dict)

    def facts(self, day: date = START) -> dict[str, Facts]:
        """What an acquaintance knows of each household on that day (decisions 22)."""
        people: dict[str, Table] = {}
        for member in self.members:
            people.setdefault(member["household_ref"], []).append(member)
        return {
            h["household_ref"]: _facts(h["county_code"], people[h["household_ref"]], day)
            for h in self.households
        }


def _facts(county: str, members: Sequence[Mapping[str, str]], day: date) -> Facts:
    births = [date.fromisoformat(m["birth_date"]) for m in members]
    ages = [day.year - b.year - ((day.month, day.day) < (b.month, b.day)) for b in births]
    types = {m["disability_type"] for m in members} - {""}
    diseases = {m["disease_code"] for m in members} - {""}
    return Facts(
        county,
        len(members),
        any(a < 18 for a in ages),
        any(a >= 60 for a in ages),
        frozenset(lists.DISABILITY_GROUP[t] for t in types),
        frozenset(lists.DISEASE_GROUP[d] for d in diseases),
        any(m["school_stage"] for m in members),
    )


def make(
    seed: int,
    counties: Iterable[str],
    *,
    households: int = 60,
    weeks: int = 12,
    first: float = 0.5,
    day: date = START,
) -> Register:
    """`first`: the share of households that are there in week 0; the others come in later weeks. Ages are
    those of `day`."""
    maker = _Maker(random.Random(seed), day)
    for county in counties:
        places = [(t.code, v.code) for t in townships_in(county) for v in villages_in(t.code)]
        for number in range(households):
            maker.household(f"H{county}{number:05d}", county, maker.rng.choice(places), weeks, first)
    return maker.made


class _Maker:
    def __init__(self, rng: random.Random, day: date) -> None:
        self.rng = rng
        self.day = day
        self.made = Register()
        self.numbers: set[str] = set()

    def household(self, ref: str, county: str, place: tuple[str, str], weeks: int, first: float) -> None:
        rng, made = self.rng, self.made
        week = 0 if rng.random() < first else rng.randrange(1, max(2, weeks))
        members = self._members(ref)
        made.members += members
        made.arrives[ref] = week
        needs = self._needs(ref, _facts(county, members, self.day))
        made.needs += needs
        for need in needs:
            made.approved[need["need_ref"]] = min(weeks - 1, week + (rng.random() < 0.3))
            if rng.random() < 0.7:
                made.helped[need["need_ref"]] = week + 2 + int(rng.expovariate(1 / 9))
        made.households.append(
            {
                "household_ref": ref,
                "county_code": county,
                "township_code": place[0],
                "village_code": place[1],
                "category_code": "C7",
                "address_detail": "一组",
                "applicant_name": members[0]["name"],
                "applicant_id_no": members[0]["id_no"],
                "phone": f"139000{rng.randrange(100000):05d}",
                "monthly_income_fen": str(rng.randrange(40_000, 300_000)),
                "batch_no": f"2026{week + 1:02d}",
                "narrative": "测试用的一户。",
            }
        )

    def _members(self, ref: str) -> Table:
        rng = self.rng
        _, ages, partner, children = rng.choices(
            list(_FAMILIES.values()), [f[0] for f in _FAMILIES.values()]
        )[0]
        head = rng.randint(*ages)
        people = [("本人", head)]
        if rng.random() < partner:
            people.append(("配偶", max(20, head - rng.randrange(5))))
        for _ in range(rng.choice(children)):
            people.append(
                ("孙子" if head > 59 else "儿子", rng.randint(1, 17) if head > 59 else rng.randint(1, 21))
            )
        if rng.random() < 0.2 and head < 60:
            people.append(("母亲", min(92, head + rng.randint(20, 32))))
        return [self._member(ref, n, relation, age) for n, (relation, age) in enumerate(people, start=1)]

    def _member(self, ref: str, number: int, relation: str, age: int) -> dict[str, str]:
        rng = self.rng
        born = date(self.day.year - age, 1, 1) + timedelta(days=rng.randrange(365))
        sex = rng.choice("男女") if relation == "本人" else "女" if relation in ("配偶", "母亲") else "男"
        front = self._number(f"{ref[1:5]}99{born:%Y%m%d}", sex)
        disabled = rng.random() < 0.06 + 0.10 * (age > 60) + 0.06 * (relation == "本人")
        chance = 0.04 + 0.004 * max(0, age - 30) + 0.05 * (relation == "本人")
        return {
            "household_ref": ref,
            "member_ref": f"{ref}-M{number}",
            "relation": relation,
            "name": f"测试户{ref[1:]}之{number}",
            "id_no": front + id_check_digit(front),
            "sex": sex,
            "birth_date": born.isoformat(),
            "disability_type": rng.choices(list(_DISABILITY), list(_DISABILITY.values()))[0]
            if disabled
            else "",
            "disability_grade": rng.choice("1234") if disabled else "",
            "disease_code": self._disease() if rng.random() < chance else "",
            "school_stage": next((stage for below, stage in _STAGES if age < below), ""),
            "employment": "在校"
            if 16 <= age < 22
            else "无劳动能力"
            if age >= 70
            else "务农"
            if age >= 22
            else "",
        }

    def _number(self, start: str, sex: str) -> str:
        """The first 17 digits, a person's own: nobody shares them."""
        while True:
            front = f"{start}{self.rng.randrange(499) * 2 + (1 if sex == '男' else 2):03d}"
            if front not in self.numbers:
                self.numbers.add(front)
                return front

    def _disease(self) -> str:
        pool = self.rng.choices((_CHRONIC, _MAJOR, _RARE), (70, 28, 2))[0]
        return self.rng.choice(pool)

    def _needs(self, ref: str, facts: Facts) -> Table:
        rng = self.rng
        weights = {c: _WEIGHT[i.implies] for c, i in ITEMS.items() if satisfies(facts, i.implies)}
        weights["G15"] = 0.3 if "G15" in weights and "视听言语" in (facts.disability or ()) else 0
        chosen: list[str] = []
        for _ in range(rng.choices((1, 2, 3, 4), (36, 38, 19, 7))[0]):
            code = rng.choices(list(weights), list(weights.values()))[0]
            weights[code] = 0
            chosen.append(code)
        return [self._need(ref, n, code) for n, code in enumerate(chosen, start=1)]

    def _need(self, ref: str, number: int, code: str) -> dict[str, str]:
        found = ITEMS[code]
        yuan = self.rng.randint(found.lo_yuan, found.hi_yuan) if found.hi_yuan else 0
        return {
            "household_ref": ref,
            "need_ref": f"{ref}-N{number}",
            "action_no": str(found.action_no),
            "item_code": code,
            "quantity": "1",
            "budget_fen": str(yuan * 100),
            "urgency": self.rng.choices(("urgent", "important", "deferred", "low"), (2, 4, 3, 3))[0],
            "description": found.name,
        }


def read(folder: Path) -> Register:
    """A register in the import columns with `truth/approvals.csv` (need_ref, week, helped_week) beside it."""
    tables = {n: _rows(folder / "register" / f"{n}.csv") for n in ("households", "members", "needs")}
    truth = _rows(folder / "truth" / "approvals.csv")
    return Register(
        **tables,
        arrives={h["household_ref"]: int(h["batch_no"][4:]) - 1 for h in tables["households"]},
        approved={r["need_ref"]: int(r["week"]) for r in truth},
        helped={r["need_ref"]: int(r["helped_week"]) for r in truth if r["helped_week"]},
    )


def _rows(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_tables(folder: Path) -> tuple[Table, Table, Table]:
    """The three import tables of a folder. Raises FileNotFoundError for one that is missing."""
    return (
        _rows(folder / "households.csv"),
        _rows(folder / "members.csv"),
        _rows(folder / "needs.csv"),
    )


def write(register: Register, folder: Path) -> None:
    """The three tables as `cases import` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("households", "members", "needs"):
        table: Table = getattr(register, name)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
