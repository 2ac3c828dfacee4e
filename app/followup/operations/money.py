"""Charity projects compared with the register by two people; money switched on for a county."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import local_day
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.followup.models import FilingCheck
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


def decide_filing(
    session: Session, check: FilingCheck, *, valid: bool, reason: str, actor: Actor, now: datetime
) -> None:
    advance(
        session,
        FILING_CHECK,
        check,
        "accept" if valid else "reject",
        actor=actor,
        now=now,
        reason=reason or None,
    )
    check.second_by_key = actor.person_key
    payload = {"ref": check.ref, "verdict": "valid" if valid else "rejected", "reason": reason}
    send(session, "charity_project.checked", payload, key=check.ref, subject=check.ref, now=now)


def switch_money(session: Session, *, on: bool, actor: Actor, now: datetime) -> None:
    """The county's lead turns online payment on or off from today; the public side hears by letter."""
    require(actor, "parameter.change")
    day = local_day(now)
    payload = {"key": "money_enabled", "value": int(on), "region": actor.area, "valid_from": day.isoformat()}
    send(
        session,
        "parameter.dated",
        payload,
        key=f"money_enabled/{actor.area}/{now.isoformat()}",
        subject="parameter",
        now=now,
    )
    audit.record(
        session, actor=actor, verb="parameter.change", obj="money_enabled", now=now, reason=str(int(on))
    )
