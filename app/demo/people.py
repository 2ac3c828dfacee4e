"""The demo's officers and partners: nobody in it exists. Made through the operations, one account of each
role at least."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.public import DonorAccount
from app.accounts.models.verification import Verification
from app.accounts.operations import verification
from app.accounts.operations.officers import NewOfficer, make_officer, make_unit
from app.accounts.operations.papers import Paper
from app.accounts.operations.partners import Profile, register
from app.demo.households import Row, read
from app.demo.staff import Staff
from app.matches.operations.interests import Offer, state_interest
from app.policy.actors import SYSTEM, Actor, Role
from app.policy.numbers import id_check_digit, uscc_check_digit
from app.policy.regions import display_name

PASSWORD = "Jiedui-Demo-2026"
HSB, TX = "640303", "640324"
PAPER = b"%PDF-1.4\n% demo paper, says nothing about anybody\n%%EOF\n"
BORN = date(1988, 5, 4)
_REASONS = {
    "returned": "证书照片看不清有效期，请重新拍一张。",
    "rejected": "登记信息和公开网站上查到的对不上。",
}


@dataclass(frozen=True)
class DemoPartner:
    """A row of partners.csv; `verdict` is where its check stands when the demo opens."""

    login: str
    kind: str
    name: str
    region: str
    verdict: str
    skills: tuple[str, ...]
    papers: tuple[str, ...]
    offer: Offer | None

    @property
    def is_person(self) -> bool:
        return self.kind == "volunteer"


def partners() -> list[DemoPartner]:
    return [
        DemoPartner(
            row["login"],
            row["kind"],
            row["name"],
            row["region_code"],
            row["verdict"],
            _split(row["skills"]),
            _split(row["papers"]),
            _offer(row),
        )
        for row in read("partners")
    ]


def make_officers(session: Session, *, hashed: str, now: datetime) -> int:
    """Units first, then the officers of officers.csv; `hashed` is the one password of them all."""
    for county in (HSB, TX):
        for row in read("units"):
            make_unit(
                session,
                name=f"{display_name(county)}{row['name']}",
                kind=row["kind"],
                region_code=county,
                actions=tuple(int(n) for n in _split(row["actions"])),
                safeguarding=row["safeguarding"] == "yes",
                finance=row["finance"] == "yes",
                actor=SYSTEM,
                now=now,
            )
    officers = read("officers")
    for row in officers:
        unit = f"{display_name(row['scope'])}{row['unit']}" if row["unit"] else ""
        new = NewOfficer(
            row["login"],
            PASSWORD,
            Role(row["role"]),
            row["name"],
            row["scope"],
            unit,
            is_demo=True,
            password_hash=hashed,
        )
        make_officer(session, new, actor=SYSTEM, now=now)
    return len(officers)


def register_partner(session: Session, one: DemoPartner, serial: int, *, hashed: str, now: datetime) -> None:
    """The account with its papers, which travel to the office as a letter."""
    profile = Profile(
        kind=one.kind,
        name=one.name,
        region_code=one.region,
        phone=f"100000001{serial:02d}",
        contact="" if one.is_person else "演示联系人",
        uscc="" if one.is_person else _uscc(serial),
        id_no=_number(serial) if one.is_person else "",
        skills=one.skills,
        languages=("mandarin", "local") if one.is_person else (),
        times=("weekend", "evening") if one.is_person else (),
        papers=tuple(Paper(item, "演示材料.pdf", PAPER) for item in one.papers),
    )
    account = register(session, profile, login=one.login, password=PASSWORD, password_hash=hashed, now=now)
    account.is_demo = True


def look_at_partner(session: Session, one: DemoPartner, staff: Staff, *, now: datetime) -> None:
    """As far as `verdict` says: nothing yet, one person's look, or both and their word."""
    if one.verdict == "submitted":
        return
    dossier = session.scalars(select(Verification).where(Verification.state == "submitted")).all()[-1]
    first, second = staff(Role.COUNTY_SWD, one.region), staff(Role.COUNTY_SWD_LEAD, one.region)
    if one.verdict == "returned":
        verification.turn_back(session, dossier, reason=_REASONS["returned"], actor=first, now=now)
        return
    passed = frozenset((*dossier.required, *(i for i in dossier.optional if i in one.papers)))
    verification.first_check(session, dossier, passed=passed, actor=first, now=now)
    if one.verdict in ("verified", "expired"):
        verification.verify(session, dossier, actor=second, now=now)
    elif one.verdict == "rejected":
        verification.reject(session, dossier, reason=_REASONS["rejected"], actor=second, now=now)


def offer_help(session: Session, one: DemoPartner, *, actor: Actor, now: datetime) -> None:
    if one.offer is not None:
        state_interest(session, one.offer, actor=actor, now=now)


def partner_logins(session: Session) -> dict[str, str]:
    """Token of each partner → the login of its account."""
    found = {}
    for model, column in (
        (Organisation, DonorAccount.organisation_id),
        (Volunteer, DonorAccount.volunteer_id),
    ):
        rows = session.execute(select(model.token, DonorAccount.login).join(DonorAccount, column == model.id))
        found.update({token: login for token, login in rows})
    return found


def _offer(row: Row) -> Offer | None:
    if not row["kinds"]:
        return None
    return Offer(
        kinds=_split(row["kinds"]),
        items=_split(row["items"]),
        counties=_split(row["counties"]),
        cadence=row["cadence"],
        minors_ok=row["minors_ok"] == "yes",
        capacity=int(row["capacity"]),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _number(serial: int) -> str:
    front = f"649999{BORN:%Y%m%d}{100 + serial:03d}"
    return front + id_check_digit(front)


def _uscc(serial: int) -> str:
    front = f"52649999MJ{serial:07d}"
    return front + uscc_check_digit(front)
