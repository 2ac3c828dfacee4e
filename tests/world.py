"""People, households and a clock for the tests; everything is made through the operations. Nobody in it
exists."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models.office import Unit
from app.accounts.models.partners import PAPERS, Organisation, Volunteer
from app.accounts.operations import partners, verification
from app.accounts.operations.officers import NewOfficer, make_officer, make_unit
from app.accounts.operations.papers import Paper
from app.accounts.operations.signing import open_office_session, open_public_session
from app.accounts.queries.partners import dossiers_of
from app.accounts.queries.sessions import actor_for_login, donor_actor_of, donor_by_login, officer_by_login
from app.cases.models import Case
from app.cases.operations import entry as case_entry
from app.cases.operations import filing
from app.cases.operations.consents import NewConsent
from app.cases.operations.opening import NewHousehold, NewMember, open_one
from app.config import read_settings
from app.core.clock import Clock, local_day
from app.core.guard import COOKIE_KEY
from app.core.house import House, open_house
from app.factory import build_office, build_public, mount_office
from app.needs.models import Need
from app.needs.operations import cascade
from app.needs.operations import entry as need_entry
from app.needs.queries import needs_of
from app.policy.actors import SYSTEM, Actor, Role
from app.policy.numbers import id_check_digit, uscc_check_digit
from app.worker import Worker
from tests.clock import NOW, SteppingClock

COUNTY, TOWNSHIP, VILLAGE = "640324", "640324100", "640324100001"
FAR_COUNTY, FAR_TOWNSHIP, FAR_VILLAGE = "640303", "640303100", "640303100200"
PASSWORD = "Cha-Shui-2026"
PDF = b"%PDF-1.4\n% a paper of the tests\n%%EOF\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

OFFICERS: dict[str, tuple[Role, str, str]] = {  # login: role, scope, unit
    "vw": (Role.VILLAGE_WORKER, VILLAGE, ""),
    "vw2": (Role.VILLAGE_WORKER, VILLAGE, ""),
    "to": (Role.TOWNSHIP_OFFICER, TOWNSHIP, ""),
    "tl": (Role.TOWNSHIP_LEAD, TOWNSHIP, ""),
    "cs": (Role.COUNTY_SWD, COUNTY, ""),
    "cs2": (Role.COUNTY_SWD, COUNTY, ""),
    "cl": (Role.COUNTY_SWD_LEAD, COUNTY, ""),
    "dept": (Role.COUNTY_DEPT, COUNTY, "各部门"),
    "safe": (Role.COUNTY_DEPT, COUNTY, "县妇联"),
    "duty": (Role.DUTY_OFFICER, COUNTY, "包抓单位"),
    "admin": (Role.PLATFORM_ADMIN, "", ""),
    "far_vw": (Role.VILLAGE_WORKER, FAR_VILLAGE, ""),
    "far_to": (Role.TOWNSHIP_OFFICER, FAR_TOWNSHIP, ""),
    "far_tl": (Role.TOWNSHIP_LEAD, FAR_TOWNSHIP, ""),
    "far_cs": (Role.COUNTY_SWD, FAR_COUNTY, ""),
    "far_cl": (Role.COUNTY_SWD_LEAD, FAR_COUNTY, ""),
}
PARTNERS = {"vol": "volunteer", "charity": "charity", "firm": "enterprise"}
UNVERIFIED = {"newvol": "volunteer"}


def house_of(
    instance: Path,
    *,
    office_url: str = "",
    public_url: str = "",
    clock: Clock | None = None,
    side: str = "both",
) -> House:
    """A house on the databases of a folder, or on the two that are named."""
    environ = {"JIEDUI_ENV": "test", "JIEDUI_SIDE": side, "JIEDUI_INSTANCE": str(instance)}
    if office_url:
        environ["JIEDUI_OFFICE_DATABASE_URL"] = office_url
    if public_url:
        environ["JIEDUI_PUBLIC_DATABASE_URL"] = public_url
    opened = open_house(read_settings(environ))
    return House(opened.settings, clock or SteppingClock(), opened.office, opened.public)


def make_people(house: House) -> None:
    """Officers of OFFICERS, verified partners of PARTNERS, and those who still wait of UNVERIFIED."""
    now = house.clock.now()
    with house.need_office().transaction() as session:
        for name, safe in (("各部门", False), ("县妇联", True), ("包抓单位", False)):
            actions = () if name == "包抓单位" else tuple(range(1, 13))
            make_unit(
                session,
                name=name,
                kind="dept",
                region_code=COUNTY,
                actions=actions,
                safeguarding=safe,
                finance=name == "各部门",
                actor=SYSTEM,
                now=now,
            )
        for login, (role, scope, unit) in OFFICERS.items():
            new = NewOfficer(login, PASSWORD, role, display_name=f"测试{login}", scope=scope, unit=unit)
            make_officer(session, new, actor=SYSTEM, now=now)
    for serial, (login, kind) in enumerate({**PARTNERS, **UNVERIFIED}.items()):
        register(house, login, kind, serial)
    Worker(house).carry_letters(now)
    for login in PARTNERS:
        verify(house, login)
    Worker(house).carry_letters(now)


def register(house: House, login: str, kind: str, serial: int) -> None:
    items = [item for item, needed in PAPERS[kind].items() if needed or kind == "volunteer"]
    profile = partners.Profile(
        kind=kind,
        name=f"测试伙伴{serial}",
        region_code=COUNTY,
        phone=f"139000{serial:05d}",
        contact="联系人",
        uscc="" if kind == "volunteer" else uscc(serial),
        id_no=resident_number(date(1990, 1, 1), serial) if kind == "volunteer" else "",
        skills=("company", "tutor") if kind == "volunteer" else (),
        papers=tuple(Paper(item, f"{item}.pdf", PDF) for item in items),
    )
    with house.public.transaction() as session:
        partners.register(session, profile, login=login, password=PASSWORD, now=house.clock.now())


def verify(house: House, login: str) -> None:
    """Both looks of the county at a partner whose papers have arrived; the verdict still has to travel."""
    with house.public.transaction(writes=False) as session:
        donor = donor_by_login(session, login)
        assert donor is not None
        token = partner_token(session, login)
    with house.need_office().transaction() as session:
        dossier, now = dossiers_of(session, token)[0], house.clock.now()
        passed = frozenset((*dossier.required, *dossier.optional))
        verification.first_check(session, dossier, passed=passed, actor=officer(session, "cs"), now=now)
        verification.verify(session, dossier, actor=officer(session, "cl"), now=now)


def partner_token(session: Session, login: str) -> str:
    from_login = donor_by_login(session, login)
    assert from_login is not None
    if from_login.volunteer_id is not None:
        return session.get_one(Volunteer, from_login.volunteer_id).token
    return session.get_one(Organisation, from_login.organisation_id).token


def officer(session: Session, login: str, day: date | None = None) -> Actor:
    actor = actor_for_login(session, login, day or local_day(NOW))
    assert actor is not None, login
    return actor


def donor(session: Session, login: str, now: datetime = NOW) -> Actor:
    """A partner's actor, by a session that is opened for it."""
    account = donor_by_login(session, login)
    assert account is not None, login
    actor = donor_actor_of(session, open_public_session(session, account, now=now), now)
    assert actor is not None
    return actor


def resident_number(born: date, serial: int) -> str:
    """A number that nobody has: its county digits are not assigned."""
    first = f"649999{born:%Y%m%d}{serial % 1000:03d}"
    return first + id_check_digit(first)


def uscc(serial: int) -> str:
    first = f"52640000MJ{serial:07d}"
    return first + uscc_check_digit(first)


@dataclass(frozen=True)
class Wish:
    """A need to give a household."""

    item_code: str = "G07"
    qty: int = 1
    urgency: str = "important"
    budget_fen: int | None = 120_000


@dataclass
class Site:
    """Both applications at one address on one house, with a signed-in browser for each person.

    Addresses are those that users see: `/library`, `/office/cases/`.
    """

    house: House
    csrf: bool = False
    _apps: dict[str, Flask] = field(default_factory=dict)

    def app(self, wing: str) -> Flask:
        if not self._apps:
            self._apps = {"public": build_public(self.house), "office": build_office(self.house)}
            for made in self._apps.values():
                made.config.update(TESTING=True, WTF_CSRF_ENABLED=self.csrf, PROPAGATE_EXCEPTIONS=False)
            mount_office(self._apps["public"], self._apps["office"])
        return self._apps[wing]

    def visitor(self) -> FlaskClient:
        return self.app("public").test_client()

    def office(self, login: str) -> FlaskClient:
        with self.house.need_office().transaction() as session:
            found = officer_by_login(session, login)
            assert found is not None, login
            secret = open_office_session(session, found, now=self.house.clock.now())
        return self._signed("office", secret)

    def public(self, login: str) -> FlaskClient:
        with self.house.public.transaction() as session:
            found = donor_by_login(session, login)
            assert found is not None, login
            secret = open_public_session(session, found, now=self.house.clock.now())
        return self._signed("public", secret)

    def carry(self) -> None:
        """All letters both ways."""
        Worker(self.house).carry_letters(self.house.clock.now())

    def work(self) -> None:
        """Letters and everything that is due."""
        Worker(self.house).run_once(self.house.clock.now())

    def _signed(self, wing: str, secret: str) -> FlaskClient:
        client, app = self.visitor(), self.app(wing)
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        value = signer.dumps({COOKIE_KEY: secret, "seen": int(self.house.clock.now().timestamp())})
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], value, path=app.config["SESSION_COOKIE_PATH"])
        return client


def new_household(
    serial: int,
    *,
    village: str = VILLAGE,
    child: bool = False,
    disability: str = "",
    disease: str = "",
    born: date = date(1958, 4, 5),
) -> NewHousehold:
    members = [
        NewMember(
            "M1",
            "本人",
            f"测试户{serial}",
            id_no=resident_number(born, serial),
            sex="男",
            birth_date=born.isoformat(),
            disability_type=disability,
            disability_grade=2 if disability else None,
            disease_code=disease,
        )
    ]
    if child:
        members.append(
            NewMember("M2", "孙女", f"测试孙{serial}", sex="女", birth_date="2016-03-04", school_stage="小学")
        )
    return NewHousehold(
        household_ref=f"T{serial:05d}",
        village_code=village,
        category="C1",
        address_detail=f"{serial} 号",
        phone=f"138{serial:08d}",
        narrative=f"测试户{serial} 的情况",
        dibao_kind="rural",
        members=tuple(members),
    )


def consents(*scopes: str, child: bool = False) -> tuple[NewConsent, ...]:
    capacity = "guardian" if child else "self"
    return tuple(
        NewConsent(scope, capacity=capacity, method="paper", given_by="本人", for_minor=child)
        for scope in scopes
    )


def home_sheet(day: date, second: Actor, *, child: bool = False) -> case_entry.HomeSheet:
    return case_entry.HomeSheet(
        done_on=day,
        second_key=second.person_key,
        second_name="第二人",
        second_by="on_site",
        findings="看过了",
        cond_a="属实",
        cond_b="属实",
        cond_c="属实",
        cond_d="属实",
        supporter_check="partly",
        dibao_kind="rural",
        consents=consents("record", "publish", "direct_match", "pair", "disclose", child=child),
    )


def filed_case(
    session: Session, new: NewHousehold, *wishes: Wish, now: datetime = NOW, prefix: str = ""
) -> Case:
    """From the first visit to the county's filing, by the five people it takes. `prefix` picks the far
    county's."""
    vw, to, tl, cs = (officer(session, prefix + login) for login in ("vw", "to", "tl", "cs"))
    case = open_one(session, new, actor=vw, now=now)
    child = any(m.birth_date and m.birth_date > "2009" for m in new.members)
    case_entry.record_home_check(
        session, case, home_sheet(local_day(now), to, child=child), actor=vw, now=now
    )
    vote = case_entry.Vote(local_day(now), "主持人", 9, 1, 7, 1, 0, "记录")
    case_entry.record_evaluation(session, case, vote, actor=vw, now=now)
    case_entry.add_difficulty(session, case, kind="生活物资", detail="", actor=vw, now=now)
    for wish in wishes or (Wish(),):
        ref = need_entry.next_need_ref(session, case)
        new_need = need_entry.NewNeed(ref, wish.item_code, wish.qty, wish.urgency, budget_fen=wish.budget_fen)
        need_entry.raise_need(session, case, new_need, actor=vw, now=now)
    need_entry.submit_list(session, case, actor=vw, now=now)
    need_entry.determine(
        session,
        case,
        accepted=True,
        meeting_on=local_day(now),
        ref_no="会纪1号",
        reason="",
        actor=tl,
        now=now,
    )
    batch = filing.make_batch(session, actor=to, now=now)
    filing.put_in_batch(session, batch, case, actor=to, now=now)
    filing.submit_batch(session, batch, actor=tl, now=now)
    filing.start_review(session, batch, actor=cs, now=now)
    need_entry.file_item(session, batch.items[0], actor=cs, now=now)
    filing.finish_review(session, batch, actor=cs, now=now)
    return case


def settled_case(
    session: Session, new: NewHousehold, *wishes: Wish, now: datetime = NOW
) -> tuple[Case, list[Need]]:
    """A filed case whose needs went through steps ① and ② with nothing found: they wait for society."""
    case = filed_case(session, new, *wishes, now=now)
    cs, to = officer(session, "cs"), officer(session, "to")
    unit = session.query(Unit).filter(Unit.name == "包抓单位").one()
    cascade.assign_unit(session, case, unit_id=unit.id, actor=cs, now=now)
    needs = list(needs_of(session, case.id))
    for need in needs:
        for recorder, verifier in (("dept", cs), ("duty", to)):
            entry = cascade.record_outcome(
                session,
                need,
                outcome="none",
                covered_qty=0,
                basis="没有对应政策",
                actor=officer(session, recorder),
                now=now,
            )
            cascade.verify_outcome(session, entry, actor=verifier, now=now)
    return case, needs


@contextmanager
def office(house: House) -> Iterator[Session]:
    with house.need_office().transaction() as session:
        yield session


@contextmanager
def public(house: House) -> Iterator[Session]:
    with house.public.transaction() as session:
        yield session


def secret_name() -> str:
    """A string that stands nowhere else, to plant and to look for."""
    return "暗" + secrets.token_hex(6)
