"""A pairing in the office: drafts sent, the household asked, the plan made, visits answered and confirmed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.operations import record
from app.cases.operations.consents import NewConsent, give_consent
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.followup.models import OfficeVisit, PairTie, ProposalDraft
from app.followup.queries import declined_donors, drafts_of_need, pair_by_ref, visit_by_ref
from app.followup.states import OFFICE_VISIT, PAIR, PROPOSAL_DRAFT, PairState
from app.needs.models import Need
from app.needs.operations import holding
from app.needs.states import NeedState
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.releases.queries import project_by_number

SCOPES = ("pair", "disclose")


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
    cadence: str
    contacts_min: int
    visits_min: int
    liaison_name: str
    liaison_phone: str
    meeting_point: str
    first_on: date
    second_adult: str = ""
    social_worker: str = ""


def take_drafts(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.drafted: drafts wait for an officer's look."""
    proof = payload["certificate"]
    for line in payload["drafts"]:
        project = project_by_number(session, line["project_id"])
        known = select(ProposalDraft.id).where(ProposalDraft.proposal_ref == line["proposal_ref"])
        if project is None or session.scalar(known) is not None:
            continue
        donor = line["donor"]
        draft = ProposalDraft(
            proposal_ref=line["proposal_ref"],
            run_ref=payload["run_ref"],
            project_id=line["project_id"],
            need_id=project.need_id,
            donor_token=donor["token"],
            donor_kind=donor["kind"],
            donor_name=donor["name"],
            rank=line["rank"],
            score=line["score"],
            reasons=line["reasons"],
            **{k: proof[k] for k in ("gap", "objective", "bound")},
        )
        begin(session, PROPOSAL_DRAFT, draft, actor=SYSTEM, now=now)


def obstacles(session: Session, draft: ProposalDraft, *, now: datetime) -> list[str]:
    """Hard checks of step 2, which a card cannot carry: household's cap, declined before, still open."""
    found = []
    most = parameters.at("max_pairs_household", local_day(now))
    open_pairs = (
        select(func.count())
        .select_from(PairTie)
        .join(Need)
        .where(
            Need.case_id == draft.need.case_id,
            PairTie.state.in_((PairState.ASKING, PairState.AGREED, PairState.ACTIVE)),
        )
    )
    if (session.scalar(open_pairs) or 0) >= most:
        found.append("这户已经有足够的结对")
    if draft.donor_token in declined_donors(session, draft.need.case_id):
        found.append("这户以前没有同意过这位")
    if draft.need.state != NeedState.PUBLISHED:
        found.append("这一项现在不等人接了")
    return found


def send_proposals(session: Session, draft: ProposalDraft, *, actor: Actor, now: datetime) -> int:
    """Sends this draft; others of the same need stay drafts. Raises Refusal when a hard check fails."""
    stops = obstacles(session, draft, now=now)
    if stops:
        raise Refusal(msg("现在不能发：{why}。", why="；".join(stops)))
    advance(session, PROPOSAL_DRAFT, draft, "send", actor=actor, now=now)
    days = parameters.at("proposal_days", local_day(now))
    payload = {
        "run_ref": draft.run_ref,
        "proposals": [{"proposal_ref": draft.proposal_ref, "rank": draft.rank, "reasons": draft.reasons}],
        "expires_on": (local_day(now) + timedelta(days=days)).isoformat(),
    }
    send(session, "proposals.send", payload, key=draft.proposal_ref, subject=draft.project_id, now=now)
    return 1


def drop_draft(session: Session, draft: ProposalDraft, *, actor: Actor, now: datetime) -> None:
    advance(session, PROPOSAL_DRAFT, draft, "drop", actor=actor, now=now)


def alternatives(session: Session, draft: ProposalDraft) -> list[ProposalDraft]:
    return list(drafts_of_need(session, draft.need_id, draft.run_ref))


def open_pair(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter pairing.accepted: the household is to be asked."""
    if pair_by_ref(session, payload["pairing_ref"]) is not None:
        return
    project = project_by_number(session, payload["project_id"])
    if project is None:
        raise LookupError("no such project")
    donor, need = payload["donor"], project.need
    pair = PairTie(
        pairing_ref=payload["pairing_ref"],
        project_id=payload["project_id"],
        need=need,
        need_id=need.id,
        live_key=need.id,
        donor_token=donor["token"],
        donor_kind=donor["kind"],
        donor_name=donor["name"],
        donor_phone=donor["phone"],
        donor_skills=donor["skills"],
        donor_checks=donor["checks"],
        cadence=donor["cadence"],
        minor=need.item.concerns_minor,
    )
    begin(session, PAIR, pair, actor=SYSTEM, now=now)
    project.status = "claimed"
    if need.state == NeedState.PUBLISHED:
        holding.hold(session, need, actor=SYSTEM, now=now)
    _note(session, pair, "有人愿意结对，要问家里", "asked", SYSTEM, now)


def record_answer(session: Session, pair: PairTie, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """Yes: two consents, the guardian's where a child is concerned. No: no reason is asked."""
    if answer.agreed:
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
        advance(session, PAIR, pair, "agree", actor=actor, now=now)
        _note(session, pair, "家里同意结对", "agreed", actor, now)
    else:
        advance(session, PAIR, pair, "decline", actor=actor, now=now)
        _release(session, pair, now)
        _note(session, pair, "家里这次没有同意结对", "declined", actor, now)
    payload = {"pairing_ref": pair.pairing_ref, "answer": "agreed" if answer.agreed else "declined"}
    send(session, "pairing.answered", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)


def activate(session: Session, pair: PairTie, plan: PairPlan, *, actor: Actor, now: datetime) -> None:
    """Raises BadInput below the least cadence or without a liaison; Refusal for children without two checked
    adults."""
    today = local_day(now)
    contacts, visits = parameters.at("pair_contacts_year", today), parameters.at("pair_visits_year", today)
    if plan.contacts_min < contacts or plan.visits_min < visits:
        raise BadInput(msg("一年至少联系 {c} 次、见面 {v} 次。", c=contacts, v=visits), field="contacts_min")
    if not plan.liaison_name.strip() or not plan.liaison_phone.strip():
        raise BadInput(msg("请写村里联系人的姓名和工作电话。"), field="liaison_name")
    if plan.first_on < today:
        raise BadInput(msg("第一次见面要从今天起。"), field="first_on")
    pair.cadence, pair.contacts_min, pair.visits_min = plan.cadence, plan.contacts_min, plan.visits_min
    pair.liaison_name, pair.liaison_phone = plan.liaison_name, plan.liaison_phone
    pair.meeting_point, pair.first_on = plan.meeting_point, plan.first_on
    pair.starts_on, pair.ends_on = today, today + timedelta(days=365)
    pair.second_adult, pair.social_worker = plan.second_adult or None, plan.social_worker or None
    advance(session, PAIR, pair, "activate", actor=actor, now=now)
    holding.commit(session, pair.need, actor=SYSTEM, now=now)
    _send_activation(session, pair, now)
    _note(session, pair, "结对开始", "active", actor, now)


def end_pair(session: Session, pair: PairTie, *, met: bool, reason: str, actor: Actor, now: datetime) -> None:
    """The goal is reached (the need goes on to its confirmation), or the pairing just ends."""
    advance(session, PAIR, pair, "end", actor=actor, now=now, reason=reason or None)
    pair.live_key = None
    if met:
        holding.deliver(session, pair.need, actor=actor, now=now)
    else:
        _release(session, pair, now)
    payload = {"pairing_ref": pair.pairing_ref, "open_again": not met}
    send(session, "pairing.ended", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)
    _note(session, pair, "结对到了目标，等家里确认" if met else "结对结束", "ended", actor, now)


def confirm_goal(session: Session, pair: PairTie, *, actor: Actor, now: datetime) -> None:
    """Someone of the village or township asks the family; the need is met."""
    require(actor, "tie.confirm", pair)
    if pair.need.state != NeedState.DELIVERED:
        raise Refusal(msg("这一项还没有到确认这一步。"))
    holding.confirm(session, pair.need, qty=pair.need.residual_qty, actor=actor, now=now)
    _note(session, pair, "家里确认，这一项已实现", "confirmed", actor, now)


def take_stop(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter pairing.stopped: the partner stopped, no reason asked."""
    pair = pair_by_ref(session, payload["pairing_ref"])
    if pair is None:
        raise LookupError("no such pairing")
    if PAIR.find(pair.state, "end") is None:
        return
    advance(session, PAIR, pair, "end", actor=SYSTEM, now=now)
    _release(session, pair, now)
    _note(session, pair, "对方停下了，由社工接上", "stopped", SYSTEM, now)


def take_visit_plan(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter visit.planned."""
    if visit_by_ref(session, payload["visit_ref"]) is not None:
        return
    pair = pair_by_ref(session, payload["pairing_ref"])
    if pair is None:
        raise LookupError("no such pairing")
    visit = OfficeVisit(
        visit_ref=payload["visit_ref"],
        pair=pair,
        pair_id=pair.id,
        planned_at=datetime.fromisoformat(payload["planned_at"]),
        kind=payload["kind"],
        adults_n=payload["adults_n"],
    )
    begin(session, OFFICE_VISIT, visit, actor=SYSTEM, now=now)


def take_visit_log(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter visit.logged: the sentence lives here from now on."""
    visit = visit_by_ref(session, payload["visit_ref"])
    if visit is None:
        raise LookupError("no such visit")
    if OFFICE_VISIT.find(visit.state, "log") is None:
        return
    visit.sentence, visit.minutes = payload["sentence"], payload["minutes"]
    visit.mood_code = payload["mood_code"]
    advance(session, OFFICE_VISIT, visit, "log", actor=SYSTEM, now=now)


def answer_visit(
    session: Session, visit: OfficeVisit, *, accepted: bool, actor: Actor, now: datetime
) -> None:
    advance(session, OFFICE_VISIT, visit, "accept" if accepted else "refuse", actor=actor, now=now)
    payload = {"visit_ref": visit.visit_ref, "answer": "accepted" if accepted else "refused"}
    send(session, "visit.answered", payload, key=visit.visit_ref, subject=visit.pair.project_id, now=now)


def confirm_visit(session: Session, visit: OfficeVisit, *, actor: Actor, now: datetime) -> None:
    """The village agrees to the minutes; hours count from here (I-25)."""
    advance(session, OFFICE_VISIT, visit, "confirm", actor=actor, now=now)
    payload = {"visit_ref": visit.visit_ref, "minutes": visit.minutes}
    send(session, "visit.confirmed", payload, key=visit.visit_ref, subject=visit.pair.project_id, now=now)
    text = f"来访 {visit.minutes} 分钟：{visit.sentence}"
    _note(session, visit.pair, text, f"visit/{visit.visit_ref}", actor, now, kind="visit")


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
        **days,
    }
    send(session, "pairing.activated", payload, key=pair.pairing_ref, subject=pair.project_id, now=now)


def _release(session: Session, pair: PairTie, now: datetime) -> None:
    pair.live_key = None
    if pair.need.state in (NeedState.HELD, NeedState.COMMITTED):
        holding.free(session, pair.need, actor=SYSTEM, now=now)
    project = project_by_number(session, pair.project_id)
    if project is not None and project.status == "claimed":
        project.status = "open"


def _note(
    session: Session, pair: PairTie, text: str, code: str, actor: Actor, now: datetime, kind: str = "pairing"
) -> None:
    record(
        session,
        pair.case,
        kind=kind,
        text=f"{pair.need.item.name}：{text}",
        source_ref=f"{pair.pairing_ref}/{code}",
        need_id=pair.need_id,
        actor=actor,
        now=now,
    )
