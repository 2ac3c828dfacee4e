"""Opening many cases in few statements, for imports: the same rows as `open_case` writes one by one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.models import Case, Household, Member
from app.cases.operations.opening import (
    NewHousehold,
    case_number,
    case_values,
    household_values,
    member_values,
    opening_text,
)
from app.cases.operations.record import record_all, record_values
from app.cases.states import CASE
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.messages import msg
from app.core.states import begin_many
from app.policy.actors import Actor


def open_cases(
    session: Session,
    new: Sequence[NewHousehold],
    *,
    first: dict[str, int],
    source: str,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Ids of the new cases, in the order of `new`. `first` is each county's next serial and is counted on.

    Raises Refusal when somebody was registered meanwhile; the caller's transaction must then be given up.
    """
    try:
        households = _add_households(session, new, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(msg("刚刚有人把其中的一户登记进来了。这次没有写入，请重新试读一遍。")) from error
    rows = [
        case_values(h, i, case_no=_take_number(first, h, now), source=source, actor=actor)
        for h, i in zip(new, households, strict=True)
    ]
    ids = begin_many(session, CASE, Case, rows, actor=actor, now=now)
    opened = [
        record_values(
            case_id,
            kind="step",
            text=opening_text(on_behalf=row["on_behalf"]),
            source_ref=f"case/{case_id}/open",
            actor=actor,
            now=now,
        )
        for case_id, row in zip(ids, rows, strict=True)
    ]
    record_all(session, opened)
    return ids


def _add_households(
    session: Session, new: Sequence[NewHousehold], *, actor: Actor, now: datetime
) -> list[int]:
    made = {"created_at": now, "created_by": actor.label}
    insertion = insert(Household).returning(Household.id, sort_by_parameter_order=True)
    ids = list(session.scalars(insertion, [household_values(h) | made for h in new])) if new else []
    members = [
        member_values(m) | made | {"household_id": household_id}
        for h, household_id in zip(new, ids, strict=True)
        for m in h.members
    ]
    if members:
        session.execute(insert(Member), members)
    return ids


def _take_number(first: dict[str, int], new: NewHousehold, now: datetime) -> str:
    county = new.village_code[:6]
    serial = first[county]
    first[county] = serial + 1
    return case_number(county, local_day(now), serial)
