"""Collects what is wrong, and checks what every cell must be: filled in, no formula, short, in its list."""

from dataclasses import dataclass, field
from typing import Any

from app.needs.operations.importing.cells import as_choice, is_formula
from app.needs.operations.importing.columns import SHEETS, Column, Sheet
from app.needs.operations.importing.problems import Problem, masked
from app.needs.operations.importing.tables import Line

MOST_KEPT = 5_000
_UNKNOWN = {"urgency": "E406", "item_code": "E401", "action_no": "E405", "disability_grade": "E305"}


@dataclass
class Notes:
    """`problems` holds the first MOST_KEPT; the counts go on. `bad`: the (sheet, row) with an error."""

    problems: list[Problem] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0
    bad: set[tuple[str, int]] = field(default_factory=set)

    def add(self, code: str, sheet: Sheet, line: Line, key: str, **values: Any) -> None:
        shown = masked(line.get(key), personal=sheet.column(key).personal)
        self.take(Problem(code, sheet.key, line.row, key, shown, values))

    def in_order(self) -> list[Problem]:
        """What must be changed first, by sheet and row."""
        order = {s.key: at for at, s in enumerate(SHEETS)}
        return sorted(self.problems, key=lambda p: (p.is_warning, order[p.sheet], p.row))

    def take(self, problem: Problem) -> None:
        if problem.is_warning:
            self.warnings += 1
        else:
            self.errors += 1
            self.bad.add((problem.sheet, problem.row))
        if len(self.problems) < MOST_KEPT:
            self.problems.append(problem)


def read_cells(notes: Notes, sheet: Sheet, line: Line) -> dict[str, str]:
    """The line's good values, closed lists as codes; a bad cell is noted and left out."""
    good = {}
    for column in sheet.columns:
        text = line.get(column.key)
        if not text:
            if column.required:
                notes.add("E501", sheet, line, column.key, heading=column.heading)
            continue
        value = _value(notes, sheet, line, column, text)
        if value is not None:
            good[column.key] = value
    return good


def _value(notes: Notes, sheet: Sheet, line: Line, column: Column, text: str) -> str | None:
    if is_formula(text):
        notes.add("E503", sheet, line, column.key)
    elif column.longest and len(text) > column.longest:
        notes.add("E507", sheet, line, column.key, n=len(text), most=column.longest)
    elif not column.choices:
        return text
    elif (code := as_choice(text, column.choices)) is not None:
        return code
    elif column.key == "category_code" and text.upper().startswith("C8"):
        notes.add("E302", sheet, line, column.key)
    else:
        notes.add(_UNKNOWN.get(column.key, "E508"), sheet, line, column.key, example=column.offered()[0])
    return None
