"""The lists of the room's pages: what stands out first, then the rest, a page at a time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import Case
from app.core.clock import local_day
from app.core.paging import Page, paged
from app.followup.models import FilingCheck, OfficeVisit, PairTie, ProposalDraft, Tie
from app.followup.queries import LIVE_TIES
from app.followup.queries.clocks import CONFIRM_WD, last_day_in_time
from app.followup.states import DraftState, FilingCheckState, OfficeVisitState, PairState, TieState
from app.needs.models import Need
from app.policy.actors import Actor, Role
from app.policy.catalogue import ITEMS

SHOWS = ("live", "care", "mine", "done", "ended")
PAIR_SHOWS = ("open", "asking", "agreed", "active", "over")
SENT = (DraftState.SENT, DraftState.CHOSEN, DraftState.DECLINED, DraftState.EXPIRED)
_PAIR_STATES = {
    "open": (PairState.ASKING, PairState.AGREED, PairState.ACTIVE),
    "asking": (PairState.ASKING,),
    "agreed": (PairState.AGREED,),
    "active": (PairState.ACTIVE,),
    "over": (PairState.DECLINED, PairState.ENDED),
}


def _in_area(actor: Actor) -> ColumnElement[bool]:
    return Need.area.startswith(actor.area, autoescape=True)


def stands_out(now: datetime) -> ColumnElement[bool]:
    """A clock of the tie is broken, or the household found what came unfit."""
    day = local_day(now)
    in_time = last_day_in_time(day, CONFIRM_WD)
    return or_(
        and_(Tie.state == TieState.HELD, Tie.contact_due < now),
        and_(Tie.state == TieState.COMMITTED, or_(Tie.disputed_on.is_not(None), Tie.date_by < day)),
        and_(Tie.state == TieState.ARRIVED, Tie.arrived_on < in_time),
        and_(Tie.state == TieState.HANDED_OVER, Tie.handed_on < in_time),
    )


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Ties whose next step is this person's."""
    confirm = and_(
        Tie.state == TieState.HANDED_OVER,
        Tie.handed_by_key.is_distinct_from(actor.person_key),
        Tie.counted_by_key.is_distinct_from(actor.person_key),
    )
    hand_over = or_(
        Tie.state == TieState.ARRIVED,
        and_(Tie.state == TieState.COMMITTED, Tie.kind == "service"),
        and_(Tie.state == TieState.COMMITTED, Tie.kind == "money", Tie.purchase.is_not(None)),
    )
    receive = and_(Tie.state == TieState.COMMITTED, Tie.kind == "goods")
    call = Tie.state == TieState.HELD
    mine: dict[str, ColumnElement[bool]] = {
        Role.VILLAGE_WORKER: or_(confirm, hand_over),
        Role.TOWNSHIP_OFFICER: or_(confirm, hand_over, call),
        Role.TOWNSHIP_LEAD: confirm,
        Role.COUNTY_SWD: or_(call, receive),
    }
    return mine.get(actor.role, false())


def _shown(show: str, actor: Actor, now: datetime) -> ColumnElement[bool]:
    return {
        "live": Tie.state.in_(LIVE_TIES),
        "care": stands_out(now),
        "mine": waits_for(actor),
        "done": Tie.state == TieState.CONFIRMED,
        "ended": Tie.state == TieState.ENDED,
    }[show]


def tie_counts(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How many stand under each heading, and how many of the live ones in each state."""
    columns = [func.sum(case((_shown(show, actor, now), 1), else_=0)) for show in SHOWS]
    columns += [func.sum(case((Tie.state == state, 1), else_=0)) for state in LIVE_TIES]
    row = session.execute(select(*columns).select_from(Tie).join(Need).where(_in_area(actor))).one()
    return {name: int(n or 0) for name, n in zip((*SHOWS, *LIVE_TIES), row, strict=True)}


def ties_page(
    session: Session, actor: Actor, now: datetime, *, show: str, q: str = "", kind: str = "", page: int = 1
) -> Page:
    """`show` is one of SHOWS; `q` a project's or case's number, or part of an item's name."""
    statement = select(Tie).join(Need).join(Case).where(_in_area(actor), _shown(show, actor, now))
    if kind:
        statement = statement.where(Tie.kind == kind)
    if q:
        statement = statement.where(_matches(q))
    newest = show in ("done", "ended")
    order = (Tie.id.desc(),) if newest else (case((stands_out(now), 0), else_=1), _by_urgency(), Tie.id)
    statement = statement.options(joinedload(Tie.need).joinedload(Need.case)).order_by(*order)
    return paged(session, statement, page)


def _by_urgency() -> ColumnElement[int]:
    return case(
        (Need.urgency == "urgent", 0),
        (Need.urgency == "important", 1),
        (Need.urgency == "deferred", 2),
        else_=3,
    )


def _matches(q: str) -> ColumnElement[bool]:
    codes = [code for code, item in ITEMS.items() if q in item.name]
    number = q.upper()
    return or_(
        Tie.project_id.contains(number, autoescape=True),
        Case.case_no.contains(number, autoescape=True),
        Need.item_code.in_(codes),
    )


def pair_counts(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(PairTie.state, func.count()).join(Need).where(_in_area(actor)).group_by(PairTie.state)
    )
    found: dict[str, int] = {state: n for state, n in rows}
    return {show: sum(found.get(s, 0) for s in states) for show, states in _PAIR_STATES.items()}


def pairs_page(session: Session, actor: Actor, *, show: str, page: int = 1) -> Page:
    """Those that wait for an answer first, then the rest."""
    first = case((PairTie.state == PairState.ASKING, 0), (PairTie.state == PairState.AGREED, 1), else_=2)
    statement = (
        select(PairTie)
        .join(Need)
        .where(_in_area(actor), PairTie.state.in_(_PAIR_STATES[show]))
        .options(joinedload(PairTie.need).joinedload(Need.case), selectinload(PairTie.visits))
        .order_by(first, PairTie.id.desc() if show == "over" else PairTie.id)
    )
    return paged(session, statement, page)


def visits_waiting(session: Session, actor: Actor, now: datetime) -> Sequence[OfficeVisit]:
    """Planned ones to answer, logged ones to confirm, agreed ones whose hour has passed, in this area."""
    waiting = or_(
        OfficeVisit.state.in_((OfficeVisitState.PLANNED, OfficeVisitState.LOGGED)),
        and_(OfficeVisit.state == OfficeVisitState.ACCEPTED, OfficeVisit.planned_at < now),
    )
    return session.scalars(
        select(OfficeVisit)
        .join(PairTie)
        .join(Need)
        .where(waiting, _in_area(actor))
        .options(joinedload(OfficeVisit.pair).joinedload(PairTie.need).joinedload(Need.case))
        .order_by(OfficeVisit.concern.desc(), OfficeVisit.planned_at)
        .limit(50)
    ).all()


def needs_with_drafts(session: Session, actor: Actor, *, page: int = 1) -> Page:
    """Needs that the last run brought somebody for, a page of ten."""
    waiting = select(ProposalDraft.need_id).where(ProposalDraft.state == DraftState.DRAFT)
    statement = (
        select(Need)
        .where(Need.id.in_(waiting), _in_area(actor))
        .options(joinedload(Need.case))
        .order_by(_by_urgency(), Need.id)
    )
    return paged(session, statement, page, size=10)


def drafts_waiting(session: Session, need_ids: Sequence[int]) -> dict[int, list[ProposalDraft]]:
    """The drafts of each need in the order of the run."""
    rows = session.scalars(
        select(ProposalDraft)
        .where(ProposalDraft.need_id.in_(need_ids), ProposalDraft.state == DraftState.DRAFT)
        .options(joinedload(ProposalDraft.need).joinedload(Need.case))
        .order_by(ProposalDraft.need_id, ProposalDraft.rank, ProposalDraft.id)
    )
    found: dict[int, list[ProposalDraft]] = {}
    for draft in rows:
        found.setdefault(draft.need_id, []).append(draft)
    return found


def sent_waiting(session: Session, need_ids: Sequence[int]) -> dict[int, list[ProposalDraft]]:
    """What went out for each need and is not answered yet."""
    rows = session.scalars(
        select(ProposalDraft)
        .where(ProposalDraft.need_id.in_(need_ids), ProposalDraft.state == DraftState.SENT)
        .order_by(ProposalDraft.need_id, ProposalDraft.rank)
    )
    found: dict[int, list[ProposalDraft]] = {}
    for draft in rows:
        found.setdefault(draft.need_id, []).append(draft)
    return found


def drafts_sent(session: Session, actor: Actor, *, page: int = 1) -> Page:
    statement = (
        select(ProposalDraft)
        .join(Need)
        .where(_in_area(actor), ProposalDraft.state.in_(SENT), ProposalDraft.expires_on.is_not(None))
        .options(joinedload(ProposalDraft.need).joinedload(Need.case))
        .order_by(ProposalDraft.id.desc())
    )
    return paged(session, statement, page)


def filings_waiting(session: Session, actor: Actor) -> Sequence[FilingCheck]:
    waiting = (FilingCheckState.SUBMITTED, FilingCheckState.CHECKED)
    statement = select(FilingCheck).where(FilingCheck.state.in_(waiting), FilingCheck.area == actor.county)
    return session.scalars(statement.order_by(FilingCheck.id)).all()


def filings_done(session: Session, actor: Actor, *, page: int = 1) -> Page:
    decided = (FilingCheckState.VALID, FilingCheckState.REJECTED)
    statement = select(FilingCheck).where(FilingCheck.state.in_(decided), FilingCheck.area == actor.county)
    return paged(session, statement.order_by(FilingCheck.id.desc()), page)
