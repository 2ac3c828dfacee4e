"""A Monday's worker killed at any moment leaves last week's library or this week's, never something between.

What a killed process leaves behind is what it had committed: so it dies here in front of one commit after the
other, on either side, and what readers would find is looked at before it is started anew.
"""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.clock import local_day
from app.core.house import House
from app.needs.models import Need
from app.releases.models import Cohort, NeedProject
from app.releases.operations.simulation import approve_everything
from app.releases.operations.tick import run_tick
from app.worker import Worker
from tests.clock import SteppingClock
from tests.register import make
from tests.settled import settle
from tests.stories.releases_world import CROWD, approve_all, carry, crowd, public_projects, table, tick, week
from tests.stories.test_killed_worker import Executioner, Killed
from tests.world import house_of, office

MONDAY = week(18)  # the first week's cohorts have had their days
Library = list[tuple[tuple[str, str], ...]]


@pytest.fixture(scope="module")
def prepared(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Last week stands; this Monday three cards turn, a cohort leaves, and new ones wait."""
    folder = tmp_path_factory.mktemp("monday") / "instance"
    shutil.copytree(peopled, folder)
    house = house_of(folder)
    crowd(house)
    approve_all(house)
    tick(house)
    _newcomers(house)
    _sign_and_publish(house, 2, week(17))
    _newcomers(house, seed=9, prefix="Q")
    with office(house) as session:
        approve_everything(session, rng=random.Random(3), now=MONDAY)
        young = [p for p in public_projects(session) if p.cohort and p.cohort.retires_on > MONDAY.date()]
        for project in [p for p in young if p.cohort_id == young[0].cohort_id][:3]:
            need = session.get_one(Need, project.need_id)
            need.state, need.residual_qty = "met", 0
    house.dispose()
    return folder


def _sign_and_publish(house: House, seed: int, now: datetime) -> None:
    with office(house) as session:
        approve_everything(session, rng=random.Random(seed), now=now)
        run_tick(session, day=local_day(now), rng=random.Random(seed), now=now)
    carry(house, now)


def _newcomers(house: House, *, seed: int = 6, prefix: str = "P") -> None:
    made = make(seed, CROWD, households=22, first=1.0)
    for rows in (made.households, made.members, made.needs):
        for row in rows:
            row["household_ref"] = prefix + row["household_ref"][1:]
    with office(house) as session:
        settle(session, made, now=week(16))


@contextmanager
def copied(prepared: Path, tmp_path: Path) -> Iterator[House]:
    shutil.rmtree(tmp_path / "instance", ignore_errors=True)
    shutil.copytree(prepared, tmp_path / "instance")
    house = house_of(tmp_path / "instance", clock=SteppingClock(MONDAY))
    try:
        yield house
    finally:
        house.dispose()


def library(house: House) -> Library:
    """What a reader finds; the random names of cohorts aside."""
    rows = ({k: str(v) for k, v in row.items() if k != "cohort_id"} for row in table(house))
    return sorted(tuple(sorted(row.items())) for row in rows)


def whole(prepared: Path, tmp_path: Path) -> tuple[Library, Library, int]:
    """Last week's library, this week's, and how many commits lie between."""
    with copied(prepared, tmp_path) as house:
        before, executioner = library(house), Executioner(house)
        executioner.work()
        return before, library(house), executioner.count


def test_this_monday_something_comes_turns_and_leaves(prepared: Path, tmp_path: Path) -> None:
    before, after, commits = whole(prepared, tmp_path)
    numbers = [{dict(row)["project_id"] for row in rows} for rows in (before, after)]
    assert numbers[1] - numbers[0] and numbers[0] - numbers[1]
    assert sum(dict(row)["status"] == "done" for row in after) >= 3
    assert commits > 10
    with copied(prepared, tmp_path) as house:
        Executioner(house).work()
        with office(house) as session:
            assert session.scalars(select(Cohort).where(Cohort.state == "retired")).first() is not None
            assert not session.scalars(select(NeedProject).where(NeedProject.state == "approved")).all()


@pytest.mark.parametrize("moments", [10, pytest.param(50, marks=pytest.mark.soak, id="soak")])
def test_killed_at_any_commit_the_library_is_last_weeks_or_this_weeks(
    moments: int, prepared: Path, tmp_path: Path
) -> None:
    before, after, commits = whole(prepared, tmp_path)
    some = random.Random(20261130).sample(range(commits), min(moments, commits))
    for at in sorted(some):
        with copied(prepared, tmp_path) as house:
            executioner = Executioner(house, at)
            with pytest.raises(Killed), executioner.watching():
                Worker(house).run_once(MONDAY)
            left = library(house)
            assert left in (before, after), f"killed in front of commit {at} of {commits}"
            Worker(house).run_once(MONDAY)
            assert library(house) == after, f"started anew after commit {at} of {commits}"
