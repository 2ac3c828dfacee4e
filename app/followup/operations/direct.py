"""直接对接 (decisions 10): a need that is not published is offered to one verified organisation.

While the offer waits the need is held, so that nobody else is asked and no cohort takes it. Taken, it is a
claim like any other; declined or too late, the need waits in step ③ again.
"""

import random
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models.verification import Verification
from app.cases.operations import record
from app.cases.queries import live_consent
from app.core.clock import at_local, local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import Message, msg
from app.core.outbox import send
from app.core.states import advance, begin, require
from app.core.tokens import direct_number
from app.followup.models import DirectOffer
from app.followup.operations.freeing import free_again
from app.followup.operations.notes import note_tie
from app.followup.queries.direct import (
    offer_by_number,
    offers_waiting,
    organisations_for,
    ties_before_promise,
)
from app.followup.states import DIRECT_OFFER, TIE, OfferState
from app.needs.models import Need
from app.needs.operations import holding
from app.needs.states import NeedState
from app.policy import parameters
from app.policy.actors import SYSTEM, Actor
from app.policy.calendar import add_working_days
from app.policy.catalogue import amount_band
from app.policy.regions import display_name, prefecture_of
from app.releases.models import NeedProject
from app.releases.operations.projects import drop_project
from app.releases.queries import project_of_need
from app.releases.states import ProjectState

END_OF_DAY = 18
NOT_OUT_YET = (ProjectState.DRAFTED, ProjectState.APPROVED)
SCOPE = "direct_match"


def obstacle(session: Session, need: Need, *, day: date) -> Message | None:
    """Why this need cannot be offered now, in words; None when nothing stands in the way."""
    if need.state not in (NeedState.STAGE3, NeedState.IN_COHORT) or need.residual_qty < 1:
        return msg("这一项现在不用再找人：它还没到第三步，或者已经有人在办。")
    if need.item.concerns_minor:
        return msg("这一项要和孩子在一起，得由核验过的人来做。请走“结对”，不直接交给一家单位。")
    if live_consent(session, need.case_id, SCOPE, day) is None:
        return msg("家里还没有同意由县里直接对接。请村里先问过，记下同意。")
    return None


def answer_due(need: Need, now: datetime) -> datetime:
    """The end of the next working day for what is urgent, of the third for the rest."""
    day = local_day(now)
    key = "direct_answer_wd_urgent" if need.urgency == "urgent" else "direct_answer_wd"
    return at_local(add_working_days(day, parameters.at(key, day)), END_OF_DAY)


def offer_directly(
    session: Session, need: Need, *, token: str, rng: random.Random, actor: Actor, now: datetime
) -> DirectOffer:
    """Asks one organisation. A project that waits for a cohort is dropped first. Raises Refusal: no consent,
    not free; BadInput: no organisation, or one without a live verification and undertaking."""
    require(actor, "direct_offer.make", need)
    stop = obstacle(session, need, day=local_day(now))
    if stop is not None:
        raise Refusal(stop)
    known = {o.dossier.token: o.dossier for o in organisations_for(session, need, local_day(now))}
    if token not in known:
        raise BadInput(msg("请选一家核验过、交过保护信息承诺书的单位。"), field="token")
    _drop_project(session, project_of_need(session, need.id), actor, now)
    holding.offer(session, need, actor=actor, now=now)
    offer = _new_offer(need, known[token], rng, now)
    begin(session, DIRECT_OFFER, offer, actor=actor, now=now)
    _send(session, offer, now)
    _note(session, offer, "县里直接问了一家核验过的单位", "offered", actor, now)
    return offer


def _drop_project(session: Session, project: NeedProject | None, actor: Actor, now: datetime) -> None:
    if project is not None and project.state in NOT_OUT_YET:
        drop_project(session, project, reason="改为直接对接", actor=actor, now=now)


def _new_offer(need: Need, dossier: Verification, rng: random.Random, now: datetime) -> DirectOffer:
    return DirectOffer(
        offer_no=direct_number(rng),
        need=need,
        need_id=need.id,
        live_key=need.id,
        donor_token=dossier.token,
        donor_kind=dossier.kind,
        donor_name=dossier.name,
        answer_by=answer_due(need, now),
    )


def _send(session: Session, offer: DirectOffer, now: datetime) -> None:
    """What leaves the office: the item, the prefecture, and nothing of the household."""
    need = offer.need
    payload = {
        "offer_no": offer.offer_no,
        "token": offer.donor_token,
        "need_item": need.item.name,
        "region_label": display_name(prefecture_of(need.county_code)),
        "kind": need.item.kind,
        "amount_band": amount_band(need.budget_fen, need.item_code),
        "urgency": need.urgency,
        "answer_by": offer.answer_by.isoformat(),
    }
    send(session, "direct.offer", payload, key=offer.offer_no, subject=offer.offer_no, now=now)


def take_up(session: Session, offer: DirectOffer, *, now: datetime) -> bool:
    """The organisation took it (the letter claim.made). False when the office had taken it back first."""
    if offer.state != OfferState.OFFERED or offer.need.state != NeedState.HELD:
        return False
    _close(session, offer, "take", SYSTEM, now)
    return True


def take_offer_answer(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter direct.answered: declined or expired; the need waits for another."""
    offer = offer_by_number(session, payload["offer_no"])
    if offer is None:
        raise LookupError("no such offer")
    if offer.state != OfferState.OFFERED:
        return
    action = "decline" if payload["answer"] == OfferState.DECLINED else "expire"
    _close(session, offer, action, SYSTEM, now)
    free_again(session, offer.need, offer.offer_no, now=now)
    text = "问的那家这次不接，再找一家" if action == "decline" else "问的那家没有答复，再找一家"
    _note(session, offer, text, "answered", SYSTEM, now)


def withdraw_offer(
    session: Session, offer: DirectOffer, *, thanks: bool = False, actor: Actor, now: datetime
) -> None:
    """The office takes the question back before it is answered; with thanks where the need is met without
    it."""
    _close(session, offer, "withdraw", actor, now)
    payload = {"offer_no": offer.offer_no, "thanks": thanks}
    send(session, "direct.withdrawn", payload, key=offer.offer_no, subject=offer.offer_no, now=now)
    free_again(session, offer.need, offer.offer_no, now=now)
    text = "已经落实，谢过问的那家" if thanks else "县里收回了这次直接对接"
    _note(session, offer, text, "withdrawn", actor, now)


def end_offers_without_consent(session: Session, *, now: datetime) -> int:
    """The household took its yes back: the question goes back, a hold without a promise ends. What is
    promised goes on (domain 4.4 withdraw_consent)."""
    day, ended = local_day(now), 0
    for offer in offers_waiting(session):
        if live_consent(session, offer.need.case_id, SCOPE, day) is None:
            withdraw_offer(session, offer, actor=SYSTEM, now=now)
            ended += 1
    for tie in ties_before_promise(session):
        if live_consent(session, tie.need.case_id, SCOPE, day) is None:
            advance(session, TIE, tie, "end", actor=SYSTEM, now=now)
            tie.ended_how = "withdrawn"
            free_again(session, tie.need, tie.project_id, now=now)
            payload = {"claim_ref": tie.claim_ref, "reason": "这一项现在不用了。谢谢你们。"}
            send(session, "claim.rejected", payload, key=tie.claim_ref, subject=tie.project_id, now=now)
            note_tie(
                session, tie, "家里撤回同意，直接对接停下", "claim", "claim/ended", actor=SYSTEM, now=now
            )
            ended += 1
    return ended


def _close(session: Session, offer: DirectOffer, action: str, actor: Actor, now: datetime) -> None:
    if offer.state == OfferState.OFFERED:
        offer.live_key, offer.answered_at = None, now
    advance(session, DIRECT_OFFER, offer, action, actor=actor, now=now)


def _note(session: Session, offer: DirectOffer, text: str, code: str, actor: Actor, now: datetime) -> None:
    record(
        session,
        offer.need.case,
        kind="claim",
        text=f"{offer.need.item.name}：{text}",
        source_ref=f"{offer.offer_no}/{code}",
        need_id=offer.need_id,
        actor=actor,
        now=now,
    )
