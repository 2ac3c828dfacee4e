"""What nobody took in its days, and how far the county and its finance bureau have come with it."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.demo.agenda import Agenda
from app.demo.people import HSB
from app.needs.models import Need, Referral
from app.needs.operations import cascade
from app.policy.actors import Role
from app.releases.operations import referral as referring
from app.releases.queries.fourth import may_be_referred

DOSSIER = "前两步都问过，公布了四个月没有人接，直接问过两家也没有成。请看有没有现有渠道能解决。"
FATES = ("answered", "approved", "refused", "asked")


class Fourth:
    """Notes for the pilot county: of what came back from the shelf unhelped, some is put to step ④."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda, self.staff = agenda, agenda.stage.staff
        self.asked: dict[str, int] = {}

    def note(self) -> None:
        self.agenda.in_office(self.agenda.day(-13, 10), self._ask)
        self.agenda.in_office(self.agenda.day(-12, 15), self._decide)
        self.agenda.in_office(self.agenda.day(-6, 16), self._answer)
        self.agenda.in_office(self.agenda.day(-5, 9), self._check)

    def _ask(self, session: Session, now: datetime) -> None:
        county = self.staff(Role.COUNTY_SWD, HSB)
        needs = session.scalars(may_be_referred(county, local_day(now))).unique().all()
        for fate, need in zip(FATES, needs, strict=False):
            asked = referring.ask_referral(session, need, dossier=DOSSIER, actor=county, now=now)
            self.asked[fate] = asked.id

    def _decide(self, session: Session, now: datetime) -> None:
        lead, county = self.staff(Role.COUNTY_SWD_LEAD, HSB), self.staff(Role.COUNTY_SWD, HSB)
        for fate in ("answered", "approved"):
            if (found := self._of(session, fate)) is not None:
                referring.approve_referral(session, found, actor=lead, now=now)
        if (found := self._of(session, "refused")) is not None:
            referring.refuse_referral(session, found, actor=lead, now=now)
        if (found := self._of(session, "answered")) is not None:
            referring.table_referral(session, found, on=_meeting(local_day(now)), actor=county, now=now)

    def _answer(self, session: Session, now: datetime) -> None:
        if (need := self._need(session)) is not None:
            cascade.record_outcome(
                session,
                need,
                outcome="none",
                covered_qty=0,
                basis="查过临时救助备用金和专项资金，今年的用完了",
                stage=4,
                actor=self.staff.finance(HSB),
                now=now,
            )

    def _check(self, session: Session, now: datetime) -> None:
        if (need := self._need(session)) is not None:
            entry = next(o for o in need.outcomes if o.stage == 4)
            cascade.verify_outcome(session, entry, actor=self.staff(Role.COUNTY_SWD, HSB), now=now)

    def _of(self, session: Session, fate: str) -> Referral | None:
        return session.get(Referral, self.asked[fate]) if fate in self.asked else None

    def _need(self, session: Session) -> Need | None:
        found = self._of(session, "answered")
        return found.need if found is not None else None


def _meeting(day: date) -> date:
    """The county meets before the half-year is over."""
    end = date(day.year, 12, 18) if day.month > 6 else date(day.year, 6, 18)
    return end if end >= day else day + timedelta(days=14)
