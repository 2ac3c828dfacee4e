"""The crowd behind the detailed households, and the Mondays on which the demo's library grew."""

import random
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.queries import cases_consenting
from app.core.clock import local_day
from app.core.states import ActorOf
from app.demo.agenda import WEEKLY_HOUR, Agenda
from app.demo.crowd import Family, families, open_all, plainly_made_up, settle_all
from app.demo.people import HSB, TX
from app.demo.register import Table, make
from app.library.operations import set_claimed
from app.needs.models import Need
from app.policy.actors import Actor, Role
from app.policy.catalogue import ITEMS
from app.policy.regions import counties
from app.releases.models import Cohort, NeedProject
from app.releases.operations.freezing import freeze_cohort
from app.releases.operations.projects import obstacle
from app.releases.operations.simulation import apply_outcomes
from app.releases.operations.tick import run_tick
from app.releases.operations.together import approve_all, prepare_all
from app.releases.queries import all_to_prepare

CROWD = "H64"  # how the numbers of its households begin
SHARES = {HSB: 80, TX: 60}  # of 600; the other counties have 23 each
USUAL_SHARE, WHOLE = 23, 600
LEAST = {HSB: 56}  # so that a small demo publishes the pilot's cohorts too
FIRST_TICK = -140  # days before the last one: its cohorts have left the library since
TICKS = {"0": FIRST_TICK, "1": -14, "2": -7, "3": 0}
ENTERED_BEFORE, SIGNED_BEFORE = 6, 3  # days before the tick


class Weeks:
    """Notes the crowd's arrival, the signatures, the ticks and what happens between them."""

    def __init__(self, agenda: Agenda, *, seed: int, households: int, rng: random.Random) -> None:
        self.agenda, self.rng = agenda, rng
        self.staff = agenda.stage.staff
        self.parts = _parts(seed, households, agenda.today)
        self.published: dict[str, int] = {}

    def note(self) -> int:
        """Returns how many households the crowd has."""
        for wave, days in TICKS.items():
            enter = partial(self._enter, self.parts[wave])
            self.agenda.at(self.agenda.day(days - ENTERED_BEFORE, 9), enter)
            self.agenda.in_office(self.agenda.day(days - SIGNED_BEFORE, 15), self._sign)
            self.agenda.at(self.agenda.day(days, WEEKLY_HOUR), self._tick)
        self.agenda.in_office(self.agenda.ago(hours=2), self._freeze)
        for days, met in ((FIRST_TICK + 40, 0.7), (-10, 0.35), (-3, 0.15)):
            self.agenda.at(self.agenda.day(days, 11), partial(self._happen, met))
        return sum(map(len, self.parts.values()))

    def _enter(self, listed: Sequence[Family], now: datetime) -> None:
        with self.agenda.stage.office() as session:
            settle_all(session, open_all(session, listed, now=now), staff=self.staff, now=now)

    def _sign(self, session: Session, now: datetime) -> None:
        """Both looks at what waits of the crowd; the detailed households have their own hours."""
        needs = [n for n in all_to_prepare(session) if n.need_ref.startswith(CROWD)]
        day = local_day(now)
        consenting = cases_consenting(session, {n.case_id for n in needs}, "publish", day)
        fit = [n for n in needs if obstacle(n, consenting=n.case_id in consenting, day=day) is None]
        maker, checker = self._by(Role.COUNTY_SWD), self._by(Role.COUNTY_SWD_LEAD)
        projects = prepare_all(session, fit, maker=maker, rng=self.rng, now=now)
        approve_all(session, projects, guard=self._guard, checker=checker, now=now)

    def _by(self, role: Role) -> ActorOf:
        return lambda thing: self.staff(role, thing.area[:6])

    def _guard(self, project: NeedProject) -> Actor:
        return self.staff.safeguard(project.area[:6])

    def _tick(self, now: datetime) -> None:
        with self.agenda.stage.office() as session:
            run = run_tick(session, day=local_day(now), rng=self.rng, now=now)
            self.published[run.tick.isoformat()] = run.published
        self.agenda.stage.carry(now)

    def _freeze(self, session: Session, now: datetime) -> None:
        """Somebody thought that one could tell who it is: hidden at once, until a second person has
        looked."""
        cohort = _small_cohort(session)
        if cohort is not None:
            areas = sorted(p.area[:6] for p in cohort.projects)
            county = TX if TX in areas else areas[0]
            officer, reason = self.staff(Role.COUNTY_SWD, county), "有人来电说看得出是谁家，先收起来核对。"
            freeze_cohort(session, cohort, reason=reason, actor=officer, now=now)

    def _happen(self, met: float, now: datetime) -> None:
        """To what the newest tick has published of the crowd: a share is met, a few are cancelled or taken
        back by the family."""
        with self.agenda.stage.office() as session:
            numbers = _newest(session)
            self.rng.shuffle(numbers)
            help_n, few = int(len(numbers) * met), max(1, len(numbers) // 40)
            events = [(n, "met") for n in numbers[:help_n]]
            events += [(n, "cancelled") for n in numbers[help_n : help_n + 2 * few]]
            events += [(n, "consent_withdrawn") for n in numbers[help_n + 2 * few :][:1]]
            done = apply_outcomes(session, events, now=now)
        with self.agenda.stage.public() as session:
            for number, claimed in sorted(done.cards.items()):
                set_claimed(session, number, claimed=claimed, now=now)
        self.agenda.stage.carry(now)


def _small_cohort(session: Session) -> Cohort | None:
    """The smallest of the crowd's own that the second county has a part in, else the smallest of all."""
    released = select(Cohort).where(Cohort.state == "released").order_by(Cohort.households_n, Cohort.id)
    own = [c for c in session.scalars(released) if all(p.need.need_ref.startswith(CROWD) for p in c.projects)]
    near = [c for c in own if any(p.area.startswith(TX) for p in c.projects)]
    return next(iter(near or own), None)


def _newest(session: Session) -> list[str]:
    """Numbers of the crowd's projects that the newest tick published."""
    newest = select(Cohort.released_on).order_by(Cohort.released_on.desc()).limit(1).scalar_subquery()
    statement = (
        select(NeedProject.project_id)
        .join(Cohort)
        .join(Need)
        .where(Cohort.released_on == newest, Need.need_ref.startswith(CROWD))
        .order_by(NeedProject.project_id)
    )
    return list(session.scalars(statement))


def _parts(seed: int, households: int, today: date) -> dict[str, list[Family]]:
    """The crowd by the tick that published it: the pilot county first, its neighbour and half of the others
    next, then the rest."""
    parts: dict[str, list[Family]] = {wave: [] for wave in TICKS}
    tables: list[Table] = [[], [], []]
    for n, county in enumerate(counties()):
        share = SHARES.get(county.code, USUAL_SHARE) * households // WHOLE
        each = max(LEAST.get(county.code, 1), share)
        made = make(seed + n, [county.code], households=each, day=today)
        for table, more in zip(tables, (made.households, made.members, made.needs), strict=True):
            table += more
    plainly_made_up(tables[0], tables[1])
    for number, family in enumerate(families(*tables)):
        parts[_wave(family, number)].append(family)
    parts["1"] = [_without_services(f) for f in parts["1"]]
    return parts


def _wave(family: Family, number: int) -> str:
    if family.household.village_code.startswith(HSB):
        return "00111"[number % 5]
    return "2" if family.household.village_code.startswith(TX) or number % 2 else "3"


def _without_services(family: Family) -> Family:
    """In the pilot's weeks only the detailed households ask for company, so that each of them is
    proposed."""
    kept = tuple(n for n in family.needs if ITEMS[n.item_code].kind != "service")
    return Family(family.household, kept)
