"""Reading a workbook that a stranger may have made: its shape is looked at before anything is unpacked."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from app.core.messages import msg
from app.needs.operations.importing.columns import ERRORS, GUIDE, SHEETS, TEMPLATE_VERSION, Sheet
from app.needs.operations.importing.problems import Problem
from app.needs.operations.importing.rows import fill
from app.needs.operations.importing.tables import Limits, Progress, Tables, Unreadable, silent

MOST_PARTS = 300
WIDEST = 60
PACKED_AT_MOST = 250  # times smaller than unpacked; what people type packs some 10 to 40 times
_VERSION = re.compile(r"模板版本\s*(\S+)")


def read_workbook(content: bytes, limits: Limits, progress: Progress = silent) -> Tables:
    """Raises Unreadable for what is no workbook, holds macros, or would unpack beyond the limits."""
    _look_inside(content, limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of looks it does not keep
            return _read(content, limits, progress)
    except Unreadable:
        raise
    except Exception as error:  # a broken or hostile file fails anywhere inside the reader
        raise Unreadable(msg("这个文件打不开，可能坏了。在 Excel 里另存为 .xlsx，再传一次。")) from error


def _look_inside(content: bytes, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Unreadable(msg("这个文件打不开，可能坏了。在 Excel 里另存为 .xlsx，再传一次。")) from error
    names = {p.filename for p in parts}
    if "xl/workbook.xml" not in names:
        raise Unreadable(msg("这不是 Excel 工作簿。请用 .xlsx 文件，或者三张 CSV 表。"))
    if any(n.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for n in names):
        raise Unreadable(msg("这个工作簿带宏，不能收。另存为不带宏的 .xlsx，再传一次。"))
    if len(parts) > MOST_PARTS or any(p.flag_bits & 1 for p in parts):
        raise Unreadable(msg("这个工作簿的结构不对。请把内容粘到模板里，再传一次。"))
    if _is_bomb(parts, limits):
        raise Unreadable(msg("这个工作簿展开后太大，不能收。只留三张表，去掉图片和空行，再传一次。"))


def _is_bomb(parts: list[zipfile.ZipInfo], limits: Limits) -> bool:
    """The sizes that the archive declares bind: Python reads no part beyond its own."""
    unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    return unpacked > limits.unpacked or (unpacked > 2**20 and unpacked > packed * PACKED_AT_MOST)


def _read(content: bytes, limits: Limits, progress: Progress) -> Tables:
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        if ERRORS in book.sheetnames:
            raise Unreadable(msg("这是标好错的表，身份信息遮住了，不能导入。请在你原来的表里改，再传一次。"))
        tables = Tables()
        if GUIDE in book.sheetnames:
            tables.problems += _version_problems(book[GUIDE])
        for table in tables.all():
            name = next(
                (n for n in book.sheetnames if n.strip() in (table.sheet.title, table.sheet.key)), None
            )
            if name is None:
                why = msg("缺“{sheet}”这张表", sheet=table.sheet.title)
                tables.problems.append(Problem("E505", table.sheet.key, 0, "", values={"why": str(why)}))
                continue
            fill(table, _rows(book[name], table.sheet, limits), limits, tables.problems, progress)
        return tables
    finally:
        book.close()


def _rows(page: Any, sheet: Sheet, limits: Limits) -> Iterator[tuple[Any, ...]]:
    """What the sheet says of its own size is not believed."""
    page.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = page.iter_rows(
        min_row=1, max_row=limits.lines(sheet) + 3, min_col=1, max_col=WIDEST, values_only=True
    )
    return rows


def _version_problems(page: Any) -> list[Problem]:
    for row in page.iter_rows(min_row=1, max_row=3, max_col=4, values_only=True):
        for cell in row:
            found = _VERSION.search(str(cell or ""))
            if found and found.group(1) != TEMPLATE_VERSION:
                why = msg("这是第 {old} 版，现在用第 {new} 版", old=found.group(1), new=TEMPLATE_VERSION)
                return [Problem("E505", SHEETS[0].key, 0, "", values={"why": str(why)})]
    return []
