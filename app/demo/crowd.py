"""Households of the demo and of `demo load --from`: opened, checked, evaluated, listed, determined, filed,
settled.

Every step is the operation that the pages call, done by made-up officers of the household's own village,
township
and county; only their keys are made up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.operations import entry, filing
from app.cases.operations.consents import NewConsent
from app.cases.operations.opening import NewHousehold, NewMember, case_number, next_case_number, open_case
from app.core.clock import local_day
from app.demo.register import Table
from app.needs.operations import cascade
from app.needs.operations import entry as needs_entry
from app.needs.operations.entry import NewNeed, raise_need
from app.needs.queries import needs_of
from app.policy.actors import Actor, Role

SCOPES = ("record", "publish", "direct_match", "pair", "disclose")
ADULT = 18
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


def renamed(members: Table) -> None:
    """Plainly made-up names in place of numbers: a surname and a year of the sixty-year cycle."""
    for n, row in enumerate(members):
        cycle = n // len(_SURNAMES)
        row["name"] = _SURNAMES[n % len(_SURNAMES)] + _STEMS[cycle % 10] + _BRANCHES[cycle % 12]


def open_family(session: Session, family: Family, *, serial: int, now: datetime) -> Case:
    """The village opens the case; its needs are drafts."""
    worker = officer(Role.VILLAGE_WORKER, family.household.village_code)
    number = case_number(family.household.village_code[:6], local_day(now), serial)
    case = open_case(session, family.household, case_no=number, actor=worker, now=now)
    for need in family.needs:
        raise_need(session, case, need, actor=worker, now=now)
    return case


def check(session: Session, case: Case, *, now: datetime, leave_out: frozenset[str] = frozenset()) -> None:
    """The home check with its consents; `leave_out` are scopes that the family said no to."""
    day = local_day(now)
    child = any(m.born and (day - m.born).days < ADULT * 366 for m in case.household.members)
    consents = tuple(
        NewConsent(
            scope,
            given=scope not in leave_out,
            capacity="guardian" if child else "self",
            given_by="家里人",
            for_minor=child,
        )
        for scope in SCOPES
    )
    second = officer(Role.TOWNSHIP_OFFICER, case.area[:9])
    sheet = entry.HomeSheet(
        done_on=day,
        second_key=second.person_key,
        second_name="演示同志",
        second_by="on_site",
        findings="两个人到家里看过，和申请说的一样。",
        cond_a="收入在线内",
        cond_b="没有多余财产",
        cond_c="家里有重病、重残或孩子要照护",
        cond_d="政策办过以后仍有缺口",
        supporter_check="partly",
        dibao_kind="rural",
        consents=consents,
    )
    entry.record_home_check(session, case, sheet, actor=officer(Role.VILLAGE_WORKER, case.area), now=now)


def evaluate(session: Session, case: Case, *, passes: bool = True, now: datetime) -> None:
    votes = (8, 1, 0) if passes else (2, 6, 1)
    vote = entry.Vote(local_day(now), "演示主持人", 10, 1, *votes, "会议记录见村务档案。")
    entry.record_evaluation(session, case, vote, actor=officer(Role.VILLAGE_WORKER, case.area), now=now)


def send_list(session: Session, case: Case, *, now: datetime) -> None:
    worker = officer(Role.VILLAGE_WORKER, case.area)
    entry.add_difficulty(session, case, kind="照护", detail="", actor=worker, now=now)
    needs_entry.submit_list(session, case, actor=worker, now=now)


def determine(session: Session, case: Case, *, accepted: bool = True, now: datetime) -> None:
    needs_entry.determine(
        session,
        case,
        accepted=accepted,
        meeting_on=local_day(now),
        ref_no="演示会纪",
        reason="" if accepted else "家里的收入已经在线上，政策可以解决。",
        actor=officer(Role.TOWNSHIP_LEAD, case.area[:9]),
        now=now,
    )


def file_together(session: Session, cases: Iterable[Case], *, now: datetime) -> None:
    """One batch for each township, filed by its county."""
    for township, listed in _by_township(cases).items():
        maker, lead = officer(Role.TOWNSHIP_OFFICER, township), officer(Role.TOWNSHIP_LEAD, township)
        county = officer(Role.COUNTY_SWD, township[:6])
        batch = filing.make_batch(session, actor=maker, now=now)
        for case in listed:
            filing.put_in_batch(session, batch, case, actor=maker, now=now)
        filing.submit_batch(session, batch, actor=lead, now=now)
        filing.start_review(session, batch, actor=county, now=now)
        for item in batch.items:
            needs_entry.file_item(session, item, actor=county, now=now)
        filing.finish_review(session, batch, actor=county, now=now)


def batch_only(session: Session, case: Case, *, now: datetime) -> None:
    """Into a batch that the township's lead has sent up and the county has not opened yet."""
    maker, lead = officer(Role.TOWNSHIP_OFFICER, case.area[:9]), officer(Role.TOWNSHIP_LEAD, case.area[:9])
    batch = filing.make_batch(session, actor=maker, now=now)
    filing.put_in_batch(session, batch, case, actor=maker, now=now)
    filing.submit_batch(session, batch, actor=lead, now=now)


def settle(session: Session, case: Case, *, now: datetime) -> None:
    """Steps ① and ② found nothing that covers the needs: two people each, then they wait for society."""
    county, township = (
        officer(Role.COUNTY_SWD, case.county_code),
        officer(Role.TOWNSHIP_OFFICER, case.area[:9]),
    )
    for need in needs_of(session, case.id):
        dept = officer(Role.COUNTY_DEPT, case.county_code, actions=frozenset({need.action_no}))
        duty = officer(Role.DUTY_OFFICER, case.county_code, unit_id=case.duty_unit_id or 0)
        for recorder, verifier, basis in (
            (dept, county, "没有对应的政策"),
            (duty, township, "单位眼下帮不上"),
        ):
            outcome = cascade.record_outcome(
                session, need, outcome="none", covered_qty=0, basis=basis, actor=recorder, now=now
            )
            cascade.verify_outcome(session, outcome, actor=verifier, now=now)


def settled(session: Session, listed: Iterable[Family], *, unit_of: Mapping[str, int], now: datetime) -> int:
    """Families as filed cases whose needs wait for publication. Returns how many."""
    serials: dict[str, int] = {}
    cases = []
    for family in listed:
        county = family.household.village_code[:6]
        serial = serials.get(county) or next_case_number(session, county, local_day(now))
        serials[county] = serial + 1
        case = open_family(session, family, serial=serial, now=now)
        check(session, case, now=now)
        evaluate(session, case, now=now)
        send_list(session, case, now=now)
        determine(session, case, now=now)
        cases.append(case)
    file_together(session, cases, now=now)
    for case in cases:
        case.duty_unit_id = unit_of[case.county_code]
        settle(session, case, now=now)
    session.flush()
    return len(cases)


def officer(
    role: Role, area: str, *, actions: frozenset[int] = frozenset(), unit_id: int | None = None
) -> Actor:
    return Actor(0, f"demo:{role}:{area}", "演示经办", role, area=area, actions=actions, unit_id=unit_id)


def _by_household(table: Table) -> dict[str, Table]:
    grouped: dict[str, Table] = {}
    for row in table:
        grouped.setdefault(row["household_ref"], []).append(row)
    return grouped


def _by_township(cases: Iterable[Case]) -> dict[str, list[Case]]:
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        grouped.setdefault(case.area[:9], []).append(case)
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
