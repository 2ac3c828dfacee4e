"""The four words of a card's life (decisions 16), and the way of a private question (decisions 24)."""

from enum import StrEnum

from app.core.states import Machine, PublicStateChange, Transition


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


class QuestionState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"
    ANSWERED = "answered"
    DECLINED = "declined"


QUESTION_LABELS = {
    QuestionState.DRAFT: "还没发出",
    QuestionState.ASKED: "等县里答复",
    QuestionState.ANSWERED: "县里答复了",
    QuestionState.DECLINED: "不便回答",
}
OVER = (QuestionState.ANSWERED, QuestionState.DECLINED)
QUESTION = Machine(
    "question",
    PublicStateChange,
    QuestionState.DRAFT,
    "question.ask",
    (
        Transition("send", QuestionState.DRAFT, QuestionState.ASKED, "question.send"),
        Transition("answer", QuestionState.ASKED, QuestionState.ANSWERED, "question.follow"),
        Transition("decline", QuestionState.ASKED, QuestionState.DECLINED, "question.follow"),
    ),
)
