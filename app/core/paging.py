"""One page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Page:
    items: list[Any]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def paged(session: Session, statement: Select[Any], page: int, size: int = 20) -> Page:
    """Counts and cuts an ordered statement; a page past the end shows the last one."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(1, page), max(1, -(-total // size)))
    rows = session.execute(statement.limit(size).offset((number - 1) * size))
    items = list(rows.scalars().unique()) if len(statement.column_descriptions) == 1 else list(rows.all())
    return Page(items, number, size, total)


def cut(rows: Sequence[Any], page: int, size: int = 20) -> Page:
    """The same for rows that are at hand already."""
    number = min(max(1, page), max(1, -(-len(rows) // size)))
    return Page(list(rows[(number - 1) * size : number * size]), number, size, len(rows))
