"""What waits once somebody has come forward: calls, arrivals, handing over, confirming, the household's yes,
visits."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import local_day
from app.core.messages import Message, msg
from app.followup.models import FilingCheck, Inquiry, OfficeVisit, PairTie, ProposalDraft, Tie
from app.followup.queries.inquiries import inquiries_in, inquiries_past
from app.followup.states import DraftState, FilingCheckState, OfficeVisitState, PairState, TieState
from app.needs.models import Need
from app.oversight.queries import doors
from app.oversight.queries.gathering import pile
from app.oversight.queries.need_tasks import place_of
from app.oversight.queries.task import Due, Pile, Task, at_moment, on_day
from app.policy.actors import Actor, Role
from app.policy.calendar import add_working_days
from app.policy.regions import display_name

CONFIRM_WD = 3
ASK_WD = 5


def _ties(actor: Actor, *states: TieState) -> Select[Tie]:
    return (
        select(Tie)
        .join(Need, Tie.need_id == Need.id)
        .where(Tie.state.in_(states), Need.area.startswith(actor.area))
        .options(joinedload(Tie.need).joinedload(Need.case))
    )


def _tie_task(tie: Tie, kind: str, title: Message, why: Message, act: Message, due: Due | None) -> Task:
    return Task(
        kind=kind,
        ref=tie.id,
        title=Message(title.text, {"what": tie.need.title, **title.values}),
        where=f"{place_of(tie.need)} · {tie.project_id}",
        why=why,
        act=act,
        endpoint=doors.TIE,
        args={"tie_id": tie.id},
        due=due,
        urgency=tie.need.urgency,
    )


def ties_to_call(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(tie: Tie) -> Task:
        why = msg("有人认领了，下一个工作日前联系上")
        return _tie_task(
            tie, "tie.call", msg("给认领人回电话：{what}"), why, msg("去回电"), at_moment(tie.contact_due)
        )

    statement = _ties(actor, TieState.HELD).order_by(Tie.contact_due, Tie.id)
    listed: dict[str, Any] = {"kind": "tie.call", "heading": msg("要回电话的"), "icon": "phone"}
    return pile(session, statement, make, **listed, endpoint=doors.TIES)


def ties_to_receive(session: Session, actor: Actor, now: datetime) -> Pile:
    """Goods on their way to the county reception point."""

    def make(tie: Tie) -> Task:
        why = msg("说定这天前送到县接收点，到了点收")
        return _tie_task(tie, "tie.receive", msg("等着点收：{what}"), why, msg("去点收"), on_day(tie.date_by))

    statement = _ties(actor, TieState.COMMITTED).where(Tie.kind == "goods").order_by(Tie.date_by, Tie.id)
    listed: dict[str, Any] = {"kind": "tie.receive", "heading": msg("说定了，等送到的"), "icon": "truck"}
    return pile(session, statement, make, **listed, endpoint=doors.TIES)


def ties_to_hand_over(session: Session, actor: Actor, now: datetime) -> Pile:
    """Goods that arrived, services that are promised, money whose purchase is recorded."""

    def make(tie: Tie) -> Task:
        due = on_day(add_working_days(tie.arrived_on, CONFIRM_WD)) if tie.arrived_on else on_day(tie.date_by)
        if tie.kind == "service":
            why = msg("说定这天前办，由村里联系人陪着；办完要有签收")
            return _tie_task(tie, "tie.hand", msg("陪着办：{what}"), why, msg("去办"), due)
        bought = msg("慈善组织买好了，交到家里要有签收")
        why = bought if tie.kind == "money" else msg("东西到县里了，交到家里要有签收")
        return _tie_task(tie, "tie.hand", msg("送到家里：{what}"), why, msg("去送"), due)

    ready = or_(Tie.state == TieState.ARRIVED, Tie.kind == "service", Tie.purchase.is_not(None))
    statement = _ties(actor, TieState.ARRIVED, TieState.COMMITTED).where(ready)
    statement = statement.order_by(func.coalesce(Tie.arrived_on, Tie.date_by), Tie.id)
    listed: dict[str, Any] = {"kind": "tie.hand", "heading": msg("要送到家里的"), "icon": "package-check"}
    return pile(session, statement, make, **listed, endpoint=doors.TIES)


def ties_to_confirm(session: Session, actor: Actor, now: datetime) -> Pile:
    """Never by the one who counted or handed over (I-24)."""

    def make(tie: Tie) -> Task:
        due = on_day(add_working_days(tie.handed_on, CONFIRM_WD)) if tie.handed_on else None
        why = msg("已交到家里，问一句合不合用")
        return _tie_task(tie, "tie.confirm", msg("问家里合不合用：{what}"), why, msg("去确认"), due)

    statement = _ties(actor, TieState.HANDED_OVER)
    statement = statement.where(Tie.handed_by_key.is_distinct_from(actor.person_key))
    statement = statement.where(Tie.counted_by_key.is_distinct_from(actor.person_key))
    listed: dict[str, Any] = {"kind": "tie.confirm", "heading": msg("要确认合用的"), "icon": "check"}
    return pile(session, statement.order_by(Tie.handed_on, Tie.id), make, **listed, endpoint=doors.TIES)


def _pairs(actor: Actor, state: PairState) -> Select[PairTie]:
    return (
        select(PairTie)
        .join(Need, PairTie.need_id == Need.id)
        .where(PairTie.state == state, Need.area.startswith(actor.area))
        .options(joinedload(PairTie.need).joinedload(Need.case))
        .order_by(PairTie.id)
    )


def _pair_task(pair: PairTie, kind: str, title: Message, why: Message, act: Message, due: Due | None) -> Task:
    return Task(
        kind=kind,
        ref=pair.id,
        title=Message(title.text, {"what": pair.need.item.name}),
        where=place_of(pair.need),
        why=why,
        act=act,
        endpoint=doors.PAIR,
        args={"pair_id": pair.id},
        due=due,
        urgency=pair.need.urgency,
    )


def pairs_to_ask(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(pair: PairTie) -> Task:
        due = on_day(add_working_days(local_day(pair.created_at), ASK_WD))
        why = msg("有志愿者愿意，先问家里肯不肯；不肯也不影响别的")
        return _pair_task(pair, "pair.ask", msg("问家里愿不愿意结对：{what}"), why, msg("去问"), due)

    listed: dict[str, Any] = {"kind": "pair.ask", "heading": msg("要问家里的结对"), "icon": "message-circle"}
    return pile(session, _pairs(actor, PairState.ASKING), make, **listed, endpoint=doors.PAIRS)


def pairs_to_plan(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(pair: PairTie) -> Task:
        why = msg("家里同意了，定好多久来一次、谁来联系")
        return _pair_task(pair, "pair.plan", msg("定结对计划：{what}"), why, msg("去定"), None)

    listed: dict[str, Any] = {"kind": "pair.plan", "heading": msg("要定计划的结对"), "icon": "calendar-plus"}
    return pile(session, _pairs(actor, PairState.AGREED), make, **listed, endpoint=doors.PAIRS)


def visits_to_answer(session: Session, actor: Actor, now: datetime) -> Pile:
    """Planned ones to say yes or no to, logged ones to confirm."""

    def make(visit: OfficeVisit) -> Task:
        planned = visit.state == OfficeVisitState.PLANNED
        title = msg("答复来访：{what}") if planned else msg("确认来访：{what}")
        why = msg("志愿者约了时间，家里方便吗") if planned else msg("来过了，时间和说的对得上吗")
        act = msg("去答复") if planned else msg("去确认")
        due = at_moment(visit.planned_at) if planned else None
        return _pair_task(visit.pair, "visit", title, why, act, due)

    waiting = (OfficeVisitState.PLANNED, OfficeVisitState.LOGGED)
    statement = (
        select(OfficeVisit)
        .join(PairTie, OfficeVisit.pair_id == PairTie.id)
        .join(Need, PairTie.need_id == Need.id)
        .where(OfficeVisit.state.in_(waiting), Need.area.startswith(actor.area))
        .options(joinedload(OfficeVisit.pair).joinedload(PairTie.need).joinedload(Need.case))
        .order_by(OfficeVisit.planned_at, OfficeVisit.id)
    )
    listed: dict[str, Any] = {"kind": "visit", "heading": msg("来访"), "icon": "calendar-check"}
    return pile(session, statement, make, **listed, endpoint=doors.PAIRS)


def proposals_to_send(session: Session, actor: Actor, now: datetime) -> Pile:
    """One task for each need: its assigned partner and the alternatives stand side by side."""
    firsts = (
        select(ProposalDraft)
        .join(Need, ProposalDraft.need_id == Need.id)
        .where(
            ProposalDraft.state == DraftState.DRAFT, ProposalDraft.rank == 1, Need.area.startswith(actor.area)
        )
        .options(joinedload(ProposalDraft.need).joinedload(Need.case))
        .order_by(ProposalDraft.id)
    )

    def make(draft: ProposalDraft) -> Task:
        return Task(
            kind="proposal",
            ref=draft.id,
            title=msg("看配对建议：{what}", what=draft.need.title),
            where=f"{place_of(draft.need)} · {draft.project_id}",
            why=msg("排好了人选，你看过才发出去"),
            act=msg("去看"),
            endpoint=doors.PROPOSALS,
            urgency=draft.need.urgency,
        )

    listed: dict[str, Any] = {"kind": "proposal", "heading": msg("要看的配对建议"), "icon": "handshake"}
    return pile(session, firsts, make, **listed, endpoint=doors.PROPOSALS)


def filing_checks(session: Session, actor: Actor, now: datetime) -> Pile:
    """The officer compares with the register, the lead decides."""
    lead = actor.role == Role.COUNTY_SWD_LEAD
    state = FilingCheckState.CHECKED if lead else FilingCheckState.SUBMITTED
    statement = select(FilingCheck).where(FilingCheck.state == state, FilingCheck.area.startswith(actor.area))

    def make(check: FilingCheck) -> Task:
        return Task(
            kind="filing_check",
            ref=check.id,
            title=msg("定：{what}", what=check.name) if lead else msg("核备案：{what}", what=check.name),
            where=f"{display_name(check.area)} · {check.organisation}",
            why=msg("慈善组织的项目，备案对上了才能收钱"),
            act=msg("去定") if lead else msg("去核"),
            endpoint=doors.FILING_CHECKS,
        )

    listed: dict[str, Any] = {"kind": "filing_check", "heading": msg("慈善项目备案"), "icon": "receipt"}
    return pile(session, statement.order_by(FilingCheck.id), make, **listed, endpoint=doors.FILING_CHECKS)


def inquiries_to_answer(session: Session, actor: Actor, now: datetime) -> Pile:
    """The officer sees all that wait; the lead those whose days are over."""
    lead = actor.role == Role.COUNTY_SWD_LEAD
    statement = inquiries_past(actor, local_day(now)) if lead else inquiries_in(actor, waiting=True)

    def make(inquiry: Inquiry) -> Task:
        return Task(
            kind="inquiry",
            ref=inquiry.id,
            title=msg("答复一句询问：{what}", what=inquiry.need.title),
            where=f"{place_of(inquiry.need)} · {inquiry.project_id}",
            why=msg("过了答复的日子，还没有人答") if lead else msg("有人看中这一件，先问一句"),
            act=msg("去看") if lead else msg("去答复"),
            endpoint=doors.INQUIRY,
            args={"inquiry_id": inquiry.id},
            due=on_day(inquiry.due_on),
            urgency=inquiry.need.urgency,
        )

    loaded = statement.options(joinedload(Inquiry.need).joinedload(Need.case))
    listed: dict[str, Any] = {"kind": "inquiry", "heading": msg("私下的询问"), "icon": "message-circle"}
    return pile(session, loaded, make, **listed, endpoint=doors.INQUIRIES)
