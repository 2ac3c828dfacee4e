"""The life of a claim (domain 4.9), a pledge (4.11), a charity project and a payment (4.19)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.messages import Message, msg
from app.core.states import Machine, PublicStateChange, Transition
from app.policy.actors import Actor


class ClaimState(StrEnum):
    HELD = "held"
    CONTACTED = "contacted"
    CONVERTED = "converted"
    RELEASED = "released"
    LAPSED = "lapsed"
    REJECTED = "rejected"
    THANKED = "thanked"
    DONE = "done"


CLAIM_LABELS = {
    ClaimState.HELD: "已为你保留，等县里联系",
    ClaimState.CONTACTED: "县里联系过了",
    ClaimState.CONVERTED: "说定了，正在办",
    ClaimState.RELEASED: "已放下",
    ClaimState.LAPSED: "到期，已让给别人",
    ClaimState.REJECTED: "县里没有同意",
    ClaimState.THANKED: "已经落实，谢谢你",
    ClaimState.DONE: "办成了，已写回档案",
}
ENDED = (ClaimState.RELEASED, ClaimState.LAPSED, ClaimState.REJECTED, ClaimState.THANKED)
LIVE = (ClaimState.HELD, ClaimState.CONTACTED, ClaimState.CONVERTED)
HELD = (ClaimState.HELD, ClaimState.CONTACTED)


def hold_is_over(claim: Any, now: datetime) -> bool:
    """Its days are over, and it is not we who are late: while our own call is overdue no hold ends."""
    we_are_late = claim.contacted_at is None and now > claim.contact_due
    return now >= claim.lapses_at and not we_are_late


def its_day_has_come(claim: Any, actor: Actor, now: datetime) -> Message | None:
    return None if hold_is_over(claim, now) else msg("还没到期。")


def the_hold_still_runs(claim: Any, actor: Actor, now: datetime) -> Message | None:
    return (
        msg("为你保留的日子过了，这一项已经让给别人。差不多的还有，回需求库看看。")
        if hold_is_over(claim, now)
        else None
    )


CLAIM = Machine(
    "claim",
    PublicStateChange,
    ClaimState.HELD,
    "claim.make",
    (
        Transition("record_contact", ClaimState.HELD, ClaimState.CONTACTED, "claim.follow"),
        Transition("convert", HELD, ClaimState.CONVERTED, "claim.change", (the_hold_still_runs,)),
        Transition("release", LIVE, ClaimState.RELEASED, "claim.change"),
        Transition("lapse", HELD, ClaimState.LAPSED, "claim.follow", (its_day_has_come,)),
        Transition("reject", LIVE, ClaimState.REJECTED, "claim.follow"),
        Transition("thank", LIVE, ClaimState.THANKED, "claim.follow"),
        Transition("finish", ClaimState.CONVERTED, ClaimState.DONE, "claim.follow"),
    ),
)


class PledgeState(StrEnum):
    PLEDGED = "pledged"
    PAY_PENDING = "pay_pending"
    PAID = "paid"
    ARRIVED = "arrived"
    HANDED_OVER = "handed_over"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"


PLEDGE_LABELS = {
    PledgeState.PLEDGED: "说好了，等你送到",
    PledgeState.PAY_PENDING: "等付款",
    PledgeState.PAID: "已付到慈善项目",
    PledgeState.ARRIVED: "县接收点已收",
    PledgeState.HANDED_OVER: "已交到家里",
    PledgeState.CONFIRMED: "家里确认合用",
    PledgeState.DISPUTED: "有一点要补",
    PledgeState.CANCELLED: "已取消",
}
PLEDGE = Machine(
    "pledge",
    PublicStateChange,
    PledgeState.PLEDGED,
    "pledge.make",
    (
        Transition("start_checkout", PledgeState.PLEDGED, PledgeState.PAY_PENDING, "pledge.pay"),
        Transition("give_up_checkout", PledgeState.PAY_PENDING, PledgeState.PLEDGED, "pledge.pay"),
        Transition("pay", (PledgeState.PLEDGED, PledgeState.PAY_PENDING), PledgeState.PAID, "pledge.follow"),
        Transition(
            "arrive", (PledgeState.PLEDGED, PledgeState.DISPUTED), PledgeState.ARRIVED, "pledge.follow"
        ),
        Transition(
            "hand_over",
            (PledgeState.PLEDGED, PledgeState.ARRIVED, PledgeState.PAID, PledgeState.DISPUTED),
            PledgeState.HANDED_OVER,
            "pledge.follow",
        ),
        Transition("confirm", PledgeState.HANDED_OVER, PledgeState.CONFIRMED, "pledge.follow"),
        Transition("dispute", PledgeState.HANDED_OVER, PledgeState.DISPUTED, "pledge.follow"),
        Transition(
            "cancel",
            (PledgeState.PLEDGED, PledgeState.PAY_PENDING, PledgeState.DISPUTED),
            PledgeState.CANCELLED,
            "pledge.cancel",
        ),
        Transition(
            "call_off",
            (
                PledgeState.PLEDGED,
                PledgeState.PAY_PENDING,
                PledgeState.PAID,
                PledgeState.ARRIVED,
                PledgeState.DISPUTED,
            ),
            PledgeState.CANCELLED,
            "pledge.follow",
        ),
    ),
)


class CharityProjectState(StrEnum):
    SUBMITTED = "submitted"
    VALID = "valid"
    REJECTED = "rejected"


CHARITY_PROJECT_LABELS = {
    CharityProjectState.SUBMITTED: "县里在核对",
    CharityProjectState.VALID: "核对过，可以收款",
    CharityProjectState.REJECTED: "退回来了",
}
CHARITY_PROJECT = Machine(
    "charity_project",
    PublicStateChange,
    CharityProjectState.SUBMITTED,
    "charity_project.file",
    (
        Transition(
            "accept", CharityProjectState.SUBMITTED, CharityProjectState.VALID, "charity_project.verdict"
        ),
        Transition(
            "reject", CharityProjectState.SUBMITTED, CharityProjectState.REJECTED, "charity_project.verdict"
        ),
        Transition(
            "file_again",
            CharityProjectState.REJECTED,
            CharityProjectState.SUBMITTED,
            "charity_project.change",
        ),
    ),
)


class PaymentState(StrEnum):
    CREATED = "created"
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    REFUND_REQUESTED = "refund_requested"
    REFUNDED = "refunded"


PAYMENT_LABELS = {
    PaymentState.CREATED: "还没付",
    PaymentState.OPEN: "等你付款",
    PaymentState.PAID: "付好了",
    PaymentState.EXPIRED: "没有付，付款页已关",
    PaymentState.REFUND_REQUESTED: "正在退回",
    PaymentState.REFUNDED: "已原路退回",
}
TO_PAY = (PaymentState.CREATED, PaymentState.OPEN)
PAYMENT = Machine(
    "payment",
    PublicStateChange,
    PaymentState.CREATED,
    "pledge.pay",
    (
        Transition("open", PaymentState.CREATED, PaymentState.OPEN, "pledge.pay"),
        Transition(
            "settle",
            (PaymentState.CREATED, PaymentState.OPEN, PaymentState.EXPIRED),
            PaymentState.PAID,
            "payment.settle",
        ),
        Transition(
            "expire", (PaymentState.CREATED, PaymentState.OPEN), PaymentState.EXPIRED, "payment.settle"
        ),
        Transition("ask_refund", PaymentState.PAID, PaymentState.REFUND_REQUESTED, "payment.settle"),
        Transition(
            "refund",
            (PaymentState.PAID, PaymentState.REFUND_REQUESTED),
            PaymentState.REFUNDED,
            "payment.settle",
        ),
    ),
)


class OfferState(StrEnum):
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    THANKED = "thanked"


OFFER_LABELS = {
    OfferState.OFFERED: "等你们答复",
    OfferState.TAKEN: "你们接下了",
    OfferState.DECLINED: "你们这次没有接",
    OfferState.EXPIRED: "过了答复的日子",
    OfferState.WITHDRAWN: "县里收回了",
    OfferState.THANKED: "这一件已经落实，谢谢你们",
}


def there_is_time_to_answer(offer: Any, actor: Actor, now: datetime) -> Message | None:
    return None if now < offer.answer_by else msg("答复的日子过了，县里已经另外找人。谢谢你们来看。")


def the_time_is_over(offer: Any, actor: Actor, now: datetime) -> Message | None:
    return None if now >= offer.answer_by else msg("还没到期。")


DIRECT_OFFER = Machine(
    "direct_offer",
    PublicStateChange,
    OfferState.OFFERED,
    "offer.follow",
    (
        Transition("take", OfferState.OFFERED, OfferState.TAKEN, "offer.answer", (there_is_time_to_answer,)),
        Transition(
            "decline", OfferState.OFFERED, OfferState.DECLINED, "offer.answer", (there_is_time_to_answer,)
        ),
        Transition("expire", OfferState.OFFERED, OfferState.EXPIRED, "offer.follow", (the_time_is_over,)),
        Transition("withdraw", OfferState.OFFERED, OfferState.WITHDRAWN, "offer.follow"),
        Transition("thank", OfferState.OFFERED, OfferState.THANKED, "offer.follow"),
    ),
)
