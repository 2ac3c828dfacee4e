"""Consents, one for each purpose, dated and withdrawable (domain 4.18)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.models import Case, Consent
from app.cases.operations.record import record
from app.cases.queries import age_on
from app.cases.states import CONSENT
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.states import advance, begin
from app.policy.actors import Actor
from app.policy.lists import CONSENT_SCOPE

PAIRING_SCOPES = ("pair", "disclose")
WRITTEN_BELOW = 14


@dataclass(frozen=True)
class NewConsent:
    """`capacity`: self, guardian or proxy (a proxy needs a reason). `method` other than paper needs a
    witness."""

    scope: str
    given: bool = True
    capacity: str = "self"
    method: str = "paper"
    given_by: str = ""
    witness: str = ""
    proxy_reason: str = ""
    for_minor: bool = False


def give_consent(session: Session, case: Case, new: NewConsent, *, actor: Actor, now: datetime) -> Consent:
    """Records a yes or a no. Raises BadInput: proxy without reason, no witness, a child without its
    guardian."""
    consent = consent_of(case, new, local_day(now))
    begin(session, CONSENT, consent, actor=actor, now=now)
    advance(session, CONSENT, consent, "give" if new.given else "refuse", actor=actor, now=now)
    if consent not in case.consents:
        case.consents.append(consent)
    session.flush()
    text = answer_text(consent, given=new.given)
    record(session, case, kind="step", text=text, source_ref=f"consent/{consent.id}", actor=actor, now=now)
    return consent


def consent_of(case: Case, new: NewConsent, day: date) -> Consent:
    """The row of an answer, not yet begun. Raises BadInput as `give_consent` does."""
    _check(case, new, day)
    return Consent(
        case_id=case.id,
        case=case,
        scope=new.scope,
        capacity=new.capacity,
        method=new.method,
        given_by=new.given_by or None,
        witness=new.witness or None,
        proxy_reason=new.proxy_reason or None,
        for_minor=new.for_minor,
        given_on=day,
        expires_on=_expiry(new.scope, day),
    )


def answer_text(consent: Consent, *, given: bool) -> str:
    return f"{'同意' if given else '没有同意'}：{CONSENT_SCOPE[consent.scope]}"


def withdraw(session: Session, consent: Consent, *, actor: Actor, now: datetime) -> None:
    """The household takes a consent back; no reason is asked."""
    advance(session, CONSENT, consent, "withdraw", actor=actor, now=now)
    consent.withdrawn_on = local_day(now)
    text = f"撤回：{CONSENT_SCOPE[consent.scope]}"
    ref = f"consent/{consent.id}/withdrawn"
    record(session, consent.case, kind="step", text=text, source_ref=ref, actor=actor, now=now)


def youngest_age(case: Case, day: date) -> int | None:
    """Age of the household's youngest member, None when no birth date is known."""
    ages = [age_on(m.born, day) for m in case.household.members if m.born and m.status == "alive_here"]
    return min(ages) if ages else None


def _check(case: Case, new: NewConsent, day: date) -> None:
    if new.capacity == "proxy" and not new.proxy_reason.strip():
        raise BadInput(msg("代办要写明为什么由别人代办。"), field="proxy_reason")
    if new.method in ("audio", "witnessed", "phone") and not new.witness.strip():
        raise BadInput(msg("不是本人书面签的，要写见证人。"), field="witness")
    if not (new.given and new.for_minor):
        return
    if new.capacity != "guardian":
        raise BadInput(msg("涉及孩子，要监护人同意。"), field="capacity")
    youngest = youngest_age(case, day)
    if youngest is not None and youngest < WRITTEN_BELOW and new.method != "paper":
        raise BadInput(msg("孩子不满 14 周岁，监护人要书面同意。"), field="method")


def _expiry(scope: str, day: date) -> date | None:
    if scope not in PAIRING_SCOPES:
        return None
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
