"""Charities' filed projects and money in the demo. No provider is asked while the demo is loaded: what it
would have told in signed events is taken as they are, and `ledger` tells the stand-in what it made."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import NotFound
from app.demo.agenda import Agenda
from app.demo.journeys import Act, Book, Claims, Told
from app.followup.models import FilingCheck
from app.followup.operations import money
from app.gifts.models import CharityProject, Payment
from app.gifts.operations import charity, payments
from app.gifts.operations.settling import News, Notice, take_notice
from app.gifts.queries import payment_by_ref
from app.policy.actors import Role

Thing = dict[str, object]


@dataclass(frozen=True)
class DemoFiling:
    """A charity's project in the demo; `stands` is how far the two officers have got."""

    login: str
    county: str
    name: str
    number: str
    purpose: str
    items: tuple[str, ...]
    stands: str
    days: tuple[int, int] = (-60, 300)  # valid from and to, counted from the last tick


FILINGS = (
    DemoFiling(
        "org_cs1",
        "640303",
        "清泉助学（演示）",
        "53640303MJ0001A01",
        "帮孩子交学费、住宿费。",
        ("M02",),
        "valid",
    ),
    DemoFiling(
        "org_cs3",
        "640303",
        "暖阳安居助医（演示）",
        "53640303MJ0003A01",
        "付看病自己出的那一部分，修房，应急。",
        ("M01", "M03", "M04"),
        "valid",
    ),
    DemoFiling(
        "org_cs3",
        "640303",
        "暖阳春季项目（演示）",
        "53640303MJ0003A00",
        "春季困难补助。",
        ("M03",),
        "valid",
        (-200, -10),
    ),
    DemoFiling(
        "org_cs1",
        "640303",
        "清泉安居（演示）",
        "53640303MJ0001A02",
        "给漏雨的屋子换瓦。",
        ("M04",),
        "checked",
    ),
    DemoFiling(
        "org_cs5",
        "640303",
        "塞上助学（演示）",
        "53640303MJ0005A01",
        "给考上高中的孩子补住宿费。",
        ("M02",),
        "submitted",
    ),
    DemoFiling(
        "org_cs2",
        "640324",
        "甘霖应急（演示）",
        "53640324MJ0002A01",
        "突发困难的应急钱。",
        ("M03",),
        "rejected",
    ),
)


class Money(Claims):
    """The verbs of payments; `ledger` is what the provider keeps of them."""

    def __init__(self, agenda: Agenda, book: Book, port: int) -> None:
        super().__init__(agenda, book)
        self.site, self.pay_address = (f"http://127.0.0.1:{n}" for n in (port, port + 1))
        self.ledger: dict[str, list[Thing]] = {"sessions": [], "charges": []}

    def verbs(self) -> dict[str, Act]:
        return {
            "promise_money": self.promise,
            "open_checkout": self.open,
            "paid": lambda told, now: self._told(told, News.PAID, now),
            "not_paid": lambda told, now: self._told(told, News.EXPIRED, now),
            "given_back": lambda told, now: self._told(told, News.REFUNDED, now),
            "purchase": self.purchase,
        }

    def promise(self, told: Told, now: datetime) -> None:
        """`what`: the filed project's number and the yuan (53…/800)."""
        number, _, yuan = told.what.partition("/")
        with self.stage.public() as session:
            payment = payments.promise_money(
                session,
                self.claim_of(session, told.ref),
                _filed(session, number),
                amount_fen=int(yuan) * 100,
                actor=self.stage.partner(session, told.who),
                now=now,
            )
            self.book.payments[told.ref] = payment.payment_ref

    def open(self, told: Told, now: datetime) -> None:
        number = "cs_test_" + secrets.token_hex(12)
        with self.stage.public() as session:
            payment = self._payment(session, told.ref)
            url = f"{self.pay_address}/pay/{number}"
            actor = self.stage.partner(session, told.who)
            payments.open_checkout(session, payment, session_id=number, pay_url=url, actor=actor, now=now)
            self.ledger["sessions"].append(_session(payment, number, url, f"{self.site}/my"))

    def purchase(self, told: Told, now: datetime) -> None:
        with self.stage.public() as session:
            pledge = self._payment(session, told.ref).pledge
            actor = self.stage.partner(session, told.who)
            charity.record_purchase(session, pledge, what=told.what, on=local_day(now), actor=actor, now=now)

    def _told(self, told: Told, news: News, now: datetime) -> None:
        with self.stage.public() as session:
            payment = self._payment(session, told.ref)
            intent = payment.intent_id or "pi_" + secrets.token_hex(12)
            event = "evt_" + secrets.token_hex(12)
            notice = Notice(event, news, payment.payment_ref, payment.amount_fen, payment.currency, intent)
            take_notice(session, notice, now=now)
            self._keep(payment, news, intent)

    def _keep(self, payment: Payment, news: News, intent: str) -> None:
        """The provider's own book after such an event."""
        about = next(s for s in self.ledger["sessions"] if s["id"] == payment.session_id)
        if news is News.EXPIRED:
            about["status"] = "expired"
        elif news is News.PAID:
            about |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}
            self.ledger["charges"].append(_charge(payment, intent))
        else:
            given = next(c for c in self.ledger["charges"] if c["payment_intent"] == intent)
            given["amount_refunded"] = given["amount"]

    def _payment(self, session: Session, ref: str) -> Payment:
        found = payment_by_ref(session, self.book.payments.get(ref, ""))
        if found is None:
            raise NotFound
        return found

    def note_filings(self) -> None:
        for number, filing in enumerate(FILINGS):
            at = self.agenda.day(-30, 9, number) if filing.stands == "valid" else self.agenda.ago(days=4)
            self.agenda.at(at, partial(self._file, filing))

    def _file(self, one: DemoFiling, now: datetime) -> None:
        first, last = (self.agenda.last_tick + timedelta(days=n) for n in one.days)
        payee = f"acct_demo{one.login[-3:]}001"
        filing = charity.Filing(one.name, one.number, one.purpose, one.items, first, last, payee)
        with self.stage.public() as session:
            charity.file_project(session, filing, actor=self.stage.partner(session, one.login), now=now)
        self.stage.carry(now)
        with self.stage.office() as session:
            self._look(session, one, now)
        self.stage.carry(now)

    def _look(self, session: Session, one: DemoFiling, now: datetime) -> None:
        check = session.scalars(select(FilingCheck).where(FilingCheck.filing_no == one.number)).one()
        if one.stands == "submitted":
            return
        money.check_filing(session, check, actor=self.staff(Role.COUNTY_SWD, one.county), now=now)
        if one.stands != "checked":
            valid, lead = one.stands == "valid", self.staff(Role.COUNTY_SWD_LEAD, one.county)
            reason = "" if valid else "“慈善中国”上查不到这个编号，请核对。"
            money.decide_filing(session, check, valid=valid, reason=reason, actor=lead, now=now)

    def write_ledger(self, instance: Path) -> None:
        """For the stand-in, so that pages and refunds of the demo's payments are known there."""
        if self.ledger["sessions"]:
            path = ledger_path(instance)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self.ledger, ensure_ascii=False), encoding="utf-8")


def ledger_path(instance: Path) -> Path:
    return instance / "demo" / "stripe.json"


def _filed(session: Session, number: str) -> CharityProject:
    found = session.scalar(select(CharityProject).where(CharityProject.filing_no == number))
    if found is None:
        raise NotFound
    return found


def _session(payment: Payment, number: str, url: str, back: str) -> Thing:
    project = payment.charity_project
    return {
        "id": number,
        "object": "checkout.session",
        "amount_total": payment.amount_fen,
        "currency": payment.currency,
        "client_reference_id": payment.payment_ref,
        "status": "open",
        "payment_status": "unpaid",
        "payment_intent": None,
        "success_url": back,
        "cancel_url": back,
        "url": url,
        "name": project.name,
        "payment_metadata": {"payment_ref": payment.payment_ref},
        "account": project.payee_account,
    }


def _charge(payment: Payment, intent: str) -> Thing:
    return {
        "id": "ch_" + secrets.token_hex(12),
        "object": "charge",
        "amount": payment.amount_fen,
        "amount_refunded": 0,
        "currency": payment.currency,
        "payment_intent": intent,
        "metadata": {"payment_ref": payment.payment_ref},
        "account": payment.charity_project.payee_account,
    }
