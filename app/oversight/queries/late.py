"""What is past its time in an area, and who is being waited for: the same clocks as the tasks, seen from
above."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models.office import Unit
from app.accounts.queries.sessions import units_in
from app.cases.models import Case, EntryBatch
from app.cases.states import BatchState, CaseState
from app.core.clock import at_local, local_day
from app.core.messages import Message, msg
from app.followup.models import Inquiry, OfficeVisit, PairTie, Tie
from app.followup.states import InquiryState, OfficeVisitState, PairState, TieState
from app.needs.models import CascadeBypass, CascadeOutcome, Need
from app.needs.states import BypassState, NeedState, OutcomeState
from app.oversight.queries import doors
from app.oversight.queries.followup_tasks import ASK_WD, CONFIRM_WD
from app.oversight.queries.gathering import waiting_since
from app.oversight.queries.need_tasks import answer_due
from app.oversight.queries.task import Due, at_moment, on_day
from app.policy.calendar import add_working_days
from app.policy.regions import display_name
from app.releases.queries.fourth import fiscal_answer, fiscal_due

BYPASS_HOURS = 24
COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Late:
    """`area` is the village or township that it counts for; `who` is the person or office waited for."""

    title: Message
    number: str
    area: str
    who: Message
    due: Due
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return display_name(self.area)


def late_in(session: Session, area: str, now: datetime) -> list[Late]:
    """All of it, the longest past its time first. An empty area would be the whole region: it finds
    nothing."""
    if not area:
        return []
    found = [
        *_cases(session, area, now),
        *_batches(session, area),
        *_answers(session, area),
        *_owed(session, area),
        *_fiscal(session, area),
        *_bypasses(session, area),
        *_ties(session, area),
        *_pairs(session, area),
        *_visits(session, area),
        *_inquiries(session, area),
    ]
    return sorted((x for x in found if x.due.late(now)), key=lambda x: (x.due.at, x.number, x.title.text))


_CASE_WAITS = {
    CaseState.UNDER_DETERMINATION: (msg("研究认定"), msg("{place}分管领导")),
    CaseState.OBJECTED: (msg("答复县里的异议"), msg("{place}分管领导")),
    CaseState.RETURNED_VILLAGE: (msg("补材料再报"), msg("{place}的村里")),
}


def _cases(session: Session, area: str, now: datetime) -> Iterator[Late]:
    statement = select(Case).where(
        Case.area.startswith(area), Case.due_on < local_day(now), Case.state.in_(list(_CASE_WAITS))
    )
    for case in session.scalars(statement):
        title, who = _CASE_WAITS[CaseState(case.state)]
        due = on_day(case.due_on)
        if due is not None:
            who = msg(who.text, place=display_name(case.area[:9]))
            yield Late(title, case.case_no, case.area, who, due, doors.CASE, {"case_id": case.id})


def _batches(session: Session, area: str) -> Iterator[Late]:
    open_states = (BatchState.SUBMITTED, BatchState.REVIEWING)
    statement = select(EntryBatch).where(EntryBatch.area.startswith(area), EntryBatch.state.in_(open_states))
    for batch in session.scalars(statement):
        due = on_day(batch.due_on)
        if due is not None:
            title, args = msg("备案批次"), {"batch_id": batch.id}
            yield Late(title, batch.batch_no, batch.area, msg("县社工部经办"), due, doors.BATCH, args)


def _answers(session: Session, area: str) -> Iterator[Late]:
    """First actions on a need: of a department (①) or of the unit that looks after the household (②)."""
    recorded = select(CascadeOutcome.need_id).where(CascadeOutcome.state == OutcomeState.RECORDED)
    stages = (NeedState.STAGE1, NeedState.STAGE2)
    statement = select(Need).where(
        Need.area.startswith(area), Need.state.in_(stages), Need.id.not_in(recorded)
    )
    needs = session.scalars(statement.options(joinedload(Need.case))).all()
    since = waiting_since(session, "need", [n.id for n in needs])
    units = units_in(session, area[:6])
    for need in needs:
        due = answer_due(need, since.get(need.id))
        if due is not None:
            title = msg("{what}：等第①步回话" if need.stage == 1 else "{what}：等第②步回话", what=need.title)
            yield Late(
                title,
                need.case.case_no,
                need.area,
                who_answers(need, units),
                due,
                doors.NEED,
                {"need_id": need.id},
            )


_OWED = {
    1: msg("{what}：急难直通欠的第①步").text,
    2: msg("{what}：急难直通欠的第②步").text,
}


def _owed(session: Session, area: str) -> Iterator[Late]:
    """Steps that an urgent bypass went past stay due, as they were (I-11)."""
    statement = select(Need).where(Need.area.startswith(area), Need.bypassed)
    needs = session.scalars(statement.options(joinedload(Need.case), joinedload(Need.bypass))).all()
    units = units_in(session, area[:6])
    for need, stage in ((n, s) for n in needs for s in n.owed):
        filed = need.case.filed_on
        due = answer_due(need, at_local(filed)) if filed else None
        if due is not None:
            title = msg(_OWED[stage], what=need.title)
            who, args = who_answers(need, units, stage), {"need_id": need.id}
            yield Late(title, need.case.case_no, need.area, who, due, doors.NEED, args)


def _fiscal(session: Session, area: str) -> Iterator[Late]:
    """Step ④: the finance bureau has not answered."""
    statement = select(Need).where(Need.area.startswith(area), Need.state == NeedState.STAGE4)
    for need in session.scalars(statement.options(joinedload(Need.case), selectinload(Need.outcomes))):
        due = on_day(fiscal_due(need)) if fiscal_answer(need) is None else None
        if due is not None:
            title, args = msg("{what}：等第④步回话", what=need.title), {"need_id": need.id}
            yield Late(title, need.case.case_no, need.area, msg("县财政局"), due, doors.FOURTH_NEED, args)


def who_answers(need: Need, units: Sequence[Unit], stage: int = 0) -> Message:
    """By name where there is one; a household without a unit waits for the county to name it."""
    if (stage or need.stage) == 1:
        names = [u.name for u in units if need.action_no in u.actions and not u.safeguarding]
        return msg("{unit}", unit="、".join(names[:2])) if names else msg("管这一类的部门")
    name = next((u.name for u in units if u.id == need.unit_id), "")
    return msg("{unit}", unit=name) if name else msg("县社工部，先定包抓单位")


def _bypasses(session: Session, area: str) -> Iterator[Late]:
    statement = (
        select(CascadeBypass)
        .join(Need)
        .where(CascadeBypass.state == BypassState.ASKED, Need.area.startswith(area))
    )
    statement = statement.options(joinedload(CascadeBypass.need).joinedload(Need.case))
    for bypass in session.scalars(statement):
        need, due = bypass.need, at_moment(bypass.created_at + timedelta(hours=BYPASS_HOURS))
        title = msg("{what}：批急难直通", what=need.title)
        if due is not None:
            yield Late(
                title,
                need.case.case_no,
                need.area,
                msg("县社工部负责人"),
                due,
                doors.NEED,
                {"need_id": need.id},
            )


_TIE_WAITS = {
    TieState.HELD: (msg("{what}：给认领人回电话"), msg("县社工部或乡镇经办")),
    TieState.COMMITTED: (msg("{what}：说定了，还没送到"), msg("认领人")),
    TieState.ARRIVED: (msg("{what}：从县接收点送到家里"), msg("乡镇经办或村里")),
    TieState.HANDED_OVER: (msg("{what}：问家里合不合用"), msg("村里或乡镇，没经手的一位")),
}


def tie_due(tie: Tie) -> Due | None:
    """When the next step of a claim is due."""
    if tie.state == TieState.HELD:
        return at_moment(tie.contact_due)
    if tie.state == TieState.COMMITTED:
        return on_day(tie.date_by)
    day = {TieState.ARRIVED: tie.arrived_on, TieState.HANDED_OVER: tie.handed_on}.get(TieState(tie.state))
    return on_day(add_working_days(day, CONFIRM_WD)) if day else None


def pair_due(pair: PairTie) -> Due | None:
    """The household is asked within so many working days."""
    return on_day(add_working_days(local_day(pair.created_at), ASK_WD))


def _with_need(statement: Select[Any], thing: Any, area: str) -> Select[Any]:
    return (
        statement.join(Need, thing.need_id == Need.id)
        .where(Need.area.startswith(area))
        .options(joinedload(thing.need).joinedload(Need.case))
    )


def _ties(session: Session, area: str) -> Iterator[Late]:
    statement = _with_need(select(Tie).where(Tie.state.in_(list(_TIE_WAITS))), Tie, area)
    for tie in session.scalars(statement):
        (title, who), due = _TIE_WAITS[TieState(tie.state)], tie_due(tie)
        if due is not None:
            title = msg(title.text, what=tie.need.item.name)
            yield Late(title, tie.project_id, tie.need.area, who, due, doors.TIE, {"tie_id": tie.id})


def _pairs(session: Session, area: str) -> Iterator[Late]:
    statement = _with_need(select(PairTie).where(PairTie.state == PairState.ASKING), PairTie, area)
    for pair in session.scalars(statement):
        due, title = pair_due(pair), msg("{what}：问家里愿不愿意结对", what=pair.need.item.name)
        who = msg("{place}的村里", place=display_name(pair.need.area))
        if due is not None:
            yield Late(title, pair.project_id, pair.need.area, who, due, doors.PAIR, {"pair_id": pair.id})


def _visits(session: Session, area: str) -> Iterator[Late]:
    statement = (
        select(OfficeVisit)
        .join(PairTie, OfficeVisit.pair_id == PairTie.id)
        .join(Need, PairTie.need_id == Need.id)
        .where(OfficeVisit.state == OfficeVisitState.PLANNED, Need.area.startswith(area))
        .options(joinedload(OfficeVisit.pair).joinedload(PairTie.need))
    )
    for visit in session.scalars(statement):
        pair, due = visit.pair, at_moment(visit.planned_at)
        who = msg("{place}的村里", place=display_name(pair.need.area))
        title = msg("{what}：答复来访时间", what=pair.need.item.name)
        if due is not None:
            yield Late(title, pair.project_id, pair.need.area, who, due, doors.PAIR, {"pair_id": pair.id})


def _inquiries(session: Session, area: str) -> Iterator[Late]:
    """They are the county's own affair: a township does not hear of them."""
    if len(area) > COUNTY_DIGITS:
        return
    statement = _with_need(select(Inquiry).where(Inquiry.state == InquiryState.ASKED), Inquiry, area)
    for inquiry in session.scalars(statement):
        due, args = on_day(inquiry.due_on), {"inquiry_id": inquiry.id}
        title, who = msg("{what}：答复一句询问", what=inquiry.need.item.name), msg("县社工部经办")
        if due is not None:
            yield Late(title, inquiry.project_id, inquiry.need.area, who, due, doors.INQUIRY, args)
