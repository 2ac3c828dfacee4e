"""Many households at a time, through the operations that registers use: opened, checked, evaluated, listed,
determined, filed, and with what steps ① and ② said of their needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models.office import Unit
from app.accounts.operations.officers import make_unit
from app.cases.models import Case
from app.cases.operations import entry, together
from app.cases.operations.consents import NewConsent
from app.cases.operations.intake import open_cases
from app.cases.operations.opening import NewHousehold, NewMember, next_case_number
from app.cases.queries import CHILD_UNDER, age_on, whole_cases
from app.core.clock import local_day
from app.demo.register import Table
from app.demo.staff import Staff
from app.needs.models import Need
from app.needs.operations import together as needs_together
from app.needs.operations.entry import NewNeed, raise_needs
from app.policy.actors import SYSTEM, Role
from app.policy.regions import counties, display_name

SCOPES = ("record", "publish", "direct_match", "pair", "disclose")
DUTY_UNIT = "水务局"
AT_ONCE = 250  # households to a round, so that thousands fit into memory
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_SURNAMES = "马杨王李张赵白丁金罗海田虎苏锁买周康"


@dataclass(frozen=True)
class Family:
    """One household of the import tables with its needs."""

    household: NewHousehold
    needs: tuple[NewNeed, ...]


def families(households: Table, members: Table, needs: Table) -> Iterator[Family]:
    """Rows of the import tables, grouped by household; blank cells mean unknown."""
    people, wishes = _by_household(members), _by_household(needs)
    for row in households:
        ref = row["household_ref"]
        household = NewHousehold(
            household_ref=ref,
            village_code=row["village_code"],
            category=row["category_code"],
            address_detail=row["address_detail"],
            phone=row["phone"],
            monthly_income_fen=int(row["monthly_income_fen"] or 0) or None,
            batch_no=row["batch_no"],
            narrative=row["narrative"],
            members=tuple(_member(m) for m in people.get(ref, [])),
        )
        yield Family(household, tuple(_need(n) for n in wishes.get(ref, [])))


def plainly_made_up(households: Table, members: Table) -> None:
    """Names nobody has (a surname and a year of the sixty-year cycle), phones that nobody answers."""
    for n, row in enumerate(members):
        cycle = n // len(_SURNAMES)
        row["name"] = _SURNAMES[n % len(_SURNAMES)] + _STEMS[cycle % 10] + _BRANCHES[cycle % 12]
    heads = {row["household_ref"]: row["name"] for row in members if row["relation"] == "本人"}
    for n, row in enumerate(households):
        row["applicant_name"], row["phone"] = heads[row["household_ref"]], f"100000{n:05d}"
        row["narrative"] = "演示用的一户，家里没有真人。"


def open_all(session: Session, listed: Sequence[Family], *, now: datetime) -> list[int]:
    """New cases with their needs as drafts; their ids in the same order. Raises Refusal: registered
    already."""
    codes = {f.household.village_code[:6] for f in listed}
    first = {code: next_case_number(session, code, local_day(now)) for code in codes}
    ids = open_cases(
        session, [f.household for f in listed], first=first, source="import", actor=SYSTEM, now=now
    )
    wishes = [
        (case_id, family.household.village_code, need)
        for case_id, family in zip(ids, listed, strict=True)
        for need in family.needs
    ]
    raise_needs(session, wishes, actor=SYSTEM, now=now)
    return ids


def settle_all(session: Session, case_ids: Sequence[int], *, staff: Staff, now: datetime) -> int:
    """From the first day to step ③: in care, all consents given, nothing found in steps ① and ②. Returns how
    many needs wait for publication now."""
    units, waiting = duty_units(session, now), 0
    for at in range(0, len(case_ids), AT_ONCE):
        cases = whole_cases(session, case_ids[at : at + AT_ONCE])
        needs = _needs_of(session, cases)
        _enter(session, cases, needs, staff=staff, now=now)
        needs_together.assign_all(session, cases, units, staff=staff, now=now)
        _nothing_found(session, needs, staff=staff, now=now)
        waiting += len(needs)
        session.flush()
        session.expunge_all()
    return waiting


def _enter(
    session: Session, cases: Sequence[Case], needs: Sequence[Need], *, staff: Staff, now: datetime
) -> None:
    together.check_all(session, cases, lambda case: _sheet(case, staff, now), staff=staff, now=now)
    vote = entry.Vote(local_day(now), "演示主持人", 10, 1, 8, 1, 0, "会议记录见村务档案。")
    together.evaluate_all(session, cases, vote, staff=staff, now=now)
    needs_together.list_all(session, cases, needs, kind="照护", staff=staff, now=now)
    needs_together.determine_all(session, cases, needs, ref_no="演示会纪", staff=staff, now=now)
    needs_together.file_all(session, cases, needs, staff=staff, now=now)


def _nothing_found(session: Session, needs: Sequence[Need], *, staff: Staff, now: datetime) -> None:
    steps = (
        (1, "没有对应的政策", staff.department, together.county_of(staff)),
        (2, "单位眼下帮不上", staff.unit_of, together.township_of(staff, Role.TOWNSHIP_OFFICER)),
    )
    for stage, basis, recorder, verifier in steps:
        needs_together.nothing_found(
            session, needs, stage, basis=basis, recorder=recorder, verifier=verifier, now=now
        )


def _sheet(case: Case, staff: Staff, now: datetime) -> entry.HomeSheet:
    second = staff(Role.TOWNSHIP_OFFICER, case.area[:9])
    return entry.HomeSheet(
        done_on=local_day(now),
        second_key=second.person_key,
        second_name=second.name,
        second_by="on_site",
        findings="两个人到家里看过，和申请说的一样。",
        cond_a="收入在线内",
        cond_b="没有多余财产",
        cond_c="家里有重病、重残或孩子要照护",
        cond_d="政策办过以后仍有缺口",
        supporter_check="partly",
        dibao_kind="rural",
        consents=consents(case, now),
    )


def consents(case: Case, now: datetime, *, no_to: frozenset[str] = frozenset()) -> tuple[NewConsent, ...]:
    """One answer for each purpose; where a child lives the guardian speaks."""
    day = local_day(now)
    child = any(m.born and age_on(m.born, day) < CHILD_UNDER for m in case.household.members)
    return tuple(
        NewConsent(
            scope,
            given=scope not in no_to,
            capacity="guardian" if child else "self",
            given_by=case.household.head.name if case.household.head else "家里人",
            for_minor=child,
        )
        for scope in SCOPES
    )


def duty_units(session: Session, now: datetime) -> dict[str, Unit]:
    """The responsible unit of each county; made where there is none."""
    named = select(Unit).where(Unit.name.endswith(DUTY_UNIT))
    found = {u.region_code: u for u in session.scalars(named)}
    for county in counties():
        if county.code not in found:
            name = f"{display_name(county.code)}{DUTY_UNIT}"
            found[county.code] = make_unit(
                session, name=name, kind="dept", region_code=county.code, actor=SYSTEM, now=now
            )
    return found


def _needs_of(session: Session, cases: Sequence[Case]) -> list[Need]:
    statement = select(Need).where(Need.case_id.in_([c.id for c in cases])).options(joinedload(Need.case))
    return list(session.scalars(statement.order_by(Need.id)))


def _by_household(table: Table) -> dict[str, Table]:
    grouped: dict[str, Table] = {}
    for row in table:
        grouped.setdefault(row["household_ref"], []).append(row)
    return grouped


def _member(row: Mapping[str, str]) -> NewMember:
    return NewMember(
        member_ref=row["member_ref"],
        relation=row["relation"],
        name=row["name"],
        id_no=row["id_no"],
        sex=row["sex"],
        birth_date=row["birth_date"],
        disability_type=row["disability_type"],
        disability_grade=int(row["disability_grade"]) if row["disability_grade"] else None,
        disease_code=row["disease_code"],
        school_stage=row["school_stage"],
        employment=row["employment"],
    )


def _need(row: Mapping[str, str]) -> NewNeed:
    return NewNeed(
        need_ref=row["need_ref"],
        item_code=row["item_code"],
        qty=int(row["quantity"]),
        urgency=row["urgency"],
        action_no=int(row["action_no"]),
        budget_fen=int(row["budget_fen"]) if row["budget_fen"] else None,
        description=row["description"],
    )
