"""Charity projects compared with the register by two people; money switched on for a county."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.followup.models import CountyParameter, FilingCheck
from app.followup.queries import MONEY, money_is_on
from app.followup.states import FILING_CHECK
from app.policy.actors import SYSTEM, Actor


def take_filing(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter charity_project.submitted."""
    if session.scalar(select(FilingCheck.id).where(FilingCheck.ref == payload["ref"])) is not None:
        return
    check = FilingCheck(
        ref=payload["ref"],
        area=payload["region_code"],
        organisation=payload["organisation"],
        name=payload["name"],
        filing_no=payload["filing_no"],
        purpose=payload["purpose"],
        items=payload["items"],
        valid_from=date.fromisoformat(payload["valid_from"]),
        valid_to=date.fromisoformat(payload["valid_to"]),
    )
    begin(session, FILING_CHECK, check, actor=SYSTEM, now=now)


def check_filing(session: Session, check: FilingCheck, *, actor: Actor, now: datetime) -> None:
    advance(session, FILING_CHECK, check, "check", actor=actor, now=now)
    check.first_by_key = actor.person_key


def give_back_filing(
    session: Session, check: FilingCheck, *, reason: str, actor: Actor, now: datetime
) -> None:
    """The first look finds something that is not as in the register."""
    _check_reason(reason)
    advance(session, FILING_CHECK, check, "give_back", actor=actor, now=now, reason=reason)
    check.first_by_key = actor.person_key
    _tell_verdict(session, check, "rejected", reason, now)


def decide_filing(
    session: Session, check: FilingCheck, *, valid: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """The second person's word. Raises BadInput for a return without a reason; Refusal for the same
    person."""
    if not valid:
        _check_reason(reason)
    action = "accept" if valid else "reject"
    advance(session, FILING_CHECK, check, action, actor=actor, now=now, reason=reason or None)
    check.second_by_key = actor.person_key
    _tell_verdict(session, check, "valid" if valid else "rejected", reason, now)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(msg("退回要写明哪里对不上，会转告对方。"), field="reason")


def _tell_verdict(session: Session, check: FilingCheck, verdict: str, reason: str, now: datetime) -> None:
    payload = {"ref": check.ref, "verdict": verdict, "reason": reason}
    send(session, "charity_project.checked", payload, key=check.ref, subject=check.ref, now=now)


def switch_money(session: Session, *, on: bool, actor: Actor, now: datetime) -> None:
    """The county's lead turns online payment on or off from today; the public side hears by letter. Turning
    it to what it is already changes nothing."""
    require(actor, "parameter.change")
    day = local_day(now)
    if money_is_on(session, actor.area, day) == on:
        return
    row = CountyParameter(area=actor.area, key=MONEY, value=int(on), valid_from=day)
    row.created_at, row.created_by = now, actor.label
    session.add(row)
    payload = {"key": MONEY, "value": int(on), "region": actor.area, "valid_from": day.isoformat()}
    key = f"{MONEY}/{actor.area}/{now.isoformat()}"
    send(session, "parameter.dated", payload, key=key, subject="parameter", now=now)
    audit.record(session, actor=actor, verb="parameter.change", obj=MONEY, now=now, reason=str(int(on)))
