"""Verification of partners: on the public side what they see, in the office what two people decide (domain
4.17)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.messages import Message, msg
from app.core.states import Machine, OfficeStateChange, PublicStateChange, Transition
from app.policy.actors import Actor


class PartnerState(StrEnum):
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    RETURNED = "returned"
    REJECTED = "rejected"
    EXPIRED = "expired"


SENT_AGAIN = (PartnerState.RETURNED, PartnerState.EXPIRED)
PARTNER_LABELS = {
    PartnerState.SUBMITTED: "等县里核验",
    PartnerState.VERIFIED: "已核验",
    PartnerState.RETURNED: "退回补充",
    PartnerState.REJECTED: "未通过",
    PartnerState.EXPIRED: "核验到期",
}


class VerificationState(StrEnum):
    SUBMITTED = "submitted"
    CHECKING = "checking"
    VERIFIED = "verified"
    RETURNED = "returned"
    REJECTED = "rejected"


VERIFICATION_LABELS = {
    VerificationState.SUBMITTED: "等初审",
    VerificationState.CHECKING: "初审过，等复审",
    VerificationState.VERIFIED: "已核验",
    VerificationState.RETURNED: "已退回",
    VerificationState.REJECTED: "未通过",
}


def _partner(name: str) -> Machine:
    return Machine(
        name,
        PublicStateChange,
        PartnerState.SUBMITTED,
        "partner.register",
        (
            Transition("resubmit", SENT_AGAIN, PartnerState.SUBMITTED, "partner.change"),
            Transition(
                "verify",
                (PartnerState.SUBMITTED, PartnerState.EXPIRED, PartnerState.VERIFIED),
                PartnerState.VERIFIED,
                "partner.verdict",
            ),
            Transition("return", PartnerState.SUBMITTED, PartnerState.RETURNED, "partner.verdict"),
            Transition("reject", PartnerState.SUBMITTED, PartnerState.REJECTED, "partner.verdict"),
            Transition("expire", PartnerState.VERIFIED, PartnerState.EXPIRED, "partner.verdict"),
        ),
    )


ORGANISATION = _partner("organisation")
VOLUNTEER = _partner("volunteer")


def every_required_item_passes(dossier: Any, actor: Actor, now: datetime) -> Message | None:
    missing = [i for i in dossier.required if not dossier.items.get(i)]
    return msg("还有 {n} 项没有核过，不能通过。", n=len(missing)) if missing else None


def the_second_is_another(dossier: Any, actor: Actor, now: datetime) -> Message | None:
    if dossier.first_by_key == actor.person_key:
        return msg("初审是你做的，复审要另一位负责人来。")
    return None


VERIFICATION = Machine(
    "verification",
    OfficeStateChange,
    VerificationState.SUBMITTED,
    "verification.open",
    (
        Transition(
            "first_check", VerificationState.SUBMITTED, VerificationState.CHECKING, "verification.check"
        ),
        Transition(
            "verify",
            VerificationState.CHECKING,
            VerificationState.VERIFIED,
            "verification.verify",
            (every_required_item_passes, the_second_is_another),
        ),
        Transition(
            "return",
            (VerificationState.SUBMITTED, VerificationState.CHECKING),
            VerificationState.RETURNED,
            "verification.return",
        ),
        Transition(
            "reject",
            VerificationState.CHECKING,
            VerificationState.REJECTED,
            "verification.verify",
            (the_second_is_another,),
        ),
    ),
)
