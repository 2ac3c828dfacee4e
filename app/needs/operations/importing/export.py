"""The register of an area in the columns of the import, identities in clear. Logged."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case, Household, Member
from app.core import audit
from app.core.errors import NotAllowed, Refusal
from app.core.messages import msg
from app.needs.models import Need
from app.needs.operations.importing.columns import HOUSEHOLDS, MEMBERS, NEEDS, SHEETS, Column, Sheet
from app.needs.operations.importing.sheets import MONEY_FORMAT, as_bytes, heading_cell, prepare, text_cell
from app.needs.operations.importing.write import PERSONAL
from app.policy.access import Verdict, decide
from app.policy.actors import Actor
from app.policy.regions import region

CHUNK = 250
Values = dict[str, Any]


def export_workbook(
    session: Session, *, county: str, actor: Actor, now: datetime
) -> tuple[bytes, dict[str, int]]:
    """The workbook and its rows a sheet. Raises NotAllowed, or Refusal for another county."""
    if decide(actor, "case.export") is not Verdict.ALLOW:
        raise NotAllowed(msg("这个岗位不能导出名册。请乡镇经办或县社工部经办来导。"))
    place = region(county)
    if place is None or place.level != "county" or not actor.area.startswith(county):
        raise Refusal(msg("这个县不在你的管辖范围。"))
    book = Workbook(write_only=True)
    pages = {s.key: _page(book, s) for s in SHEETS}
    counts = dict.fromkeys(pages, 0)
    for cases in _chunks(session, actor.area):
        for sheet, rows in _rows(session, cases):
            for values in rows:
                pages[sheet.key].append(
                    [_cell(pages[sheet.key], c, values.get(c.key)) for c in sheet.columns]
                )
                counts[sheet.key] += 1
    audit.record(
        session,
        actor=actor,
        verb="cases.export",
        obj="case",
        now=now,
        reason=str(counts["households"]),
        fields=PERSONAL,
    )
    return as_bytes(book), counts


def _page(book: Workbook, sheet: Sheet) -> Any:
    page = book.create_sheet(sheet.title)
    prepare(page, sheet.columns)
    page.append([heading_cell(page, c.title) for c in sheet.columns])
    return page


def _chunks(session: Session, area: str) -> Iterator[Sequence[Case]]:
    """The latest case of each household in the area, some at a time."""
    last = 0
    while True:
        statement = (
            select(Case)
            .where(Case.area.startswith(area, autoescape=True), Case.id > last)
            .options(joinedload(Case.household).selectinload(Household.members))
            .order_by(Case.id)
            .limit(CHUNK)
        )
        cases = session.scalars(statement).all()
        if not cases:
            return
        last = cases[-1].id
        ids = [c.household_id for c in cases]
        newer = set(
            session.scalars(select(Case.household_id).where(Case.household_id.in_(ids), Case.id > last))
        )
        latest = {c.household_id: c for c in cases if c.household_id not in newer}
        yield list(latest.values())
        session.expunge_all()


def _rows(session: Session, cases: Sequence[Case]) -> Iterator[tuple[Sheet, list[Values]]]:
    refs = {c.id: c.household.household_ref for c in cases}
    needs = session.scalars(
        select(Need)
        .where(Need.case_id.in_(refs))
        .options(selectinload(Need.outcomes))
        .order_by(Need.case_id, Need.id)
    )
    yield HOUSEHOLDS, [_household(c) for c in cases]
    yield MEMBERS, [_member(m, c.household.household_ref) for c in cases for m in c.household.members]
    yield NEEDS, [_need(n, refs[n.case_id]) for n in needs]


def _household(case: Case) -> Values:
    household, head = case.household, case.household.head
    return {
        "household_ref": household.household_ref,
        "county_code": household.county_code,
        "township_code": household.village_code[:9],
        "village_code": household.village_code,
        "category_code": case.category,
        "address_detail": household.address_detail,
        "applicant_name": head.name if head else "",
        "applicant_id_no": head.id_no if head else "",
        "phone": household.phone,
        "monthly_income_fen": household.monthly_income_fen,
        "batch_no": case.source_batch,
        "narrative": case.narrative,
        "dibao_kind": household.dibao_kind if household.dibao_kind != "none" else None,
    }


def _member(member: Member, ref: str) -> Values:
    values = {c.key: getattr(member, c.key, None) for c in MEMBERS.columns}
    return values | {"household_ref": ref}


def _need(need: Need, ref: str) -> Values:
    values = {c.key: getattr(need, c.key, None) for c in NEEDS.columns}
    return values | {"household_ref": ref, "quantity": need.qty}


def _cell(page: Any, column: Column, value: Any) -> Any:
    if value is None or value == "":
        return None
    if column.money:
        cell = WriteOnlyCell(page, value=value / 100)
        cell.number_format = MONEY_FORMAT
        return cell
    if column.key == "quantity":
        return int(value)
    return text_cell(page, column.written(str(value)))
