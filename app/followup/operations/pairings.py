"""A pairing in the office: the household asked, the plan made, the end. Its visits are in a file of their
own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.cases.operations.consents import NewConsent, give_consent, withdraw
from app.cases.queries import latest_consents
from app.cases.states import ConsentState
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin, require
from app.followup.models import PairTie
from app.followup.operations.freeing import free_again
from app.followup.operations.notes import note_pair
from app.followup.operations.visits import call_off_visits
from app.followup.queries import pair_by_ref, pairs_asking, pairs_that_need_consent
from app.followup.queries.clocks import asking_ends
from app.followup.states import PAIR
from app.needs.models import Need
from app.needs.operations import holding
from app.needs.states import NeedState
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.releases.queries import project_by_number

SCOPES = ("pair", "disclose")
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Answer:
    """The household's answer, as the village worker heard it."""

    agreed: bool
    capacity: str = "self"
    method: str = "paper"
    given_by: str = ""
    witness: str = ""
    proxy_reason: str = ""


@dataclass(frozen=True)
class PairPlan:
    """`second_adult` and `social_worker` are needed where a child is concerned."""

    cadence: str
    contacts_min: int
    visits_min: int
    liaison_name: str
    liaison_phone: str
    meeting_point: str
    first_on: date
    second_adult: str = ""
    social_worker: str = ""


def open_pair(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter pairing.accepted: the household is to be asked. One whose need is not open any more is
    turned away at once; the partner hears no more than that it did not come about."""
    if pair_by_ref(session, payload["pairing_ref"]) is not None:
        return
    project = project_by_number(session, payload["project_id"])
    if project is None:
        raise LookupError("no such project")
    need = project.need
    free = need.state == NeedState.PUBLISHED
    pair = _pair_of(payload, need, live=free)
    begin(session, PAIR, pair, actor=SYSTEM, now=now)
    if not free:
        advance(session, PAIR, pair, "end", actor=SYSTEM, now=now)
        _tell_answer(session, pair, "declined", now)
        return
    project.status = "claimed"
    holding.hold(session, need, actor=SYSTEM, now=now)
    note_pair(session, pair, "有人愿意结对，要问家里", "asked", actor=SYSTEM, now=now)


def _pair_of(payload: dict[str, Any], need: Need, *, live: bool) -> PairTie:
    donor = payload["donor"]
    return PairTie(
        pairing_ref=payload["pairing_ref"],
        project_id=payload["project_id"],
        need=need,
        need_id=need.id,
        live_key=need.id if live else None,
        donor_token=donor["token"],
        donor_kind=donor["kind"],
        donor_name=donor["name"],
        donor_phone=donor["phone"],
        donor_skills=donor["skills"],
        donor_checks=donor["checks"],
        cadence=donor["cadence"],
        minor=need.item.concerns_minor,
    )


def record_answer(session: Session, pair: PairTie, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """Yes: two consents, the guardian's where a child is concerned. No: no reason is asked."""
    if not answer.agreed:
        advance(session, PAIR, pair, "decline", actor=actor, now=now)
        _release(session, pair, now)
        note_pair(session, pair, "家里这次没有同意结对", "declined", actor=actor, now=now)
        _tell_answer(session, pair, "declined", now)
        return
    advance(session, PAIR, pair, "agree", actor=actor, now=now)
    for scope in SCOPES:
        consent = NewConsent(
            scope,
            True,
            answer.capacity,
            answer.method,
            answer.given_by,
            answer.witness,
            answer.proxy_reason,
            for_minor=pair.minor,
        )
        give_consent(session, pair.case, consent, actor=actor, now=now)
    note_pair(session, pair, "家里同意结对", "agreed", actor=actor, now=now)
    _tell_answer(session, pair, "agreed", now)


def activate(session: Session, pair: PairTie, plan: PairPlan, *, actor: Actor, now: datetime) -> None:
    """Raises BadInput below the least cadence or without a liaison; Refusal for children without two checked
    adults, and when the household took its yes back."""
    today = local_day(now)
    _check_plan(plan, today, minor=pair.minor)
    if not _still_agrees(pair):
        raise Refusal(msg("家里的同意已经撤回，不能开始。先请村里再问一次。"))
    pair.cadence, pair.contacts_min, pair.visits_min = plan.cadence, plan.contacts_min, plan.visits_min
    pair.liaison_name, pair.liaison_phone = plan.liaison_name, plan.liaison_phone
    pair.meeting_point, pair.first_on = plan.meeting_point, plan.first_on
    pair.starts_on, pair.ends_on = today, today + YEAR
    pair.second_adult, pair.social_worker = plan.second_adult or None, plan.social_worker or None
    advance(session, PAIR, pair, "activate", actor=actor, now=now)
    holding.commit(session, pair.need, actor=SYSTEM, now=now)
    _send_activation(session, pair, now)
    note_pair(session, pair, "结对开始", "active", actor=actor, now=now)


def _check_plan(plan: PairPlan, today: date, *, minor: bool) -> None:
    contacts, visits = parameters.at("pair_contacts_year", today), parameters.at("pair_visits_year", today)
    if plan.contacts_min < contacts:
        raise BadInput(msg("一年至少联系 {n} 次。", n=contacts), field="contacts_min")
    if plan.visits_min < visits:
        raise BadInput(msg("一年至少见面 {n} 次。", n=visits), field="visits_min")
    if not plan.liaison_name.strip():
        raise BadInput(msg("请写村里谁来联系。"), field="liaison_name")
    if not plan.liaison_phone.strip():
        raise BadInput(msg("请写联系人的工作电话。"), field="liaison_phone")
    if not today <= plan.first_on <= today + timedelta(days=60):
        raise BadInput(msg("第一次见面要在今天起的 60 天里。"), field="first_on")
    telling = telling_words(plan.meeting_point)
    if telling:
        raise BadInput(
            msg("“{word}”会让人猜到是哪里。请写县里的公共地方。", word=telling[0]), field="meeting_point"
        )
    if minor:
        _check_adults(plan)


def _check_adults(plan: PairPlan) -> None:
    if not plan.second_adult.strip():
        raise BadInput(msg("涉及孩子，要写第二位核验过的成年人。"), field="second_adult")
    if not plan.social_worker.strip():
        raise BadInput(msg("涉及孩子，要写明哪位社工跟着。"), field="social_worker")


def end_pair(session: Session, pair: PairTie, *, met: bool, reason: str, actor: Actor, now: datetime) -> None:
    """The goal is reached (the need goes on to its confirmation), or the pairing just ends."""
    if met and pair.need.state != NeedState.COMMITTED:
        raise BadInput(msg("结对还没有开始，谈不上办成。请选“停下”。"), field="how")
    advance(session, PAIR, pair, "end", actor=actor, now=now, reason=reason or None)
    call_off_visits(session, pair, now=now)
    pair.live_key = None
    if met:
        holding.deliver(session, pair.need, actor=actor, now=now)
    else:
        free_again(session, pair.need, pair.project_id, now=now)
    _tell_end(session, pair, open_again=not met, now=now)
    text = "结对到了目标，等家里确认" if met else "结对结束"
    note_pair(session, pair, text, "ended", actor=actor, now=now)


def stop_for_household(session: Session, pair: PairTie, *, actor: Actor, now: datetime) -> None:
    """The household wants no more, at any time and without a reason: its yes is taken back, the pairing ends
    in the same transaction (I-23, I-32)."""
    advance(session, PAIR, pair, "household_stop", actor=actor, now=now)
    for scope in SCOPES:
        consent = latest_consents(pair.case).get(scope)
        if consent is not None and consent.state == ConsentState.GIVEN:
            withdraw(session, consent, actor=actor, now=now)
    _over(session, pair, "家里想停下，结对结束", actor, now)


def end_without_consent(session: Session, *, now: datetime) -> int:
    """Pairings whose household has taken its yes back on its own page."""
    ended = 0
    for pair in pairs_that_need_consent(session):
        if _still_agrees(pair):
            continue
        advance(session, PAIR, pair, "end", actor=SYSTEM, now=now)
        _over(session, pair, "家里撤回了同意，结对结束", SYSTEM, now)
        ended += 1
    return ended


def end_unanswered(session: Session, *, now: datetime) -> int:
    """Those whose household was not asked, or did not answer, as long as a hold may last: the need is free
    for somebody else, the partner hears no more than that it did not come about this time. The office ends
    it, for it alone knows whether the answer is in."""
    late = [pair for pair in pairs_asking(session) if asking_ends(pair) <= now]
    for pair in late:
        advance(session, PAIR, pair, "end", actor=SYSTEM, now=now)
        _release(session, pair, now)
        _tell_answer(session, pair, "declined", now)
        note_pair(session, pair, "等家里答话到了期限，先放开", "unanswered", actor=SYSTEM, now=now)
    return len(late)


def _still_agrees(pair: PairTie) -> bool:
    latest = latest_consents(pair.case)
    return all(scope in latest and latest[scope].state == ConsentState.GIVEN for scope in SCOPES)


def _over(session: Session, pair: PairTie, text: str, actor: Actor, now: datetime) -> None:
    _release(session, pair, now)
    _tell_end(session, pair, open_again=True, now=now)
    note_pair(session, pair, text, "ended", actor=actor, now=now)


def confirm_goal(session: Session, pair: PairTie, *, actor: Actor, now: datetime) -> None:
    """Someone of the village or township asks the family; the need is met."""
    require(actor, "tie.confirm", pair)
    if pair.need.state != NeedState.DELIVERED:
        raise Refusal(msg("这一项还没有到确认这一步。"))
    holding.confirm(session, pair.need, qty=pair.need.residual_qty, actor=actor, now=now)
    note_pair(session, pair, "家里确认，这一项已实现", "confirmed", actor=actor, now=now)


def take_stop(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter pairing.stopped: the partner stopped, no reason asked."""
    pair = pair_by_ref(session, payload["pairing_ref"])
    if pair is None:
        raise LookupError("no such pairing")
    if PAIR.find(pair.state, "end") is None:
        return
    advance(session, PAIR, pair, "end", actor=SYSTEM, now=now)
    _release(session, pair, now)
    note_pair(session, pair, "对方停下了，由社工接上", "stopped", actor=SYSTEM, now=now)


def _release(session: Session, pair: PairTie, now: datetime) -> None:
    call_off_visits(session, pair, now=now)
    pair.live_key = None
    free_again(session, pair.need, pair.project_id, now=now)


def _send_activation(session: Session, pair: PairTie, now: datetime) -> None:
    days = {
        k: v.isoformat() for k in ("starts_on", "ends_on", "first_on") if (v := getattr(pair, k)) is not None
    }
    payload = {
        "pairing_ref": pair.pairing_ref,
        "cadence": pair.cadence,
        "contacts_min": pair.contacts_min,
        "visits_min": pair.visits_min,
        "liaison_name": pair.liaison_name,
        "liaison_phone": pair.liaison_phone,
        "meeting_point": pair.meeting_point,
        "adults_min": 2 if pair.minor else 1,
        **days,
    }
    send(session, "pairing.activated", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)


def _tell_answer(session: Session, pair: PairTie, answer: str, now: datetime) -> None:
    payload = {
        "pairing_ref": pair.pairing_ref,
        "answer": answer,
        "open_again": pair.need.state == NeedState.PUBLISHED,
    }
    send(session, "pairing.answered", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)


def _tell_end(session: Session, pair: PairTie, *, open_again: bool, now: datetime) -> None:
    payload = {"pairing_ref": pair.pairing_ref, "open_again": open_again}
    send(session, "pairing.ended", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)
