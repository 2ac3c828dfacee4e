"""A claim in the office: contact, arrival, handing over with a receipt, confirmation by someone else
(I-24)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.money import yuan
from app.core.outbox import send
from app.core.redaction import telling_words
from app.core.states import advance, begin, require
from app.followup.models import RECEIPT_BY, RECEIPT_METHOD, Tie
from app.followup.operations.direct import take_up
from app.followup.operations.freeing import free_again, on_shelf
from app.followup.operations.notes import note_tie
from app.followup.queries import tie_by_claim, tie_by_pledge
from app.followup.queries.direct import offer_by_number
from app.followup.states import TIE, TieState
from app.needs.models import Need
from app.needs.operations import holding
from app.needs.states import NeedState
from app.policy.actors import SYSTEM, Actor
from app.policy.lists import FREQUENCY
from app.policy.regions import display_name
from app.releases.models import NeedProject
from app.releases.queries import project_by_number


def open_tie(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter claim.made, of a card or of a direct offer: the need is held, the holder is told size and
    quantity."""
    if tie_by_claim(session, payload["claim_ref"]) is not None:
        return
    project = project_by_number(session, payload["project_id"])
    offer = offer_by_number(session, payload["project_id"]) if project is None else None
    wanted = project or offer
    if wanted is None:
        raise LookupError("no such project or offer")
    tie = _tie_of(payload, wanted.need)
    begin(session, TIE, tie, actor=SYSTEM, now=now)
    if project is not None and not _may_do(project.need, payload["donor"]):
        advance(session, TIE, tie, "end", actor=SYSTEM, now=now)
        tie.ended_how = "not_fit"
        _tell(session, tie, "claim.rejected", {"reason": "not_fit", "open_again": True}, now)
        return
    held = take_up(session, offer, now=now) if offer is not None else _hold(session, project, now)
    if not held:
        advance(session, TIE, tie, "end", actor=SYSTEM, now=now)
        tie.ended_how = "not_free"
        _tell(session, tie, "claim.rejected", {"reason": "not_free", "open_again": False}, now)
        return
    send_terms(session, tie, now)
    text = "有人认领" if project is not None else "直接问的那家接了"
    note_tie(session, tie, text, "claim", "claim/made", actor=SYSTEM, now=now)


def _may_do(need: Need, donor: dict[str, Any]) -> bool:
    """What an item around a child, or one for professionals, asks of whoever takes it (domain 4.9). Where the
    card names the item the public side has asked already; where it says 综合帮扶 only the office can."""
    if need.item.concerns_minor and not donor.get("children_ok"):
        return False
    return not need.item.needs_professional or need.item_code in donor.get("knows", ())


def _hold(session: Session, project: NeedProject | None, now: datetime) -> bool:
    """False when the need behind the card is not open any more."""
    if project is None or project.need.state != NeedState.PUBLISHED:
        return False
    project.status = "claimed"
    holding.hold(session, project.need, actor=SYSTEM, now=now)
    return True


def _tie_of(payload: dict[str, Any], need: Need) -> Tie:
    donor = payload["donor"]
    return Tie(
        claim_ref=payload["claim_ref"],
        project_id=payload["project_id"],
        need=need,
        need_id=need.id,
        kind=payload["kind"],
        donor_token=donor["token"],
        donor_kind=donor["kind"],
        donor_name=donor["name"],
        donor_phone=donor["phone"],
        ready_on=date.fromisoformat(payload["ready_on"]),
        held_at=datetime.fromisoformat(payload["held_at"]),
        contact_due=datetime.fromisoformat(payload["contact_due"]),
        lapses_at=datetime.fromisoformat(payload["lapses_at"]),
    )


def send_terms(session: Session, tie: Tie, now: datetime, *, again: str = "") -> None:
    """Only now, and only to the holder: item, size, quantity, where to bring it; never a township (decisions
    31). `again` tells a second letter about the same claim from the first: less is missing than was said."""
    need = tie.need
    county = display_name(need.county_code)
    lines = [["要的是", need.item.name], ["数量", f"{need.residual_qty} {need.item.unit}"]]
    if need.option:
        lines.append(["规格", need.option])
    if need.frequency != "once":
        lines.append(["多久一次", FREQUENCY[need.frequency]])
    if tie.kind == "goods":
        lines.append(["送到", f"{county}社会工作服务中心接收点（工作日 9 点到 17 点）"])
        lines.append(["要求", "能正常使用，不带宣传标语；新旧都行，旧的请先说一声"])
    elif tie.kind == "service":
        lines.append(["在哪里", f"{county}，由村里联系人约时间、陪同"])
    else:
        lines.append(["怎么付", "付到慈善组织备案的项目，由它采买"])
        if need.budget_fen:
            lines.append(["大约要多少", yuan(need.budget_fen)])
    told = {"lines": lines, "qty": need.residual_qty, "county": need.county_code}
    _tell(session, tie, "claim.terms", told, now, again=again)


def end_tie(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter claim.ended: released or lapsed on the public side; the need is free again."""
    tie = _known(tie_by_claim(session, payload["claim_ref"]))
    if TIE.find(tie.state, "end") is None:
        return
    advance(session, TIE, tie, "end", actor=SYSTEM, now=now)
    tie.ended_how = payload["how"]
    free_again(session, tie.need, tie.project_id, now=now)
    word = "对方放下了" if payload["how"] == "released" else "保留到期"
    note_tie(session, tie, f"{word}，重新等人接", "claim", "claim/ended", actor=SYSTEM, now=now)


def take_pledge(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter pledge.made: what was promised, by when."""
    tie = _known(tie_by_claim(session, payload["claim_ref"]))
    if TIE.find(tie.state, "commit") is None:
        return
    tie.pledge_ref, tie.qty = payload["pledge_ref"], payload["qty"]
    tie.date_by, tie.pledged_on = date.fromisoformat(payload["date_by"]), local_day(now)
    advance(session, TIE, tie, "commit", actor=SYSTEM, now=now)
    holding.commit(session, tie.need, actor=SYSTEM, now=now)
    text = f"说定了，{tie.date_by.month} 月 {tie.date_by.day} 日前送到"
    note_tie(session, tie, text, "claim", "pledge/made", actor=SYSTEM, now=now)


def take_payment(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter payment.settled: paid to the charity's project; the amount stays in the office."""
    tie = _known(tie_by_pledge(session, payload["pledge_ref"]))
    if tie.paid_at is not None:
        return
    tie.amount_fen, tie.charity_project = payload["amount_fen"], payload["charity_project"]
    tie.paid_at = datetime.fromisoformat(payload["paid_at"])
    note_tie(session, tie, f"已付到“{tie.charity_project}”", "money", "payment", actor=SYSTEM, now=now)


def take_purchase(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter purchase.recorded: what the charity bought."""
    tie = _known(tie_by_pledge(session, payload["pledge_ref"]))
    if tie.purchase is not None:
        return
    tie.purchase = payload["what"]
    note_tie(session, tie, f"慈善组织采买：{tie.purchase}", "money", "purchase", actor=SYSTEM, now=now)


def record_contact(session: Session, tie: Tie, *, note: str, actor: Actor, now: datetime) -> None:
    advance(session, TIE, tie, "record_contact", actor=actor, now=now, reason=note or None)
    tie.contacted_at = now
    _tell(session, tie, "claim.contacted", {"at": now.isoformat()}, now)


def reject_claim(session: Session, tie: Tie, *, reason: str, actor: Actor, now: datetime) -> None:
    """Not the right one for it. The reason travels to the claimer."""
    _check_reason(reason)
    advance(session, TIE, tie, "reject", actor=actor, now=now, reason=reason)
    tie.ended_how = "rejected"
    _end_here(session, tie, reason, "县里没有同意这次认领，重新等人接", actor, now)


def let_go(session: Session, tie: Tie, *, reason: str, actor: Actor, now: datetime) -> None:
    """The promise cannot be kept, or what came does not fit and cannot be mended: others may take the need.
    Raises Refusal before its day is a week past, unless the household found it unfit."""
    _check_reason(reason)
    advance(session, TIE, tie, "let_go", actor=actor, now=now, reason=reason)
    tie.ended_how = "let_go"
    _end_here(session, tie, reason, "这次没有办成，重新等人接", actor, now)


def _end_here(session: Session, tie: Tie, reason: str, text: str, actor: Actor, now: datetime) -> None:
    free_again(session, tie.need, tie.project_id, now=now)
    _tell(session, tie, "claim.rejected", {"reason": reason}, now)
    note_tie(session, tie, text, "claim", f"claim/{tie.ended_how}", actor=actor, now=now)


def _check_reason(reason: str) -> None:
    """It leaves the office: nothing in it may tell who the family is."""
    if not reason.strip():
        raise BadInput(msg("请写明原因，会转告对方。"), field="reason")
    telling = telling_words(reason)
    if telling:
        raise BadInput(
            msg("这句话会转告对方，“{word}”可能让人认出是谁家，请换个说法。", word=telling[0]), field="reason"
        )


def arrive(
    session: Session, tie: Tie, *, qty: int, agreed: bool = False, actor: Actor, now: datetime
) -> None:
    """Counted at the county reception point. Fewer than promised only when the donor was asked (`agreed`)."""
    if tie.kind != "goods":
        raise Refusal(msg("只有物品要送到接收点。"))
    promised = tie.qty or 0
    if not 1 <= qty <= promised:
        raise BadInput(
            msg("说定的是 {n} 件，现在点到 {m} 件。先和对方核对。", n=promised, m=qty), field="qty"
        )
    if qty < promised and not agreed:
        raise BadInput(
            msg("比说定的少 {n} 件。和对方核对过，就在下面打勾。", n=promised - qty), field="agreed"
        )
    tie.qty, tie.arrived_on, tie.counted_by_key = qty, local_day(now), actor.person_key
    advance(session, TIE, tie, "arrive", actor=actor, now=now)
    _tell(session, tie, "pledge.arrived", {}, now)
    code = f"arrived/{tie.version}" if tie.disputed_on else "arrived"
    note_tie(session, tie, f"县接收点点收 {qty} 件", "delivery", code, actor=actor, now=now)


def hand_over(
    session: Session,
    tie: Tie,
    *,
    receipt_by: str,
    receipt_method: str,
    receipt_name: str,
    actor: Actor,
    now: datetime,
) -> None:
    """With a receipt. Goods must have arrived; money must have been used by the charity."""
    if tie.kind == "goods" and tie.state != TieState.ARRIVED:
        raise Refusal(msg("东西还没到县接收点。"))
    if tie.kind == "money" and not tie.purchase:
        raise Refusal(msg("慈善组织还没有记采买。等它记了再签收。"))
    if receipt_by not in RECEIPT_BY or receipt_method not in RECEIPT_METHOD:
        raise BadInput(msg("请选谁签收、怎么签的。"), field="receipt_by")
    tie.receipt_by, tie.receipt_method, tie.receipt_name = receipt_by, receipt_method, receipt_name or None
    tie.handed_on, tie.handed_by_key, tie.disputed_on = local_day(now), actor.person_key, None
    advance(session, TIE, tie, "hand_over", actor=actor, now=now)
    holding.deliver(session, tie.need, actor=actor, now=now)
    _tell(session, tie, "pledge.handed_over", {}, now)
    note_tie(session, tie, "已交到家里，有签收", "delivery", f"handed/{tie.version}", actor=actor, now=now)


def confirm(session: Session, tie: Tie, *, qty: int, actor: Actor, now: datetime) -> None:
    """Someone who neither counted nor handed over asks: 合用吗. The need is met, or goes on with the rest."""
    require(actor, "tie.confirm", tie)
    if not 1 <= qty <= (tie.qty or 1):
        raise BadInput(msg("这次送来 {n}，合用的填 1 到 {n} 之间的数。", n=tie.qty or 1), field="qty")
    advance(session, TIE, tie, "confirm", actor=actor, now=now)
    tie.confirmed_on, tie.confirmed_by_key, tie.confirmed_qty = local_day(now), actor.person_key, qty
    project = project_by_number(session, tie.project_id)
    met = holding.confirm(session, tie.need, qty=qty, on_shelf=on_shelf(project), actor=actor, now=now)
    if not met and project is not None and project.status == "claimed":
        project.status = "open"
    _tell(session, tie, "pledge.confirmed", {"met": met}, now)
    text = "家里确认合用，这一项已实现" if met else f"家里确认 {qty} 件合用，还差 {tie.need.residual_qty} 件"
    note_tie(session, tie, text, "confirmation", "confirmed", actor=actor, now=now)


def dispute(session: Session, tie: Tie, *, reason: str, actor: Actor, now: datetime) -> None:
    if not reason.strip():
        raise BadInput(msg("请写明哪里不合用。"), field="reason")
    advance(session, TIE, tie, "dispute", actor=actor, now=now, reason=reason)
    holding.dispute(session, tie.need, reason=reason, actor=actor, now=now)
    tie.receipt_by = tie.receipt_method = tie.receipt_name = tie.handed_by_key = tie.counted_by_key = None
    tie.arrived_on = tie.handed_on = None
    tie.disputed_on = local_day(now)
    payload = {"pledge_ref": tie.pledge_ref, "at": now.isoformat()}
    send(
        session,
        "pledge.disputed",
        payload,
        key=f"{tie.claim_ref}/{tie.version}",
        subject=tie.project_id,
        now=now,
    )
    code = f"disputed/{tie.version}"
    note_tie(session, tie, "家里说不合用，请对方补", "confirmation", code, actor=actor, now=now)


def end_with_thanks(session: Session, tie: Tie, *, actor: Actor, now: datetime) -> None:
    """The need is met without the holder: the hold ends with thanks, and counts for nobody (domain 4.4)."""
    advance(session, TIE, tie, "end", actor=SYSTEM, now=now)
    tie.ended_how = "covered"
    _tell(session, tie, "claim.thanked", {}, now)
    note_tie(session, tie, "已经落实，谢过认领的一方", "claim", "claim/covered", actor=actor, now=now)


def _tell(
    session: Session, tie: Tie, kind: str, payload: dict[str, Any], now: datetime, *, again: str = ""
) -> None:
    """Letters about a claim go in order under the project's number; each kind once, disputes aside."""
    full = {"claim_ref": tie.claim_ref, "pledge_ref": tie.pledge_ref, "at": now.isoformat(), **payload}
    again = again or (f"/{tie.version}" if kind.startswith("pledge.") else "")
    send(session, kind, full, key=tie.claim_ref + again, subject=tie.project_id, now=now)


def _known(tie: Tie | None) -> Tie:
    if tie is None:
        raise LookupError("no such tie yet")
    return tie
