"""A charity's filed projects, and what it bought with what was paid."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.accounts.queries.partners import partner_of
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import CharityProject, Pledge
from app.gifts.queries import charity_project_by_ref
from app.gifts.states import CHARITY_PROJECT, CharityProjectState, PledgeState
from app.policy.actors import SYSTEM, Actor
from app.policy.catalogue import ITEMS

_PAYEE = re.compile(r"acct_[A-Za-z0-9]{6,60}")


@dataclass(frozen=True)
class Filing:
    """What stands in the register, and `payee_account`: the charity's own account at the payment provider."""

    name: str
    filing_no: str
    purpose: str
    item_codes: tuple[str, ...]
    valid_from: date
    valid_to: date
    payee_account: str


def file_project(session: Session, filing: Filing, *, actor: Actor, now: datetime) -> CharityProject:
    """Only a verified registered charity may; two people in the office look. Raises Refusal, BadInput."""
    require(actor, "charity_project.file")
    partner = _verified_charity(session, actor, now)
    _check(filing, now)
    project = CharityProject(organisation_id=partner.id, organisation=partner)
    _write(project, filing)
    try:
        begin(session, CHARITY_PROJECT, project, actor=actor, now=now)
    except IntegrityError as error:
        raise BadInput(msg("这个备案号已经登记过了。退回的，在它那一页上改。"), field="filing_no") from error
    _tell_office(session, project, now)
    return project


def file_again(
    session: Session, project: CharityProject, filing: Filing, *, actor: Actor, now: datetime
) -> None:
    """After a return: the same project under a new number of ours, so that the office looks afresh."""
    require(actor, "charity_project.change", project)
    _verified_charity(session, actor, now)
    _check(filing, now)
    _write(project, filing)
    project.reason = None
    try:
        advance(session, CHARITY_PROJECT, project, "file_again", actor=actor, now=now)
    except IntegrityError as error:
        raise BadInput(msg("这个备案号你已经登记过了。"), field="filing_no") from error
    _tell_office(session, project, now)


def _verified_charity(session: Session, actor: Actor, now: datetime) -> Organisation:
    partner = partner_of(session, actor)
    if not isinstance(partner, Organisation) or partner.kind != "charity":
        raise Refusal(msg("只有登记过的慈善组织可以登记备案项目。"))
    if not partner.is_verified(local_day(now)):
        raise Refusal(msg("你们的身份还没有核验，或者已经到期。核验通过后再登记备案项目。"))
    return partner


def _check(filing: Filing, now: datetime) -> None:
    if filing.valid_to <= filing.valid_from:
        raise BadInput(msg("截止日期要晚于开始日期。"), field="valid_to")
    if filing.valid_to < local_day(now):
        raise BadInput(msg("这个项目已经到期了。请填还有效的备案。"), field="valid_to")
    if not filing.item_codes or any(code not in ITEMS for code in filing.item_codes):
        raise BadInput(msg("请选这个项目能用在哪些需求上。"), field="item_codes")
    if not _PAYEE.fullmatch(filing.payee_account):
        raise BadInput(msg("收款账户号以 acct_ 开头，在支付平台的账户设置里能看到。"), field="payee_account")


def _write(project: CharityProject, filing: Filing) -> None:
    project.ref = token()
    project.name, project.filing_no, project.purpose = filing.name, filing.filing_no, filing.purpose
    project.item_codes, project.payee_account = list(filing.item_codes), filing.payee_account
    project.valid_from, project.valid_to = filing.valid_from, filing.valid_to


def _tell_office(session: Session, project: CharityProject, now: datetime) -> None:
    partner = project.organisation
    payload = {
        "ref": project.ref,
        "organisation_token": partner.token,
        "organisation": partner.name,
        "region_code": partner.region_code,
        "name": project.name,
        "filing_no": project.filing_no,
        "purpose": project.purpose,
        "items": project.item_codes,
        "valid_from": project.valid_from.isoformat(),
        "valid_to": project.valid_to.isoformat(),
    }
    send(session, "charity_project.submitted", payload, key=project.ref, subject=partner.token, now=now)


def take_project_verdict(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """charity_project.checked: two people in the office compared the filing number with the register. A
    verdict on an earlier filing of the same project finds nothing any more and changes nothing."""
    project = charity_project_by_ref(session, payload["ref"])
    if project is not None and project.state == CharityProjectState.SUBMITTED:
        action = "accept" if payload["verdict"] == "valid" else "reject"
        project.reason = payload.get("reason") or None
        advance(session, CHARITY_PROJECT, project, action, actor=SYSTEM, now=now)


def record_purchase(
    session: Session, pledge: Pledge, *, what: str, on: date, actor: Actor, now: datetime
) -> None:
    """What the charity bought or paid with the money; it goes to the case. Raises Refusal, BadInput."""
    require(actor, "purchase.record", pledge.charity_project)
    if pledge.state != PledgeState.PAID or pledge.purchase is not None:
        raise Refusal(msg("这一笔还没有付到，或者已经记过采买。"))
    text = what.strip()
    if not 2 <= len(text) <= 120:
        raise BadInput(msg("请写买了什么、付了什么，2 到 120 个字。"), field="what")
    telling = telling_words(text)
    if telling:
        raise BadInput(msg("请去掉可能让人认出这家人的字：{words}。", words="、".join(telling)), field="what")
    if on > local_day(now):
        raise BadInput(msg("日期不能晚于今天。"), field="on")
    pledge.purchase, pledge.purchased_on = text, on
    payload = {"pledge_ref": pledge.pledge_ref, "what": text, "on": on.isoformat()}
    send(
        session, "purchase.recorded", payload, key=pledge.pledge_ref, subject=pledge.claim.project_id, now=now
    )
