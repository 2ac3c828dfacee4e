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
    DONE = "done"


CLAIM_LABELS = {
    ClaimState.HELD: "已为你保留，等县里联系",
    ClaimState.CONTACTED: "县里联系过了",
    ClaimState.CONVERTED: "说定了，正在办",
    ClaimState.RELEASED: "已放下",
    ClaimState.LAPSED: "到期，已让给别人",
    ClaimState.REJECTED: "县里没有同意",
    ClaimState.DONE: "办成了，已写回档案",
}
LIVE = (ClaimState.HELD, ClaimState.CONTACTED, ClaimState.CONVERTED)
HELD = (ClaimState.HELD, ClaimState.CONTACTED)


def its_day_has_come(claim: Any, actor: Actor, now: datetime) -> Message | None:
    return msg("还没到期。") if now < claim.lapses_at else None


CLAIM = Machine(
    "claim",
    PublicStateChange,
    ClaimState.HELD,
    "claim.make",
    (
        Transition("record_contact", ClaimState.HELD, ClaimState.CONTACTED, "claim.follow"),
        Transition("convert", HELD, ClaimState.CONVERTED, "claim.change"),
        Transition("release", LIVE, ClaimState.RELEASED, "claim.change"),
        Transition("lapse", HELD, ClaimState.LAPSED, "claim.follow", (its_day_has_come,)),
        Transition("reject", LIVE, ClaimState.REJECTED, "claim.follow"),
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
        Transition("arrive", (PledgeState.PLEDGED, PledgeState.DISPUTED), PledgeState.ARRIVED, "pledge.follow"),
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
            (PledgeState.PLEDGED, PledgeState.PAY_PENDING, PledgeState.ARRIVED, PledgeState.DISPUTED),
            PledgeState.CANCELLED,
            "pledge.cancel",
        ),
    ),
)


class CharityProjectState(StrEnum):
    SUBMITTED = "submitted"
    VALID = "valid"
    REJECTED = "rejected"


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
    ),
)


class PaymentState(StrEnum):
    CREATED = "created"
    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    REFUND_REQUESTED = "refund_requested"
    REFUNDED = "refunded"


PAYMENT = Machine(
    "payment",
    PublicStateChange,
    PaymentState.CREATED,
    "pledge.pay",
    (
        Transition("open", PaymentState.CREATED, PaymentState.OPEN, "pledge.pay"),
        Transition("settle", (PaymentState.CREATED, PaymentState.OPEN), PaymentState.PAID, "payment.settle"),
        Transition("expire", (PaymentState.CREATED, PaymentState.OPEN), PaymentState.EXPIRED, "payment.settle"),
        Transition("ask_refund", PaymentState.PAID, PaymentState.REFUND_REQUESTED, "payment.settle"),
        Transition("refund", PaymentState.REFUND_REQUESTED, PaymentState.REFUNDED, "payment.settle"),
    ),
)
