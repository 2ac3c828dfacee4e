"""A register of tests.register as filed cases whose needs wait for publication, written straight into the
tables.

The journey to that point has its own tests; here only what the gate reads has to be there, for hundreds of
households.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.cases.models import Case, Consent, Household, Member
from app.core.clock import local_day
from app.needs.models import Need
from tests.register import Register


def settle(session: Session, register: Register, *, now: datetime, week: int | None = None) -> int:
    """The households that come in that week (None: all) with those of their needs. Returns how many
    households."""
    people: dict[str, list[dict[str, str]]] = {}
    for member in register.members:
        people.setdefault(member["household_ref"], []).append(member)
    needs: dict[str, list[dict[str, str]]] = {}
    for need in register.needs:
        needs.setdefault(need["household_ref"], []).append(need)
    coming = [h for h in register.households if week is None or register.arrives[h["household_ref"]] == week]
    made = [_household(row, people[row["household_ref"]], now) for row in coming]
    session.add_all(made)
    session.flush()
    cases = [_case(row, household, now) for row, household in zip(coming, made, strict=True)]
    session.add_all(cases)
    session.flush()
    for row, case in zip(coming, cases, strict=True):
        session.add_all(_needs(needs.get(row["household_ref"], ()), case, now))
    session.flush()
    return len(made)


def _stamp(now: datetime) -> dict[str, object]:
    return {"created_at": now, "created_by": "system:0"}


def _household(row: dict[str, str], members: Iterable[dict[str, str]], now: datetime) -> Household:
    return Household(
        household_ref=row["household_ref"],
        county_code=row["county_code"],
        village_code=row["village_code"],
        members=[_member(m, now) for m in members],
        **_stamp(now),
    )


def _member(row: dict[str, str], now: datetime) -> Member:
    return Member(
        member_ref=row["member_ref"],
        relation=row["relation"],
        name=row["name"],
        birth_date=row["birth_date"],
        disability_type=row["disability_type"] or None,
        disease_code=row["disease_code"] or None,
        school_stage=row["school_stage"] or None,
        **_stamp(now),
    )


def _case(row: dict[str, str], household: Household, now: datetime) -> Case:
    day: date = local_day(now)
    consent = Consent(
        state="given",
        scope="publish",
        capacity="self",
        method="paper",
        given_on=day,
        expires_on=day + timedelta(days=365),
        **_stamp(now),
    )
    return Case(
        case_no=f"{row['county_code']}-{day.year}-{household.id:05d}",
        household_id=household.id,
        open_key=household.id,
        area=row["village_code"],
        county_code=row["county_code"],
        category="C7",
        state="filed",
        filing_no=f"备{household.id}",
        filed_on=day,
        consents=[consent],
        **_stamp(now),
    )


def _needs(rows: Iterable[dict[str, str]], case: Case, now: datetime) -> list[Need]:
    return [
        Need(
            need_ref=row["need_ref"],
            case_id=case.id,
            area=case.area,
            county_code=case.county_code,
            item_code=row["item_code"],
            action_no=int(row["action_no"]),
            qty=1,
            residual_qty=1,
            budget_fen=int(row["budget_fen"]) or None,
            urgency=row["urgency"],
            state="stage3",
            stage3_on=local_day(now),
            **_stamp(now),
        )
        for row in rows
    ]
