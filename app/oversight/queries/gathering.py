"""What the providers of tasks share: counting a statement, loading its first rows, and since when each
waits."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.core.messages import Message
from app.core.states import OfficeStateChange
from app.oversight.queries.task import Pile, Task

SHOWN = 60


def pile(
    session: Session,
    statement: Select[Any],
    make: Callable[[Any], Task],
    *,
    kind: str,
    heading: Message,
    icon: str,
    endpoint: str,
    **args: Any,
) -> Pile:
    """Counts an ordered statement and makes tasks of its first rows."""
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = session.scalars(statement.limit(SHOWN)).unique() if total else ()
    return Pile(kind, heading, icon, total, tuple(make(row) for row in rows), endpoint, args)


def pile_of(
    rows: Sequence[Any],
    make: Callable[[Any], Task],
    *,
    kind: str,
    heading: Message,
    icon: str,
    endpoint: str,
    **args: Any,
) -> Pile:
    """The same for rows that a room's own query has already chosen."""
    return Pile(kind, heading, icon, len(rows), tuple(make(row) for row in rows[:SHOWN]), endpoint, args)


def waiting_since(session: Session, machine: str, ids: Iterable[int]) -> dict[int, datetime]:
    """When each thing came into the state that it is in."""
    rows = session.execute(
        select(OfficeStateChange.subject_id, func.max(OfficeStateChange.at))
        .where(
            OfficeStateChange.subject_type == machine,
            OfficeStateChange.subject_id.in_(list(ids)),
            OfficeStateChange.from_state != OfficeStateChange.to_state,
        )
        .group_by(OfficeStateChange.subject_id)
    )
    return {subject: at for subject, at in rows}
