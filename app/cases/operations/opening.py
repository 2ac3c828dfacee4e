"""Making a household and its case. The area is the village's; an imported case starts like any other
(I-41)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.models import Case, Household, Member
from app.cases.operations.record import record
from app.cases.states import CASE
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.secrets import blind_index
from app.core.states import begin
from app.policy.actors import Actor

COUNTY_DIGITS = 6


@dataclass(frozen=True)
class NewMember:
    """Values as the closed lists write them; `birth_date` ISO, blank when unknown."""

    member_ref: str
    relation: str
    name: str
    id_no: str = ""
    sex: str = ""
    birth_date: str = ""
    disability_type: str = ""
    disability_grade: int | None = None
    disease_code: str = ""
    school_stage: str = ""
    employment: str = ""


@dataclass(frozen=True)
class NewHousehold:
    household_ref: str
    village_code: str
    category: str
    address_detail: str = ""
    phone: str = ""
    monthly_income_fen: int | None = None
    batch_no: str = ""
    narrative: str = ""
    dibao_kind: str = "none"
    members: tuple[NewMember, ...] = field(default=())


def open_case(
    session: Session, new: NewHousehold, *, case_no: str, source: str = "hand", actor: Actor, now: datetime
) -> Case:
    """Raises BadInput when one of the people is in an open case already; no place is named."""
    household = _household(new, actor=actor, now=now)
    session.add(household)
    try:
        session.flush()
    except IntegrityError as error:
        if (
            "CHECK" in str(error.orig).upper()
        ):  # a value outside its closed list is the caller's fault, not the family's
            raise
        raise BadInput(
            msg("这户里有人已经在另一户在帮家庭里，或者户编号已经用过。请与县社工部联系。")
        ) from error
    values = case_values(new, household.id, case_no=case_no, source=source, actor=actor)
    case = Case(household=household, **values)
    begin(session, CASE, case, actor=actor, now=now)
    text = opening_text(on_behalf=case.on_behalf)
    record(session, case, kind="step", text=text, source_ref=f"case/{case.id}/open", actor=actor, now=now)
    return case


def next_case_number(session: Session, county: str, day: date) -> int:
    """The serial after the highest of this county and year; callers that open many count on from it."""
    prefix = f"{county}-{day.year}-"
    last = session.scalar(select(func.max(Case.case_no)).where(Case.case_no.startswith(prefix)))
    return int(last.rsplit("-", 1)[1]) + 1 if last else 1


def case_number(county: str, day: date, serial: int) -> str:
    return f"{county}-{day.year}-{serial:05d}"


def open_one(session: Session, new: NewHousehold, *, actor: Actor, now: datetime) -> Case:
    """Opens a single case by hand with the next number."""
    county, day = new.village_code[:6], local_day(now)
    number = case_number(county, day, next_case_number(session, county, day))
    return open_case(session, new, case_no=number, actor=actor, now=now)


def household_values(new: NewHousehold) -> dict[str, Any]:
    """The columns of a household; the same for one and for many."""
    return {
        "household_ref": new.household_ref,
        "county_code": new.village_code[:6],
        "village_code": new.village_code,
        "address_detail": new.address_detail or None,
        "phone": new.phone or None,
        "phone_index": blind_index(new.phone) if new.phone else None,
        "monthly_income_fen": new.monthly_income_fen,
        "dibao_kind": new.dibao_kind,
    }


def member_values(new: NewMember) -> dict[str, Any]:
    index = blind_index(new.id_no) if new.id_no else None
    return {
        "member_ref": new.member_ref,
        "relation": new.relation,
        "name": new.name,
        "id_no": new.id_no or None,
        "id_index": index,
        "open_key": index,
        "sex": new.sex or None,
        "birth_date": new.birth_date or None,
        "disability_type": new.disability_type or None,
        "disability_grade": new.disability_grade,
        "disease_code": new.disease_code or None,
        "school_stage": new.school_stage or None,
        "employment": new.employment or None,
    }


def case_values(
    new: NewHousehold, household_id: int, *, case_no: str, source: str, actor: Actor
) -> dict[str, Any]:
    return {
        "case_no": case_no,
        "household_id": household_id,
        "open_key": household_id,
        "area": new.village_code,
        "county_code": new.village_code[:6],
        "category": new.category,
        "narrative": new.narrative or None,
        "source": source,
        "on_behalf": len(actor.area) == COUNTY_DIGITS,
        "source_batch": new.batch_no or None,
    }


def opening_text(*, on_behalf: bool) -> str:
    return "登记入册（县里代录）" if on_behalf else "登记入册"


def _household(new: NewHousehold, *, actor: Actor, now: datetime) -> Household:
    made = {"created_at": now, "created_by": actor.label}
    household = Household(**household_values(new), **made)
    household.members = [Member(**member_values(m), **made) for m in new.members]
    return household
