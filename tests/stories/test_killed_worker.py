"""A worker killed at any moment: after a restart the walk ends the same, on either engine.

What a killed process leaves behind is what it had committed. So the worker dies here before each commit in
turn, on either side; and once a real process is killed by the system while it carries letters.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from app.core.house import House
from app.core.outbox import PublicReceived
from app.worker import Worker
from tests.clock import NOW, SteppingClock
from tests.house.files import ROOT
from tests.stories.journey import HELPED, Journey, prepare, state_of
from tests.world import house_of, public


class Killed(BaseException):
    """Not an Exception: nothing in the product may catch it."""


class Executioner:
    """Counts the worker's commits, and stops it in front of one of them."""

    def __init__(self, house: House, at: int = -1) -> None:
        self.house, self.at, self.count = house, at, 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        engines = (self.house.need_office().engine, self.house.public.engine)
        for engine in engines:
            event.listen(engine, "commit", self._commit)
        try:
            yield
        finally:
            for engine in engines:
                event.remove(engine, "commit", self._commit)

    def _commit(self, _connection: object) -> None:
        self.count += 1
        if self.count == self.at + 1:
            raise Killed

    def work(self) -> None:
        """One round of the worker; a killed one is started anew, as a supervisor would."""
        try:
            with self.watching():
                Worker(self.house).run_once(self.house.clock.now())
        except Killed:
            with self.watching():
                Worker(self.house).run_once(self.house.clock.now())


@pytest.fixture(scope="module")
def prepared(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "instance"
    shutil.copytree(peopled, folder)
    house = house_of(folder)
    prepare(house)
    house.dispose()
    return folder


@contextmanager
def copied(prepared: Path, tmp_path: Path) -> Iterator[House]:
    shutil.rmtree(tmp_path / "instance", ignore_errors=True)
    shutil.copytree(prepared, tmp_path / "instance")
    house = house_of(tmp_path / "instance", clock=SteppingClock())
    try:
        yield house
    finally:
        house.dispose()


def walk(house: House, at: int = -1) -> tuple[dict[str, object], int]:
    """The end of the walk when the worker dies in front of its commit `at`; and how many there were."""
    executioner = Executioner(house, at)
    clock = house.clock
    assert isinstance(clock, SteppingClock)
    return Journey(house, clock, executioner.work).run(), executioner.count


def test_the_walk_ends_with_three_needs_met(prepared: Path, tmp_path: Path) -> None:
    with copied(prepared, tmp_path) as house:
        end, _ = walk(house)
    cards, needs = end["cards"], end["needs"]
    assert isinstance(cards, list) and isinstance(needs, list)
    assert sum(status == "done" for _, status, _ in cards) == HELPED
    assert sum(state == "met" for _, state, _ in needs) == HELPED
    assert end["letters"] == end["office letters"] == 0


@pytest.mark.parametrize("few", [14, pytest.param(0, marks=pytest.mark.soak, id="all")])
def test_killed_in_front_of_any_commit_the_walk_ends_the_same(
    few: int, prepared: Path, tmp_path: Path
) -> None:
    with copied(prepared, tmp_path) as house:
        expected, commits = walk(house)
    moments = random.Random(20261125).sample(range(commits), few or commits)
    for at in sorted(moments):
        with copied(prepared, tmp_path) as house:
            end, _ = walk(house, at)
        assert end == expected, f"killed in front of commit {at} of {commits}"


def test_on_postgresql_too(postgres_house: House) -> None:
    prepare(postgres_house)
    end, commits = walk(postgres_house, at=7)
    assert commits > 7 and end["letters"] == end["office letters"] == 0
    cards = end["cards"]
    assert isinstance(cards, list) and sum(status == "done" for _, status, _ in cards) == HELPED


def test_a_process_killed_while_it_carries_letters_loses_none(prepared: Path, tmp_path: Path) -> None:
    with copied(prepared, tmp_path) as house:
        Worker(house).run_once(NOW)
        expected = state_of(house)
    for letters in (1, 2):
        with copied(prepared, tmp_path) as house:
            _kill_after(house, tmp_path / "instance", letters)
            Worker(house).run_once(NOW)
            assert state_of(house) == expected


def _kill_after(house: House, instance: Path, letters: int) -> None:
    """Starts `jobs run` and kills it once so many letters have arrived."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIEDUI_", "STRIPE_"))}
    environ = {**kept, "JIEDUI_ENV": "test", "JIEDUI_INSTANCE": str(instance), "JIEDUI_NOW": NOW.isoformat()}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    before = _received(house)
    while _received(house) < before + letters:
        assert worker.poll() is None, "the worker ended by itself"
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def _received(house: House) -> int:
    with public(house) as session:
        return session.scalar(select(func.count()).select_from(PublicReceived)) or 0
