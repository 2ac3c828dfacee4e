"""A small crowd in the register, and short ways through the week of a release."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.house import House
from app.core.outbox import deliver
from app.library.queries import export_rows
from app.needs.models import Need
from app.releases.models import NeedProject, ReleaseRun
from app.releases.operations.letters import LETTERS
from app.releases.operations.projects import flags_of, prepare_project
from app.releases.operations.simulation import approve_everything
from app.releases.operations.tick import run_tick
from app.releases.queries import all_to_prepare, key_rows
from tests.clock import NOW
from tests.register import Register, make
from tests.settled import settle
from tests.world import COUNTY, office, officer

CROWD = (COUNTY, "640303")


def crowd(house: House, *, households: int = 22, seed: int = 5, now: datetime = NOW) -> Register:
    """Filed households of two counties whose needs wait for publication."""
    made = make(seed, CROWD, households=households, first=1.0)
    with office(house) as session:
        settle(session, made, now=now)
    return made


def approve_all(house: House, now: datetime = NOW) -> None:
    with office(house) as session:
        approve_everything(session, rng=random.Random(1), now=now)


def tick(house: House, now: datetime = NOW) -> ReleaseRun:
    with office(house) as session:
        run = run_tick(session, day=local_day(now), rng=random.Random(7), now=now)
    carry(house, now)
    return run


def carry(house: House, now: datetime = NOW) -> None:
    while deliver(house.need_office(), house.public, LETTERS, now=now):
        pass


def table(house: House) -> list[dict[str, object]]:
    """The public table as it is exported now."""
    with house.public.transaction(writes=False) as session:
        return export_rows(session, None)


def key(house: House) -> dict[str, str]:
    with office(house) as session:
        return {row[0]: row[1] for row in key_rows(session)}


def first_needs(session: Session, county: str = COUNTY) -> list[Need]:
    return [n for n in all_to_prepare(session) if n.county_code == county]


def drafted(session: Session, login: str = "cs", *, flagged: bool = False) -> NeedProject:
    """A project that this officer has prepared: the first that may be, with or without a flag."""
    for need in first_needs(session):
        if bool(flags_of(need)) == flagged:
            rng = random.Random(10_000 + need.id)
            return prepare_project(session, need, rng=rng, actor=officer(session, login), now=NOW)
    raise AssertionError("no such need in the crowd")


def public_projects(session: Session) -> list[NeedProject]:
    found = select(NeedProject).where(NeedProject.state == "public").order_by(NeedProject.project_id)
    return list(session.scalars(found))


def write_events(path: Path, events: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("project_id", "event"), *events])
    return path


def week(n: int) -> datetime:
    return NOW + timedelta(weeks=n)
