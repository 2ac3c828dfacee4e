"""What a partner changes about itself without being verified anew: password, sign-ins, phone and skills."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.accounts.models.public import DonorAccount, PublicSession
from app.accounts.operations.partners import Partner, check_phone
from app.accounts.operations.signing import check_donor, hash_password
from app.accounts.queries.sessions import open_sessions_of
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.states import require
from app.core.tokens import digest
from app.policy.actors import Actor

_MARKS = re.compile(r"\W|_")


@dataclass(frozen=True)
class Contact:
    """`contact` is an organisation's; the rest below is a volunteer's."""

    phone: str
    contact: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    times: tuple[str, ...] = ()


def is_password_of(session: Session, *, actor: Actor, password: str, now: datetime) -> bool:
    """Asked again before a change; wrong ones count towards the lock, as at sign-in."""
    login = session.get_one(DonorAccount, actor.account_id).login
    return check_donor(session, login=login, password=password, now=now) is not None


def change_password(session: Session, *, old: str, new: str, keep: str, actor: Actor, now: datetime) -> None:
    """Every other sign-in is closed; `keep` is the token of this one. Raises BadInput for a weak one."""
    account = session.get_one(DonorAccount, actor.account_id)
    if new == old:
        raise BadInput(msg("新密码和现在的一样，请换一个。"), field="password")
    if _MARKS.sub("", account.login).lower() in new.lower():
        raise BadInput(msg("密码里不要带登录名，容易被猜到。"), field="password")
    account.password_hash = hash_password(new)
    _close(open_sessions_of(session, account.id), now, keep=keep)


def sign_out_everywhere(session: Session, *, actor: Actor, now: datetime) -> int:
    """On this and every other device; how many there were."""
    return _close(open_sessions_of(session, actor.account_id), now)


def _close(sessions: Sequence[PublicSession], now: datetime, *, keep: str = "") -> int:
    kept, closed = digest(keep), 0
    for found in sessions:
        if found.token_hash != kept:
            found.closed_at = now
            closed += 1
    return closed


def change_contact(session: Session, partner: Partner, new: Contact, *, actor: Actor, now: datetime) -> None:
    """Raises BadInput for a phone number that can't be one."""
    require(actor, "partner.change", partner)
    check_phone(new.phone)
    partner.phone = new.phone
    if isinstance(partner, Organisation):
        partner.contact = new.contact
    else:
        partner.skills, partner.languages = list(new.skills), list(new.languages)
        partner.times = list(new.times)
    session.flush()
