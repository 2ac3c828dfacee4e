"""A partner registers; papers and numbers travel to the office as a letter, the verdict travels back (decisions 7)."""

import base64
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.public import DonorAccount
from app.accounts.operations.signing import hash_password
from app.accounts.queries.partners import partner_by_token
from app.accounts.queries.sessions import donor_by_login
from app.accounts.states import ORGANISATION, VOLUNTEER, PartnerState
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import Machine, advance, begin
from app.core.tokens import token
from app.policy.actors import SYSTEM, Actor, Role
from app.policy.numbers import is_resident_number, is_uscc

Partner = Organisation | Volunteer
MOST_BYTES = 5 * 1024 * 1024
SNIFF = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
VERDICTS = {"verified": "verify", "returned": "return", "rejected": "reject"}
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")


@dataclass(frozen=True)
class Paper:
    name: str
    content: bytes


@dataclass(frozen=True)
class Registration:
    """What a partner types. `kind` is volunteer or a kind of organisation; `id_no` only passes through."""

    kind: str
    login: str
    password: str
    name: str
    region_code: str
    phone: str
    contact: str = ""
    uscc: str = ""
    id_no: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = field(default=())


def register(session: Session, new: Registration, *, now: datetime) -> DonorAccount:
    """Makes the account and sends the papers. Raises BadInput with the field's name for each thing that is wrong."""
    if donor_by_login(session, new.login) is not None:
        raise BadInput(msg("这个登录名已经有人用了，请换一个。"), field="login")
    if not _PHONE.fullmatch(new.phone.replace(" ", "")):
        raise BadInput(msg("手机号要 11 位，座机要带区号。现在是 {n} 位。", n=len(new.phone)), field="phone")
    partner = _volunteer(new, now) if new.kind == "volunteer" else _organisation(session, new)
    papers = [_checked(p) for p in new.papers]
    begin(session, _machine(partner), partner, actor=SYSTEM, now=now)
    account = DonorAccount(
        login=new.login,
        display_name=new.name,
        password_hash=hash_password(new.password),
        role=Role.VOLUNTEER if new.kind == "volunteer" else Role.ORG_ADMIN,
        organisation_id=partner.organisation_id,
        volunteer_id=partner.volunteer_id,
        created_at=now,
        created_by="self",
    )
    session.add(account)
    session.flush()
    _send_papers(session, partner, new, papers, now)
    return account


def resubmit(session: Session, partner: Partner, new: Registration, *, actor: Actor, now: datetime) -> None:
    """After a return: the same form again, with what was asked for."""
    papers = [_checked(p) for p in new.papers]
    partner.phone, partner.region_code = new.phone, new.region_code
    advance(session, _machine(partner), partner, "resubmit", actor=actor, now=now)
    partner.reason = None
    _send_papers(session, partner, new, papers, now)


def take_verdict(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The office's letter. A verdict that stands already changes nothing."""
    partner = partner_by_token(session, payload["token"])
    if partner is None:
        raise LookupError("no such partner")
    action = VERDICTS[payload["verdict"]]
    machine = _machine(partner)
    if machine.find(partner.state, action) is None:
        return
    partner.checks = dict(payload["checks"])
    partner.valid_to = date.fromisoformat(payload["valid_to"]) if payload["valid_to"] else None
    partner.reason = payload["reason"] or None
    advance(session, machine, partner, action, actor=SYSTEM, now=now)


def expire_partners(session: Session, *, now: datetime) -> int:
    """Verified partners whose checks ran out: no new claims from today."""
    count = 0
    for model in (Organisation, Volunteer):
        late = select(model).where(model.state == PartnerState.VERIFIED, model.valid_to < local_day(now))
        for partner in session.scalars(late):
            advance(session, _machine(partner), partner, "expire", actor=SYSTEM, now=now)
            count += 1
    return count


def _volunteer(new: Registration, now: datetime) -> Volunteer:
    if not is_resident_number(new.id_no):
        raise BadInput(msg("身份证号校验位不对，请再核对一遍。"), field="id_no")
    born = date.fromisoformat(f"{new.id_no[6:10]}-{new.id_no[10:12]}-{new.id_no[12:14]}")
    today = local_day(now)
    if today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < 18:
        raise BadInput(msg("一对一结对要年满 18 周岁。未满 18 周岁可以跟着志愿服务组织一起来。"), field="id_no")
    return Volunteer(
        token=token(),
        region_code=new.region_code,
        phone=new.phone,
        real_name=new.name,
        skills=list(new.skills),
        languages=list(new.languages),
        checks={},
    )


def _organisation(session: Session, new: Registration) -> Organisation:
    if not is_uscc(new.uscc):
        raise BadInput(msg("统一社会信用代码要 18 位，校验位也要对。请照证书再核对一遍。"), field="uscc")
    if session.scalar(select(Organisation.id).where(Organisation.uscc == new.uscc)) is not None:
        raise BadInput(msg("这家单位已经登记过。请用原来的账号登录，或者打 12345 问县里。"), field="uscc")
    return Organisation(
        token=token(),
        region_code=new.region_code,
        phone=new.phone,
        name=new.name,
        kind=new.kind,
        uscc=new.uscc,
        contact=new.contact,
        checks={},
    )


def _checked(paper: Paper) -> dict[str, str]:
    """The file's type comes from its bytes, never from its name."""
    if len(paper.content) > MOST_BYTES:
        raise BadInput(msg("文件太大了，每个最多 5 MB。"), field="papers")
    mime = next((m for magic, m in SNIFF if paper.content.startswith(magic)), "")
    if not mime:
        raise BadInput(msg("只收 PDF、PNG、JPG。这个文件不是。"), field="papers")
    return {"name": paper.name[:120], "mime": mime, "base64": base64.b64encode(paper.content).decode()}


def _send_papers(
    session: Session, partner: Partner, new: Registration, papers: list[dict[str, str]], now: datetime
) -> None:
    fields = {"name": new.name, "phone": new.phone, "contact": new.contact, "uscc": new.uscc, "id_no": new.id_no}
    payload = {
        "subject": "volunteer" if new.kind == "volunteer" else "organisation",
        "token": partner.token,
        "kind": new.kind,
        "region_code": new.region_code,
        "submission": f"{partner.token}-{partner.version}",
        "fields": {k: v for k, v in fields.items() if v},
        "papers": papers,
    }
    send(session, "papers.submitted", payload, key=payload["submission"], subject=partner.token, now=now)


def _machine(partner: Partner) -> Machine:
    return ORGANISATION if isinstance(partner, Organisation) else VOLUNTEER
