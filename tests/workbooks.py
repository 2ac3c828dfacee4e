"""Workbooks as people fill them in: the three sheets with their Chinese headings, money in yuan."""

import io
from collections.abc import Callable

from openpyxl import Workbook

from app.needs.operations.importing.columns import SHEETS
from tests.register import Register, Table

Spoil = Callable[[dict[str, Table]], None]


def workbook(register: Register, spoil: Spoil | None = None) -> bytes:
    """`spoil` may change the cells before they are written, by sheet and column key."""
    tables = {s.key: [dict(row) for row in getattr(register, s.key)] for s in SHEETS}
    if spoil is not None:
        spoil(tables)
    book = Workbook(write_only=True)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        page.append([c.title for c in sheet.columns])
        for row in tables[sheet.key]:
            page.append([_cell(row.get(c.key, ""), money=c.money) for c in sheet.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(text: str, *, money: bool) -> str | float | None:
    return int(text) / 100 if money and text.isdigit() else text or None
