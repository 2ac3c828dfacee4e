"""The life of a proposal (domain 4.8). Drafts are seen by an officer before anything is sent."""

from enum import StrEnum

from app.core.states import Machine, PublicStateChange, Transition


class ProposalState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    CHOSEN = "chosen"
    DECLINED = "declined"
    EXPIRED = "expired"


PROPOSAL = Machine(
    "pairing_proposal",
    PublicStateChange,
    ProposalState.DRAFT,
    "proposal.draft",
    (
        Transition("send", ProposalState.DRAFT, ProposalState.SENT, "proposal.draft"),
        Transition("choose", ProposalState.SENT, ProposalState.CHOSEN, "proposal.answer"),
        Transition("decline", ProposalState.SENT, ProposalState.DECLINED, "proposal.answer"),
        Transition("expire", (ProposalState.DRAFT, ProposalState.SENT), ProposalState.EXPIRED, "proposal.draft"),
    ),
)
DECLINE_REASONS = {"busy": "时间不合适", "far": "太远", "skill": "不太会", "other": "别的原因", "none": "不想说"}
