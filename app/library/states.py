"""The four words of a card's life (decisions 16)."""

from enum import StrEnum


class CardStatus(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    RETIRED = "retired"


STATUS_LABELS = {
    CardStatus.OPEN: "可认领",
    CardStatus.CLAIMED: "已认领",
    CardStatus.DONE: "已实现",
    CardStatus.RETIRED: "已结束",
}
