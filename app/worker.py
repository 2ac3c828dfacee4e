"""The background worker: carries letters both ways, then whatever is due. One at a time."""

import fcntl
import importlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from app.core.commands import room_command
from app.core.errors import Refusal
from app.core.house import House
from app.core.jobs import Periodic
from app.core.messages import msg
from app.core.outbox import Handler, deliver

log = logging.getLogger(__name__)
ROOMS = ("accounts", "library", "matches", "pairings", "gifts", "needs", "releases", "followup")
PAUSE_SECONDS = 1.0


class Worker:
    """`run_once(now)` empties both outboxes and runs what is due; safe to repeat and to kill."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.to_public: dict[str, Handler] = {}
        self.to_office: dict[str, Handler] = {}
        self.periodic: list[Periodic] = []
        self._last: dict[str, datetime] = {}
        for room in ROOMS:
            self._collect(room)

    def _collect(self, room: str) -> None:
        jobs = importlib.import_module(f"app.{room}.jobs")
        self.to_public.update(getattr(jobs, "TO_PUBLIC", {}))
        self.to_office.update(getattr(jobs, "TO_OFFICE", {}))
        self.periodic.extend(getattr(jobs, "PERIODIC", ()))

    def carry_letters(self, now: datetime) -> int:
        """Until both outboxes are quiet: an answer may call for another letter."""
        office, total = self.house.need_office(), 0
        for _ in range(20):
            arrived = deliver(office, self.house.public, self.to_public, now=now)
            arrived += deliver(self.house.public, office, self.to_office, now=now)
            total += arrived
            if not arrived:
                break
        return total

    def run_due(self, now: datetime) -> list[str]:
        ran = []
        for job in self.periodic:
            last = self._last.get(job.name)
            if last is None or now - last >= job.every:
                self._last[job.name] = now
                self._run(job, now)
                ran.append(job.name)
        return ran

    def run_once(self, now: datetime) -> dict[str, object]:
        letters = self.carry_letters(now)
        ran = self.run_due(now)
        letters += self.carry_letters(now)
        return {"letters": letters, "jobs": ran}

    def _run(self, job: Periodic, now: datetime) -> None:
        try:
            job.run(self.house, now)
        except Exception:  # one job's fault must not stop the letters
            log.exception("job_failed name=%s", job.name)


@contextmanager
def only_worker(instance: Path) -> Iterator[None]:
    """Raises Refusal when another worker runs on this instance folder."""
    instance.mkdir(parents=True, exist_ok=True)
    with (instance / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refusal(msg("已经有一个后台任务在运行。先停掉它，或者等它做完。")) from error
        yield


@room_command("run", help="Carry letters between the wings and run what is due, again and again.")
@click.option("--once", is_flag=True, help="One round, then stop.")
def run(house: House, once: bool) -> dict[str, object]:
    with only_worker(house.settings.instance):
        worker = Worker(house)
        while True:
            result = worker.run_once(house.clock.now())
            if once:
                return result
            time.sleep(PAUSE_SECONDS)


COMMANDS = (("jobs", run),)
