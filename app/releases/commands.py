"""`releases tick`, `releases outcome`, `library key` (contracts §3)."""

import csv
import random
from datetime import datetime
from pathlib import Path

import click

from app.core import audit
from app.core.clock import at_local, local_day
from app.core.commands import room_command
from app.core.errors import BadInput, Refusal
from app.core.house import House
from app.core.messages import msg
from app.core.outbox import deliver
from app.library import operations as library
from app.policy.actors import SYSTEM
from app.releases.operations.letters import LETTERS
from app.releases.operations.simulation import apply_outcomes, approve_everything
from app.releases.operations.tick import run_tick
from app.releases.queries import key_rows

KEY_COLUMNS = ("project_id", "household_ref", "need_ref")
TICK_HOUR = 8


@room_command("tick", help="The weekly publication run: publish, update statuses, retire.")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day of the tick; demo and test only."
)
@click.option(
    "--plan-all", is_flag=True, help="First prepare and approve all that waits; demo and test only."
)
@click.option("--k", type=int, default=None, help="A larger k than the parameter.")
def tick(house: House, at: datetime | None, plan_all: bool, k: int | None) -> dict[str, object]:
    now = house.clock.now()
    day = at.date() if at else local_day(now)
    if not house.settings.demo and (plan_all or day != local_day(now)):
        raise Refusal(msg("正式环境里只能发布今天的，也不能代人审批。"))
    moment = now if day == local_day(now) else at_local(day, TICK_HOUR)
    rng, signed = random.SystemRandom(), dict[str, int]()
    with house.need_office().transaction() as session:
        if plan_all:
            signed = approve_everything(session, rng=rng, now=moment)
        run = run_tick(session, day=day, k=k, rng=rng, now=moment)
        result = {
            "tick": day.isoformat(),
            "k": run.k,
            "published": run.published,
            "cohorts": run.cohorts,
            "withheld": sum(run.withheld.values()),
            "withheld_by_reason": run.withheld,
            "flipped": run.flipped,
            "retired": run.retired,
        }
    _carry(house, max(now, moment))
    return {**result, **({"signed": signed} if plan_all else {})}


@room_command("outcome", help="Read what happened to published projects from a table; demo and test only.")
@click.option("--in", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def outcome(house: House, source: Path) -> dict[str, object]:
    if not house.settings.demo:
        raise Refusal(msg("正式环境里结果由人记，不从表里读。"))
    now = house.clock.now()
    _carry(house, now)
    with house.need_office().transaction() as session:
        done = apply_outcomes(session, _events(source), now=now)
    with house.public.transaction() as session:
        for number, claimed in sorted(done.cards.items()):
            library.set_claimed(session, number, claimed=claimed, now=now)
    _carry(house, now)
    return dict(done.counts)


@room_command("key", help="Which household and need stand behind each project ever published. Logged.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def key(house: House, out: Path) -> dict[str, object]:
    with house.need_office().transaction() as session:
        rows = key_rows(session)
        audit.record(
            session,
            actor=SYSTEM,
            verb="library.key",
            obj="need_project",
            now=house.clock.now(),
            fields=KEY_COLUMNS,
        )
    part = out.with_suffix(out.suffix + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([KEY_COLUMNS, *rows])
    part.replace(out)
    return {"rows": len(rows), "out": str(out)}


def _events(source: Path) -> list[tuple[str, str]]:
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"project_id", "event"} <= set(reader.fieldnames or ()):
            raise BadInput(msg("表头要有 project_id 和 event 两列。"))
        return [(row["project_id"].strip(), row["event"].strip()) for row in reader]


def _carry(house: House, now: datetime) -> None:
    """Letters to the shelf arrive before the command answers; the worker, if one runs, carries the rest."""
    while deliver(house.need_office(), house.public, LETTERS, now=now):
        pass


COMMANDS = (("releases", tick), ("releases", outcome), ("library", key))
