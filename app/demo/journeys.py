"""What happened to single needs of the demo after they were public: data/journeys.csv, a row for each act.

A row whose need is not on the shelf (a small crowd publishes less) ends its story quietly; `left` counts
those.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.queries import live_consent
from app.core.clock import at_local, local_day
from app.core.errors import NotFound, Refusal
from app.demo.agenda import Agenda
from app.demo.households import Row, read
from app.demo.walking import need_named
from app.followup.models import Tie
from app.followup.operations import claims as office_claims
from app.followup.queries import tie_by_claim
from app.gifts.models import Claim
from app.gifts.operations import claims, pledges
from app.gifts.queries import claim_by_ref
from app.needs.operations.cascade import close_need
from app.policy.actors import Actor, Role
from app.policy.calendar import next_working_day
from app.releases.operations.takedown import withdraw_consent
from app.releases.queries import project_of_need

END_OF_DAY = 18
Act = Callable[["Told", datetime], None]
_AGO = re.compile(r"now-(\d+)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@dataclass(frozen=True)
class Told:
    """One row: who does what about which need."""

    ref: str
    who: str
    what: str


@dataclass
class Book:
    """What the rows so far have led to, by need."""

    claims: dict[str, str] = field(default_factory=dict)
    payments: dict[str, str] = field(default_factory=dict)
    pairs: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


class Players(ABC):
    """The acts of one corner of the demo."""

    def __init__(self, agenda: Agenda, book: Book) -> None:
        self.agenda, self.book, self.stage = agenda, book, agenda.stage

    @abstractmethod
    def verbs(self) -> dict[str, Act]:
        """What journeys.csv calls each act."""

    def staff(self, role: Role, area: str) -> Actor:
        return self.stage.staff(role, area)

    def number_of(self, ref: str) -> str:
        """The project of a need. Raises NotFound while it has none."""
        with self.stage.office() as session:
            project = project_of_need(session, need_named(session, ref).id)
        if project is None:
            raise NotFound
        return project.project_id


class Claims(Players):
    """From the claim of goods, a service or money to the family's word."""

    def verbs(self) -> dict[str, Act]:
        return {
            "claim": self.claim,
            "release": self.release,
            "lapse": self.lapse,
            "pledge": self.pledge,
            "contact": self._in_office(self._contact),
            "reject": self._in_office(self._reject),
            "arrive": self._in_office(self._arrive),
            "hand_over": self._in_office(self._hand_over),
            "confirm": self._in_office(self._confirm),
            "dispute": self._in_office(self._dispute),
            "close": self._close,
            "withdraw_consent": self._withdraw,
        }

    def claim(self, told: Told, now: datetime) -> None:
        number = self.number_of(told.ref)
        with self.stage.public() as session:
            made = claims.claim_card(
                session,
                project_id=number,
                ready_on=local_day(now) + timedelta(days=5),
                promised=True,
                actor=self.stage.partner(session, told.who),
                now=now,
            )
            self.book.claims[told.ref] = made.claim_ref

    def release(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            claim = self.claim_of(session, told.ref)
            claims.release_claim(session, claim, actor=self.stage.partner(session, told.who), now=now)

    def lapse(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            claims.lapse_claims(session, now=now)

    def pledge(self, told: Told, now: datetime) -> None:
        """`what`: how many, or how many and within how many days (2/20)."""
        qty, _, days = told.what.partition("/")
        with self.stage.public() as session:
            pledges.make_pledge(
                session,
                self.claim_of(session, told.ref),
                qty=int(qty),
                date_by=local_day(now) + timedelta(days=int(days or 7)),
                actor=self.stage.partner(session, told.who),
                now=now,
            )

    def claim_of(self, session: Session, ref: str) -> Claim:
        found = claim_by_ref(session, self.book.claims.get(ref, ""))
        if found is None:
            raise NotFound
        return found

    def _in_office(self, act: Callable[[Session, Tie, Told, datetime], None]) -> Act:
        def run(told: Told, now: datetime) -> None:
            with self.stage.office() as session:
                tie = tie_by_claim(session, self.book.claims.get(told.ref, ""))
                if tie is None:
                    raise NotFound
                act(session, tie, told, now)

        return run

    def _contact(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, tie.area[:6])
        office_claims.record_contact(session, tie, note=told.what, actor=county, now=now)

    def _reject(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, tie.area[:6])
        office_claims.reject_claim(session, tie, reason=told.what, actor=county, now=now)

    def _arrive(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, tie.area[:6])
        office_claims.arrive(session, tie, qty=int(told.what), actor=county, now=now)

    def _hand_over(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        head = tie.need.case.household.head
        office_claims.hand_over(
            session,
            tie,
            receipt_by="member",
            receipt_method=told.what or "paper",
            receipt_name=head.name if head else "",
            actor=self.staff(Role.TOWNSHIP_OFFICER, tie.area[:9]),
            now=now,
        )

    def _confirm(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        worker = self.staff(Role.VILLAGE_WORKER, tie.area)
        office_claims.confirm(session, tie, qty=int(told.what), actor=worker, now=now)

    def _dispute(self, session: Session, tie: Tie, told: Told, now: datetime) -> None:
        worker = self.staff(Role.VILLAGE_WORKER, tie.area)
        office_claims.dispute(session, tie, reason=told.what, actor=worker, now=now)

    def _close(self, told: Told, now: datetime) -> None:
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            close_need(session, need, actor=self.staff(Role.TOWNSHIP_OFFICER, need.area[:9]), now=now)

    def _withdraw(self, told: Told, now: datetime) -> None:
        """The family takes its yes to a purpose back; all its cards go blank with that to publication."""
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            consent = live_consent(session, need.case_id, told.what, local_day(now))
            if consent is None:
                raise NotFound
            worker = self.staff(Role.VILLAGE_WORKER, need.area)
            withdraw_consent(session, consent, actor=worker, now=now)


def note_journeys(agenda: Agenda, players: list[Players], book: Book) -> None:
    """Puts every row of journeys.csv on the agenda."""
    verbs: dict[str, Act] = {}
    for one in players:
        verbs |= one.verbs()
    for row in read("journeys"):
        _note(agenda, verbs[row["verb"]], row, book)


def _note(agenda: Agenda, act: Act, row: Row, book: Book) -> None:
    told = Told(row["need"], row["who"], row["what"])

    def task(now: datetime) -> None:
        if told.ref and told.ref in book.left:
            return
        try:
            act(told, now)
        except Refusal:
            book.left.add(told.ref)
        agenda.stage.carry(now)

    agenda.at(moment_of(agenda, row["when"]), task)


def moment_of(agenda: Agenda, when: str) -> datetime:
    """`-13 10:30`: days from the last tick's Monday; `now-3h`; `clock`: so that our own contact clock still
    runs."""
    ago = _AGO.fullmatch(when)
    if ago is not None:
        return agenda.now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if when == "clock":
        return _running_clock(agenda.now)
    days, _, time = when.partition(" ")
    hour, minute = time.split(":")
    return agenda.day(int(days), int(hour), int(minute))


def _running_clock(now: datetime) -> datetime:
    """Yesterday afternoon, if the clock that began then has not run out; else an hour ago."""
    yesterday: date = local_day(now) - timedelta(days=1)
    runs = at_local(next_working_day(yesterday), END_OF_DAY) > now
    return at_local(yesterday, 16) if runs else now - timedelta(hours=1)
