"""What waits in the cases room: home checks, evaluations, lists, determinations, batches, filing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cases.models import BatchItem, Case, EntryBatch
from app.cases.queries import in_scope
from app.cases.states import BatchState, CaseState
from app.core.messages import Message, msg
from app.oversight.queries import doors
from app.oversight.queries.gathering import pile
from app.oversight.queries.task import Pile, Provider, Task, on_day
from app.policy.actors import Actor
from app.policy.regions import display_name, full_name


@dataclass(frozen=True)
class Step:
    """The words of one state of a case, for the person it waits for."""

    heading: Message
    icon: str
    title: Message
    why: Message
    act: Message


STEPS = {
    CaseState.SCREENING: Step(
        msg("要入户核实的"), "footprints", msg("做完入户核实"), msg("两个人到家里看，一张表记完"), msg("去记")
    ),
    CaseState.EVAL_PENDING: Step(
        msg("要民主评议的"), "users", msg("记民主评议"), msg("开过会，把到会和票数记下来"), msg("去记")
    ),
    CaseState.EVAL_PASSED: Step(
        msg("要列清单的"), "clipboard-list", msg("列困难和需求"), msg("评议通过了，列好报乡镇"), msg("去列")
    ),
    CaseState.RETURNED_VILLAGE: Step(
        msg("乡镇退回的"), "undo-2", msg("补好再报"), msg("乡镇退回了，写了缺什么"), msg("去补")
    ),
    CaseState.UNDER_DETERMINATION: Step(
        msg("要研究认定的"), "gavel", msg("研究认定"), msg("村里报来了，等乡镇定"), msg("去研究")
    ),
    CaseState.OBJECTED: Step(
        msg("县里有异议的"),
        "messages-square",
        msg("答复县里的异议"),
        msg("县里写了依据，请再研究"),
        msg("去答复"),
    ),
}


def cases_in(state: CaseState) -> Provider:
    """The cases that wait in one state."""
    step = STEPS[state]

    def make(case: Case) -> Task:
        return Task(
            kind=f"case.{state}",
            ref=case.id,
            title=step.title,
            where=f"{display_name(case.area)} · {case.case_no}",
            why=step.why,
            act=step.act,
            endpoint=doors.CASE,
            args={"case_id": case.id},
            due=on_day(case.due_on),
        )

    def provider(session: Session, actor: Actor, now: datetime) -> Pile:
        statement = in_scope(select(Case).where(Case.state == state), actor).order_by(Case.due_on, Case.id)
        listed: dict[str, Any] = {"kind": f"case.{state}", "heading": step.heading, "icon": step.icon}
        return pile(session, statement, make, **listed, endpoint=doors.CASES, state=str(state))

    return provider


def cases_to_batch(session: Session, actor: Actor, now: datetime) -> Pile:
    """Determined households of a township that stand in no batch: one task for all of them."""
    waiting = in_scope(select(Case).where(Case.state == CaseState.DETERMINED), actor)
    total = session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    task = Task(
        kind="case.determined",
        ref=0,
        title=msg("{n} 户已认定，编进批次", n=total),
        where=display_name(actor.area),
        why=msg("编好由分管领导报县里备案"),
        act=msg("去编批次"),
        endpoint=doors.BATCHES,
    )
    tasks = (task,) if total else ()
    return Pile("case.determined", msg("已认定，要编批次的"), "list-checks", total, tasks, doors.BATCHES)


def _batches(actor: Actor, *states: BatchState) -> Select[EntryBatch]:
    return (
        select(EntryBatch)
        .where(EntryBatch.area.startswith(actor.area), EntryBatch.state.in_(states))
        .order_by(EntryBatch.due_on, EntryBatch.id)
    )


def batches_to_submit(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(batch: EntryBatch) -> Task:
        return Task(
            kind="batch.draft",
            ref=batch.id,
            title=msg("报送批次，{n} 户", n=len(batch.items)),
            where=f"{display_name(batch.area)} · {batch.batch_no}",
            why=msg("编好了，等你看过报县里"),
            act=msg("去报送"),
            endpoint=doors.BATCH,
            args={"batch_id": batch.id},
        )

    filled = _batches(actor, BatchState.DRAFT).where(EntryBatch.id.in_(select(BatchItem.batch_id)))
    listed: dict[str, Any] = {"kind": "batch.draft", "heading": msg("要报送的批次"), "icon": "send"}
    return pile(session, filled, make, **listed, endpoint=doors.BATCHES)


def batches_to_file(session: Session, actor: Actor, now: datetime) -> Pile:
    def make(batch: EntryBatch) -> Task:
        waiting = sum(item.decision is None for item in batch.items)
        return Task(
            kind="batch.file",
            ref=batch.id,
            title=msg("办备案，还有 {n} 户没办", n=waiting) if waiting else msg("逐户办完了，给批次收尾"),
            where=f"{full_name(batch.area)} · {batch.batch_no}",
            why=msg("备案、退回，或者写明依据提异议"),
            act=msg("去备案"),
            endpoint=doors.BATCH,
            args={"batch_id": batch.id},
            due=on_day(batch.due_on),
        )

    statement = _batches(actor, BatchState.SUBMITTED, BatchState.REVIEWING)
    listed: dict[str, Any] = {"kind": "batch.file", "heading": msg("要备案的批次"), "icon": "file-check-2"}
    return pile(session, statement, make, **listed, endpoint=doors.BATCHES)
