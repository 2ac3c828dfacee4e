"""What waits before publication: preparing, the third look, approving. One task for each sort, with its
count."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.core.clock import at_local, local_day
from app.core.messages import msg
from app.core.outbox import OfficeLetter
from app.needs.models import Need, Referral
from app.needs.queries import referrals_to_approve
from app.needs.states import NeedState
from app.oversight.queries import doors
from app.oversight.queries.gathering import pile, pile_of
from app.oversight.queries.need_tasks import place_of, waited
from app.oversight.queries.task import Due, Pile, Task, at_moment, on_day
from app.policy import parameters
from app.policy.actors import Actor
from app.policy.calendar import next_working_day
from app.policy.regions import display_name
from app.releases.models import NeedProject
from app.releases.operations.letters import LETTERS
from app.releases.queries import last_run
from app.releases.queries.fourth import may_be_referred
from app.releases.queries.review import next_tick
from app.releases.states import ProjectState

GRACE = timedelta(minutes=10)


def before_tick(now: datetime) -> Due | None:
    return at_moment(next_tick(now))


def _count(session: Session, statement: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def needs_to_prepare(session: Session, actor: Actor, now: datetime) -> Pile:
    """Stage-③ needs without a live project; the bypassed ones are matched directly (decisions 19)."""
    live = select(NeedProject.live_key).where(NeedProject.live_key.is_not(None))
    waiting = select(Need.id).where(
        Need.state == NeedState.STAGE3,
        Need.area.startswith(actor.area),
        Need.bypassed.is_(False),
        Need.id.not_in(live),
    )
    total = _count(session, waiting)
    task = Task(
        kind="project.prepare",
        ref=0,
        title=msg("初审 {n} 件可以请社会来接的", n=total),
        where=display_name(actor.area),
        why=msg("审完交给负责人，赶下周一的批次"),
        act=msg("去初审"),
        endpoint=doors.PROJECTS,
        due=before_tick(now),
    )
    tasks = (task,) if total else ()
    return Pile("project.prepare", msg("要初审公布的"), "clipboard-check", total, tasks, doors.PROJECTS)


def _drafted(actor: Actor) -> Select[int]:
    return (
        select(NeedProject.id)
        .join(Need, NeedProject.need_id == Need.id)
        .where(NeedProject.state == ProjectState.DRAFTED, Need.area.startswith(actor.area))
    )


def projects_to_approve(session: Session, actor: Actor, now: datetime) -> Pile:
    total = _count(session, _drafted(actor))
    task = Task(
        kind="project.approve",
        ref=0,
        title=msg("复审 {n} 件要公布的", n=total),
        where=display_name(actor.area),
        why=msg("周一 08:00 前审完，赶得上这一批"),
        act=msg("去复审"),
        endpoint=doors.PROJECTS,
        due=before_tick(now),
    )
    tasks = (task,) if total else ()
    return Pile("project.approve", msg("要复审公布的"), "clipboard-check", total, tasks, doors.PROJECTS)


def projects_to_safeguard(session: Session, actor: Actor, now: datetime) -> Pile:
    """What concerns children or rare things waits for 妇联, 卫健 or 民政 as well."""
    unseen = session.scalars(
        select(NeedProject.flags).where(
            NeedProject.id.in_(_drafted(actor)), NeedProject.safeguarded.is_(False)
        )
    )
    total = sum(bool(flags) for flags in unseen) if actor.safeguarding else 0
    task = Task(
        kind="project.safeguard",
        ref=0,
        title=msg("看 {n} 件涉及孩子或少见情况的", n=total),
        where=display_name(actor.area),
        why=msg("你看过，负责人才能同意公布"),
        act=msg("去看"),
        endpoint=doors.PROJECTS,
        due=before_tick(now),
    )
    tasks = (task,) if total else ()
    return Pile("project.safeguard", msg("要先看保护意见的"), "shield-check", total, tasks, doors.PROJECTS)


def needs_to_place(session: Session, actor: Actor, now: datetime) -> Pile:
    """Bypassed needs are never published: within a day the county asks one verified partner itself."""
    statement = (
        select(Need)
        .where(Need.state == NeedState.STAGE3, Need.area.startswith(actor.area), Need.bypassed)
        .options(joinedload(Need.case))
        .order_by(Need.stage3_on, Need.id)
    )

    def make(need: Need) -> Task:
        since = at_local(need.stage3_on) if need.stage3_on else None
        return Task(
            kind="need.place",
            ref=need.id,
            title=msg("急难直通，找一家对接：{what}", what=need.title),
            where=place_of(need),
            why=waited(since, local_day(now)),
            act=msg("去对接"),
            endpoint=doors.DIRECT_NEED,
            args={"need_id": need.id},
            due=on_day(next_working_day(need.stage3_on)) if need.stage3_on else None,
            urgency=need.urgency,
        )

    listed: dict[str, Any] = {
        "kind": "need.place",
        "heading": msg("急难直通，要直接对接的"),
        "icon": "life-buoy",
    }
    return pile(session, statement, make, **listed, endpoint=doors.DIRECT)


def needs_to_refer(session: Session, actor: Actor, now: datetime) -> Pile:
    """Nobody came in their days in step ③: they may be put to step ④ (domain 4.4 refer)."""
    day = local_day(now)
    total = _count(session, may_be_referred(actor, day).with_only_columns(Need.id))
    task = Task(
        kind="need.refer",
        ref=0,
        title=msg("{n} 件等得太久，看要不要转到第④步", n=total),
        where=display_name(actor.area),
        why=msg("到第③步满 {n} 天，没有人接，也排不进批次", n=parameters.at("refer_after_days", day)),
        act=msg("去看"),
        endpoint=doors.FOURTH,
    )
    tasks = (task,) if total else ()
    return Pile("need.refer", msg("一直没有人接的"), "wallet", total, tasks, doors.FOURTH)


def referrals_asked(session: Session, actor: Actor, now: datetime) -> Pile:
    """Somebody wrote down why step ③ is over; the lead agrees or not."""

    def make(referral: Referral) -> Task:
        return Task(
            kind="referral.approve",
            ref=referral.id,
            title=msg("批转第④步：{what}", what=referral.need.title),
            where=place_of(referral.need),
            why=msg("社会上一直没有人接"),
            act=msg("去批"),
            endpoint=doors.FOURTH_NEED,
            args={"need_id": referral.need_id},
            urgency=referral.need.urgency,
        )

    rows = referrals_to_approve(session, actor)
    heading = msg("转到第④步，等你批")
    return pile_of(rows, make, kind="referral.approve", heading=heading, icon="wallet", endpoint=doors.FOURTH)


def tick_missed(session: Session, actor: Actor, now: datetime) -> Pile:
    """Monday's publication did not run: nothing new is out, last week's library stands, and somebody has to
    look (publication-gate, fail closed)."""
    due = next_tick(now) - timedelta(days=7)
    missed = now - due > GRACE and _something_is_due(session, local_day(due))
    task = Task(
        kind="release.missed",
        ref=0,
        title=msg("{d}的公布没有跑成", d=f"{local_day(due):%m-%d}"),
        where=display_name(actor.area) if actor.area else "",
        why=msg("外面还是上一周的。请管系统的同志看运行日志，修好后会自己补上当天的"),
        act=msg("去看"),
        endpoint=doors.PROJECTS if actor.area else "health.metrics",
        due=at_moment(due + GRACE),
    )
    tasks = (task,) if missed else ()
    return Pile("release.missed", msg("没有跑成的公布"), "triangle-alert", len(tasks), tasks, task.endpoint)


def _something_is_due(session: Session, day: date) -> bool:
    """Approved before that day, and no run since."""
    run = last_run(session)
    if run is not None and run.tick >= day:
        return False
    waiting = select(NeedProject.id).where(
        NeedProject.state == ProjectState.APPROVED, NeedProject.approved_on < day
    )
    return run is not None or session.scalar(waiting.limit(1)) is not None


def shelf_letters_stuck(session: Session, actor: Actor, now: datetime) -> Pile:
    """What the office has published, blanked or frozen and the library does not know yet."""
    late = select(OfficeLetter.id).where(
        OfficeLetter.kind.in_(list(LETTERS)),
        OfficeLetter.delivered_at.is_(None),
        OfficeLetter.sent_at < now - GRACE,
    )
    total = _count(session, late)
    task = Task(
        kind="release.stuck",
        ref=0,
        title=msg("{n} 封信还没送到需求库", n=total),
        where="",
        why=msg("公布、隐去或冻结还没有生效。系统会再送；过一小时还在，请管系统的同志看"),
        act=msg("去看"),
        endpoint=doors.PROJECTS if actor.area else "health.metrics",
        due=at_moment(now),
    )
    tasks = (task,) if total else ()
    return Pile("release.stuck", msg("没有送到需求库的"), "mail", total, tasks, task.endpoint)
