"""Needs come in with a case, are listed, and confirmed with its determination."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import BatchItem, Case
from app.cases.operations import entry as case_entry
from app.cases.operations import filing
from app.cases.states import CaseState
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.states import advance, begin, begin_many, require
from app.needs.models import Need
from app.needs.queries import needs_of
from app.needs.states import NEED, NeedState
from app.policy.actors import SYSTEM, Actor
from app.policy.catalogue import ITEMS

_SERIAL = re.compile(r"(\d+)$")


@dataclass(frozen=True)
class NewNeed:
    """`action_no` is the action it is filed under; the published one is always the catalogue's (decisions
    20)."""

    need_ref: str
    item_code: str
    qty: int
    urgency: str
    action_no: int = 0
    budget_fen: int | None = None
    option: str = ""
    frequency: str = "once"
    description: str = ""


def raise_need(session: Session, case: Case, new: NewNeed, *, actor: Actor, now: datetime) -> Need:
    """Raises BadInput for an item that the catalogue does not have or an option that is not the item's."""
    _require_known(new)
    need = Need(case=case, **_need_values(new, case_id=case.id, area=case.area))
    begin(session, NEED, need, actor=actor, now=now)
    return need


def write_down(session: Session, case: Case, new: NewNeed, *, actor: Actor, now: datetime) -> Need:
    """The village puts a need on its list; of a filed household it goes to the township at once.

    Raises Refusal while the list is not with the village, BadInput as `raise_need` does.
    """
    if case.state not in (*case_entry.WITH_THE_VILLAGE, CaseState.FILED):
        raise Refusal(msg("清单现在不在村里，不能改。要改，请乡镇先退回。"))
    need = raise_need(session, case, new, actor=actor, now=now)
    if case.state == CaseState.FILED:
        list_later_need(session, need, actor=actor, now=now)
    return need


def raise_needs(
    session: Session, new: Sequence[tuple[int, str, NewNeed]], *, actor: Actor, now: datetime
) -> list[int]:
    """Many needs in few statements, for imports: (case id, its village, need). Returns their ids in order."""
    for _case_id, _area, need in new:
        _require_known(need)
    rows = [_need_values(need, case_id=case_id, area=area) for case_id, area, need in new]
    return begin_many(session, NEED, Need, rows, actor=actor, now=now)


def _require_known(new: NewNeed) -> None:
    found = ITEMS.get(new.item_code)
    if found is None:
        raise BadInput(
            msg("需求项目“{code}”不在目录里。请从列表里选。", code=new.item_code), field="item_code"
        )
    if new.option and new.option not in found.options:
        raise BadInput(
            msg("“{option}”不是{name}的选项。", option=new.option, name=found.name), field="option"
        )


def _need_values(new: NewNeed, *, case_id: int, area: str) -> dict[str, Any]:
    return {
        "need_ref": new.need_ref,
        "case_id": case_id,
        "area": area,
        "county_code": area[:6],
        "item_code": new.item_code,
        "action_no": new.action_no or ITEMS[new.item_code].action_no,
        "qty": new.qty,
        "residual_qty": new.qty,
        "option": new.option or None,
        "frequency": new.frequency,
        "budget_fen": new.budget_fen,
        "urgency": new.urgency,
        "description": new.description or None,
    }


def next_need_ref(session: Session, case: Case) -> str:
    """Counts on from the highest: a draft that was taken off leaves no number to be used twice."""
    serials = [
        int(found.group(1)) for n in needs_of(session, case.id) if (found := _SERIAL.search(n.need_ref))
    ]
    return f"{case.household.household_ref}-N{max(serials, default=0) + 1}"


def drop_draft(session: Session, need: Need, *, actor: Actor) -> None:
    """Takes a need off the list again; possible only before it was sent to the township."""
    require(actor, "need.list", need)
    if need.state != NeedState.DRAFT:
        raise Refusal(msg("这一项已经报走了，不能再删。"))
    session.delete(need)
    session.flush()


def submit_list(session: Session, case: Case, *, note: str = "", actor: Actor, now: datetime) -> None:
    """The village sends difficulties and needs to the township. Raises Refusal when no need is listed."""
    drafts = [n for n in needs_of(session, case.id) if n.state == NeedState.DRAFT]
    for need in drafts:
        advance(session, NEED, need, "list", actor=actor, now=now)
    if not any(n.state == NeedState.LISTED for n in needs_of(session, case.id)):
        raise Refusal(msg("需求清单还是空的。至少列一项需求。"))
    case_entry.submit_list(session, case, note=note, actor=actor, now=now)


def list_later_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """A need found after filing; no new evaluation, noted for the next consultation (domain 4.4)."""
    advance(session, NEED, need, "list", actor=actor, now=now)


def confirm_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """The township signs a need of a case that is filed already; it starts at once."""
    advance(session, NEED, need, "confirm", actor=actor, now=now)
    if need.case.state == "filed":
        begin_need(session, need, now=now)


def determine(
    session: Session,
    case: Case,
    *,
    accepted: bool,
    meeting_on: date,
    ref_no: str,
    reason: str,
    dropped: frozenset[int] = frozenset(),
    actor: Actor,
    now: datetime,
) -> None:
    """The township decides on the case and keeps or drops each listed need."""
    case_entry.determine(
        session,
        case,
        accepted=accepted,
        meeting_on=meeting_on,
        ref_no=ref_no,
        reason=reason,
        actor=actor,
        now=now,
    )
    for need in needs_of(session, case.id):
        if need.state == NeedState.LISTED:
            keep = accepted and need.id not in dropped
            advance(
                session,
                NEED,
                need,
                "confirm" if keep else "drop",
                actor=actor,
                now=now,
                reason=reason or None,
            )


def file_item(session: Session, item: BatchItem, *, actor: Actor, now: datetime) -> None:
    """The county files a case; its confirmed needs start at step ①."""
    case = filing.file_item(session, item, actor=actor, now=now)
    begin_needs(session, case, actor=actor, now=now)


def begin_needs(session: Session, case: Case, *, actor: Actor, now: datetime) -> None:
    for need in needs_of(session, case.id):
        if need.state == NeedState.CONFIRMED:
            begin_need(session, need, now=now, actor=actor)


def begin_need(session: Session, need: Need, *, now: datetime, actor: Actor | None = None) -> None:
    from_whom = actor or SYSTEM
    advance(session, NEED, need, "begin", actor=from_whom, now=now)
    need.cascade_stage = 1
