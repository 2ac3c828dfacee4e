"""Two people in the county look at a partner's papers; the verdict goes back with its dates."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.verification import Verification, VerificationPaper
from app.accounts.states import VERIFICATION
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor


def receive_papers(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter papers.submitted; the same submission twice is one dossier."""
    known = select(Verification.id).where(Verification.submission == payload["submission"])
    if session.scalar(known) is not None:
        return
    dossier = Verification(
        subject=payload["subject"],
        token=payload["token"],
        submission=payload["submission"],
        kind=payload["kind"],
        area=payload["region_code"],
        name=payload["fields"]["name"],
        fields=json.dumps(payload["fields"], ensure_ascii=False),
        items={},
    )
    begin(session, VERIFICATION, dossier, actor=SYSTEM, now=now)
    for paper in payload["papers"]:
        dossier.papers.append(
            VerificationPaper(
                file_name=paper["name"],
                mime=paper["mime"],
                content=paper["base64"],
                created_at=now,
                created_by=SYSTEM.label,
            )
        )
    session.flush()


def first_check(
    session: Session, dossier: Verification, *, passed: frozenset[str], actor: Actor, now: datetime
) -> None:
    """Item by item; what is not ticked has not passed."""
    advance(session, VERIFICATION, dossier, "first_check", actor=actor, now=now)
    known = (*dossier.required, *dossier.optional)
    dossier.items = {item: item in passed for item in known}
    dossier.first_by_key = actor.person_key


def verify(session: Session, dossier: Verification, *, actor: Actor, now: datetime) -> None:
    """The second person's yes: valid for twelve months, trainings for twenty-four."""
    advance(session, VERIFICATION, dossier, "verify", actor=actor, now=now)
    dossier.second_by_key = actor.person_key
    today = local_day(now)
    until = months_after(today, parameters.at("check_valid_months", today))
    training = months_after(today, parameters.at("training_valid_months", today))
    checks = {
        item: (training if item.startswith("training") else until).isoformat()
        for item, ok in dossier.items.items()
        if ok
    }
    _send_verdict(session, dossier, "verified", now, valid_to=until.isoformat(), checks=checks)


def turn_back(session: Session, dossier: Verification, *, reason: str, actor: Actor, now: datetime) -> None:
    """Asks the partner for something more. Raises BadInput without a reason."""
    _needs_reason(reason)
    advance(session, VERIFICATION, dossier, "return", actor=actor, now=now, reason=reason)
    _send_verdict(session, dossier, "returned", now, reason=reason)


def reject(session: Session, dossier: Verification, *, reason: str, actor: Actor, now: datetime) -> None:
    _needs_reason(reason)
    advance(session, VERIFICATION, dossier, "reject", actor=actor, now=now, reason=reason)
    _send_verdict(session, dossier, "rejected", now, reason=reason)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError("no such day")


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(msg("请写明原因，对方要据此补充。"), field="reason")


def _send_verdict(
    session: Session,
    dossier: Verification,
    verdict: str,
    now: datetime,
    *,
    valid_to: str = "",
    checks: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    payload = {
        "subject": dossier.subject,
        "token": dossier.token,
        "verdict": verdict,
        "valid_to": valid_to,
        "checks": checks or {},
        "reason": reason,
    }
    send(session, "verdict.given", payload, key=dossier.submission, subject=dossier.token, now=now)
