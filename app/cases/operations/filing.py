"""Entry batches and the county's filing: it files, returns or objects, and changes no fact of the case
(domain 4.3)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.models import BatchItem, Case, EntryBatch
from app.cases.operations.entry import release_household
from app.cases.operations.record import record
from app.cases.states import BATCH, CASE, BatchState
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.states import advance, begin
from app.policy import parameters
from app.policy.actors import Actor
from app.policy.calendar import add_working_days


def make_batch(session: Session, *, actor: Actor, now: datetime) -> EntryBatch:
    """A new draft of the actor's township, numbered RK-<township>-<year>-<nn>."""
    prefix = f"RK-{actor.area}-{local_day(now).year}-"
    made = session.scalar(select(func.count()).where(EntryBatch.batch_no.startswith(prefix))) or 0
    batch = EntryBatch(batch_no=f"{prefix}{made + 1:02d}", area=actor.area)
    try:
        begin(session, BATCH, batch, actor=actor, now=now)
    except IntegrityError as error:  # a colleague took the same number a moment ago
        raise Refusal(msg("同事刚刚也编了一批。请刷新，看看要不要放进那一批。")) from error
    return batch


def put_in_batch(session: Session, batch: EntryBatch, case: Case, *, actor: Actor, now: datetime) -> None:
    _still_draft(batch)
    if not case.area.startswith(batch.area):
        raise Refusal(msg("这户不在这个乡镇，不能放进这一批。"))
    advance(session, CASE, case, "put_in_batch", actor=actor, now=now)
    batch.items.append(
        BatchItem(case_id=case.id, case=case, live_key=case.id, created_at=now, created_by=actor.label)
    )
    session.flush()


def take_out(session: Session, item: BatchItem, *, actor: Actor, now: datetime) -> None:
    _still_draft(item.batch)
    advance(session, CASE, item.case, "take_out_of_batch", actor=actor, now=now)
    item.batch.items.remove(item)
    session.delete(item)
    session.flush()


def submit_batch(session: Session, batch: EntryBatch, *, actor: Actor, now: datetime) -> None:
    advance(session, BATCH, batch, "submit", actor=actor, now=now)
    batch.submitted_on = local_day(now)
    batch.due_on = add_working_days(local_day(now), parameters.at("filing_wd", local_day(now)))


def recall_batch(session: Session, batch: EntryBatch, *, actor: Actor, now: datetime) -> None:
    advance(session, BATCH, batch, "recall", actor=actor, now=now)


def start_review(session: Session, batch: EntryBatch, *, actor: Actor, now: datetime) -> None:
    advance(session, BATCH, batch, "start_review", actor=actor, now=now)


def file_item(session: Session, item: BatchItem, *, actor: Actor, now: datetime) -> Case:
    """Gives the case its filing number; from now on it is in care."""
    _under_review(item)
    case = item.case
    case.filing_no = f"BA-{case.case_no}"
    case.filed_on = local_day(now)
    advance(session, CASE, case, "file", actor=actor, now=now)
    _decide(session, item, "filed", actor=actor, now=now)
    _note(session, case, "县里备案，开始在帮", item, actor, now)
    return case


def return_item(
    session: Session, item: BatchItem, *, code: str, note: str, actor: Actor, now: datetime
) -> None:
    _under_review(item)
    advance(session, CASE, item.case, "send_back", actor=actor, now=now, reason=note or code)
    item.return_code, item.note = code, note or None
    _decide(session, item, "returned", actor=actor, now=now)
    _note(session, item.case, f"县里退回：{code}", item, actor, now)


def object_to_item(session: Session, item: BatchItem, *, note: str, actor: Actor, now: datetime) -> None:
    """Raises BadInput without a written ground."""
    _under_review(item)
    if not note.strip():
        raise BadInput(msg("提异议要写明依据，乡镇要据此再研究。"), field="note")
    advance(session, CASE, item.case, "object", actor=actor, now=now, reason=note)
    item.note = note
    _decide(session, item, "objected", actor=actor, now=now)
    _note(session, item.case, "县里提出异议，请乡镇再研究", item, actor, now)


def finish_review(session: Session, batch: EntryBatch, *, actor: Actor, now: datetime) -> None:
    whole = all(item.decision == "filed" for item in batch.items)
    advance(session, BATCH, batch, "finish" if whole else "finish_in_part", actor=actor, now=now)


def answer_objection(
    session: Session, case: Case, *, reaffirm: bool, answer: str, actor: Actor, now: datetime
) -> None:
    """The township reaffirms (the case waits for the next batch) or withdraws. Raises BadInput without an
    answer."""
    if not answer.strip():
        raise BadInput(msg("请写明乡镇再研究的意见。"), field="answer")
    advance(session, CASE, case, "reaffirm" if reaffirm else "withdraw", actor=actor, now=now, reason=answer)
    if not reaffirm:
        release_household(case)
    text = "乡镇再研究后维持认定" if reaffirm else "乡镇再研究后撤回认定"
    ref = f"case/{case.id}/objection/{case.version}"
    record(session, case, kind="step", text=text, source_ref=ref, actor=actor, now=now)


def _still_draft(batch: EntryBatch) -> None:
    if batch.state != BatchState.DRAFT:
        raise Refusal(msg("这一批已经报送，不能再改。先撤回，再改。"))


def _under_review(item: BatchItem) -> None:
    if item.batch.state != BatchState.REVIEWING:
        raise Refusal(msg("这一批还没有开始看，或者已经办完。"))
    if item.decision is not None:
        raise Refusal(msg("这一户已经办过了。"))


def _decide(session: Session, item: BatchItem, decision: str, *, actor: Actor, now: datetime) -> None:
    item.decision, item.decided_at, item.live_key = decision, now, None
    session.flush()


def _note(session: Session, case: Case, text: str, item: BatchItem, actor: Actor, now: datetime) -> None:
    record(session, case, kind="step", text=text, source_ref=f"batch_item/{item.id}", actor=actor, now=now)
