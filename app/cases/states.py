"""The life of a case, of an entry batch and of a consent, as tables (domain 4.2, 4.3, 4.18; decisions 28)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, Transition
from app.policy.actors import Actor


class CaseState(StrEnum):
    SCREENING = "screening"
    EVAL_PENDING = "eval_pending"
    EVAL_PASSED = "eval_passed"
    EVAL_FAILED = "eval_failed"
    UNDER_DETERMINATION = "under_determination"
    RETURNED_VILLAGE = "returned_village"
    DETERMINED = "determined"
    NOT_DETERMINED = "not_determined"
    BATCHED = "batched"
    OBJECTED = "objected"
    FILED = "filed"
    CLOSED = "closed"


CASE_LABELS = {
    CaseState.SCREENING: "入户核实",
    CaseState.EVAL_PENDING: "待民主评议",
    CaseState.EVAL_PASSED: "评议通过，待列清单",
    CaseState.EVAL_FAILED: "评议未通过",
    CaseState.UNDER_DETERMINATION: "乡镇研究认定中",
    CaseState.RETURNED_VILLAGE: "退回村里补充",
    CaseState.DETERMINED: "已认定，待入批次",
    CaseState.NOT_DETERMINED: "未认定",
    CaseState.BATCHED: "已入批次，待备案",
    CaseState.OBJECTED: "县里有异议",
    CaseState.FILED: "已备案，在帮",
    CaseState.CLOSED: "已结案",
}
ENDED = (CaseState.NOT_DETERMINED, CaseState.CLOSED)


class BatchState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWING = "reviewing"
    FILED = "filed"
    PART_FILED = "part_filed"


BATCH_LABELS = {
    BatchState.DRAFT: "拟稿",
    BatchState.SUBMITTED: "已报送",
    BatchState.REVIEWING: "县里在看",
    BatchState.FILED: "全部备案",
    BatchState.PART_FILED: "部分备案",
}


class ConsentState(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def four_conditions_are_stated(case: Any, actor: Actor, now: datetime) -> Message | None:
    if all((case.cond_a, case.cond_b, case.cond_c, case.cond_d)):
        return None
    return msg("四项条件还没有都写清楚。请在入户核实表里逐项写上。")


def supporter_check_is_recorded(case: Any, actor: Actor, now: datetime) -> Message | None:
    return None if case.supporter_check else msg("赡养、抚养情况还没有记。请在入户核实表里选一项。")


def home_was_visited(case: Any, actor: Actor, now: datetime) -> Message | None:
    return None if case.home_checks else msg("还没有入户核实记录。请两个人核实后填表。")


def record_consent_is_given(case: Any, actor: Actor, now: datetime) -> Message | None:
    live = any(c.scope == "record" and c.state == ConsentState.GIVEN for c in case.consents)
    return None if live else msg("家里还没有同意登记。先问过本人，记下同意，再往下走。")


def a_difficulty_is_listed(case: Any, actor: Actor, now: datetime) -> Message | None:
    return None if case.difficulties else msg("困难清单还是空的。至少列一项困难。")


def determiner_did_not_evaluate(case: Any, actor: Actor, now: datetime) -> Message | None:
    if case.evaluations and case.evaluations[-1].recorded_by_key == actor.person_key:
        return msg("这户的评议是你记的，不能再由你认定。请另一位同志来定。")
    return None


CASE = Machine(
    "case",
    OfficeStateChange,
    CaseState.SCREENING,
    "case.open",
    (
        Transition(
            "finish_check",
            CaseState.SCREENING,
            CaseState.EVAL_PENDING,
            "case.finish_check",
            (
                home_was_visited,
                four_conditions_are_stated,
                supporter_check_is_recorded,
                record_consent_is_given,
            ),
        ),
        Transition("end_without_consent", CaseState.SCREENING, CaseState.CLOSED, "case.finish_check"),
        Transition("pass_evaluation", CaseState.EVAL_PENDING, CaseState.EVAL_PASSED, "case.evaluate"),
        Transition("fail_evaluation", CaseState.EVAL_PENDING, CaseState.EVAL_FAILED, "case.evaluate"),
        Transition("reopen", CaseState.EVAL_FAILED, CaseState.SCREENING, "case.reopen"),
        Transition(
            "submit_list",
            CaseState.EVAL_PASSED,
            CaseState.UNDER_DETERMINATION,
            "case.submit_list",
            (a_difficulty_is_listed,),
        ),
        Transition("return", CaseState.UNDER_DETERMINATION, CaseState.RETURNED_VILLAGE, "case.return"),
        Transition("resubmit", CaseState.RETURNED_VILLAGE, CaseState.UNDER_DETERMINATION, "case.submit_list"),
        Transition(
            "determine",
            CaseState.UNDER_DETERMINATION,
            CaseState.DETERMINED,
            "case.determine",
            (determiner_did_not_evaluate,),
        ),
        Transition(
            "decline",
            CaseState.UNDER_DETERMINATION,
            CaseState.NOT_DETERMINED,
            "case.determine",
            (determiner_did_not_evaluate,),
        ),
        Transition("put_in_batch", CaseState.DETERMINED, CaseState.BATCHED, "batch.make"),
        Transition("take_out_of_batch", CaseState.BATCHED, CaseState.DETERMINED, "batch.make"),
        Transition("file", CaseState.BATCHED, CaseState.FILED, "filing.decide"),
        Transition("send_back", CaseState.BATCHED, CaseState.DETERMINED, "filing.decide"),
        Transition("object", CaseState.BATCHED, CaseState.OBJECTED, "filing.decide"),
        Transition("reaffirm", CaseState.OBJECTED, CaseState.DETERMINED, "case.determine"),
        Transition("withdraw", CaseState.OBJECTED, CaseState.NOT_DETERMINED, "case.determine"),
        Transition("close", CaseState.FILED, CaseState.CLOSED, "case.close"),
    ),
)


def the_batch_has_items(batch: Any, actor: Actor, now: datetime) -> Message | None:
    return None if batch.items else msg("批次里还没有户。先把已认定的户放进来。")


def every_item_is_decided(batch: Any, actor: Actor, now: datetime) -> Message | None:
    waiting = sum(item.decision is None for item in batch.items)
    return msg("还有 {n} 户没有办。逐户办完再收尾。", n=waiting) if waiting else None


BATCH = Machine(
    "entry_batch",
    OfficeStateChange,
    BatchState.DRAFT,
    "batch.make",
    (
        Transition("submit", BatchState.DRAFT, BatchState.SUBMITTED, "batch.submit", (the_batch_has_items,)),
        Transition("recall", BatchState.SUBMITTED, BatchState.DRAFT, "batch.submit"),
        Transition("start_review", BatchState.SUBMITTED, BatchState.REVIEWING, "filing.decide"),
        Transition(
            "finish", BatchState.REVIEWING, BatchState.FILED, "filing.decide", (every_item_is_decided,)
        ),
        Transition(
            "finish_in_part",
            BatchState.REVIEWING,
            BatchState.PART_FILED,
            "filing.decide",
            (every_item_is_decided,),
        ),
    ),
)

CONSENT = Machine(
    "consent",
    OfficeStateChange,
    ConsentState.ASKED,
    "consent.record",
    (
        Transition("give", ConsentState.ASKED, ConsentState.GIVEN, "consent.record"),
        Transition("refuse", ConsentState.ASKED, ConsentState.REFUSED, "consent.record"),
        Transition("withdraw", ConsentState.GIVEN, ConsentState.WITHDRAWN, "consent.record"),
    ),
)
