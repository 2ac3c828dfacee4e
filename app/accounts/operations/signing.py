"""Passwords (Argon2id, RFC 9106), the lock after too many wrong ones, and opaque sessions."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, OfficeSession
from app.accounts.models.public import DonorAccount, PublicSession
from app.accounts.queries.sessions import (
    donor_by_login,
    live_office_session,
    live_public_session,
    officer_by_login,
    valid_posts,
)
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound
from app.core.messages import msg
from app.core.tokens import digest, token

MOST_FAILURES = 5
LOCK = timedelta(minutes=15)
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(token())  # verified against when a login is unknown, so that the answer takes as long


def hash_password(password: str) -> str:
    """Raises BadInput for one shorter than ten characters."""
    if len(password) < 10:
        raise BadInput(msg("密码至少要 10 个字符，现在是 {n} 个。", n=len(password)), field="password")
    return _hasher.hash(password)


def check_officer(session: Session, *, login: str, password: str, now: datetime) -> Officer | None:
    """The officer, or None for any wrong pair. Counts failures; the caller commits either way."""
    officer = officer_by_login(session, login)
    return officer if _check(officer, password, now) else None


def check_donor(session: Session, *, login: str, password: str, now: datetime) -> DonorAccount | None:
    account = donor_by_login(session, login)
    return account if _check(account, password, now) else None


def open_office_session(session: Session, officer: Officer, *, now: datetime) -> str:
    """Returns the cookie's token. With a single valid post that post is taken at once. Raises BadInput
    without one."""
    posts = valid_posts(officer, local_day(now))
    if not posts:
        raise BadInput(msg("这个账号现在没有岗位。请联系平台管理员。"))
    secret = token()
    post_id = posts[0].id if len(posts) == 1 else None
    session.add(
        OfficeSession(
            token_hash=digest(secret), account_id=officer.id, post_id=post_id, opened_at=now, seen_at=now
        )
    )
    session.flush()
    return secret


def open_public_session(session: Session, account: DonorAccount, *, now: datetime) -> str:
    secret = token()
    session.add(PublicSession(token_hash=digest(secret), account_id=account.id, opened_at=now, seen_at=now))
    session.flush()
    return secret


def choose_post(session: Session, *, secret: str, post_id: int, now: datetime) -> None:
    """Raises NotFound for a post that is not this officer's today."""
    found = live_office_session(session, secret, now)
    if found is None:
        raise NotFound
    officer = session.get_one(Officer, found.account_id)
    if post_id not in {p.id for p in valid_posts(officer, local_day(now))}:
        raise NotFound
    found.post_id = post_id


def close_session(session: Session, *, secret: str, now: datetime) -> None:
    if session.info["wing"] == "office":
        found: OfficeSession | PublicSession | None = live_office_session(session, secret, now)
    else:
        found = live_public_session(session, secret, now)
    if found is not None:
        found.closed_at = now


def _check(account: Officer | DonorAccount | None, password: str, now: datetime) -> bool:
    if account is None:
        _matches(_NOBODY, password)
        return False
    if account.status != "active" or (account.locked_until is not None and account.locked_until > now):
        _matches(_NOBODY, password)
        return False
    if _matches(account.password_hash, password):
        account.failed_n, account.locked_until = 0, None
        return True
    account.failed_n += 1
    if account.failed_n >= MOST_FAILURES:
        account.failed_n, account.locked_until = 0, now + LOCK
    return False


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
