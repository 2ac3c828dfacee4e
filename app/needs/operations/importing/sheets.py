"""How our workbooks look: headings, widths, text cells that no spreadsheet will run."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from app.needs.operations.importing.cells import safe
from app.needs.operations.importing.columns import Column

TEXT_FORMAT, MONEY_FORMAT = "@", "0.00"
DARK = PatternFill("solid", fgColor="284670")
RED = PatternFill("solid", fgColor="F6C9BD")
YELLOW = PatternFill("solid", fgColor="F7EBD3")
WHITE_BOLD, BOLD = Font(bold=True, color="FFFFFF"), Font(bold=True)
WRAP = Alignment(vertical="top", wrap_text=True)


def text_cell(page: Any, value: str, *, fill: PatternFill | None = None, note: str = "") -> Any:
    """A cell that stays text: digits keep their zeros, formulas do not run."""
    cell = WriteOnlyCell(page, value=safe(value) if value else None)
    cell.number_format = TEXT_FORMAT
    if fill is not None:
        cell.fill = fill
    if note:
        cell.comment = Comment(note, "结对", width=280, height=110)
    return cell


def heading_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.fill, cell.font, cell.alignment = DARK, WHITE_BOLD, WRAP
    return cell


def prepare(page: Any, columns: tuple[Column, ...], extra: tuple[int, ...] = ()) -> None:
    """Widths and a heading that stays in sight; before the first row of a streamed sheet."""
    page.freeze_panes = "A2"
    for at, width in enumerate([c.width for c in columns] + list(extra), start=1):
        page.column_dimensions[get_column_letter(at)].width = width


def as_bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
