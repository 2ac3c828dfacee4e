"""A charity's filed projects, and what it bought with what was paid."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation
from app.accounts.queries.partners import partner_of
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import token
from app.gifts.models import CharityProject, Pledge
from app.gifts.queries import charity_project_by_ref
from app.gifts.states import CHARITY_PROJECT, CharityProjectState, PledgeState
from app.policy.actors import SYSTEM, Actor


@dataclass(frozen=True)
class Filing:
    name: str
    filing_no: str
    purpose: str
    item_codes: tuple[str, ...]
    valid_from: date
    valid_to: date


def file_project(session: Session, filing: Filing, *, actor: Actor, now: datetime) -> CharityProject:
    """Only a verified registered charity may; two people in the office look at it."""
    require(actor, "charity_project.file")
    partner = partner_of(session, actor)
    if (
        not isinstance(partner, Organisation)
        or partner.kind != "charity"
        or not partner.is_verified(local_day(now))
    ):
        raise Refusal(msg("只有核验过的慈善组织可以登记备案项目。"))
    if filing.valid_to <= filing.valid_from:
        raise BadInput(msg("截止日期要晚于开始日期。"), field="valid_to")
    project = CharityProject(
        ref=token(),
        organisation_id=partner.id,
        organisation=partner,
        name=filing.name,
        filing_no=filing.filing_no,
        purpose=filing.purpose,
        item_codes=list(filing.item_codes),
        valid_from=filing.valid_from,
        valid_to=filing.valid_to,
    )
    begin(session, CHARITY_PROJECT, project, actor=actor, now=now)
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
    return project


def take_project_verdict(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """charity_project.checked: two people in the office compared the filing number with the register."""
    project = charity_project_by_ref(session, payload["ref"])
    if project is None:
        raise LookupError("no such project")
    if project.state == CharityProjectState.SUBMITTED:
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
    if not what.strip():
        raise BadInput(msg("请写买了什么、付了什么。"), field="what")
    if on > local_day(now):
        raise BadInput(msg("日期不能晚于今天。"), field="on")
    pledge.purchase, pledge.purchased_on = what.strip()[:120], on
    payload = {"pledge_ref": pledge.pledge_ref, "what": pledge.purchase, "on": on.isoformat()}
    send(
        session, "purchase.recorded", payload, key=pledge.pledge_ref, subject=pledge.claim.project_id, now=now
    )
