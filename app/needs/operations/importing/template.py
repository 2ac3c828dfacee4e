"""The empty workbook: three sheets, how to fill them, drop-down lists, codes of the villages."""

from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.needs.operations.importing.columns import (
    CHOICES,
    GUIDE,
    PLACES,
    SHEETS,
    TEMPLATE_VERSION,
    Column,
    Sheet,
)
from app.needs.operations.importing.sheets import BOLD, DARK, TEXT_FORMAT, WHITE_BOLD, WRAP, as_bytes, prepare
from app.policy.regions import counties, townships_in, villages_in

LAST_ROW = 20_001
_RULES = (
    "三张表里同一户写同一个户编号；每户一行，每位家庭成员一行，每项需求一行。",
    "带 * 的必填。表头不要改，可以不填的列可以空着。",
    "全进或全不进：有一处要改，一户也不会写入。先试读，改好再写。",
    "不要有公式、合并的单元格和宏；单元格不要以 = + - @ 开头。",
    "身份证号、代码、电话都是文本格式。从别处粘过来时，选“只粘贴值”。",
    "金额填元，最多两位小数。日期写成 1963-08-11 这样。",
    "情况说明和需求说明不会公布；说明里不写姓名、电话和住址。",
)


def template_workbook(area: str = "") -> bytes:
    """`area` bounds the list of villages: a county, a township, or all of Ningxia."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    pages = [(sheet, book.create_sheet(sheet.title)) for sheet in SHEETS]
    _guide(book.create_sheet(GUIDE))
    _places(book.create_sheet(PLACES), area)
    lists = book.create_sheet(CHOICES)
    lists.sheet_state = "hidden"
    for sheet, page in pages:
        _fill_in(page, sheet, lists)
    return as_bytes(book)


def _fill_in(page: Any, sheet: Sheet, lists: Any) -> None:
    prepare(page, sheet.columns)
    for at, column in enumerate(sheet.columns, start=1):
        head = page.cell(1, at, column.title + ("*" if column.required else ""))
        head.fill, head.font, head.alignment = DARK, WHITE_BOLD, WRAP
        if column.hint:
            head.comment = Comment(column.hint, "结对", width=260, height=90)
        letter = get_column_letter(at)
        if not column.money:
            page.column_dimensions[letter].number_format = TEXT_FORMAT
        if column.choices:
            _drop_down(page, letter, _listed(lists, sheet, column))


def _listed(lists: Any, sheet: Sheet, column: Column) -> str:
    """Writes the column's words into the hidden sheet; answers where they stand."""
    at = 1 if lists.max_column == 1 and lists.cell(1, 1).value is None else lists.max_column + 1
    words = column.offered()
    lists.cell(1, at, f"{sheet.title} {column.heading}").font = BOLD
    for row, word in enumerate(words, start=2):
        lists.cell(row, at, word).number_format = TEXT_FORMAT
    letter = get_column_letter(at)
    return f"'{CHOICES}'!${letter}$2:${letter}${len(words) + 1}"


def _drop_down(page: Any, letter: str, source: str) -> None:
    rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "从列表里选", "这一格只能从下拉列表里选。"
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    page.add_data_validation(rule)


def _guide(page: Any) -> None:
    page.append(["结对导入表 · 填写说明", f"模板版本 {TEMPLATE_VERSION}"])
    page["A1"].font = BOLD
    for rule in _RULES:
        page.append([rule])
    page.append([])
    page.append(["表", "列", "必填", "怎么填", "例子"])
    for cell in page[page.max_row]:
        cell.fill, cell.font = DARK, WHITE_BOLD
    for sheet in SHEETS:
        for column in sheet.columns:
            must = "必填" if column.required else ""
            page.append([sheet.title, column.title, must, column.hint, column.example])
            page.cell(page.max_row, 5).number_format = TEXT_FORMAT
    for letter, width in zip("ABCDE", (26, 20, 8, 52, 22), strict=True):
        page.column_dimensions[letter].width = width


def _places(page: Any, area: str) -> None:
    page.append(["县区代码", "县区", "乡镇代码", "乡镇", "村代码", "村"])
    for cell in page[1]:
        cell.fill, cell.font = DARK, WHITE_BOLD
    page.freeze_panes = "A2"
    for county in counties():
        for township in townships_in(county.code):
            for village in villages_in(township.code):
                if village.code.startswith(area):
                    page.append(
                        [
                            county.code,
                            county.name,
                            township.code,
                            township.name,
                            village.code,
                            village.display,
                        ]
                    )
    for letter, width in zip("ABCDEF", (10, 12, 12, 18, 15, 22), strict=True):
        page.column_dimensions[letter].width = width
