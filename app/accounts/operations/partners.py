"""A partner registers; papers and numbers travel to the office as a letter, the verdict travels back
(decisions 7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models.partners import PAPERS, Organisation, Volunteer
from app.accounts.models.public import DonorAccount
from app.accounts.operations.papers import Paper, sealed
from app.accounts.operations.signing import hash_password
from app.accounts.queries.partners import organisation_by_uscc, partner_by_token
from app.accounts.queries.sessions import donor_by_login
from app.accounts.states import ORGANISATION, VOLUNTEER, PartnerState
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import Machine, advance, begin, require
from app.core.tokens import token
from app.policy.actors import SYSTEM, Actor, Role
from app.policy.numbers import birth_in, is_resident_number, is_uscc
from app.policy.regions import region

Partner = Organisation | Volunteer
VERDICTS = {"verified": "verify", "returned": "return", "rejected": "reject"}
ADULT = 18
LOGIN_TAKEN = msg("这个登录名已经有人用了，请换一个。")
USCC_TAKEN = msg("这家单位已经登记过。请用原来的账号登录，或者打 12345 问县里。")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")


@dataclass(frozen=True)
class Profile:
    """What a partner types of itself. `kind` is volunteer or a kind of organisation; `id_no` only passes
    through."""

    kind: str
    name: str
    region_code: str
    phone: str
    contact: str = ""
    uscc: str = ""
    id_no: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()


def register(
    session: Session, new: Profile, *, login: str, password: str, password_hash: str = "", now: datetime
) -> DonorAccount:
    """Makes the account and sends the papers. Raises BadInput with the field's name for the first thing
    wrong. `password_hash` stands for a password that was hashed already (the demo's accounts share one)."""
    if donor_by_login(session, login) is not None:
        raise BadInput(LOGIN_TAKEN, field="login")
    hashed = password_hash or hash_password(password)
    papers = _checked(new, local_day(now))
    partner = (
        Volunteer(token=token(), checks={})
        if new.kind == "volunteer"
        else Organisation(token=token(), checks={})
    )
    _write(partner, new)
    _begin(session, partner, now)
    account = DonorAccount(
        login=login,
        display_name=new.name,
        password_hash=hashed,
        role=Role.VOLUNTEER if new.kind == "volunteer" else Role.ORG_ADMIN,
        organisation_id=partner.organisation_id,
        volunteer_id=partner.volunteer_id,
        created_at=now,
        created_by="self",
    )
    _add(session, account)
    _send_papers(session, partner, new, papers, now)
    return account


def resubmit(session: Session, partner: Partner, new: Profile, *, actor: Actor, now: datetime) -> None:
    """After a return or an expiry: the same form again, with what was asked for."""
    papers = _checked(new, local_day(now))
    advance(session, _machine(partner), partner, "resubmit", actor=actor, now=now)
    _write(partner, new)
    partner.reason = None
    _send_papers(session, partner, new, papers, now)


def add_papers(
    session: Session, partner: Partner, papers: Sequence[Paper], *, actor: Actor, now: datetime
) -> None:
    """A verified partner proves one thing more, a training for example; what stands goes on standing
    meanwhile."""
    require(actor, "partner.change", partner)
    if partner.state != PartnerState.VERIFIED:
        raise BadInput(msg("现在还不能加材料。先等县里核验完。"))
    if not papers:
        raise BadInput(msg("请至少选一份要加的材料。"))
    contact = partner.contact if isinstance(partner, Organisation) else ""
    known = Profile(partner.partner_kind, _name_of(partner), partner.region_code, partner.phone, contact)
    _send_papers(session, partner, known, [sealed(p) for p in papers], now)


def take_verdict(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The office's letter. A verdict that stands already changes nothing."""
    partner = partner_by_token(session, payload["token"])
    if partner is None:
        raise LookupError("no such partner")
    action, machine = VERDICTS[payload["verdict"]], _machine(partner)
    partner.reason = payload["reason"] or None
    if machine.find(partner.state, action) is None:
        return
    if action == "verify":
        partner.checks, partner.valid_to = dict(payload["checks"]), date.fromisoformat(payload["valid_to"])
    advance(session, machine, partner, action, actor=SYSTEM, now=now)


def expire_partners(session: Session, *, now: datetime) -> int:
    """Verified partners whose checks ran out: no new claims from today."""
    count = 0
    for model, machine in ((Organisation, ORGANISATION), (Volunteer, VOLUNTEER)):
        late = select(model).where(model.state == PartnerState.VERIFIED, model.valid_to < local_day(now))
        for partner in session.scalars(late):
            advance(session, machine, partner, "expire", actor=SYSTEM, now=now)
            count += 1
    return count


def _checked(new: Profile, day: date) -> list[dict[str, str]]:
    """The papers as they will travel, after everything typed was found good."""
    check_phone(new.phone)
    place = region(new.region_code)
    if place is None or place.level != "county":
        raise BadInput(msg("请从列表里选一个县（市、区）。"), field="region_code")
    if new.kind == "volunteer":
        _check_adult(new.id_no, day)
    elif not is_uscc(new.uscc):
        raise BadInput(msg("统一社会信用代码要 18 位，校验位也要对。请照证书再核对一遍。"), field="uscc")
    missing = [
        i for i, needed in PAPERS[new.kind].items() if needed and i not in {p.item for p in new.papers}
    ]
    if missing:
        raise BadInput(msg("还缺这一份，请补上。"), field=f"paper_{missing[0]}")
    return [sealed(p) for p in new.papers]


def check_phone(phone: str) -> None:
    """Raises BadInput for what is neither a mobile number nor one with an area code."""
    if not _PHONE.fullmatch(phone):
        raise BadInput(msg("手机号要 11 位，座机要带区号。现在是 {n} 位。", n=len(phone)), field="phone")


def _check_adult(id_no: str, day: date) -> None:
    if not is_resident_number(id_no):
        raise BadInput(msg("身份证号校验位不对，请照证件再核对一遍。"), field="id_no")
    born = birth_in(id_no)
    if born is None or day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < ADULT:
        raise BadInput(msg("一对一结对要年满 18 周岁。没满的可以跟着志愿服务组织一起来。"), field="id_no")


def _write(partner: Partner, new: Profile) -> None:
    partner.region_code, partner.phone = new.region_code, new.phone
    if isinstance(partner, Organisation):
        partner.name, partner.kind, partner.uscc, partner.contact = new.name, new.kind, new.uscc, new.contact
    else:
        partner.real_name, partner.skills = new.name, list(new.skills)
        partner.languages, partner.times = list(new.languages), list(new.times)


def _begin(session: Session, partner: Partner, now: datetime) -> None:
    if isinstance(partner, Organisation) and organisation_by_uscc(session, partner.uscc) is not None:
        raise BadInput(USCC_TAKEN, field="uscc")
    try:
        with session.begin_nested():
            begin(session, _machine(partner), partner, actor=SYSTEM, now=now)
    except IntegrityError as error:
        raise BadInput(USCC_TAKEN, field="uscc") from error


def _add(session: Session, account: DonorAccount) -> None:
    """Two people may choose one login at the same moment: the later one is asked for another."""
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError as error:
        raise BadInput(LOGIN_TAKEN, field="login") from error


def _send_papers(
    session: Session, partner: Partner, new: Profile, papers: list[dict[str, str]], now: datetime
) -> None:
    fields = {
        "name": new.name,
        "phone": new.phone,
        "contact": new.contact,
        "uscc": new.uscc,
        "id_no": new.id_no,
    }
    submission = token()
    payload = {
        "subject": "volunteer" if new.kind == "volunteer" else "organisation",
        "token": partner.token,
        "kind": new.kind,
        "region_code": new.region_code,
        "submission": submission,
        "fields": {k: v for k, v in fields.items() if v},
        "papers": papers,
    }
    send(session, "papers.submitted", payload, key=submission, subject=partner.token, now=now)


def _name_of(partner: Partner) -> str:
    return partner.name if isinstance(partner, Organisation) else partner.real_name


def _machine(partner: Partner) -> Machine:
    return ORGANISATION if isinstance(partner, Organisation) else VOLUNTEER
