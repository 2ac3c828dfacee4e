"""`cases import`, `cases export`, `cases template`, `catalogue export` (contracts §3)."""

import csv
import io
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType

import click
from sqlalchemy.orm import Session

from app.accounts.queries.sessions import actor_for_login
from app.core.clock import local_day
from app.core.commands import report, room_command, say
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.needs.operations.importing.check import Findings, check_tables
from app.needs.operations.importing.export import export_workbook
from app.needs.operations.importing.marked import marked_workbook
from app.needs.operations.importing.reading import read_path
from app.needs.operations.importing.tables import COMMAND, Tables
from app.needs.operations.importing.template import template_workbook
from app.needs.operations.importing.write import Rejected, import_tables, refuse_unsound, require_importer
from app.policy.actors import Actor
from app.policy.catalogue import export_rows
from app.policy.regions import region

SHOWN = 20
_STAGES = {"read": "读表", "check": "检查", "write": "写入"}
_OUT = click.Path(dir_okay=False, path_type=Path)


class Bar:
    """Progress on stderr: a bar on a terminal, one line a stage elsewhere."""

    WIDTH = 30

    def __init__(self) -> None:
        self.stage = ""
        self.live = sys.stderr.isatty()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self.live and self.stage:
            click.echo("", err=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self.stage:
            if not self.live:
                say(f"{_STAGES[stage]} …")
            elif self.stage:
                click.echo("", err=True)
            self.stage = stage
        if self.live:
            click.echo(f"\r{_STAGES[stage]} {self._drawn(done, total)}", nl=False, err=True)

    def _drawn(self, done: int, total: int) -> str:
        if not total:
            return f"{done} 行"
        full = self.WIDTH * done // total
        return f"[{'#' * full}{'-' * (self.WIDTH - full)}] {100 * done // total:3d}%"


@room_command("import", help="Read a workbook, or a folder of three CSV files; all or nothing.")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--county", required=True, help="Code of the county that the households belong to.")
@click.option("--actor", "login", required=True, help="Login of the officer who imports.")
@click.option("--dry-run", is_flag=True, help="Check only; nothing is written.")
@click.option("--errors", type=_OUT, default=None, help="Write a workbook with the bad cells marked.")
def import_cases(
    house: House, source: Path, county: str, login: str, dry_run: bool, errors: Path | None
) -> dict[str, object]:
    office, now = house.need_office(), house.clock.now()
    with office.transaction(writes=False) as session:
        actor = _importer(session, login, county, now)
    with Bar() as bar:
        tables = read_path(source, COMMAND, bar)
        try:
            with office.transaction(writes=not dry_run) as session:
                if dry_run:
                    day = local_day(now)
                    found = check_tables(session, tables, county=county, actor=actor, day=day, progress=bar)
                    refuse_unsound(found)
                else:
                    found = import_tables(
                        session, tables, county=county, actor=actor, now=now, progress=bar
                    ).findings
        except Rejected as refusal:
            _explain(refusal.findings, tables, errors, dry_run=dry_run)
            raise
    _write_marked(found, tables, errors)
    return _summary(found, dry_run=dry_run)


@room_command("export", help="Write the register of the actor's area in the import columns. Logged.")
@click.option("--county", required=True)
@click.option("--actor", "login", required=True)
@click.option("--out", required=True, type=_OUT)
def export_cases(house: House, county: str, login: str, out: Path) -> dict[str, object]:
    now = house.clock.now()
    with house.need_office().transaction() as session:
        content, counts = export_workbook(session, county=county, actor=_actor(session, login, now), now=now)
        _put(out, content)
    return {**counts, "out": str(out)}


@room_command("template", help="Write the empty import workbook with its drop-down lists.")
@click.option("--out", required=True, type=_OUT)
def template(house: House, out: Path) -> dict[str, object]:
    _put(out, template_workbook())
    return {"out": str(out)}


@room_command("export", help="Write the need catalogue as a CSV file.")
@click.option("--out", required=True, type=_OUT)
def export_catalogue(house: House, out: Path) -> dict[str, object]:
    rows = export_rows()
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _put(out, text.getvalue().encode())
    return {"rows": len(rows), "out": str(out)}


def _importer(session: Session, login: str, county: str, now: datetime) -> Actor:
    actor = _actor(session, login, now)
    require_importer(actor)
    place = region(county)
    if place is None or place.level != "county":
        raise Refusal(msg("没有代码是 {code} 的县区。", code=county))
    if not actor.area.startswith(county):
        raise Refusal(msg("{place}不在这位同志的管辖范围。", place=place.display))
    return actor


def _actor(session: Session, login: str, now: datetime) -> Actor:
    actor = actor_for_login(session, login, local_day(now))
    if actor is None:
        raise Refusal(msg("没有叫 {login} 的工作人员，或者他现在没有岗位。", login=login))
    return actor


def _summary(found: Findings, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "written": not dry_run and found.sound and bool(found.plans),
        **found.counts(),
    }


def _explain(found: Findings, tables: Tables, errors: Path | None, *, dry_run: bool) -> None:
    """What is wrong, on stderr; the summary on stdout, for scripts that asked for JSON."""
    say("")
    for problem in [p for p in found.notes.problems if not p.is_warning][:SHOWN]:
        say(problem.line())
    if found.notes.errors > SHOWN:
        say(f"……还有 {found.notes.errors - SHOWN} 处，用 --errors 写出标好错的表。")
    _write_marked(found, tables, errors)
    if click.get_current_context().params.get("as_json"):
        report({**_summary(found, dry_run=dry_run), "written": False}, as_json=True)


def _write_marked(found: Findings, tables: Tables, errors: Path | None) -> None:
    if errors is not None and found.notes.problems:
        _put(errors, marked_workbook(tables, found.notes.in_order()))


def _put(out: Path, content: bytes) -> None:
    """Whole or not at all, and for the owner's eyes."""
    part = out.with_name(out.name + ".part")
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(out)


COMMANDS = (
    ("cases", import_cases),
    ("cases", export_cases),
    ("cases", template),
    ("catalogue", export_catalogue),
)
