"""The life of a pairing (domain 4.10) and of a visit (4.12) on the donor's side."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.core.messages import Message, msg
from app.core.states import Machine, PublicStateChange, Transition
from app.policy.actors import Actor


class PairingState(StrEnum):
    DONOR_ACCEPTED = "donor_accepted"
    PREPARING = "preparing"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


PAIRING_LABELS = {
    PairingState.DONOR_ACCEPTED: "正在问家里",
    PairingState.PREPARING: "家里同意了，正在准备",
    PairingState.ACTIVE: "进行中",
    PairingState.DECLINED: "本次未能结对",
    PairingState.ENDED: "已结束",
}
OPEN = (PairingState.DONOR_ACCEPTED, PairingState.PREPARING, PairingState.ACTIVE)
PAIRING = Machine(
    "pairing",
    PublicStateChange,
    PairingState.DONOR_ACCEPTED,
    "pairing.accept",
    (
        Transition("agree", PairingState.DONOR_ACCEPTED, PairingState.PREPARING, "pairing.follow"),
        Transition("decline", PairingState.DONOR_ACCEPTED, PairingState.DECLINED, "pairing.follow"),
        Transition("activate", PairingState.PREPARING, PairingState.ACTIVE, "pairing.follow"),
        Transition("stop", OPEN, PairingState.ENDED, "pairing.stop"),
        Transition("end", OPEN, PairingState.ENDED, "pairing.follow"),
    ),
)


class VisitState(StrEnum):
    PLANNED = "planned"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    LOGGED = "logged"
    CONFIRMED = "confirmed"
    MISSED = "missed"


VISIT_LABELS = {
    VisitState.PLANNED: "等村里回话",
    VisitState.ACCEPTED: "约好了",
    VisitState.CANCELLED: "这次没约成",
    VisitState.LOGGED: "记好了，等村里确认",
    VisitState.CONFIRMED: "已确认",
    VisitState.MISSED: "没有去成",
}
COMING = (VisitState.PLANNED, VisitState.ACCEPTED)
WRITTEN = (VisitState.LOGGED, VisitState.CONFIRMED)
LOG_WITHIN = timedelta(days=7)


def the_hour_has_come(visit: Any, actor: Actor, now: datetime) -> Message | None:
    return msg("还没到约好的时间。去过以后再记。") if now < visit.planned_at else None


def the_week_is_not_over(visit: Any, actor: Actor, now: datetime) -> Message | None:
    if now > visit.planned_at + LOG_WITHIN:
        return msg("过去 7 天多了，这里不能再记。请和村里联系人说一声。")
    return None


VISIT = Machine(
    "visit",
    PublicStateChange,
    VisitState.PLANNED,
    "visit.plan",
    (
        Transition("accept", VisitState.PLANNED, VisitState.ACCEPTED, "visit.follow"),
        Transition("refuse", VisitState.PLANNED, VisitState.CANCELLED, "visit.follow"),
        Transition("miss", VisitState.ACCEPTED, VisitState.MISSED, "visit.follow"),
        Transition("cancel", COMING, VisitState.CANCELLED, "visit.follow"),
        Transition(
            "log",
            VisitState.ACCEPTED,
            VisitState.LOGGED,
            "visit.log",
            (the_hour_has_come, the_week_is_not_over),
        ),
        Transition("confirm", VisitState.LOGGED, VisitState.CONFIRMED, "visit.follow"),
    ),
)
