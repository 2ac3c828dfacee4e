"""What waits in the needs room: confirming, the answers of steps ① and ②, bypasses, closing."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cases.models import Case
from app.cases.states import CaseState
from app.core.clock import at_local, local_day
from app.core.messages import Message, msg
from app.needs.models import OUTCOMES, CascadeBypass, CascadeOutcome, Need
from app.needs.queries import bypasses_to_approve, in_scope, needs_to_record, outcomes_to_verify
from app.needs.states import NeedState
from app.oversight.queries import doors
from app.oversight.queries.gathering import pile, pile_of, waiting_since
from app.oversight.queries.task import Due, Pile, Task, at_moment, on_day
from app.policy import parameters
from app.policy.actors import Actor, Role
from app.policy.calendar import add_working_days
from app.policy.regions import display_name
from app.releases.queries.fourth import fiscal_due

_ASKS = {True: msg("{what}：现有政策能不能解决").text, False: msg("{what}：单位能不能帮").text}
_STEPS = {1: "第①步", 2: "第②步", 4: "第④步"}


def answer_due(need: Need, since: datetime | None) -> Due | None:
    """The first action on a need: 急 within hours, the others within working days (domain §9)."""
    if since is None:
        return None
    day = local_day(since)
    if need.urgency == "urgent":
        return at_moment(since + timedelta(hours=parameters.at("answer_hours_urgent", day)))
    return on_day(add_working_days(day, parameters.at(f"answer_wd_{need.urgency}", day)))


def waited(since: datetime | None, day: date) -> Message:
    days = (day - local_day(since)).days if since else 0
    return msg("等了 {n} 天", n=days) if days > 0 else msg("今天刚到")


def place_of(need: Need) -> str:
    return f"{display_name(need.area)} · {need.case.case_no}"


def needs_to_answer(session: Session, actor: Actor, now: datetime) -> Pile:
    """Step ① for a department, step ② for a duty unit, step ④ for the finance bureau; also what an urgent
    bypass went past."""
    needs = needs_to_record(session, actor)
    since = waiting_since(session, "need", [n.id for n in needs])
    first = actor.role == Role.COUNTY_DEPT

    def make(need: Need) -> Task:
        fiscal = first and actor.finance and need.state == NeedState.STAGE4
        asks = "{what}：有没有现有渠道" if fiscal else _ASKS[first]
        owed = msg("急难直通欠下的，期限不变") if need.owed and not fiscal else None
        begun = at_local(need.case.filed_on) if owed and need.case.filed_on else since.get(need.id)
        return Task(
            kind="need.answer",
            ref=need.id,
            title=msg(asks, what=need.title),
            where=place_of(need),
            why=owed or waited(since.get(need.id), local_day(now)),
            act=msg("去回话"),
            endpoint=doors.NEED,
            args={"need_id": need.id},
            due=on_day(fiscal_due(need)) if fiscal else answer_due(need, begun),
            urgency=need.urgency,
        )

    heading = msg("转给我的") if first else msg("我包的户还差的")
    return pile_of(needs, make, kind="need.answer", heading=heading, icon="inbox", endpoint=doors.NEEDS)


def outcomes_to_check(session: Session, actor: Actor, now: datetime) -> Pile:
    """Recorded by one, verified by another: ② by the township, the others by the county office."""

    def make(outcome: CascadeOutcome) -> Task:
        unit = outcome.need.item.unit
        covered = f"{OUTCOMES[outcome.outcome]} {outcome.covered_qty} {unit}" if outcome.covered_qty else ""
        return Task(
            kind="outcome.verify",
            ref=outcome.id,
            title=msg("核对{step}：{what}", step=_STEPS[outcome.stage], what=outcome.need.title),
            where=place_of(outcome.need),
            why=msg("{said}，核对了才算数", said=covered or OUTCOMES[outcome.outcome]),
            act=msg("去核对"),
            endpoint=doors.NEED,
            args={"need_id": outcome.need_id},
            urgency=outcome.need.urgency,
        )

    rows = outcomes_to_verify(session, actor)
    listed: dict[str, Any] = {"kind": "outcome.verify", "heading": msg("要核对的结果"), "icon": "check"}
    return pile_of(rows, make, **listed, endpoint=doors.NEEDS)


def bypasses_asked(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(bypass: CascadeBypass) -> Task:
        return Task(
            kind="bypass.approve",
            ref=bypass.id,
            title=msg("批急难直通：{what}", what=bypass.need.title),
            where=place_of(bypass.need),
            why=msg("{why}，等不得前两步", why=bypass.reason_code),
            act=msg("去批"),
            endpoint=doors.NEED,
            args={"need_id": bypass.need_id},
            due=at_moment(bypass.created_at + timedelta(hours=24)),
            urgency=bypass.need.urgency,
        )

    rows = bypasses_to_approve(session, actor)
    listed: dict[str, Any] = {
        "kind": "bypass.approve",
        "heading": msg("急难直通，等你批"),
        "icon": "life-buoy",
    }
    return pile_of(rows, make, **listed, endpoint=doors.NEEDS)


def _needs_pile(
    session: Session,
    actor: Actor,
    state: NeedState,
    make: Callable[[Need], Task],
    heading: Message,
    icon: str,
) -> Pile:
    statement = in_scope(select(Need).where(Need.state == state), actor)
    statement = statement.options(joinedload(Need.case)).order_by(Need.id)
    return pile(
        session,
        statement,
        make,
        kind=f"need.{state}",
        heading=heading,
        icon=icon,
        endpoint=doors.NEEDS,
        state=str(state),
    )


def needs_to_confirm(session: Session, actor: Actor, now: datetime) -> Pile:
    """Needs found after filing; those of a new case are confirmed with its determination."""

    def make(need: Need) -> Task:
        return Task(
            kind="need.listed",
            ref=need.id,
            title=msg("确认新列的需求：{what}", what=need.title),
            where=place_of(need),
            why=msg("备案后村里补列的"),
            act=msg("去确认"),
            endpoint=doors.NEED,
            args={"need_id": need.id},
            urgency=need.urgency,
        )

    statement = in_scope(select(Need).where(Need.state == NeedState.LISTED), actor).where(
        Case.state == CaseState.FILED
    )
    statement = statement.options(joinedload(Need.case)).order_by(Need.id)
    listed: dict[str, Any] = {
        "kind": "need.listed",
        "heading": msg("要确认的需求"),
        "icon": "clipboard-check",
    }
    return pile(session, statement, make, **listed, endpoint=doors.NEEDS, state=str(NeedState.LISTED))


def needs_to_close(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(need: Need) -> Task:
        return Task(
            kind="need.met",
            ref=need.id,
            title=msg("办结：{what}", what=need.item.name),
            where=place_of(need),
            why=msg("已实现，办结后写回档案"),
            act=msg("去办结"),
            endpoint=doors.NEED,
            args={"need_id": need.id},
        )

    return _needs_pile(session, actor, NeedState.MET, make, msg("可以办结的"), "circle-check")


def households_without_unit(session: Session, actor: Actor, now: datetime) -> Pile:
    """Needs that stand at step ② while nobody is named to take it."""
    statement = (
        select(Case)
        .where(Case.area.startswith(actor.area), Case.duty_unit_id.is_(None))
        .where(Case.id.in_(select(Need.case_id).where(Need.state == NeedState.STAGE2)))
        .order_by(Case.filed_on, Case.id)
    )
    first = _first_needs(session, actor)

    def make(case: Case) -> Task:
        return Task(
            kind="case.no_unit",
            ref=case.id,
            title=msg("定包抓单位"),
            where=f"{display_name(case.area)} · {case.case_no}",
            why=msg("政策办过还有缺口，要有单位来看第②步"),
            act=msg("去定"),
            endpoint=doors.NEED,
            args={"need_id": first[case.id]},
        )

    listed: dict[str, Any] = {
        "kind": "case.no_unit",
        "heading": msg("还没有包抓单位的户"),
        "icon": "building-2",
    }
    return pile(session, statement, make, **listed, endpoint=doors.NEEDS, state=str(NeedState.STAGE2))


def _first_needs(session: Session, actor: Actor) -> dict[int, int]:
    rows: Sequence[Need] = session.scalars(
        select(Need)
        .where(Need.state == NeedState.STAGE2, Need.area.startswith(actor.area))
        .order_by(Need.id.desc())
    ).all()
    return {need.case_id: need.id for need in rows}
