"""What waits in the accounts room: partners to verify; for the platform's own officer, accounts and
letters."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post
from app.accounts.models.verification import Verification
from app.accounts.states import VerificationState
from app.core.clock import local_day
from app.core.messages import msg
from app.core.outbox import OfficeLetter
from app.oversight.queries import doors
from app.oversight.queries.gathering import pile
from app.oversight.queries.task import Pile, Task, on_day
from app.policy.actors import ROLE_LABELS, Actor, Role
from app.policy.regions import display_name

KIND_LABELS = {
    "volunteer": "志愿者",
    "enterprise": "爱心企业",
    "charity": "慈善组织",
    "volunteer_group": "志愿服务组织",
    "social_org": "社会组织",
}
EXPIRY_NOTICE = timedelta(days=30)


def partners_to_verify(session: Session, actor: Actor, now: datetime) -> Pile:
    """The first person goes through the papers, the lead gives the verdict."""
    lead = actor.role == Role.COUNTY_SWD_LEAD
    state = VerificationState.CHECKING if lead else VerificationState.SUBMITTED
    statement = (
        select(Verification)
        .where(Verification.state == state, Verification.area.startswith(actor.area))
        .order_by(Verification.id)
    )

    def make(verification: Verification) -> Task:
        kind = KIND_LABELS[verification.kind]
        return Task(
            kind="verification",
            ref=verification.id,
            title=msg("定核验结果：{kind}", kind=kind) if lead else msg("核验材料：{kind}", kind=kind),
            where=display_name(verification.area),
            why=msg("第一人核过了，等你定") if lead else msg("核验过了，对方才能认领和结对"),
            act=msg("去定") if lead else msg("去核验"),
            endpoint=doors.VERIFICATION,
            args={"verification_id": verification.id},
        )

    listed: dict[str, Any] = {"kind": "verification", "heading": msg("要核验的伙伴"), "icon": "user-check"}
    return pile(session, statement, make, **listed, endpoint=doors.VERIFICATIONS)


def locked_officers(session: Session, actor: Actor, now: datetime) -> Pile:
    statement = (
        select(Officer)
        .where(or_(Officer.status == "locked", Officer.locked_until > now))
        .order_by(Officer.id)
    )

    def make(officer: Officer) -> Task:
        return Task(
            kind="officer.locked",
            ref=officer.id,
            title=msg("账号锁住了：{login}", login=officer.login),
            where="",
            why=msg("密码连着输错。联系本人，确认是他"),
            act=msg("去看"),
            endpoint=doors.ACCOUNTS,
        )

    listed: dict[str, Any] = {"kind": "officer.locked", "heading": msg("锁住的账号"), "icon": "lock"}
    return pile(session, statement, make, **listed, endpoint=doors.ACCOUNTS)


def ending_posts(session: Session, actor: Actor, now: datetime) -> Pile:
    day = local_day(now)
    statement = (
        select(Post)
        .where(Post.valid_to.is_not(None), Post.valid_to >= day, Post.valid_to <= day + EXPIRY_NOTICE)
        .order_by(Post.valid_to, Post.id)
    )

    def make(post: Post) -> Task:
        return Task(
            kind="post.ending",
            ref=post.id,
            title=msg("岗位快到期：{login}", login=post.officer.login),
            where=f"{ROLE_LABELS[Role(post.role)]} · {display_name(post.region_code)}",
            why=msg("到期后这个岗位就进不来了"),
            act=msg("去看"),
            endpoint=doors.ACCOUNTS,
            due=on_day(post.valid_to),
        )

    listed: dict[str, Any] = {"kind": "post.ending", "heading": msg("快到期的岗位"), "icon": "calendar-days"}
    return pile(session, statement, make, **listed, endpoint=doors.ACCOUNTS)


def stuck_letters(session: Session, actor: Actor, now: datetime) -> Pile:
    """Letters to the public side that were tried and not delivered. Their content is not shown."""
    failing = select(OfficeLetter.id).where(OfficeLetter.delivered_at.is_(None), OfficeLetter.tries > 0)
    total = session.scalar(select(func.count()).select_from(failing.subquery())) or 0
    task = Task(
        kind="letter",
        ref=0,
        title=msg("{n} 封信没有送到公开侧", n=total),
        where="",
        why=msg("会自动再送。一小时后还在，请看运行日志"),
        act=msg("看日志计数"),
        endpoint="health.metrics",
    )
    return Pile("letter", msg("没送到的信"), "mail", total, (task,) if total else (), "health.metrics")
