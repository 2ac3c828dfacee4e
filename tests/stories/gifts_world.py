"""Cards on the shelf, claims, and a provider that pays over real HTTP, for the tests of the gifts room."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from app.core.clock import local_day
from app.core.house import House
from app.demo.stripe_standin import StandIn, server
from app.gifts.models import CharityProject, Claim
from app.gifts.operations import charity
from app.gifts.operations import claims as claiming
from app.gifts.queries import claim_by_ref
from app.library.operations import keep_parameter, shelve_cohort
from app.policy.lattice import Label
from tests.clock import NOW
from tests.world import COUNTY, Site, donor, public

KEY, SECRET = "sk_test_of_the_tests", "whsec_of_the_tests"
DAY = local_day(NOW)
GOODS, SERVICE, MONEY, STUDY = "XQ-GGGG0001", "XQ-SSSS0001", "XQ-MMMM0001", "XQ-SSSS0002"
MORE_MONEY = ("XQ-MMMM0002", "XQ-MMMM0003")
CERTIFICATE = {
    "number": "7K2P-93QX",
    "k": 11,
    "households": 14,
    "register": 40,
    "compatible": 20,
    "implied": 12,
    "items": 4,
    "top_share": 0.4,
}
FILING = charity.Filing(
    name="助学成长",
    filing_no="53640000MJ0001A26001",
    purpose="帮困难家庭的孩子交学费、住宿费。",
    item_codes=("M02",),
    valid_from=DAY - timedelta(days=30),
    valid_to=DAY + timedelta(days=300),
    payee_account="acct_charity0001",
)
TERMS = [["要的是", "护理床"], ["数量", "2 件"], ["送到", "同心县社会工作服务中心接收点"]]


def _card(project_id: str, item: str, kind: str, action_no: int) -> dict[str, object]:
    return {
        "project_id": project_id,
        "action_no": action_no,
        "need_item": item,
        "kind": kind,
        "amount_band": "500-1000元",
        "urgency": "important",
    }


def shelve(house: House, *, beds: int = 6) -> None:
    """Cards of each kind with a name of their own, and some beds beside them."""
    cards = [
        _card(GOODS, "护理床", "goods", 3),
        _card(SERVICE, "理发", "service", 12),
        _card(STUDY, "学业辅导", "service", 5),
        *(_card(number, "助学", "money", 5) for number in (MONEY, *MORE_MONEY)),
        *(_card(bed(n), "护理床", "goods", 3) for n in range(beds)),
    ]
    payload = {
        "cohort_id": "C-of-the-tests",
        "label": Label("同心县", "1-2人").as_dict(),
        "certificate": CERTIFICATE,
        "tick": DAY.isoformat(),
        "published_month": "2026-11",
        "cards": cards,
    }
    with public(house) as session:
        shelve_cohort(session, payload, now=NOW)


def bed(number: int) -> str:
    return f"XQ-GGGG1{number:03d}"


def make_claim(
    session: Session, project_id: str = GOODS, login: str = "firm", *, now: datetime = NOW
) -> Claim:
    return claiming.claim_card(
        session,
        project_id=project_id,
        ready_on=local_day(now),
        promised=True,
        actor=donor(session, login, now),
        now=now,
    )


def told_claim(house: House, project_id: str = GOODS, login: str = "firm", *, qty: int = 2) -> str:
    """A claim whose terms have arrived; its number."""
    with public(house) as session:
        claim = make_claim(session, project_id, login, now=house.clock.now())
        tell_terms(session, claim.claim_ref, qty=qty)
        return claim.claim_ref


def tell_terms(session: Session, claim_ref: str, *, qty: int = 2) -> None:
    """What the office's letter claim.terms does."""
    claiming.take_terms(session, {"claim_ref": claim_ref, "lines": TERMS, "qty": qty}, now=NOW)


def known(session: Session, claim_ref: str) -> Claim:
    found = claim_by_ref(session, claim_ref)
    assert found is not None
    return found


def switch_money(house: House, *, on: bool = True, since: date = DAY) -> None:
    payload = {"key": "money_enabled", "region": COUNTY, "valid_from": since.isoformat(), "value": int(on)}
    with public(house) as session:
        keep_parameter(session, payload, now=NOW)


def filed_project(house: House, filing: charity.Filing = FILING, *, verdict: str = "valid") -> str:
    """A charity's project on which the office has decided; its number."""
    with public(house) as session:
        project = charity.file_project(session, filing, actor=donor(session, "charity"), now=NOW)
        decided = {
            "ref": project.ref,
            "verdict": verdict,
            "reason": "" if verdict == "valid" else "编号对不上",
        }
        charity.take_project_verdict(session, decided, now=NOW)
        return project.ref


def project_of(session: Session, ref: str) -> CharityProject:
    return session.query(CharityProject).filter(CharityProject.ref == ref).one()


@dataclass
class Shop:
    """The site and the provider, each on a port of its own. Webhooks are sent when a test says so:
    `deliver`."""

    site: Site
    house: House
    provider: StandIn

    def deliver(self, *, kind: str = "") -> list[int]:
        """Every event so far (of one kind) once more; the statuses that came back."""
        return [self.provider.send(e) for e in self.provider.events if e["type"].startswith(kind)]


@contextmanager
def open_shop(house: House, *, key: str = KEY) -> Iterator[Shop]:
    with ExitStack() as stack:
        provider = StandIn(secret=SECRET)
        stack.enter_context(_serving(server(provider, 0)))
        settings = replace(
            house.settings, stripe_secret_key=key, stripe_webhook_secret=SECRET, stripe_api_base=provider.url
        )
        paying = replace(house, settings=settings)
        site = Site(paying)
        product = make_server("127.0.0.1", 0, site.app("public"), threaded=True)
        stack.enter_context(_serving(product))
        provider.webhook = f"http://127.0.0.1:{product.server_port}/webhooks/stripe"
        provider.waits = ()  # by hand, so that order and number are the test's
        yield Shop(site, paying, provider)


@contextmanager
def _serving(made: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        made.shutdown()
        thread.join()
        made.server_close()
