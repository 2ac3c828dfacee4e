"""问三题: three open cards with their reasons, made of public facts and the three answers alone."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.library.queries.ordering import in_order
from app.library.queries.snapshot import COUNTIES, LASTING, VOCABULARY, ShelfCard, Snapshot
from app.library.states import CardStatus
from app.policy.catalogue import NAMES

PICKS = 3
TIMES = {"once": "一次就好", "monthly": "每月一两次", "year": "半年以上"}
KIND_CHOICES = ("goods", "service", "money", "company")
_KIND, _HERE, _NEAR, _TIME = 8, 4, 3, 2


@dataclass(frozen=True)
class Answers:
    """Blank means that the question was left open."""

    kind: str = ""
    near: str = ""
    time: str = "once"


@dataclass(frozen=True)
class Pick:
    """A card with what speaks for it and, honestly, what does not."""

    card: ShelfCard
    reasons: list[str]
    caution: str


def answers_of(kind: str, near: str, time: str) -> Answers:
    """What is not known counts as left open."""
    return Answers(
        kind if kind in KIND_CHOICES else "",
        near if near in COUNTIES else "",
        time if time in TIMES else "once",
    )


def recommend(shelf: Snapshot, answers: Answers, *, day: date) -> list[Pick]:
    """The best three, of three different items where there are so many."""
    if not len(shelf):
        return []
    free = shelf.columns["status"] == VOCABULARY["status"].index(CardStatus.OPEN)
    order = in_order(shelf, free, "fair", day)
    points = _points(shelf, answers)
    ranked = order[np.argsort(-points[order], kind="stable")]
    picked: dict[str, ShelfCard] = {}
    for n in ranked:
        picked.setdefault(shelf.cards[n].title, shelf.cards[n])
        if len(picked) == PICKS:
            break
    chosen = list(picked.values()) or [shelf.cards[n] for n in ranked[:PICKS]]
    return [Pick(card, *_told(shelf, card, answers)) for card in chosen]


def _points(shelf: Snapshot, answers: Answers) -> NDArray[np.int64]:
    points = np.zeros(len(shelf), dtype=np.int64)
    if answers.kind == "company":
        points += _KIND * shelf.company
    elif answers.kind:
        points += _KIND * (shelf.columns["kind"] == VOCABULARY["kind"].index(answers.kind))
    if answers.near:
        covered = shelf.covers[:, COUNTIES.index(answers.near)]
        narrow = shelf.covers.sum(axis=1) <= 1
        points += np.where(covered, np.where(narrow, _HERE, _NEAR), 0)[shelf.cohort]
    points += _TIME * (shelf.lasting if answers.time != "once" else ~shelf.lasting)
    return points


def _told(shelf: Snapshot, card: ShelfCard, answers: Answers) -> tuple[list[str], str]:
    reasons: list[str] = []
    missing: list[str] = []
    fits = answers.kind in (card.kind, "company" if card.need_item in COMPANY else "")
    if answers.kind:
        (reasons if fits else missing).append("正是你想出的" if fits else "不是你想出的那一种")
    if answers.near:
        covered = shelf.covers[shelf.labels.index(card.label)]
        if covered[COUNTIES.index(answers.near)]:
            reasons.append(_where(int(covered.sum())))
        else:
            missing.append("不在你方便的县")
    lasting = card.need_item in LASTING
    if lasting != (answers.time == "once"):
        reasons.append(
            "适合隔一阵去一次" if lasting else "送一次、做一次就好" if card.kind != "money" else "付一次就好"
        )
    else:
        missing.append("要隔一阵去一次" if lasting else "一次就能办完，用不了那么久")
    if card.urgency == "urgent":
        reasons.append("7 天内要，正等着人接")
    return reasons, "，".join(missing)


def _where(counties: int) -> str:
    if counties == 1:
        return "就在你方便的县"
    return "全区的标签，含你方便的县" if counties == len(COUNTIES) else f"标签含 {counties} 个县，有你方便的"


COMPANY = frozenset(name for name, item in NAMES.items() if item.code in ("S01", "S02"))
