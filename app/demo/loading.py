"""The demo from an empty pair of databases to a week of its library, with `now` moving as it would have
moved."""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer
from app.accounts.operations.partners import expire_partners
from app.accounts.operations.signing import hash_password
from app.core.clock import at_local, local_day
from app.core.errors import Refusal
from app.core.house import House
from app.core.messages import msg
from app.demo import people
from app.demo.agenda import WEEKLY_HOUR, Agenda, Stage
from app.demo.asking import Asking
from app.demo.direct import Direct
from app.demo.fourth import Fourth
from app.demo.households import Household, detailed
from app.demo.imports import Imports
from app.demo.journeys import Book, Claims, note_journeys
from app.demo.pairs import Pairs
from app.demo.paying import Money
from app.demo.staff import demo_staff
from app.demo.steps import Steps
from app.demo.walking import LEVEL, Walk
from app.demo.weeks import TICKS, Weeks
from app.followup.operations.money import switch_money
from app.matches.operations.proposing import propose
from app.policy.actors import SYSTEM, Role
from app.releases.operations.planning import note_plan

Say = Callable[[str], None]
LONG_AGO = timedelta(days=420)  # officers start here; partners whose checks have run out soon after
NIGHT = 3
FILED_BEFORE = 12  # days before the tick that publishes their needs


def load_demo(house: House, *, seed: int, households: int, say: Say) -> dict[str, object]:
    """Raises Refusal when the databases are not empty."""
    now, hashed = house.clock.now(), hash_password(people.PASSWORD)
    with house.need_office().transaction() as session:
        if session.scalar(select(Officer.id).limit(1)) is not None:
            raise Refusal(msg("这里已经有数据了，没有再装。要重来，先运行 make demo-reset。"))
        officers = people.make_officers(session, hashed=hashed, now=now - LONG_AGO)
        stage = Stage(house, demo_staff(session, local_day(now)))
    say(f"工作人员 {officers} 位；正在把这几个月过一遍，要半分钟左右 …")
    demo = _Demo(Agenda(stage, now), seed, households, hashed)
    made = demo.note()
    demo.agenda.run()
    demo.finish(now)
    say(f"{made} 户；公布过 {sum(demo.weeks.published.values())} 项。")
    return {
        "officers": officers,
        "partners": len(people.partners()),
        "households": made,
        "published": demo.weeks.published,
        "stories_left": sorted(demo.book.left),
    }


class _Demo:
    """Everything that is noted on the agenda, and what has to be written down after it was done."""

    def __init__(self, agenda: Agenda, seed: int, households: int, hashed: str) -> None:
        self.agenda, self.rng, self.hashed = agenda, random.Random(seed), hashed
        self.book = Book()
        self.weeks = Weeks(agenda, seed=seed, households=households, rng=self.rng)
        self.steps = Steps(agenda, self.rng)
        self.money = Money(agenda, self.book, int(os.environ.get("PORT", "8000")))

    def note(self) -> int:
        """Returns how many households the demo has."""
        homes = detailed(self.agenda.today)
        self._note_partners()
        self._note_money()
        crowd = self.weeks.note()
        self._note_published(homes)
        self._note_others(homes)
        players = [
            Claims(self.agenda, self.book),
            self.money,
            Pairs(self.agenda, self.book),
            Direct(self.agenda, self.book, self.rng),
        ]
        Fourth(self.agenda).note()
        note_journeys(self.agenda, players, self.book)
        Imports(self.agenda).note()
        Asking(self.agenda).note()
        self._note_last_night()
        return crowd + len(homes)

    def _note_partners(self) -> None:
        days = {"verified": 50, "expired": LONG_AGO.days - 5, "rejected": 20, "returned": 6}
        for serial, one in enumerate(people.partners()):
            moment = self.agenda.ago(days=days.get(one.verdict, 1), minutes=-serial)
            self.agenda.at(moment, partial(self._arrive, one, serial))
        self.agenda.in_public(self.agenda.ago(days=30), _expire)

    def _arrive(self, one: people.DemoPartner, serial: int, now: datetime) -> None:
        stage = self.agenda.stage
        with stage.public() as session:
            people.register_partner(session, one, serial, hashed=self.hashed, now=now)
        stage.carry(now)
        with stage.office() as session:
            people.look_at_partner(session, one, stage.staff, now=now)
        stage.carry(now)
        with stage.public() as session:
            people.offer_help(session, one, actor=stage.partner(session, one.login), now=now)

    def _note_money(self) -> None:
        """On in the pilot county alone (decisions 35)."""
        lead = self.agenda.stage.staff(Role.COUNTY_SWD_LEAD, people.HSB)
        self.agenda.in_office(
            self.agenda.day(-35, 9), lambda session, now: switch_money(session, on=True, actor=lead, now=now)
        )
        self.money.note_filings()

    def _note_published(self, homes: list[Household]) -> None:
        """Those whose needs one of the last ticks has published."""
        for wave, days in TICKS.items():
            listed = [h for h in homes if h.wave == wave]
            filed_on = self.agenda.last_tick + timedelta(days=days - FILED_BEFORE)
            Walk(self.agenda, listed, filed_on).note()
            for home in listed:
                self.steps.note(home, filed_on)
                for wish in home.wishes:
                    self._note_signatures(wish.ref, days)

    def _note_signatures(self, ref: str, days: int) -> None:
        def prepare(session: Session, now: datetime) -> None:
            self.steps.prepare(session, ref, now)

        def approve(session: Session, now: datetime) -> None:
            self.steps.approve(session, ref, now)

        self.agenda.in_office(self.agenda.day(days - 5, 15), prepare)
        self.agenda.in_office(self.agenda.day(days - 4, 10), approve)

    def _note_others(self, homes: list[Household]) -> None:
        """Those on their way in, and those in care whose needs are not public."""
        filed_on = self.agenda.today - timedelta(days=16)
        others = [h for h in homes if not h.wave]
        Walk(self.agenda, others, filed_on).note()
        after_tick = max(self.agenda.day(0, WEEKLY_HOUR, 5), self.agenda.ago(hours=26))
        for home in others:
            if LEVEL[home.stands] == LEVEL["filed"]:
                self.steps.note(home, filed_on + timedelta(days=3))
            for wish in home.wishes:
                if wish.project:
                    self.steps.note_card(wish, after_tick)

    def _note_last_night(self) -> None:
        """The plan and the suggestions that the night brought, and what an officer sent of them since."""
        night = at_local(self.agenda.today, NIGHT, 30)
        night = night if night <= self.agenda.now else night - timedelta(days=1)
        self.agenda.in_office(night - timedelta(hours=1), _plan)
        self.agenda.in_public(max(night, self.agenda.day(0, WEEKLY_HOUR, 10)), _propose)

    def finish(self, now: datetime) -> None:
        """The search index and all else that a worker does at once when it starts."""
        self.money.write_ledger(self.agenda.stage.house.settings.instance)
        self.agenda.stage.worker.run_once(now)


def _expire(session: Session, now: datetime) -> None:
    expire_partners(session, now=now)


def _plan(session: Session, now: datetime) -> None:
    note_plan(session, now=now)


def _propose(session: Session, now: datetime) -> None:
    propose(session, actor=SYSTEM, now=now)
