"""What the county asks single organisations for in the demo, because it stands in no list."""

import random
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import NotFound
from app.demo.agenda import Agenda
from app.demo.journeys import Act, Book, Players, Told
from app.demo.people import partner_logins
from app.demo.walking import need_named
from app.followup.models import DirectOffer
from app.followup.operations import direct
from app.followup.operations.late import verify_late_outcome
from app.gifts.models import DirectOffer as PublicOffer
from app.gifts.operations import direct as public_direct
from app.needs.operations import cascade
from app.policy.actors import Role


class Direct(Players):
    """The verbs of 直接对接."""

    def __init__(self, agenda: Agenda, book: Book, rng: random.Random) -> None:
        super().__init__(agenda, book)
        self.rng = rng

    def verbs(self) -> dict[str, Act]:
        return {
            "offer": self.offer,
            "take_offer": self.take,
            "decline_offer": self.decline,
            "withdraw_offer": self.withdraw,
            "end_late_offers": self.expire,
            "owed_answer": self.owed_answer,
        }

    def offer(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            tokens = {login: token for token, login in partner_logins(session).items()}
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            county = self.staff(Role.COUNTY_SWD, need.county_code)
            direct.offer_directly(session, need, token=tokens[told.who], rng=self.rng, actor=county, now=now)

    def take(self, told: Told, now: datetime) -> None:
        number = self._number(told.ref)
        with self.stage.public() as session:
            claim = public_direct.take_offer(
                session,
                _offer(session, number),
                ready_on=local_day(now) + timedelta(days=5),
                promised=True,
                actor=self.stage.partner(session, told.who),
                now=now,
            )
            self.book.claims[told.ref] = claim.claim_ref

    def decline(self, told: Told, now: datetime) -> None:
        number = self._number(told.ref)
        with self.stage.public() as session:
            actor = self.stage.partner(session, told.who)
            public_direct.decline_offer(session, _offer(session, number), actor=actor, now=now)

    def withdraw(self, told: Told, now: datetime) -> None:
        with self.stage.office() as session:
            offer = _newest(session, told.ref)
            county = self.staff(Role.COUNTY_SWD, offer.area[:6])
            direct.withdraw_offer(session, offer, actor=county, now=now)

    def expire(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            public_direct.expire_offers(session, now=now)

    def owed_answer(self, told: Told, now: datetime) -> None:
        """Policy covers after all what a bypass went past: whoever was asked or held it is thanked."""
        with self.stage.office() as session:
            need = need_named(session, told.ref)
            entry = cascade.record_outcome(
                session,
                need,
                outcome="covered",
                covered_qty=0,
                basis=told.what,
                stage=1,
                actor=self.stage.staff.department(need),
                now=now,
            )
            county = self.staff(Role.COUNTY_SWD, need.county_code)
            verify_late_outcome(session, entry, actor=county, now=now)

    def _number(self, ref: str) -> str:
        with self.stage.office() as session:
            return _newest(session, ref).offer_no


def _newest(session: Session, ref: str) -> DirectOffer:
    need = need_named(session, ref)
    asked = select(DirectOffer).where(DirectOffer.need_id == need.id).order_by(DirectOffer.id.desc())
    found = session.scalars(asked.limit(1)).first()
    if found is None:
        raise NotFound
    return found


def _offer(session: Session, number: str) -> PublicOffer:
    found = session.scalar(select(PublicOffer).where(PublicOffer.offer_no == number))
    if found is None:
        raise NotFound
    return found
