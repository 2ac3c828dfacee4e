"""Checks of the 成员 sheet: who they are, and whether number, sex and birth date agree."""

from datetime import date

from app.cases.operations.opening import NewMember
from app.core.messages import Message, msg
from app.needs.operations.importing.cells import as_date, narrow
from app.needs.operations.importing.columns import MEMBERS
from app.needs.operations.importing.notes import Notes, read_cells
from app.needs.operations.importing.tables import Line
from app.policy.numbers import birth_in, id_check_digit, is_resident_number, sex_in

MISSING = "暂缺"
HEAD = "本人"
_NUMBER_LENGTH = 18


def member_of(notes: Notes, line: Line, *, day: date) -> NewMember | None:
    """The person of a line; what is wrong is noted. None when the line can't be placed at all."""
    good = read_cells(notes, MEMBERS, line)
    number = _number(notes, line, good)
    born = _birth(notes, line, good, day)
    if number:
        _compare(notes, line, good, number, born)
    grade = _grade(notes, line, good)
    if "household_ref" not in good or "member_ref" not in good:
        return None
    return NewMember(
        member_ref=good["member_ref"],
        relation=good.get("relation", ""),
        name=good.get("name", ""),
        id_no=number,
        sex=good.get("sex") or (sex_in(number) if number else ""),
        birth_date=str(born or (birth_in(number) if number else "") or ""),
        disability_type=good.get("disability_type", ""),
        disability_grade=grade,
        disease_code=good.get("disease_code", ""),
        school_stage=good.get("school_stage", ""),
        employment=good.get("employment", ""),
    )


def as_number(text: str) -> str:
    """A resident number as people type it: full-width, with blanks, a small x."""
    return "".join(narrow(text).split()).upper()


def why_not(number: str) -> Message | None:
    """What is wrong with a resident number, in words; None when nothing is."""
    if len(number) != _NUMBER_LENGTH:
        return msg("要 18 位，现在是 {n} 位", n=len(number))
    if is_resident_number(number):
        return None
    if not number[:17].isdigit():
        return msg("前 17 位只能是数字")
    if birth_in(number) is None:
        return msg("里面的出生日期不存在")
    return msg("校验位不对") if id_check_digit(number[:17]) != number[17] else msg("号码不对")


def _number(notes: Notes, line: Line, good: dict[str, str]) -> str:
    text = good.get("id_no", "")
    if text == MISSING or (not text and not line.get("id_no")):
        if good.get("relation") == HEAD:
            notes.add("E501", MEMBERS, line, "id_no", heading=MEMBERS.column("id_no").heading)
        else:
            notes.add("E208", MEMBERS, line, "id_no")
        return ""
    number = as_number(text)
    wrong = why_not(number) if text else None
    if wrong:
        notes.add("E201", MEMBERS, line, "id_no", why=str(wrong))
        return ""
    return number


def _birth(notes: Notes, line: Line, good: dict[str, str], day: date) -> date | None:
    text = good.get("birth_date", "")
    if not text:
        return None
    try:
        born = as_date(text)
    except ValueError as error:
        notes.add("E502", MEMBERS, line, "birth_date", why=str(error))
        return None
    if born is None:
        notes.add("E502", MEMBERS, line, "birth_date", why=str(msg("看不出年月日")))
    elif born > day:
        notes.add("E502", MEMBERS, line, "birth_date", why=str(msg("还没到这一天")))
    return born


def _compare(notes: Notes, line: Line, good: dict[str, str], number: str, born: date | None) -> None:
    if good.get("sex") and good["sex"] != sex_in(number):
        notes.add("E206", MEMBERS, line, "sex", what=str(msg("性别")))
    if born and born != birth_in(number):
        notes.add("E206", MEMBERS, line, "birth_date", what=str(msg("出生日期")))


def _grade(notes: Notes, line: Line, good: dict[str, str]) -> int | None:
    typed = line.get("disability_grade")
    if bool(typed) != bool(line.get("disability_type")):
        notes.add("E305", MEMBERS, line, "disability_grade")
        return None
    return int(good["disability_grade"]) if "disability_grade" in good else None
