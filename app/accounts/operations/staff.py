"""What the platform's administrator does with staff accounts: end a post, unlock, a new password, stop, let
in again."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, OfficeSession, Post
from app.accounts.operations.signing import hash_password
from app.core import audit
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.states import require
from app.policy.actors import Actor


def end_post(session: Session, post: Post, *, last_day: date, actor: Actor, now: datetime) -> None:
    """The post holds through `last_day`. Raises Refusal for one's own, BadInput for a day in the past."""
    require(actor, "account.make", post)
    _not_oneself(post.officer, actor)
    if last_day < max(post.valid_from, local_day(now)):
        raise BadInput(msg("最后一天要从今天起。要马上停，请停用账号。"), field="last_day")
    post.valid_to = last_day
    _note(session, "post.ended", post, actor, now)


def unlock(session: Session, officer: Officer, *, actor: Actor, now: datetime) -> None:
    """Undoes the lock of too many wrong passwords; a stopped account stays stopped."""
    require(actor, "account.make", officer)
    officer.failed_n, officer.locked_until = 0, None
    if officer.status == "locked":
        officer.status = "active"
    _note(session, "account.unlocked", officer, actor, now)


def reset_password(session: Session, officer: Officer, *, password: str, actor: Actor, now: datetime) -> None:
    """Signs the officer out everywhere. Raises BadInput for one shorter than ten characters."""
    require(actor, "account.make", officer)
    officer.password_hash = hash_password(password)
    officer.failed_n, officer.locked_until = 0, None
    _sign_out(session, officer, now)
    _note(session, "account.password_reset", officer, actor, now)


def stop_account(session: Session, officer: Officer, *, actor: Actor, now: datetime) -> None:
    """At once, wherever the officer is signed in. Raises Refusal for one's own."""
    require(actor, "account.make", officer)
    _not_oneself(officer, actor)
    officer.status = "disabled"
    _sign_out(session, officer, now)
    _note(session, "account.stopped", officer, actor, now)


def let_in_again(session: Session, officer: Officer, *, actor: Actor, now: datetime) -> None:
    require(actor, "account.make", officer)
    officer.status, officer.failed_n, officer.locked_until = "active", 0, None
    _note(session, "account.let_in", officer, actor, now)


def _not_oneself(officer: Officer, actor: Actor) -> None:
    if officer.id == actor.account_id:
        raise Refusal(msg("这是你自己的账号。请另一位平台管理员来办。"))


def _sign_out(session: Session, officer: Officer, now: datetime) -> None:
    live = OfficeSession.account_id == officer.id, OfficeSession.closed_at.is_(None)
    session.execute(update(OfficeSession).where(*live).values(closed_at=now))


def _note(session: Session, verb: str, thing: Officer | Post, actor: Actor, now: datetime) -> None:
    audit.record(session, actor=actor, verb=verb, obj=thing, now=now)
