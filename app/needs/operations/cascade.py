"""Steps ①, ② and ④: recorded by one, verified by another; or a reasoned urgent bypass (domain 4.4)."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models.office import Unit
from app.cases.models import Case
from app.cases.operations import record
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound, Refusal
from app.core.messages import msg
from app.core.states import advance, begin, require
from app.needs.models import CascadeBypass, CascadeOutcome, Need
from app.needs.states import BYPASS, NEED, OUTCOME, NeedState, OutcomeState
from app.policy.actors import Actor

STAGE_WORDS = {1: "政策保障", 2: "单位帮扶", 4: "财政兜底"}


def record_outcome(
    session: Session,
    need: Need,
    *,
    outcome: str,
    covered_qty: int,
    basis: str,
    note: str = "",
    stage: int | None = None,
    actor: Actor,
    now: datetime,
) -> CascadeOutcome:
    """`stage` is asked for where several are open: what a bypass left owed, or ④ beside it. Raises BadInput
    when the quantity does not fit the outcome, Refusal when one waits for its check already."""
    stage = _stage(need, stage)
    covered = _covered(need, outcome, covered_qty)
    refuse_beside_a_promise(need, covered)
    if not basis.strip():
        raise BadInput(msg("请写依据：哪项政策，或者单位做了什么。"), field="basis")
    entry = CascadeOutcome(
        need=need,
        need_id=need.id,
        stage=stage,
        outcome=outcome,
        covered_qty=covered,
        basis=basis,
        note=note or None,
        recorded_by_key=actor.person_key,
    )
    try:
        begin(session, OUTCOME, entry, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(msg("这一步已经有一个结果在等核。先等核完。")) from error
    return entry


def verify_outcome(session: Session, entry: CascadeOutcome, *, actor: Actor, now: datetime) -> None:
    """Another person agrees: the residual falls, the need is met or goes to the next step; from ④ there is
    none. Raises Refusal for a step that a bypass left owed: a hold may have to end with it."""
    need = entry.need
    if entry.late:
        raise Refusal(msg("这是急难直通以后补记的，请在这件需求的页面上核对。"))
    advance(session, OUTCOME, entry, "verify", actor=actor, now=now)
    entry.verified_by_key, entry.verified_at = actor.person_key, now
    need.residual_qty -= entry.covered_qty
    _go_on(session, need, entry.stage, actor, now)
    note_outcome(session, entry, actor=actor, now=now)


def _go_on(session: Session, need: Need, stage: int, actor: Actor, now: datetime) -> None:
    left = need.residual_qty > 0
    if not left:
        advance(session, NEED, need, f"meet_{stage}", actor=actor, now=now)
        need.met_on = local_day(now)
    elif stage < 4:
        advance(session, NEED, need, f"pass_on_{stage}", actor=actor, now=now)
    if stage < 4:
        need.cascade_stage = min(3, stage + left)
    if need.state == NeedState.STAGE3:
        need.stage3_on = local_day(now)


def verify_late(session: Session, entry: CascadeOutcome, *, actor: Actor, now: datetime) -> bool:
    """An owed step has its answer: it is ticked off, and what it covers is not missing any more (capped at
    the residual, I-09). True when that meets the need. Whoever calls this ends the holds. Raises Refusal:
    somebody has promised to bring it."""
    need, bypass = entry.need, entry.need.bypass
    if bypass is None or (entry.state == OutcomeState.RECORDED and not entry.late):
        raise Refusal(msg("这一步不是急难直通欠下的。"))
    entry.covered_qty = min(entry.covered_qty, need.residual_qty)
    refuse_beside_a_promise(need, entry.covered_qty)
    advance(session, OUTCOME, entry, "verify", actor=actor, now=now)
    entry.verified_by_key, entry.verified_at = actor.person_key, now
    need.residual_qty -= entry.covered_qty
    bypass.stages_still_owed = [n for n in bypass.stages_still_owed if n != entry.stage]
    met = entry.covered_qty > 0 and need.residual_qty == 0
    if met:
        advance(session, NEED, need, "late_outcome", actor=actor, now=now)
        need.met_on = local_day(now)
    note_outcome(session, entry, actor=actor, now=now)
    return met


def refuse_beside_a_promise(need: Need, covered: int) -> None:
    if covered and need.state in (NeedState.COMMITTED, NeedState.DELIVERED):
        raise Refusal(msg("有一家已经说定要送来。等那一份送到、家里确认了，再记这一步解决了多少。"))


def note_outcome(session: Session, entry: CascadeOutcome, *, actor: Actor, now: datetime) -> None:
    _note(session, entry.need, outcome_text(entry.need, entry.stage), f"outcome/{entry.id}", actor, now)


def outcome_text(need: Need, stage: int) -> str:
    return f"{need.item.name}：{STAGE_WORDS[stage]}已核对，还差 {need.residual_qty} {need.item.unit}"


def reject_outcome(
    session: Session, entry: CascadeOutcome, *, reason: str, actor: Actor, now: datetime
) -> None:
    if not reason.strip():
        raise BadInput(msg("退回要写明哪里不对。"), field="reason")
    advance(session, OUTCOME, entry, "reject", actor=actor, now=now, reason=reason)


def ask_bypass(
    session: Session, need: Need, *, reason_code: str, reason: str, actor: Actor, now: datetime
) -> CascadeBypass:
    """急难直通. Raises BadInput: not urgent or important, no reason; Refusal: asked before."""
    if need.urgency not in ("urgent", "important"):
        raise BadInput(msg("只有急、重的需求可以走急难直通。"))
    if len(reason.strip()) < 6:
        raise BadInput(msg("请写明为什么等不得，至少 6 个字。"), field="reason")
    if not need.stage:
        raise Refusal(msg("这一项现在不在第一步或第二步，不用走急难直通。"))
    bypass = CascadeBypass(
        need=need,
        need_id=need.id,
        reason_code=reason_code,
        reason=reason,
        asked_by_key=actor.person_key,
        stages_still_owed=[n for n in (1, 2) if n >= need.stage],
    )
    try:
        begin(session, BYPASS, bypass, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal(msg("这一项已经提过急难直通。")) from error
    return bypass


def approve_bypass(session: Session, bypass: CascadeBypass, *, actor: Actor, now: datetime) -> None:
    advance(session, BYPASS, bypass, "approve", actor=actor, now=now)
    bypass.approved_by_key = actor.person_key
    need = bypass.need
    bypass.stages_still_owed = [n for n in (1, 2) if n >= need.stage]
    advance(session, NEED, need, "bypass", actor=actor, now=now, reason=bypass.reason_code)
    need.bypassed, need.cascade_stage, need.stage3_on = True, 3, local_day(now)
    _note(session, need, f"{need.item.name}：急难直通，政策和单位同步办理", f"bypass/{bypass.id}", actor, now)


def refuse_bypass(session: Session, bypass: CascadeBypass, *, actor: Actor, now: datetime) -> None:
    advance(session, BYPASS, bypass, "refuse", actor=actor, now=now)


def assign_unit(session: Session, case: Case, *, unit_id: int, actor: Actor, now: datetime) -> None:
    """The county gives a household its responsible unit. Raises NotFound for a unit of another county."""
    require(actor, "need.assign_unit", case)
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.region_code.startswith(actor.area):
        raise NotFound
    case.duty_unit_id = unit.id
    ref = f"case/{case.id}/unit/{case.version}"
    record(session, case, kind="step", text=f"包抓单位：{unit.name}", source_ref=ref, actor=actor, now=now)


def close_need(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    advance(session, NEED, need, "close", actor=actor, now=now)
    need.closed_on = local_day(now)
    _note(session, need, f"{need.item.name}：办结", f"need/{need.id}/closed", actor, now)


def _stage(need: Need, asked: int | None) -> int:
    steps = need.answerable
    if asked in steps or (asked is None and len(steps) == 1):
        return asked or steps[0]
    raise Refusal(msg("这一项现在没有等这一步的结果，不用记。"))


def _covered(need: Need, outcome: str, covered_qty: int) -> int:
    if outcome in ("none", "not_applicable"):
        return 0
    if outcome == "covered":
        return need.residual_qty
    if not 0 < covered_qty < need.residual_qty:
        raise BadInput(
            msg("“解决一部分”要大于 0、小于还差的 {n}。", n=need.residual_qty), field="covered_qty"
        )
    return covered_qty


def _note(session: Session, need: Need, text: str, ref: str, actor: Actor, now: datetime) -> None:
    record(
        session, need.case, kind="outcome", text=text, source_ref=ref, need_id=need.id, actor=actor, now=now
    )
