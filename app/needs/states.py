"""The life of a need (domain 4.4) and of an outcome that covers part of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.core.clock import local_day
from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, Transition
from app.policy import parameters
from app.policy.actors import Actor


class NeedState(StrEnum):
    DRAFT = "draft"
    LISTED = "listed"
    CONFIRMED = "confirmed"
    STAGE1 = "stage1"
    STAGE2 = "stage2"
    STAGE3 = "stage3"
    IN_COHORT = "in_cohort"
    PUBLISHED = "published"
    HELD = "held"
    COMMITTED = "committed"
    DELIVERED = "delivered"
    STAGE4 = "stage4"
    MET = "met"
    CLOSED = "closed"
    CANCELLED = "cancelled"


NEED_LABELS = {
    NeedState.DRAFT: "草稿",
    NeedState.LISTED: "已列入清单",
    NeedState.CONFIRMED: "乡镇已确认",
    NeedState.STAGE1: "① 落实现有政策",
    NeedState.STAGE2: "② 包抓单位帮扶",
    NeedState.STAGE3: "③ 等待公布",
    NeedState.IN_COHORT: "③ 已同意公布，等批次",
    NeedState.PUBLISHED: "③ 已公布，等人接",
    NeedState.HELD: "③ 有人认领",
    NeedState.COMMITTED: "③ 已承诺",
    NeedState.DELIVERED: "③ 已送到，待确认",
    NeedState.STAGE4: "④ 财政兜底",
    NeedState.MET: "已实现",
    NeedState.CLOSED: "已办结",
    NeedState.CANCELLED: "已取消",
}
ON_THE_SHELF = (NeedState.PUBLISHED, NeedState.HELD, NeedState.COMMITTED, NeedState.DELIVERED)
DONE = (NeedState.MET, NeedState.CLOSED)


class OutcomeState(StrEnum):
    RECORDED = "recorded"
    VERIFIED = "verified"
    REJECTED = "rejected"


class BypassState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class ReferralState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


REFERRAL_LABELS = {
    ReferralState.ASKED: "等负责人批",
    ReferralState.APPROVED: "批了，转到第④步",
    ReferralState.REFUSED: "没有批",
}


def the_case_has_passed_evaluation(need: Any, actor: Actor, now: datetime) -> Message | None:
    allowed = ("eval_passed", "returned_village", "filed")
    return None if need.case.state in allowed else msg("民主评议通过后才能列需求。")


def something_is_still_missing(need: Any, actor: Actor, now: datetime) -> Message | None:
    return None if need.residual_qty > 0 else msg("这一项已经没有缺口了。")


def nothing_is_missing(need: Any, actor: Actor, now: datetime) -> Message | None:
    return None if need.residual_qty == 0 else msg("还有缺口，不能算已实现。")


def it_came_by_bypass(need: Any, actor: Actor, now: datetime) -> Message | None:
    return None if need.bypassed else msg("只有急难直通的需求，才会事后补记前两步。")


def nobody_came_in_time(need: Any, actor: Actor, now: datetime) -> Message | None:
    """Society has had its days: no cohort, and nobody who took it."""
    since = need.stage3_on or local_day(now)
    days = parameters.at("refer_after_days", since)
    first = since + timedelta(days=days)
    if local_day(now) >= first:
        return None
    day = f"{first.month} 月 {first.day} 日"
    return msg("到第③步满 {n} 天还没有人接，才能转到第④步，最早 {d}。", n=days, d=day)


NEED = Machine(
    "need",
    OfficeStateChange,
    NeedState.DRAFT,
    "need.raise",
    (
        Transition("list", NeedState.DRAFT, NeedState.LISTED, "need.list", (the_case_has_passed_evaluation,)),
        Transition("confirm", NeedState.LISTED, NeedState.CONFIRMED, "need.confirm"),
        Transition("drop", NeedState.LISTED, NeedState.CANCELLED, "need.confirm"),
        Transition("begin", NeedState.CONFIRMED, NeedState.STAGE1, "need.begin"),
        Transition(
            "pass_on_1", NeedState.STAGE1, NeedState.STAGE2, "need.verify_1", (something_is_still_missing,)
        ),
        Transition("meet_1", NeedState.STAGE1, NeedState.MET, "need.verify_1", (nothing_is_missing,)),
        Transition(
            "pass_on_2", NeedState.STAGE2, NeedState.STAGE3, "need.verify_2", (something_is_still_missing,)
        ),
        Transition("meet_2", NeedState.STAGE2, NeedState.MET, "need.verify_2", (nothing_is_missing,)),
        Transition(
            "bypass",
            (NeedState.STAGE1, NeedState.STAGE2),
            NeedState.STAGE3,
            "need.approve_bypass",
            (something_is_still_missing,),
        ),
        Transition(
            "add_to_cohort",
            NeedState.STAGE3,
            NeedState.IN_COHORT,
            "need.publish",
            (something_is_still_missing,),
        ),
        Transition("drop_from_cohort", NeedState.IN_COHORT, NeedState.STAGE3, "need.publish"),
        Transition("publish", NeedState.IN_COHORT, NeedState.PUBLISHED, "need.release"),
        Transition("hold", NeedState.PUBLISHED, NeedState.HELD, "need.follow"),
        Transition("offer", NeedState.STAGE3, NeedState.HELD, "need.follow", (something_is_still_missing,)),
        Transition("free", NeedState.HELD, NeedState.PUBLISHED, "need.follow"),
        Transition("commit", NeedState.HELD, NeedState.COMMITTED, "need.follow"),
        Transition("cancel_pledge", NeedState.COMMITTED, NeedState.PUBLISHED, "need.follow"),
        Transition("put_back", (NeedState.HELD, NeedState.COMMITTED), NeedState.STAGE3, "need.follow"),
        Transition("deliver", NeedState.COMMITTED, NeedState.DELIVERED, "need.follow"),
        Transition(
            "confirm_full", NeedState.DELIVERED, NeedState.MET, "need.confirm_delivery", (nothing_is_missing,)
        ),
        Transition(
            "confirm_part",
            NeedState.DELIVERED,
            NeedState.PUBLISHED,
            "need.confirm_delivery",
            (something_is_still_missing,),
        ),
        Transition(
            "confirm_part_off_shelf",
            NeedState.DELIVERED,
            NeedState.STAGE3,
            "need.confirm_delivery",
            (something_is_still_missing,),
        ),
        Transition("dispute", NeedState.DELIVERED, NeedState.COMMITTED, "need.confirm_delivery"),
        Transition(
            "withdraw",
            (NeedState.IN_COHORT, NeedState.PUBLISHED, NeedState.HELD),
            NeedState.STAGE3,
            "need.withdraw",
        ),
        Transition("expire", NeedState.PUBLISHED, NeedState.STAGE3, "need.release"),
        Transition(
            "refer",
            NeedState.STAGE3,
            NeedState.STAGE4,
            "need.approve_referral",
            (something_is_still_missing, nobody_came_in_time),
        ),
        Transition("meet_4", NeedState.STAGE4, NeedState.MET, "need.verify_4", (nothing_is_missing,)),
        Transition(
            "late_outcome",
            (NeedState.STAGE3, NeedState.PUBLISHED, NeedState.HELD, NeedState.STAGE4),
            NeedState.MET,
            "need.verify_late",
            (it_came_by_bypass, nothing_is_missing),
        ),
        Transition("close", NeedState.MET, NeedState.CLOSED, "need.close"),
        Transition(
            "cancel",
            (NeedState.DRAFT, NeedState.LISTED, NeedState.CONFIRMED, NeedState.STAGE1, NeedState.STAGE2),
            NeedState.CANCELLED,
            "need.cancel",
        ),
        Transition(
            "cancel_published", (NeedState.STAGE3, NeedState.PUBLISHED), NeedState.CANCELLED, "need.publish"
        ),
    ),
)


def verifier_is_another(outcome: Any, actor: Actor, now: datetime) -> Message | None:
    if outcome.recorded_by_key == actor.person_key:
        return msg("这个结果是你记的，要另一位同志来核。")
    return None


OUTCOME = Machine(
    "cascade_outcome",
    OfficeStateChange,
    OutcomeState.RECORDED,
    "outcome.record",
    (
        Transition(
            "verify", OutcomeState.RECORDED, OutcomeState.VERIFIED, "outcome.verify", (verifier_is_another,)
        ),
        Transition(
            "reject", OutcomeState.RECORDED, OutcomeState.REJECTED, "outcome.verify", (verifier_is_another,)
        ),
    ),
)


def approver_is_another(bypass: Any, actor: Actor, now: datetime) -> Message | None:
    if bypass.asked_by_key == actor.person_key:
        return msg("急难直通是你提的，要另一位负责人来批。")
    return None


BYPASS = Machine(
    "cascade_bypass",
    OfficeStateChange,
    BypassState.ASKED,
    "bypass.ask",
    (
        Transition(
            "approve", BypassState.ASKED, BypassState.APPROVED, "bypass.approve", (approver_is_another,)
        ),
        Transition(
            "refuse", BypassState.ASKED, BypassState.REFUSED, "bypass.approve", (approver_is_another,)
        ),
    ),
)


def leader_is_another(referral: Any, actor: Actor, now: datetime) -> Message | None:
    if referral.asked_by_key == actor.person_key:
        return msg("转第④步是你提的，要另一位负责人来批。")
    return None


REFERRAL = Machine(
    "referral",
    OfficeStateChange,
    ReferralState.ASKED,
    "referral.ask",
    (
        Transition(
            "approve", ReferralState.ASKED, ReferralState.APPROVED, "referral.approve", (leader_is_another,)
        ),
        Transition(
            "refuse", ReferralState.ASKED, ReferralState.REFUSED, "referral.approve", (leader_is_another,)
        ),
    ),
)


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    READY = "ready"
    HAS_ERRORS = "has_errors"
    COMMITTED = "committed"
    DISCARDED = "discarded"


IMPORT_LABELS = {
    ImportState.UPLOADED: "正在试读",
    ImportState.READY: "可以写入",
    ImportState.HAS_ERRORS: "有错要改",
    ImportState.COMMITTED: "已写入",
    ImportState.DISCARDED: "已丢掉",
}
UNFINISHED_IMPORT = (ImportState.UPLOADED, ImportState.READY, ImportState.HAS_ERRORS)


IMPORT = Machine(
    "import_job",
    OfficeStateChange,
    ImportState.UPLOADED,
    "import.upload",
    (
        Transition(
            "pass_check",
            (ImportState.UPLOADED, ImportState.READY, ImportState.HAS_ERRORS),
            ImportState.READY,
            "import.finish",
        ),
        Transition(
            "fail_check",
            (ImportState.UPLOADED, ImportState.READY, ImportState.HAS_ERRORS),
            ImportState.HAS_ERRORS,
            "import.finish",
        ),
        Transition("commit", ImportState.READY, ImportState.COMMITTED, "import.finish"),
        Transition("discard", UNFINISHED_IMPORT, ImportState.DISCARDED, "import.finish"),
        Transition("purge", UNFINISHED_IMPORT, ImportState.DISCARDED, "import.purge"),
    ),
)
