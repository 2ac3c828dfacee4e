"""The attack over weeks: within its bounds for the whole province and for one pilot county."""

import pytest

from app.policy.regions import counties
from tests.attack.attacker import Attacker
from tests.attack.year import Year, year_of

ALL = [c.code for c in counties()]
PILOT = ["640324"]
BOUND, JOURNALIST = 1 / 11, 1 / 20


def attacked(year: Year) -> tuple[Attacker, dict[str, str]]:
    attacker = Attacker({h["household_ref"]: h["village_code"] for h in year.register.households})
    key: dict[str, str] = {}
    for week in year.run():
        key |= year.key
        attacker.watch(week, key)
    return attacker, key


def stays_within(year: Year) -> None:
    attacker, key = attacked(year)
    risks = attacker.by_tables()
    assert risks and max(risks) <= BOUND + 1e-9
    assert max(attacker.by_register()) <= JOURNALIST + 1e-9
    assert sum(r == 1 for r in (*risks, *attacker.by_village(key))) == 0, "somebody stands alone"
    assert attacker.alone == 0, "a card turned by itself"


@pytest.mark.parametrize(("where", "households"), [(ALL, 20), (PILOT, 60)], ids=["province", "pilot"])
def test_twelve_weeks(where: list[str], households: int) -> None:
    stays_within(year_of(where, households=households, weeks=12, seed=1))


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("where", [ALL, PILOT], ids=["province", "pilot"])
def test_a_year(where: list[str], seed: int) -> None:
    stays_within(year_of(where, households=60, weeks=52, seed=seed))


def test_the_attacker_finds_what_is_there_to_find() -> None:
    """A card that turns by itself is noticed, and so is one that a single household could own."""
    year = year_of(PILOT, households=60, weeks=4, seed=1)
    attacker = Attacker({h["household_ref"]: h["village_code"] for h in year.register.households})
    first = next(week for week in year.run() if week.table)
    attacker.watch(first, year.key)
    number = next(str(r["project_id"]) for r in first.table if r["need_item"])
    first.table = [{**r, "status": "done" if r["project_id"] == number else "open"} for r in first.table]
    attacker.watch(first, year.key)
    assert attacker.alone == 1
    attacker.seen[number].owners.intersection_update({year.key[number]})
    assert max(attacker.by_tables()) == 1
