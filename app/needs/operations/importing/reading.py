"""From files to tables: a workbook, or the three CSV files of a folder."""

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from app.core.messages import Message, msg
from app.needs.operations.importing.columns import SHEETS
from app.needs.operations.importing.rows import fill
from app.needs.operations.importing.tables import COMMAND, Limits, Progress, Tables, Unreadable, silent
from app.needs.operations.importing.workbook import read_workbook

CSV_NAMES = tuple(f"{s.key}.csv" for s in SHEETS)
_OLD_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


def gather(path: Path, limits: Limits = COMMAND) -> dict[str, bytes]:
    """The bytes of a workbook, or of the three files of a folder. Raises Unreadable."""
    if path.is_dir():
        found = {name: path / name for name in CSV_NAMES if (path / name).is_file()}
    elif path.is_file():
        found = {path.name: path}
    else:
        raise Unreadable(msg("没有找到这个文件或文件夹。"))
    if sum(p.stat().st_size for p in found.values()) > limits.size:
        raise Unreadable(msg("文件太大，最多 {n} MB。分成几个文件，分次导入。", n=limits.size // 2**20))
    return {name: p.read_bytes() for name, p in found.items()}


def sniff(files: Mapping[str, bytes], limits: Limits) -> None:
    """Looks at size and kind only: what can't be an import is turned away at the door. Raises Unreadable."""
    if not files or not any(files.values()):
        raise Unreadable(msg("没有选文件。选一个填好的工作簿，或者三张 CSV 表。"))
    if sum(len(c) for c in files.values()) > limits.size:
        raise Unreadable(msg("文件太大，最多 {n} MB。分成几个文件，分次导入。", n=limits.size // 2**20))
    if len(files) == 1:
        name, content = next(iter(files.items()))
        _sniff_workbook(name, content)
        return
    if sorted(files) != sorted(CSV_NAMES):
        raise Unreadable(msg("CSV 要一次选齐三个文件：{names}。", names="、".join(CSV_NAMES)))
    for name, content in files.items():
        _decoded(name, content)


def read_tables(files: Mapping[str, bytes], limits: Limits = COMMAND, progress: Progress = silent) -> Tables:
    """Raises Unreadable when there is nothing to check; what is wrong inside stands in `problems`."""
    sniff(files, limits)
    if len(files) == 1:
        tables = read_workbook(next(iter(files.values())), limits, progress)
    else:
        tables = _read_csv(files, limits, progress)
    tables.fingerprint = fingerprint(files)
    return tables


def read_path(path: Path, limits: Limits = COMMAND, progress: Progress = silent) -> Tables:
    """A workbook or a folder of three CSV files."""
    return read_tables(gather(path, limits), limits, progress)


def fingerprint(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files) if len(files) > 1 else files:
        digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def _sniff_workbook(name: str, content: bytes) -> None:
    if name in CSV_NAMES:
        raise Unreadable(msg("CSV 要一次选齐三个文件：{names}。", names="、".join(CSV_NAMES)))
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(msg("这是旧版 .xls，或者加了密码。去掉密码，另存为 .xlsx，再传一次。"))
    if name.lower().endswith(".csv"):
        raise Unreadable(msg("CSV 文件要叫这三个名字，一次选齐：{names}。", names="、".join(CSV_NAMES)))
    if not content.startswith(_ZIP):
        raise Unreadable(msg("这不是 Excel 工作簿。请用 .xlsx 文件，或者三张 CSV 表。"))


def _read_csv(files: Mapping[str, bytes], limits: Limits, progress: Progress) -> Tables:
    tables = Tables()
    for table in tables.all():
        name = f"{table.sheet.key}.csv"
        reader = csv.reader(io.StringIO(_decoded(name, files[name]), newline=""), strict=True)
        try:
            fill(table, reader, limits, tables.problems, progress)
        except csv.Error as error:
            raise Unreadable(
                msg("{name} 第 {n} 行附近的引号不成对，读不下去。改好后再传。", name=name, n=reader.line_num)
            ) from error
    return tables


def _decoded(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(msg("{name} 是 UTF-16 编码。在 Excel 里另存为“CSV UTF-8”，再传一次。", name=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_wrong_encoding(name, content)) from error
    if "\0" in text:
        raise Unreadable(msg("{name} 不是文字表格。请用 CSV UTF-8。", name=name))
    return text


def _wrong_encoding(name: str, content: bytes) -> Message:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return msg("{name} 的编码认不出来。在 Excel 里另存为“CSV UTF-8”，再传一次。", name=name)
    return msg("{name} 是 GBK 编码。在 Excel 里另存为“CSV UTF-8（逗号分隔）”，再传一次。", name=name)
