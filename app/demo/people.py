"""The demo's officers and partners: nobody in it exists. Made through the operations, one account of each
role."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.public import DonorAccount
from app.accounts.models.verification import Verification
from app.accounts.operations.officers import NewOfficer, make_officer, make_unit
from app.accounts.operations.papers import Paper
from app.accounts.operations.partners import Profile, register
from app.accounts.operations.verification import first_check, verify
from app.accounts.queries.sessions import actor_for_login
from app.core.clock import local_day
from app.policy.actors import SYSTEM, Role
from app.policy.numbers import id_check_digit, uscc_check_digit
from app.policy.regions import display_name

PASSWORD = "Jiedui-Demo-2026"
HSB, TX = "640303", "640324"
PAPER = b"%PDF-1.4\n% demo paper, says nothing about anybody\n%%EOF\n"


@dataclass(frozen=True)
class DemoOfficer:
    login: str
    name: str
    role: Role
    scope: str
    unit: str = ""


def _county(prefix: str, code: str) -> tuple[DemoOfficer, ...]:
    return (
        DemoOfficer(f"{prefix}_swd", "韩经办", Role.COUNTY_SWD, code, "党委社会工作部"),
        DemoOfficer(f"{prefix}_swd2", "白经办", Role.COUNTY_SWD, code, "党委社会工作部"),
        DemoOfficer(f"{prefix}_lead", "沙部长", Role.COUNTY_SWD_LEAD, code, "党委社会工作部"),
        DemoOfficer(f"{prefix}_mz", "丁科长", Role.COUNTY_DEPT, code, "民政局"),
        DemoOfficer(f"{prefix}_fl", "苏主任", Role.COUNTY_DEPT, code, "妇女联合会"),
        DemoOfficer(f"{prefix}_duty", "祁联系人", Role.DUTY_OFFICER, code, "水务局"),
    )


OFFICERS: tuple[DemoOfficer, ...] = (
    *_county("hsb", HSB),
    DemoOfficer("hsb_hsbz_to", "虎干事", Role.TOWNSHIP_OFFICER, "640303100"),
    DemoOfficer("hsb_hsbz_tl", "哈镇长", Role.TOWNSHIP_LEAD, "640303100"),
    DemoOfficer("hsb_dh_to", "金干事", Role.TOWNSHIP_OFFICER, "640303200"),
    DemoOfficer("hsb_dh_tl", "罗乡长", Role.TOWNSHIP_LEAD, "640303200"),
    DemoOfficer("hsb_lihua", "买村干部", Role.VILLAGE_WORKER, "640303100200"),
    DemoOfficer("hsb_hongya", "田村干部", Role.VILLAGE_WORKER, "640303200200"),
    *_county("tx", TX),
    DemoOfficer("tx_yh_to", "周干事", Role.TOWNSHIP_OFFICER, "640324100"),
    DemoOfficer("tx_yh_tl", "锁镇长", Role.TOWNSHIP_LEAD, "640324100"),
    DemoOfficer("tx_fuxing", "康社工", Role.VILLAGE_WORKER, "640324100001"),
    DemoOfficer("admin", "平台管理员", Role.PLATFORM_ADMIN, ""),
)


@dataclass(frozen=True)
class DemoPartner:
    login: str
    kind: str
    name: str
    region: str
    skills: tuple[str, ...] = ()
    verified: bool = True


PARTNERS: tuple[DemoPartner, ...] = (
    DemoPartner("vol_ma", "volunteer", "马演示", HSB, ("company", "tutor", "errand")),
    DemoPartner("vol_an", "volunteer", "安演示", TX, ("haircut", "company")),
    DemoPartner("vol_new", "volunteer", "新演示", TX, (), False),
    DemoPartner("org_cs1", "charity", "演示慈善会", HSB),
    DemoPartner("org_qy1", "enterprise", "演示枸杞加工厂", HSB),
    DemoPartner("org_zy1", "volunteer_group", "演示志愿服务队", TX),
    DemoPartner("org_new", "enterprise", "演示新来的商行", HSB, (), False),
)


def make_officers(session: Session, *, now: datetime) -> int:
    """Units first, then the officers of OFFICERS."""
    for county in (HSB, TX):
        place = display_name(county)
        for name, kind, actions, safe in (
            ("党委社会工作部", "swd", (), False),
            ("民政局", "dept", tuple(range(1, 13)), False),
            ("妇女联合会", "mass_org", (10, 11, 12), True),
            ("水务局", "dept", (), False),
        ):
            make_unit(
                session,
                name=f"{place}{name}",
                kind=kind,
                region_code=county,
                actions=actions,
                safeguarding=safe,
                actor=SYSTEM,
                now=now,
            )
    for one in OFFICERS:
        unit = f"{display_name(one.scope)}{one.unit}" if one.unit else ""
        new = NewOfficer(one.login, PASSWORD, one.role, one.name, one.scope, unit, is_demo=True)
        make_officer(session, new, actor=SYSTEM, now=now)
    return len(OFFICERS)


def register_partners(session: Session, *, now: datetime) -> int:
    """Accounts with their papers; the papers travel to the office as letters."""
    for serial, one in enumerate(PARTNERS):
        person = one.kind == "volunteer"
        items: tuple[str, ...] = ("licence",)
        if person:
            items = ("real_name", "background", "training_child")
        items += ("charity_reg",) if one.kind == "charity" else ()
        profile = Profile(
            kind=one.kind,
            name=one.name,
            region_code=one.region,
            phone=f"100000000{serial:02d}",
            contact="" if person else "演示联系人",
            uscc="" if person else _uscc(serial),
            id_no=_number(serial) if person else "",
            skills=one.skills,
            languages=("mandarin", "local") if person else (),
            times=("weekend",) if person else (),
            papers=tuple(Paper(item, "演示材料.pdf", PAPER) for item in items),
        )
        register(session, profile, login=one.login, password=PASSWORD, now=now)
    session.flush()
    for account in session.scalars(select(DonorAccount)):
        account.is_demo = True
    return len(PARTNERS)


def verify_partners(session: Session, *, now: datetime) -> int:
    """Two officers of the partner's county look at its papers; those that should wait are left."""
    waiting, done = {p.name for p in PARTNERS if not p.verified}, 0
    for county, prefix in ((HSB, "hsb"), (TX, "tx")):
        first = actor_for_login(session, f"{prefix}_swd", local_day(now))
        second = actor_for_login(session, f"{prefix}_lead", local_day(now))
        if first is None or second is None:
            raise LookupError("the demo's officers come before its partners")
        for dossier in session.scalars(select(Verification).where(Verification.area == county)):
            if dossier.name in waiting:
                continue
            items = frozenset((*dossier.required, *dossier.optional))
            first_check(session, dossier, passed=items, actor=first, now=now)
            verify(session, dossier, actor=second, now=now)
            done += 1
    return done


def _number(serial: int) -> str:
    front = f"649999{date(1988, 5, 4):%Y%m%d}{100 + serial:03d}"
    return front + id_check_digit(front)


def _uscc(serial: int) -> str:
    front = f"52649999MJ{serial:07d}"
    return front + uscc_check_digit(front)
