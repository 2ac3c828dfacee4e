"""The same workbook with its bad cells marked; personal cells that are not bad are masked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from app.needs.operations.importing.columns import ERRORS, Column
from app.needs.operations.importing.problems import Problem, masked
from app.needs.operations.importing.sheets import RED, YELLOW, as_bytes, heading_cell, prepare, text_cell
from app.needs.operations.importing.tables import Line, Table, Tables

LIST_HEADINGS = ("表", "行", "哪一列", "填的是", "问题", "怎么改", "性质", "代码")
_LIST_WIDTHS = (8, 8, 16, 22, 40, 44, 8, 8)
EXPLAINED = "错误说明"
Marks = Mapping[str, Sequence[Problem]]


def marked_workbook(tables: Tables, problems: Sequence[Problem]) -> bytes:
    book = Workbook(write_only=True)
    _list(book.create_sheet(ERRORS), problems)
    for table in tables.all():
        _table(book.create_sheet(table.sheet.title), table, problems)
    return as_bytes(book)


def _list(page: Any, problems: Sequence[Problem]) -> None:
    prepare(page, (), _LIST_WIDTHS)
    page.append([heading_cell(page, h) for h in LIST_HEADINGS])
    for p in problems:
        kind = "提醒" if p.is_warning else "要改"
        row = (p.sheet_title, str(p.row or ""), p.heading, p.shown, str(p.what), str(p.fix), kind, p.code)
        page.append([text_cell(page, text) for text in row])


def _table(page: Any, table: Table, problems: Sequence[Problem]) -> None:
    columns = table.sheet.columns
    prepare(page, columns, (60,))
    page.append([heading_cell(page, _title(c, table)) for c in columns] + [heading_cell(page, EXPLAINED)])
    by_row: dict[int, dict[str, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        if problem.sheet == table.sheet.key and problem.row > 1:
            by_row[problem.row][problem.column].append(problem)
    at = 2
    for line in table.lines:
        while at < line.row:  # blank rows stay, so that every row keeps its number
            page.append([])
            at += 1
        page.append(_cells(page, columns, line, by_row.get(line.row, {})))
        at += 1


def _cells(page: Any, columns: Sequence[Column], line: Line, marks: Marks) -> list[Any]:
    cells = [_cell(page, c, line.get(c.key), marks.get(c.key, ())) for c in columns]
    said = "；".join(f"{p.heading}：{p.what}" for found in marks.values() for p in found)
    return [*cells, text_cell(page, said)]


def _cell(page: Any, column: Column, text: str, problems: Sequence[Problem]) -> Any:
    if not problems:
        return text_cell(page, masked(text, personal=True) if column.personal else text)
    fill = YELLOW if all(p.is_warning for p in problems) else RED
    return text_cell(page, text, fill=fill, note="\n".join(f"{p.code} {p.what}。{p.fix}" for p in problems))


def _title(column: Column, table: Table) -> str:
    return f"{column.heading}（分）" if column.money and column.key not in table.yuan else column.title
