"""The demo from an empty pair of databases to a Monday's library, with `now` moving as it would have
moved."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Unit
from app.accounts.operations.officers import make_unit
from app.accounts.queries.sessions import actor_for_login
from app.cases.models import Case
from app.cases.operations.opening import next_case_number
from app.core.clock import at_local, local_day
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.demo import crowd, people
from app.demo.register import Table, make, read_tables
from app.followup.operations.money import switch_money
from app.policy.actors import SYSTEM
from app.policy.regions import counties, display_name
from app.releases.operations.simulation import approve_everything
from app.releases.operations.tick import run_tick
from app.worker import Worker

Say = Callable[[str], None]
DETAILED = (people.HSB, people.TX)
WEEKS_BACK = (4, 2, 0)  # Mondays on which a part of the crowd is published
STATES = (
    "screening",
    "eval_pending",
    "eval_failed",
    "eval_passed",
    "under",
    "not_determined",
    "determined",
    "batched",
)


def load_demo(house: House, *, seed: int, households: int, say: Say) -> dict[str, object]:
    """Raises Refusal when the databases are not empty."""
    now = house.clock.now()
    office = house.need_office()
    with office.transaction() as session:
        if session.scalar(select(Officer.id).limit(1)) is not None:
            raise Refusal(msg("这里已经有数据了，没有再装。要重来，先运行 make demo-reset。"))
        start = now - timedelta(weeks=max(WEEKS_BACK) + 2)
        made = people.make_officers(session, now=start)
    with house.public.transaction() as session:
        partners = people.register_partners(session, now=start)
    _carry(house, start)
    with office.transaction() as session:
        people.verify_partners(session, now=start)
        lead = actor_for_login(session, "hsb_lead", local_day(start))
        if lead is not None:
            switch_money(session, on=True, actor=lead, now=start)
    _carry(house, start)
    say(f"账号 {made + partners} 个")
    families = _families(seed, households)
    done = _publish_in_parts(house, families, seed=seed, now=now, say=say)
    with office.transaction() as session:
        waiting = _unfinished(session, seed, now)
    _carry(house, now)
    return {"officers": made, "partners": partners, "households": done + waiting}


def load_tables(house: House, folder: Path, *, settled: bool, say: Say) -> dict[str, object]:
    """Adds the import tables of any counties. `settled`: as filed cases that wait for publication."""
    tables = read_tables(folder)
    now = house.clock.now()
    listed = list(crowd.families(*tables))
    with house.need_office().transaction() as session:
        if settled:
            done = crowd.settled(session, listed, unit_of=_units(session, now), now=now)
        else:
            done = 0
            for family in listed:
                county = family.household.village_code[:6]
                serial = next_case_number(session, county, local_day(now))
                crowd.open_family(session, family, serial=serial, now=now)
                done += 1
    say(f"{done} 户")
    return {"households": done, "needs": sum(len(f.needs) for f in listed), "settled": settled}


def _families(seed: int, households: int) -> list[crowd.Family]:
    """The same share for each county, the two detailed ones first and twice as many."""
    codes = [*DETAILED, *(c.code for c in counties() if c.code not in DETAILED)]
    each = max(1, households // (len(codes) + len(DETAILED)))
    tables: list[Table] = [[], [], []]
    for n, code in enumerate(codes):
        made = make(seed + n, [code], households=each * (2 if code in DETAILED else 1))
        for table, more in zip(tables, (made.households, made.members, made.needs), strict=True):
            table += more
    crowd.renamed(tables[1])
    return list(crowd.families(tables[0], tables[1], tables[2]))


def _publish_in_parts(
    house: House, families: list[crowd.Family], *, seed: int, now: datetime, say: Say
) -> int:
    office, rng, done = house.need_office(), random.Random(seed), 0
    order = families[:]
    rng.shuffle(order)
    for part, back in enumerate(WEEKS_BACK):
        monday = _monday(local_day(now)) - timedelta(weeks=back)
        listed = order[part :: len(WEEKS_BACK)]
        entered = at_local(monday - timedelta(days=10), 10)
        with office.transaction() as session:
            done += crowd.settled(session, listed, unit_of=_units(session, entered), now=entered)
        with office.transaction() as session:
            approve_everything(session, rng=rng, now=at_local(monday - timedelta(days=3), 15))
            run = run_tick(session, day=monday, rng=rng, now=at_local(monday, 8))
            say(f"{monday} 公布 {run.published} 项，暂不公布 {sum(run.withheld.values())} 项")
        _carry(house, at_local(monday, 8))
    return done


def _unfinished(session: Session, seed: int, now: datetime) -> int:
    """Households of the detailed county that stand at every step of the entry, one each."""
    made = make(seed + 99, [people.HSB], households=len(STATES) * 3)
    crowd.renamed(made.members)
    villages = ("640303100200", "640303200200")
    for n, row in enumerate(made.households):
        row["household_ref"], row["village_code"] = f"D{n:04d}", villages[n % 2]
    for table in (made.members, made.needs):
        for row in table:
            number = int(row["household_ref"][-5:])
            row["household_ref"] = f"D{number:04d}"
            for key in ("member_ref", "need_ref"):
                if key in row:
                    row[key] = f"D{number:04d}-{row[key].rsplit('-', 1)[1]}"
    serial = next_case_number(session, people.HSB, local_day(now))
    for n, family in enumerate(crowd.families(made.households, made.members, made.needs)):
        case = crowd.open_family(session, family, serial=serial + n, now=now - timedelta(days=9))
        _bring_to(session, case, STATES[n % len(STATES)], now - timedelta(days=3))
    return len(made.households)


def _bring_to(session: Session, case: Case, state: str, now: datetime) -> None:
    steps = STATES.index(state)
    if steps >= 1:
        crowd.check(session, case, now=now)
    if steps >= 2:
        crowd.evaluate(session, case, passes=state != "eval_failed", now=now)
    if steps >= 4:
        crowd.send_list(session, case, now=now)
    if steps >= 5:
        crowd.determine(session, case, accepted=state != "not_determined", now=now)
    if state == "batched":
        crowd.batch_only(session, case, now=now)


def _units(session: Session, now: datetime) -> dict[str, int]:
    """The responsible unit of each county; made where there is none."""
    found = {u.region_code: u.id for u in session.scalars(select(Unit).where(Unit.name.endswith("水务局")))}
    for county in counties():
        if county.code not in found:
            name = f"{display_name(county.code)}水务局"
            unit = make_unit(session, name=name, kind="dept", region_code=county.code, actor=SYSTEM, now=now)
            found[county.code] = unit.id
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _carry(house: House, now: datetime) -> None:
    Worker(house).carry_letters(now)
