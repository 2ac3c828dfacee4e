"""What was read: three tables of text, each line with the number that people see beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.errors import BadInput
from app.core.messages import Message
from app.needs.operations.importing.columns import HOUSEHOLDS, MEMBERS, NEEDS, Sheet
from app.needs.operations.importing.problems import Problem

# Stage (read, check, write), done, total; a total of 0 is not known yet.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


class Unreadable(BadInput):
    """The file is not what an import can read; the message says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message, field="files")


@dataclass(frozen=True)
class Limits:
    """The most that is taken at once: households, bytes as sent, bytes unpacked."""

    households: int
    size: int
    unpacked: int

    def lines(self, sheet: Sheet) -> int:
        return self.households * {"households": 1, "members": 12, "needs": 8}[sheet.key]


WEB = Limits(2_000, 10 * 2**20, 60 * 2**20)
COMMAND = Limits(20_000, 60 * 2**20, 300 * 2**20)


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `row` counts from the heading, which is row 1, as in the spreadsheet."""

    row: int
    cells: dict[str, str]

    def get(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass
class Table:
    """`yuan` names the money columns that hold yuan; the others hold fen."""

    sheet: Sheet
    lines: list[Line] = field(default_factory=list)
    yuan: frozenset[str] = frozenset()


@dataclass
class Tables:
    """`problems` are those of the file itself: headings, limits, an old template."""

    households: Table = field(default_factory=lambda: Table(HOUSEHOLDS))
    members: Table = field(default_factory=lambda: Table(MEMBERS))
    needs: Table = field(default_factory=lambda: Table(NEEDS))
    problems: list[Problem] = field(default_factory=list)
    fingerprint: str = ""

    def all(self) -> tuple[Table, Table, Table]:
        return self.households, self.members, self.needs
