"""The life of a proposal (domain 4.8). Drafts are seen by an officer before anything is sent."""

from enum import StrEnum

from app.core.states import Machine, PublicStateChange, Transition


class ProposalState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    CHOSEN = "chosen"
    DECLINED = "declined"
    EXPIRED = "expired"
    ENDED = "ended"


PROPOSAL = Machine(
    "pairing_proposal",
    PublicStateChange,
    ProposalState.DRAFT,
    "proposal.draft",
    (
        Transition("send", ProposalState.DRAFT, ProposalState.SENT, "proposal.draft"),
        Transition("choose", ProposalState.SENT, ProposalState.CHOSEN, "proposal.answer"),
        Transition("decline", ProposalState.SENT, ProposalState.DECLINED, "proposal.answer"),
        Transition(
            "expire", (ProposalState.DRAFT, ProposalState.SENT), ProposalState.EXPIRED, "proposal.draft"
        ),
        Transition("end", ProposalState.CHOSEN, ProposalState.ENDED, "proposal.draft"),
    ),
)
DECLINE_REASONS = {
    "far": "太远了",
    "time": "时间对不上",
    "skill": "不是我擅长的",
    "busy": "最近顾不上",
    "none": "不想说",
}
WISHES = {"pin": "就定这一对", "forbid": "这一对不合适"}
