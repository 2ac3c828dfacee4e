"""Weeks of arrivals, claims, help, withdrawals and cancellations, every table recounted by somebody else."""

import csv
import json
import random
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from app.core.clock import local_day
from app.core.house import House
from app.factory import _add_commands, build_public
from app.policy.lattice import Facts
from app.policy.regions import counties
from tests.attack.recount import Watcher
from tests.clock import NOW, SteppingClock
from tests.register import Register, make
from tests.settled import settle
from tests.stories.releases_world import CROWD, write_events
from tests.world import office

FIRST = NOW.replace(day=2)  # a Monday
ON_THE_SHELF = ("open", "claimed", "done")


def commands(house: House) -> Flask:
    app = build_public(house)
    app.extensions["house"] = house
    _add_commands(app, house.settings)
    return app


@pytest.fixture
def front(house: House) -> Flask:
    return commands(house)


def run(app: Flask, *args: str) -> dict[str, object]:
    result = app.test_cli_runner().invoke(args=[*args, "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.output.splitlines()[-1])
    return answer


def tables(app: Flask, folder: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    run(app, "library", "export", "--out", str(folder / "table.csv"))
    run(app, "library", "key", "--out", str(folder / "key.csv"))
    key = {row["project_id"]: row["household_ref"] for row in _read(folder / "key.csv")}
    return _read(folder / "table.csv"), key


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_care(register: Register, week: int, clock: SteppingClock) -> dict[str, Facts]:
    facts = register.facts(local_day(clock.now()))
    return {ref: f for ref, f in facts.items() if register.arrives[ref] <= week}


def events(rows: list[dict[str, str]], rng: random.Random) -> list[tuple[str, str]]:
    """Something happens to half of what is open; a card is met, cancelled, taken back or only claimed."""
    told = []
    for row in rows:
        if row["status"] in ("open", "claimed") and rng.random() < 0.5:
            kind = rng.choices(("claimed", "met", "cancelled", "consent_withdrawn"), (4, 4, 1, 1))[0]
            told.append((row["project_id"], kind))
    return told


@dataclass(frozen=True)
class Span:
    """How long, where, how many households a county, and which seed."""

    weeks: int
    counties: tuple[str, ...]
    households: int
    seed: int


def walk(
    span: Span, app: Flask, house: House, clock: SteppingClock, folder: Path
) -> tuple[Watcher, Register]:
    """Every Monday: who has come, the tick, the table and the key; in the week, what happens to the cards."""
    register = make(span.seed, span.counties, households=span.households, weeks=span.weeks, first=0.6)
    watcher, rng = Watcher(), random.Random(span.seed)
    for week in range(span.weeks):
        clock.set(FIRST + timedelta(weeks=week))
        with office(house) as session:
            settle(session, register, now=clock.now(), week=week)
        run(app, "releases", "tick", "--plan-all")
        rows, key = tables(app, folder)
        watcher.see(rows, key, in_care(register, week, clock))
        listed = {r["project_id"]: r["status"] for r in rows if r["status"] in ON_THE_SHELF}
        assert shown(app) == listed, "the table and the library say the same"
        told = events(rows, rng)
        run(app, "releases", "outcome", "--in", str(write_events(folder / "events.csv", told)))
    return watcher, register


def shown(app: Flask) -> dict[str, str]:
    """Numbers and statuses as a reader finds them who turns all pages of the library."""
    found: dict[str, str] = {}
    for status in ON_THE_SHELF:
        for page in count(1):
            answer = app.test_client().get(f"/library?status={status}&page={page}").get_data(as_text=True)
            numbers = set(re.findall(r'href="/library/(XQ-[0-9A-Z]{8})"', answer)) - set(found)
            if not numbers:
                break
            found |= dict.fromkeys(numbers, status)
    return found


def keeps_its_promises(watcher: Watcher, _register: Register) -> None:
    assert watcher.broken == []
    assert watcher.checked > 2
    assert {"done", "retired"} <= set(watcher.status.values())
    assert max(watcher.risks()) <= 1 / 11


def test_twelve_weeks_keep_every_promise(any_house: House, clock: SteppingClock, tmp_path: Path) -> None:
    app = commands(any_house)
    keeps_its_promises(*walk(Span(12, CROWD, 24, 1), app, any_house, clock, tmp_path))


def test_a_pilot_county_keeps_every_promise(
    front: Flask, house: House, clock: SteppingClock, tmp_path: Path
) -> None:
    keeps_its_promises(*walk(Span(6, CROWD[:1], 60, 2), front, house, clock, tmp_path))


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("place", ["province", "pilot"])
def test_a_year_keeps_every_promise(
    place: str, seed: int, front: Flask, house: House, clock: SteppingClock, tmp_path: Path
) -> None:
    where = tuple(c.code for c in counties()) if place == "province" else CROWD[:1]
    keeps_its_promises(*walk(Span(52, where, 60, seed), front, house, clock, tmp_path))


def test_three_met_turn_at_the_tick_and_two_wait(
    front: Flask, house: House, clock: SteppingClock, tmp_path: Path
) -> None:
    register = make(3, CROWD, households=20, first=1.0)
    with office(house) as session:
        settle(session, register, now=NOW)
    run(front, "releases", "tick", "--plan-all")
    rows, _ = tables(front, tmp_path)
    cohort = [r["project_id"] for r in rows if r["cohort_id"] == rows[0]["cohort_id"]]
    two = write_events(tmp_path / "two.csv", [(n, "met") for n in cohort[:2]])
    run(front, "releases", "outcome", "--in", str(two))
    assert _status(front, tmp_path, cohort[:2]) == {"claimed"}
    clock.set(NOW.replace(day=30))
    assert run(front, "releases", "tick")["flipped"] == 0
    run(front, "releases", "outcome", "--in", str(write_events(tmp_path / "one.csv", [(cohort[2], "met")])))
    clock.set(NOW.replace(month=12, day=7))
    assert run(front, "releases", "tick")["flipped"] == 3
    assert _status(front, tmp_path, cohort[:3]) == {"done"}


def _status(app: Flask, folder: Path, numbers: list[str]) -> set[str]:
    return {r["status"] for r in tables(app, folder)[0] if r["project_id"] in numbers}


def test_a_cohort_leaves_whole_when_its_life_is_over(
    front: Flask, house: House, clock: SteppingClock, tmp_path: Path
) -> None:
    with office(house) as session:
        settle(session, make(4, CROWD, households=20, first=1.0), now=NOW)
    run(front, "releases", "tick", "--plan-all")
    rows, _ = tables(front, tmp_path)
    busy = next(r for r in rows if r["cohort_id"] == rows[0]["cohort_id"])
    claimed = write_events(tmp_path / "claimed.csv", [(busy["project_id"], "claimed")])
    run(front, "releases", "outcome", "--in", str(claimed))
    gone = run(front, "releases", "tick", "--at", "2027-03-29")
    left, _ = tables(front, tmp_path)
    assert {r["cohort_id"] for r in left} == {busy["cohort_id"]}, (
        "a claim keeps its whole cohort on the shelf"
    )
    assert gone["retired"] == len(rows) - len(left)


def test_refusals_write_nothing_and_exit_one(front: Flask, house: House, tmp_path: Path) -> None:
    runner = front.test_cli_runner()
    low = runner.invoke(args=["releases", "tick", "--k", "10", "--json"])
    assert (low.exit_code, "不能低于" in low.stderr) == (1, True)
    odd = write_events(tmp_path / "odd.csv", [("XQ-AAAAAAAA", "met")])
    assert runner.invoke(args=["releases", "outcome", "--in", str(odd)]).exit_code == 1
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert runner.invoke(args=["releases", "outcome", "--in", str(tmp_path / "bad.csv")]).exit_code == 1
    assert runner.invoke(args=["releases", "tick", "--k", "many"]).exit_code == 2
    assert run(front, "releases", "tick")["published"] == 0


def test_the_watcher_sees_a_broken_promise() -> None:
    """The recount itself can fail: a table of ten households under an untrue label, and a flip alone."""
    facts = Facts("640324", 3, False, True, frozenset(), frozenset(), False)
    register = {f"H{n}": facts for n in range(30)}
    blank = dict.fromkeys(("household_size_band", "has_elder", "disability_group", "disease_group"), "不限")
    rows = [
        {
            "project_id": f"P{n}",
            "cohort_id": "C",
            "region_label": "同心县",
            "has_minor": "有",
            **blank,
            "need_item": "被褥",
            "status": "open",
            "published_month": "2026-11",
            "action_no": "1",
            "kind": "goods",
            "amount_band": "500元以内",
            "urgency": "low",
        }
        for n in range(10)
    ]
    watcher = Watcher()
    watcher.see(rows, {f"P{n}": f"H{n}" for n in range(10)}, register)
    found = " ".join(watcher.broken)
    assert all(sign in found for sign in ("rule 1", "true of everybody", "rule 2", "rule 3a", "rule 4"))
    watcher.broken.clear()
    watcher.see(
        [{**r, "status": "done" if r["project_id"] == "P3" else "open"} for r in rows[1:]], {}, register
    )
    assert {"C rule 7: the same places", "C rule 7: flips alone"} <= set(watcher.broken)
