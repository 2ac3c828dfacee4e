"""The few numbers on top of each role's start page, all within its own reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, OfficeSession
from app.cases.queries import counts_by_state
from app.cases.states import ENDED, CaseState
from app.core.clock import local_day
from app.core.messages import Message, msg
from app.core.outbox import OfficeLetter
from app.needs.models import Need
from app.needs.queries import in_scope, needs_to_record
from app.needs.states import DONE, NeedState
from app.policy import parameters
from app.policy.actors import Actor, Role
from app.releases.models import ReleaseRun

MISSING = (NeedState.STAGE3, NeedState.IN_COHORT, NeedState.PUBLISHED, NeedState.STAGE4)
AT_WORK = (NeedState.STAGE1, NeedState.STAGE2)
TAKEN = (NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)
LISTED = 100  # needs_to_record lists no more


@dataclass(frozen=True)
class Figure:
    value: str
    unit: Message
    label: Message
    note: Message | None = None


def figures_of(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    own: dict[Role, Callable[[Session, Actor, datetime], list[Figure]]] = {
        Role.COUNTY_DEPT: _of_a_unit,
        Role.DUTY_OFFICER: _of_a_unit,
        Role.PLATFORM_ADMIN: _of_the_platform,
    }
    return own.get(actor.role, _of_an_area)(session, actor, now)


def need_counts(session: Session, actor: Actor) -> dict[str, int]:
    scoped = in_scope(select(Need), actor).subquery()
    return {
        state: n
        for state, n in session.execute(select(scoped.c.state, func.count()).group_by(scoped.c.state))
    }


def _things(n: int, label: Message, note: Message | None = None) -> Figure:
    return Figure(f"{n:,}", msg("件"), label, note)


def _sum(counts: dict[str, int], states: tuple[str, ...]) -> int:
    return sum(counts.get(state, 0) for state in states)


def _of_an_area(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    cases, needs = counts_by_state(session, actor), need_counts(session, actor)
    filed = cases.get(CaseState.FILED, 0)
    coming = sum(cases.values()) - filed - _sum(cases, (*ENDED, CaseState.EVAL_FAILED))
    waiting = needs.get(NeedState.PUBLISHED, 0)
    return [
        Figure(f"{filed:,}", msg("户"), msg("在帮"), msg("还在入档的 {n} 户", n=coming)),
        _things(_sum(needs, AT_WORK), msg("在走前两步"), msg("政策和单位先办")),
        _things(_sum(needs, MISSING), msg("还差这一项"), msg("其中已公布 {n} 件", n=waiting)),
        _things(_sum(needs, TAKEN), msg("有人接了，在落实")),
        _things(_sum(needs, DONE), msg("已实现"), msg("已写回档案")),
    ]


def _of_a_unit(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    needs = need_counts(session, actor)
    stage = NeedState.STAGE1 if actor.role == Role.COUNTY_DEPT else NeedState.STAGE2
    later = (*MISSING, *TAKEN) if stage == NeedState.STAGE2 else (NeedState.STAGE2, *MISSING, *TAKEN)
    here, waiting = needs.get(stage, 0), needs_to_record(session, actor)
    passed = sum(n.state != stage for n in waiting)  # owed after a bypass, or at step ④
    answered = here + passed - len(waiting) if here <= LISTED else 0
    note = msg("其中 {n} 件回过话，等核对", n=answered) if answered else None
    return [
        _things(here + passed, msg("在我这一步"), note),
        _things(_sum(needs, later), msg("往下走了，还有缺口")),
        _things(_sum(needs, DONE), msg("已实现")),
    ]


def _of_the_platform(session: Session, actor: Actor, now: datetime) -> list[Figure]:
    locked = or_(Officer.status == "locked", Officer.locked_until > now)
    active = select(func.count()).select_from(Officer)
    signed_in = select(func.count()).where(
        OfficeSession.closed_at.is_(None), OfficeSession.seen_at > _idle(now)
    )
    unsent = select(func.count()).where(OfficeLetter.delivered_at.is_(None))
    tried = unsent.where(OfficeLetter.tries > 0)
    last = session.scalar(select(func.max(ReleaseRun.tick)))
    return [
        Figure(
            str(session.scalar(active.where(Officer.status == "active"))),
            msg("个"),
            msg("能用的账号"),
            msg("锁住的 {n} 个", n=session.scalar(active.where(locked))),
        ),
        Figure(str(session.scalar(signed_in)), msg("人"), msg("正在办事"), msg("半小时内动过")),
        Figure(
            str(session.scalar(unsent)),
            msg("封"),
            msg("在路上的信"),
            msg("送过没送到的 {n} 封", n=session.scalar(tried)),
        ),
        Figure(
            f"{last.month}-{last.day}" if last else "—", msg(""), msg("上次统一公布"), msg("每周一 08:00")
        ),
    ]


def _idle(now: datetime) -> datetime:
    return now - timedelta(minutes=parameters.at("idle_minutes", local_day(now)))
