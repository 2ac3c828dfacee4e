"""A bypassed need, and short ways to the offer, its answer, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models.office import Unit
from app.core.clock import local_day
from app.core.house import House
from app.followup.models import DirectOffer, Tie
from app.gifts.models import DirectOffer as PublicOffer
from app.needs.models import Need
from app.needs.operations import cascade
from app.needs.queries import needs_of
from app.needs.states import NeedState
from tests.clock import NOW
from tests.world import Site, Wish, filed_case, new_household, office, officer, partner_token, public

DESK = "/office/followup/direct"


@dataclass
class Desk:
    """Both sites of a house, with the need that is to be matched directly."""

    house: House
    site: Site
    need_id: int

    def now(self) -> datetime:
        return self.house.clock.now()

    def later(self, **by: float) -> None:
        self.house.clock.set(self.now() + timedelta(**by))  # type: ignore[attr-defined]

    def carry(self) -> None:
        self.site.carry()

    def work(self) -> None:
        self.site.work()

    def token(self, login: str = "firm") -> str:
        with public(self.house) as session:
            return partner_token(session, login)

    def ask(self, login: str = "firm", *, by: str = "cs", need_id: int = 0) -> int:
        """The status that came back; the letter is carried."""
        path = f"{DESK}/needs/{need_id or self.need_id}"
        answer = self.site.office(by).post(path, data={"token": self.token(login)})
        self.carry()
        return answer.status_code

    def offer(self, nth: int = -1) -> DirectOffer:
        with office(self.house) as session:
            return session.scalars(select(DirectOffer).order_by(DirectOffer.id)).all()[nth]

    def told(self) -> PublicOffer:
        """The public row of the newest offer."""
        with public(self.house) as session:
            return session.scalars(select(PublicOffer).order_by(PublicOffer.id.desc())).first()  # type: ignore[return-value]

    def take(self, login: str = "firm", *, promised: bool = True) -> TestResponse:
        data = {"ready_on": local_day(self.now()).isoformat(), **({"promised": "y"} if promised else {})}
        answer = self.site.public(login).post(f"/my/offers/{self.offer().offer_no}", data=data)
        self.carry()
        return answer

    def decline(self, login: str = "firm") -> int:
        path = f"/my/offers/{self.offer().offer_no}/decline"
        status = self.site.public(login).post(path).status_code
        self.carry()
        return status

    def tie(self) -> Tie:
        number = self.offer().offer_no
        with office(self.house) as session:
            return session.scalars(select(Tie).where(Tie.project_id == number)).one()

    def state(self, need_id: int = 0) -> NeedState:
        with office(self.house) as session:
            return NeedState(session.get_one(Need, need_id or self.need_id).state)


def bypassed_need(house: House, *, serial: int = 700, item: str = "G07", qty: int = 1) -> int:
    with office(house) as session:
        return urgent_need(session, serial=serial, item=item, qty=qty).id


def urgent_need(
    session: Session, *, serial: int, item: str = "G07", qty: int = 1, reason: str = "今天就要用上，等不得"
) -> Need:
    """Its bypass was asked for by one person and approved by another; steps ① and ② stay owed."""
    case = filed_case(session, new_household(serial), Wish(item, qty=qty, urgency="urgent"), now=NOW)
    unit = session.query(Unit).filter(Unit.name == "包抓单位").one()
    cascade.assign_unit(session, case, unit_id=unit.id, actor=officer(session, "cs"), now=NOW)
    need = needs_of(session, case.id)[0]
    asked = cascade.ask_bypass(
        session,
        need,
        reason_code="生命健康",
        reason=reason,
        actor=officer(session, "cs"),
        now=NOW,
    )
    cascade.approve_bypass(session, asked, actor=officer(session, "cl"), now=NOW)
    return need


def open_desk(house: House, **wanted: object) -> Desk:
    return Desk(house, Site(house), bypassed_need(house, **wanted))  # type: ignore[arg-type]


def body(desk: Desk, login: str, path: str) -> str:
    answer = desk.site.office(login).get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)
