"""A tie is the office's side of a claim or a pairing; a filing check that of a charity's project."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.core.clock import local_day
from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, Transition
from app.policy.actors import Actor


class TieState(StrEnum):
    HELD = "held"
    CONTACTED = "contacted"
    COMMITTED = "committed"
    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    ENDED = "ended"


LET_GO_AFTER = timedelta(days=7)
TIE_LABELS = {
    TieState.HELD: "要联系",
    TieState.CONTACTED: "联系过了，等说定",
    TieState.COMMITTED: "说定了，等送到",
    TieState.ARRIVED: "县接收点已收",
    TieState.HANDED_OVER: "已交到家里，等确认",
    TieState.CONFIRMED: "已确认，写回档案",
    TieState.ENDED: "已结束",
}


def the_confirmer_took_no_part(tie: Any, actor: Actor, now: datetime) -> Message | None:
    if actor.person_key in (tie.counted_by_key, tie.handed_by_key):
        return msg("东西是你点收或转交的，要另一位同志来确认。")
    return None


def there_is_a_receipt(tie: Any, actor: Actor, now: datetime) -> Message | None:
    return None if tie.receipt_by else msg("还没有签收。先记下是谁签收的。")


def the_promise_is_broken(tie: Any, actor: Actor, now: datetime) -> Message | None:
    """Letting go is fair only once the household found it unfit, or the promised day is a week past."""
    if tie.disputed_on is not None or tie.date_by is None:
        return None
    last = tie.date_by + LET_GO_AFTER
    if local_day(now) > last:
        return None
    return msg("说定的日子过了 7 天还没到，才能放回去。先和对方联系。")


TIE = Machine(
    "tie",
    OfficeStateChange,
    TieState.HELD,
    "tie.open",
    (
        Transition("record_contact", TieState.HELD, TieState.CONTACTED, "tie.contact"),
        Transition("commit", (TieState.HELD, TieState.CONTACTED), TieState.COMMITTED, "tie.open"),
        Transition("arrive", TieState.COMMITTED, TieState.ARRIVED, "tie.receive"),
        Transition(
            "hand_over",
            (TieState.COMMITTED, TieState.ARRIVED),
            TieState.HANDED_OVER,
            "tie.hand_over",
            (there_is_a_receipt,),
        ),
        Transition(
            "confirm",
            TieState.HANDED_OVER,
            TieState.CONFIRMED,
            "tie.confirm",
            (the_confirmer_took_no_part, there_is_a_receipt),
        ),
        Transition(
            "dispute", TieState.HANDED_OVER, TieState.COMMITTED, "tie.confirm", (the_confirmer_took_no_part,)
        ),
        Transition("reject", (TieState.HELD, TieState.CONTACTED), TieState.ENDED, "tie.contact"),
        Transition("let_go", TieState.COMMITTED, TieState.ENDED, "tie.let_go", (the_promise_is_broken,)),
        Transition(
            "end",
            (TieState.HELD, TieState.CONTACTED, TieState.COMMITTED, TieState.ARRIVED),
            TieState.ENDED,
            "tie.open",
        ),
    ),
)


class PairState(StrEnum):
    ASKING = "asking"
    AGREED = "agreed"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


PAIR_LABELS = {
    PairState.ASKING: "要问家里",
    PairState.AGREED: "家里同意，等定计划",
    PairState.ACTIVE: "进行中",
    PairState.DECLINED: "家里没有同意",
    PairState.ENDED: "已结束",
}


def minors_have_two_checked_adults(pair: Any, actor: Actor, now: datetime) -> Message | None:
    if not pair.minor:
        return None
    checks, today = pair.donor_checks or {}, local_day(now).isoformat()
    trained = all(checks.get(item, "") >= today for item in ("background", "training_child"))
    if not trained or not pair.second_adult or not pair.social_worker:
        return msg("涉及孩子：要两位核验过的成年人，并写明社工。现在还缺。")
    return None


PAIR = Machine(
    "pair_tie",
    OfficeStateChange,
    PairState.ASKING,
    "pair.open",
    (
        Transition("agree", PairState.ASKING, PairState.AGREED, "pair.ask"),
        Transition("decline", PairState.ASKING, PairState.DECLINED, "pair.ask"),
        Transition(
            "activate", PairState.AGREED, PairState.ACTIVE, "pair.activate", (minors_have_two_checked_adults,)
        ),
        Transition("household_stop", (PairState.AGREED, PairState.ACTIVE), PairState.ENDED, "pair.ask"),
        Transition(
            "end", (PairState.ASKING, PairState.AGREED, PairState.ACTIVE), PairState.ENDED, "pair.end"
        ),
    ),
)


class OfficeVisitState(StrEnum):
    PLANNED = "planned"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    MISSED = "missed"
    LOGGED = "logged"
    CONFIRMED = "confirmed"


VISIT_LABELS = {
    OfficeVisitState.PLANNED: "等你们答复",
    OfficeVisitState.ACCEPTED: "约好了",
    OfficeVisitState.CANCELLED: "这次没有约成",
    OfficeVisitState.MISSED: "没有来",
    OfficeVisitState.LOGGED: "来过了，等确认",
    OfficeVisitState.CONFIRMED: "已确认",
}


def the_hour_has_passed(visit: Any, actor: Actor, now: datetime) -> Message | None:
    return msg("还没到约好的时间。") if now < visit.planned_at else None


_COMING = (OfficeVisitState.PLANNED, OfficeVisitState.ACCEPTED)
OFFICE_VISIT = Machine(
    "office_visit",
    OfficeStateChange,
    OfficeVisitState.PLANNED,
    "pair.open",
    (
        Transition("accept", OfficeVisitState.PLANNED, OfficeVisitState.ACCEPTED, "visit_check.answer"),
        Transition("refuse", OfficeVisitState.PLANNED, OfficeVisitState.CANCELLED, "visit_check.answer"),
        Transition("cancel", OfficeVisitState.ACCEPTED, OfficeVisitState.CANCELLED, "visit_check.answer"),
        Transition(
            "miss",
            OfficeVisitState.ACCEPTED,
            OfficeVisitState.MISSED,
            "visit_check.answer",
            (the_hour_has_passed,),
        ),
        Transition("call_off", _COMING, OfficeVisitState.CANCELLED, "pair.open"),
        # A log may cross the village's word on its way: what the volunteer wrote stands, and is confirmed.
        Transition(
            "log",
            (OfficeVisitState.ACCEPTED, OfficeVisitState.CANCELLED, OfficeVisitState.MISSED),
            OfficeVisitState.LOGGED,
            "pair.open",
        ),
        Transition("confirm", OfficeVisitState.LOGGED, OfficeVisitState.CONFIRMED, "visit_check.answer"),
    ),
)


class FilingCheckState(StrEnum):
    SUBMITTED = "submitted"
    CHECKED = "checked"
    VALID = "valid"
    REJECTED = "rejected"


FILING_LABELS = {
    FilingCheckState.SUBMITTED: "等第一个人核",
    FilingCheckState.CHECKED: "核过一遍，等负责人定",
    FilingCheckState.VALID: "对上了，可以收款",
    FilingCheckState.REJECTED: "退回了",
}


def the_second_is_another(check: Any, actor: Actor, now: datetime) -> Message | None:
    return msg("第一次是你核的，要另一位负责人来定。") if check.first_by_key == actor.person_key else None


FILING_CHECK = Machine(
    "filing_check",
    OfficeStateChange,
    FilingCheckState.SUBMITTED,
    "pair.open",
    (
        Transition("check", FilingCheckState.SUBMITTED, FilingCheckState.CHECKED, "filing_check.check"),
        Transition(
            "accept",
            FilingCheckState.CHECKED,
            FilingCheckState.VALID,
            "filing_check.decide",
            (the_second_is_another,),
        ),
        Transition("give_back", FilingCheckState.SUBMITTED, FilingCheckState.REJECTED, "filing_check.check"),
        Transition(
            "reject",
            (FilingCheckState.SUBMITTED, FilingCheckState.CHECKED),
            FilingCheckState.REJECTED,
            "filing_check.decide",
        ),
    ),
)


class DraftState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    CHOSEN = "chosen"
    DECLINED = "declined"
    EXPIRED = "expired"
    DROPPED = "dropped"


DRAFT_LABELS = {
    DraftState.DRAFT: "等你看",
    DraftState.SENT: "发出去了，等回话",
    DraftState.CHOSEN: "对方接了",
    DraftState.DECLINED: "对方这次不接",
    DraftState.EXPIRED: "过期了，或者别人先接了",
    DraftState.DROPPED: "没有发",
}
PROPOSAL_DRAFT = Machine(
    "proposal_draft",
    OfficeStateChange,
    DraftState.DRAFT,
    "pair.open",
    (
        Transition("send", DraftState.DRAFT, DraftState.SENT, "proposal_draft.send"),
        Transition("drop", DraftState.DRAFT, DraftState.DROPPED, "proposal_draft.send"),
        Transition("replace", DraftState.DRAFT, DraftState.DROPPED, "pair.open"),
        Transition("chosen", DraftState.SENT, DraftState.CHOSEN, "pair.open"),
        Transition("declined", DraftState.SENT, DraftState.DECLINED, "pair.open"),
        Transition("expired", (DraftState.DRAFT, DraftState.SENT), DraftState.EXPIRED, "pair.open"),
    ),
)


WISHES = {"pin": "就定这一对", "forbid": "这一对不合适"}
WHY_LEFT = {
    "no_eligible_person": "眼下没有合适的人",
    "always_second": "有合适的人，可都去了更合适的地方",
    "capacity_full": "合适的人约满了",
    "label_too_coarse": "标签太宽，看不出谁去得了",
    "asked": "合适的都问过了，或者县里说过不合适",
}


class OfferState(StrEnum):
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OFFER_LABELS = {
    OfferState.OFFERED: "问了，等答复",
    OfferState.TAKEN: "对方接了",
    OfferState.DECLINED: "对方这次不接",
    OfferState.EXPIRED: "过了时限，没有答复",
    OfferState.WITHDRAWN: "收回了",
}
DIRECT_OFFER = Machine(
    "direct_offer",
    OfficeStateChange,
    OfferState.OFFERED,
    "direct_offer.make",
    (
        Transition("take", OfferState.OFFERED, OfferState.TAKEN, "direct_offer.follow"),
        Transition("decline", OfferState.OFFERED, OfferState.DECLINED, "direct_offer.follow"),
        Transition("expire", OfferState.OFFERED, OfferState.EXPIRED, "direct_offer.follow"),
        Transition("withdraw", OfferState.OFFERED, OfferState.WITHDRAWN, "direct_offer.withdraw"),
    ),
)


class InquiryState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    DECLINED = "declined"


INQUIRY_LABELS = {
    InquiryState.ASKED: "等答复",
    InquiryState.ANSWERED: "答复了",
    InquiryState.DECLINED: "说明了不便回答",
}
INQUIRY = Machine(
    "inquiry",
    OfficeStateChange,
    InquiryState.ASKED,
    "inquiry.take",
    (
        Transition("answer", InquiryState.ASKED, InquiryState.ANSWERED, "inquiry.answer"),
        Transition("decline", InquiryState.ASKED, InquiryState.DECLINED, "inquiry.answer"),
    ),
)
