"""The households of the demo that stand at a step worth looking at (data/*.csv). Nobody in it exists."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from app.cases.operations.opening import NewHousehold, NewMember
from app.demo.crowd import Family
from app.needs.operations.entry import NewNeed
from app.policy.numbers import id_check_digit

DATA = Path(__file__).resolve().parent / "data"
Row = dict[str, str]
_OTHERS = "马杨王李张丁罗海田苏"
_WORDS = ("春分", "谷雨", "小满", "夏至", "立秋", "白露", "秋分", "寒露", "小雪", "冬至")
_OF_THE_HEAD = frozenset({"儿子", "女儿", "孙子", "孙女", "兄弟", "姐妹"})


@dataclass(frozen=True)
class Wish:
    """A need and how far it has come. `policy`, `unit`: what steps ① and ② cover ("" is still open);
    `project`: where its card stands when it is not public."""

    ref: str
    policy: str
    unit: str
    project: str


@dataclass(frozen=True)
class Household:
    """`stands` is the step of entry that it has reached, `wave` the recent tick (1 to 3) that published it,
    `no_to` the purposes that the family said no to."""

    key: str
    family: Family
    wishes: tuple[Wish, ...]
    difficulty: str
    dibao_kind: str
    stands: str
    wave: str
    no_to: frozenset[str]

    @property
    def village(self) -> str:
        return self.family.household.village_code

    @property
    def township(self) -> str:
        return self.village[:9]


def read(name: str) -> list[Row]:
    """The rows of `data/NAME.csv`, every cell as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def detailed(today: date) -> list[Household]:
    """Ages are those of today, so that the demo is true in every year."""
    people, wants = _grouped(read("members")), _grouped(read("needs"))
    serial = iter(range(1, 1000))
    return [
        _household(row, n, people[row["key"]], wants[row["key"]], serial, today)
        for n, row in enumerate(read("households"))
    ]


def need_ref(key: str, number: int) -> str:
    return f"{key}-N{number}"


def _household(
    row: Row, number: int, people: list[Row], wants: list[Row], serial: Iterator[int], today: date
) -> Household:
    key = row["key"]
    members = tuple(
        _member(key, n, person, people[0]["name"], next(serial), today)
        for n, person in enumerate(people, start=1)
    )
    home = NewHousehold(
        household_ref=key,
        village_code=row["village_code"],
        category=row["category_code"],
        address_detail=f"演示{number % 6 + 1}组",
        phone=f"100000000{number:02d}",
        monthly_income_fen=int(row["monthly_income_yuan"]) * 100,
        narrative=row["narrative"],
        dibao_kind=row["dibao_kind"],
        members=members,
    )
    return Household(
        key=key,
        family=Family(home, tuple(_need(key, n, want) for n, want in enumerate(wants, start=1))),
        wishes=tuple(
            Wish(need_ref(key, n), w["policy"], w["unit"], w["project"]) for n, w in enumerate(wants, start=1)
        ),
        difficulty=row["difficulty"],
        dibao_kind=row["dibao_kind"],
        stands=row["stands"],
        wave=row["wave"],
        no_to=frozenset(filter(None, row["no_to"].split("|"))),
    )


def _member(key: str, number: int, row: Row, head: str, serial: int, today: date) -> NewMember:
    born = today - timedelta(days=int(int(row["age"]) * 365.25) + 20 + serial * 37 % 300)
    front = f"649999{born:%Y%m%d}{serial % 499 * 2 + (1 if row['sex'] == '男' else 2):03d}"
    return NewMember(
        member_ref=f"{key}-M{number}",
        relation=row["relation"],
        name=row["name"] or _name(row["relation"], head, serial),
        id_no=front + id_check_digit(front),
        sex=row["sex"],
        birth_date=born.isoformat(),
        disability_type=row["disability_type"],
        disability_grade=int(row["disability_grade"]) if row["disability_grade"] else None,
        disease_code=row["disease_code"],
        school_stage=row["school_stage"],
        employment=row["employment"],
    )


def _name(relation: str, head: str, serial: int) -> str:
    """A solar term for a given name, as the others of the demo have: nobody is called so."""
    family_name = head[0] if relation in _OF_THE_HEAD else _OTHERS[serial % len(_OTHERS)]
    return family_name + _WORDS[serial * 7 % len(_WORDS)]


def _need(key: str, number: int, row: Row) -> NewNeed:
    budget = int(row["budget_yuan"])
    return NewNeed(
        need_ref=need_ref(key, number),
        item_code=row["item_code"],
        qty=int(row["quantity"]),
        urgency=row["urgency"],
        budget_fen=budget * 100 or None,
        option=row["option"],
        frequency=row["frequency"] or "once",
    )


def _grouped(rows: list[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["key"], []).append(row)
    return grouped
