"""Two people in the county look at a partner's papers; the verdict goes back with its dates."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.verification import ITEMS, Verification, VerificationPaper
from app.accounts.queries.partners import dossiers_of, works_in
from app.accounts.states import VERIFICATION
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.secrets import blind_index
from app.core.states import advance, begin
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor


def receive_papers(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter papers.submitted; the same submission twice is one dossier."""
    known = select(Verification.id).where(Verification.submission == payload["submission"])
    if session.scalar(known) is not None:
        return
    fields = {**_numbers_known(session, payload["token"]), **payload["fields"]}
    dossier = Verification(
        subject=payload["subject"],
        token=payload["token"],
        submission=payload["submission"],
        kind=payload["kind"],
        area=payload["region_code"],
        name=fields["name"],
        fields=json.dumps(fields, ensure_ascii=False),
        id_index=blind_index(fields["id_no"]) if "id_no" in fields else None,
        items={},
        checks={},
    )
    begin(session, VERIFICATION, dossier, actor=SYSTEM, now=now)
    for paper in payload["papers"]:
        dossier.papers.append(
            VerificationPaper(
                item=paper["item"],
                file_name=paper["name"],
                mime=paper["mime"],
                content=paper["base64"],
                created_at=now,
                created_by=SYSTEM.label,
            )
        )
    session.flush()


def fields_of(dossier: Verification) -> dict[str, str]:
    """What the partner typed: name, phone, contact, numbers."""
    return dict(json.loads(dossier.fields))


def _numbers_known(session: Session, token: str) -> dict[str, str]:
    """A partner who adds a paper later doesn't send its identity number again."""
    earlier = dossiers_of(session, token)
    known = fields_of(earlier[0]) if earlier else {}
    return {k: v for k, v in known.items() if k in ("id_no", "uscc")}


def first_check(
    session: Session, dossier: Verification, *, passed: frozenset[str], actor: Actor, now: datetime
) -> None:
    """Item by item; what is not ticked has not passed. Raises BadInput while a required one is missing."""
    missing = [ITEMS[i] for i in dossier.required if i not in passed]
    if missing:
        raise BadInput(msg("“{item}”还没有核过。核不过去，就退回请对方补。", item=missing[0]), field="passed")
    advance(session, VERIFICATION, dossier, "first_check", actor=actor, now=now)
    known = (*dossier.required, *dossier.optional)
    dossier.items = {item: item in passed for item in known}
    dossier.first_by_key = actor.person_key


def verify(session: Session, dossier: Verification, *, actor: Actor, now: datetime) -> None:
    """The second person's yes: valid for twelve months, trainings for twenty-four.

    Raises Refusal for someone who works on cases of the same county under another account (domain §2).
    """
    if works_in(session, dossier.id_index, dossier.area, local_day(now)):
        raise Refusal(msg("这位同志在本县有经办账号，不能在本县当志愿者。可以到别的县登记。"))
    advance(session, VERIFICATION, dossier, "verify", actor=actor, now=now)
    dossier.second_by_key = actor.person_key
    today = local_day(now)
    until = months_after(today, parameters.at("check_valid_months", today))
    training = months_after(today, parameters.at("training_valid_months", today))
    dossier.valid_to = until
    dossier.checks = {
        item: (training if item.startswith("training") else until).isoformat()
        for item, ok in dossier.items.items()
        if ok
    }
    _send_verdict(session, dossier, "verified", now)


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
    session: Session, dossier: Verification, verdict: str, now: datetime, *, reason: str = ""
) -> None:
    payload = {
        "subject": dossier.subject,
        "token": dossier.token,
        "verdict": verdict,
        "valid_to": dossier.valid_to.isoformat() if dossier.valid_to else "",
        "checks": dossier.checks,
        "reason": reason,
    }
    send(session, "verdict.given", payload, key=dossier.submission, subject=dossier.token, now=now)
