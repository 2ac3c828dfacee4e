"""From raw rows, heading first, to lines of text under known keys. The same for workbook and CSV."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.core.messages import msg
from app.needs.operations.importing.cells import text_of
from app.needs.operations.importing.columns import Sheet, headings_of, plain
from app.needs.operations.importing.problems import Problem
from app.needs.operations.importing.tables import Limits, Line, Progress, Table, silent

MOST_BLANK = 5_000
BEAT = 500


def fill(
    table: Table,
    rows: Iterable[Sequence[Any]],
    limits: Limits,
    problems: list[Problem],
    progress: Progress = silent,
) -> None:
    """Takes the lines in; unknown columns are left out, blank rows are passed over but counted."""
    source = iter(rows)
    places = _places(table, next(source, ()), problems)
    if not places:
        return
    most, blank = limits.lines(table.sheet), 0
    for number, row in enumerate(source, start=2):
        if number % BEAT == 0:
            progress("read", number, 0)
        cells = {key: text for at, key in places if at < len(row) and (text := text_of(row[at]))}
        if not cells:
            blank += 1
            if blank > MOST_BLANK:
                return
            continue
        if len(table.lines) == most:
            problems.append(Problem("E506", table.sheet.key, number, "", values={"most": most}))
            return
        table.lines.append(Line(number, cells))


def _places(table: Table, head: Sequence[Any], problems: list[Problem]) -> list[tuple[int, str]]:
    """Where each known column stands. A required one that is missing makes the table unusable."""
    known, places, yuan = headings_of(table.sheet), list[tuple[int, str]](), set[str]()
    for at, heading in enumerate(head):
        found = known.get(plain(heading))
        if found and found[0] not in {key for _, key in places}:
            places.append((at, found[0]))
            if found[1]:
                yuan.add(found[0])
    table.yuan = frozenset(yuan)
    missing = _missing(table.sheet, {key for _, key in places})
    if missing:
        why = msg("“{sheet}”表缺这几列：{columns}", sheet=table.sheet.title, columns="、".join(missing))
        problems.append(Problem("E505", table.sheet.key, 1, "", values={"why": str(why)}))
        return []
    return places


def _missing(sheet: Sheet, found: set[str]) -> list[str]:
    return [c.heading for c in sheet.columns if c.required and c.key not in found]
