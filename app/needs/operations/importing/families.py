"""Checks of the 户 sheet, and of a household together with its people."""

from collections.abc import Sequence
from datetime import date

from app.cases.operations.opening import NewHousehold, NewMember
from app.cases.queries import CHILD_UNDER, ELDER_FROM, age_on
from app.core.messages import Message, msg
from app.needs.operations.importing.cells import as_fen, as_phone
from app.needs.operations.importing.columns import HOUSEHOLDS
from app.needs.operations.importing.notes import Notes, read_cells
from app.needs.operations.importing.people import HEAD, as_number, why_not
from app.needs.operations.importing.places import village_of
from app.needs.operations.importing.tables import Line
from app.policy.lists import CATEGORIES_NEEDING_DIBAO, DISEASE_GROUP, SEVERE_GRADES

MOST_INCOME_FEN = 10_000_000
_NO_DIBAO = ("none", "edge")
Family = tuple[Line, dict[str, str], str | None]


def family_of(notes: Notes, line: Line, *, yuan: frozenset[str], area: str, county: str | None) -> Family:
    """The line, its good cells (income in fen, phone as digits) and its village; what is wrong is noted."""
    good = read_cells(notes, HOUSEHOLDS, line)
    village = village_of(notes, line, good, area=area, county=county)
    if "applicant_id_no" in good:
        good["applicant_id_no"] = as_number(good["applicant_id_no"])
        wrong = why_not(good["applicant_id_no"])
        if wrong:
            notes.add("E201", HOUSEHOLDS, line, "applicant_id_no", why=str(wrong))
    _read_income(notes, line, good, yuan)
    if "phone" in good:
        digits = as_phone(good["phone"])
        if digits is None:
            notes.add("E510", HOUSEHOLDS, line, "phone")
        good["phone"] = digits or ""
    category, dibao = good.get("category_code"), good.get("dibao_kind")
    if category in CATEGORIES_NEEDING_DIBAO and dibao in _NO_DIBAO:
        notes.add("E303", HOUSEHOLDS, line, "dibao_kind")
    return line, good, village


def check_people(notes: Notes, family: Family, people: Sequence[NewMember], *, day: date) -> None:
    """Exactly one 本人, who is the applicant; and whether the category can be seen in the people."""
    line, good, _village = family
    heads = [m for m in people if m.relation == HEAD]
    if len(heads) != 1:
        notes.add("E204", HOUSEHOLDS, line, "household_ref", n=len(heads))
    else:
        _check_applicant(notes, line, good, heads[0])
    why = _unlike(good.get("category_code", ""), people, day)
    if why:
        notes.add("E301", HOUSEHOLDS, line, "category_code", why=str(why))


def household_of(good: dict[str, str], village: str, people: Sequence[NewMember]) -> NewHousehold:
    income = good.get("monthly_income_fen")
    return NewHousehold(
        household_ref=good["household_ref"],
        village_code=village,
        category=good["category_code"],
        address_detail=good.get("address_detail", ""),
        phone=good.get("phone", ""),
        monthly_income_fen=int(income) if income else None,
        batch_no=good.get("batch_no", ""),
        narrative=good.get("narrative", ""),
        dibao_kind=good.get("dibao_kind", "none"),
        members=tuple(people),
    )


def _check_applicant(notes: Notes, line: Line, good: dict[str, str], head: NewMember) -> None:
    number = good.get("applicant_id_no")
    if number and head.id_no and number != head.id_no:
        notes.add("E205", HOUSEHOLDS, line, "applicant_id_no")
    elif good.get("applicant_name") and head.name and good["applicant_name"] != head.name:
        notes.add("E205", HOUSEHOLDS, line, "applicant_name")


def _read_income(notes: Notes, line: Line, good: dict[str, str], yuan: frozenset[str]) -> None:
    text = good.pop("monthly_income_fen", "")
    if not text:
        return
    fen = as_fen(text, yuan="monthly_income_fen" in yuan)
    if fen is None:
        notes.add("E509", HOUSEHOLDS, line, "monthly_income_fen", why=str(msg("这里不是数字，或者小数太多")))
    elif not 0 <= fen <= MOST_INCOME_FEN:
        notes.add("E509", HOUSEHOLDS, line, "monthly_income_fen", why=str(msg("要在 0 到 10 万元之间")))
    else:
        good["monthly_income_fen"] = str(fen)


def _unlike(category: str, people: Sequence[NewMember], day: date) -> Message | None:
    """What the category asks for and nobody of the household has."""
    ages = [age_on(date.fromisoformat(m.birth_date), day) for m in people if m.birth_date]
    elder, child = any(a >= ELDER_FROM for a in ages), any(a < CHILD_UNDER for a in ages)
    severe = any(m.disability_grade in SEVERE_GRADES for m in people)
    ill = any(DISEASE_GROUP.get(m.disease_code) == "重大疾病" for m in people)
    several = sum(1 for m in people if m.disability_type) > 1
    there = {"老人": elder, "孩子": child, "重度残疾人": severe, "重大疾病": ill, "两位以上残疾人": several}
    asked = {
        "C1": ("老人", "重大疾病"),
        "C2": ("老人", "重度残疾人"),
        "C3": ("老人", "孩子"),
        "C4": ("重度残疾人", "孩子"),
        "C5": ("重度残疾人", "重大疾病"),
        "C6": ("两位以上残疾人",),
    }.get(category, ())
    lacking = [word for word in asked if not there[word]]
    return msg("没有{what}", what="、".join(lacking)) if lacking else None
