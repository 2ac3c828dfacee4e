"""The background worker: carries letters both ways, then whatever is due, one at a time; what may take long
runs beside, so that no letter waits for it."""

import fcntl
import importlib
import logging
import threading
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
    """`run_once(now)` empties both outboxes and runs what is due; safe to repeat and to kill.

    With `aside` the long jobs run in a thread, one after the other; without, in their turn like all others.
    """

    def __init__(self, house: House, *, aside: bool = False) -> None:
        self.house, self.aside = house, aside
        self._thread: threading.Thread | None = None
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
        """Starts what is due; the names of the jobs. Long ones wait while an earlier one is at work."""
        busy = self._thread is not None and self._thread.is_alive()
        due = [job for job in self.periodic if self._is_due(job, now) and not (busy and job.aside)]
        beside = [job for job in due if job.aside and self.aside]
        for job in due:
            self._last[job.name] = now
        if beside:
            # A daemon: whoever stops the worker stops it too, and the job is repeated.
            self._thread = threading.Thread(target=self._run_all, args=(beside, now), daemon=True)
            self._thread.start()
        self._run_all([job for job in due if job not in beside], now)
        return [job.name for job in due]

    def _is_due(self, job: Periodic, now: datetime) -> bool:
        last = self._last.get(job.name)
        return last is None or now - last >= job.every

    def run_once(self, now: datetime) -> dict[str, object]:
        letters = self.carry_letters(now)
        ran = self.run_due(now)
        letters += self.carry_letters(now)
        return {"letters": letters, "jobs": ran}

    def _run_all(self, jobs: list[Periodic], now: datetime) -> None:
        for job in jobs:
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
        worker = Worker(house, aside=not once)
        while True:
            result = worker.run_once(house.clock.now())
            if once:
                return result
            time.sleep(PAUSE_SECONDS)


COMMANDS = (("jobs", run),)
