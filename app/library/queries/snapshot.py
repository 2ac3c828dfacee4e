"""The shelf as arrays: read once, then only what a change touched. A page is cut from it without a query.

A snapshot never changes; `refreshed` makes the next one. All counts and orders are arithmetic over its
columns.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.library.models import Card, ShelfCohort
from app.library.states import CardStatus
from app.policy.catalogue import ACTIONS, BAND_NAMES, COMPANIONSHIP, ITEMS, KINDS
from app.policy.lattice import Label, covered_counties, describe
from app.policy.lists import URGENCY_ORDER
from app.policy.regions import counties

Codes = NDArray[np.intp]
STATUSES = tuple(s.value for s in CardStatus)
COUNTIES = tuple(c.code for c in counties())
COMPANY_NAMES = frozenset(ITEMS[c].name for c in COMPANIONSHIP)
# Items that go on for a while: those with a rhythm, and tutoring.
LASTING = frozenset(i.name for i in ITEMS.values() if "每周" in i.options or i.code == "S02")
# The closed lists, each ending in the code of a place that was emptied.
VOCABULARY: dict[str, tuple[str, ...]] = {
    "status": (*STATUSES, ""),
    "kind": (*KINDS, ""),
    "urgency": (*URGENCY_ORDER, ""),
    "amount": (*BAND_NAMES, ""),
    "action": (*(str(no) for no in ACTIONS), ""),
}
_CODE = {name: {word: n for n, word in enumerate(words)} for name, words in VOCABULARY.items()}


@dataclass(frozen=True, slots=True)
class ShelfLabel:
    """What the cards of one cohort share."""

    cohort_id: str
    label_text: str
    k: int
    published_month: str
    tick: date
    region_label: str


@dataclass(frozen=True, slots=True)
class ShelfCard:
    """One card as a list shows it."""

    project_id: str
    need_item: str | None
    action_no: int | None
    kind: str | None
    amount_band: str | None
    urgency: str | None
    status: str
    label: ShelfLabel

    @property
    def blanked(self) -> bool:
        return self.need_item is None

    @property
    def title(self) -> str:
        return self.need_item or "已结束"

    @property
    def label_text(self) -> str:
        return self.label.label_text

    @property
    def k(self) -> int:
        return self.label.k

    @property
    def month_text(self) -> str:
        year, month = self.label.published_month.split("-")
        return f"{year} 年 {int(month)} 月"


@dataclass(frozen=True)
class Snapshot:
    """`columns` holds a code for each card and facet; `cohort` is its row in `labels` and `covers`.

    `wording` is what it says (-1: emptied); `lot` 64 random-looking bits from which a day's order is drawn.
    """

    changes: int
    tick: date | None
    cards: list[ShelfCard]
    at: dict[int, int]
    columns: dict[str, Codes]
    company: NDArray[np.bool_]
    lasting: NDArray[np.bool_]
    cohort: Codes
    wording: Codes
    lot: NDArray[np.uint64]
    labels: list[ShelfLabel]
    covers: NDArray[np.bool_]
    months: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cards)


def taken(session: Session, *, changes: int, tick: date | None) -> Snapshot:
    """The whole shelf. Two queries."""
    cohorts = session.execute(
        select(ShelfCohort).where(ShelfCohort.retired.is_(False)).order_by(ShelfCohort.id)
    ).scalars()
    labels: list[ShelfLabel] = []
    place: dict[int, int] = {}
    covers: list[list[bool]] = []
    for cohort in cohorts:
        place[cohort.id] = len(labels)
        labels.append(_label(cohort))
        covered = covered_counties(cohort.region_label)
        covers.append([code in covered for code in COUNTIES])
    rows = [r for r in session.execute(_rows().order_by(Card.id)) if r.cohort_key in place and not r.retired]
    cards = [_card(row, labels[place[row.cohort_key]]) for row in rows]
    return Snapshot(
        changes=changes,
        tick=tick,
        cards=cards,
        at={row.id: n for n, row in enumerate(rows)},
        columns={name: _codes(name, cards) for name in VOCABULARY},
        company=np.array([c.need_item in COMPANY_NAMES for c in cards], dtype=bool),
        lasting=np.array([c.need_item in LASTING for c in cards], dtype=bool),
        cohort=np.array([place[row.cohort_key] for row in rows], dtype=np.intp),
        wording=np.array([-1 if row.wording_id is None else row.wording_id for row in rows], dtype=np.intp),
        lot=np.array([_lot(c.project_id) for c in cards], dtype=np.uint64),
        labels=labels,
        covers=np.array(covers, dtype=bool).reshape(len(labels), len(COUNTIES)),
        months=np.array([_month(label) for label in labels], dtype=np.int64),
    )


def refreshed(session: Session, old: Snapshot, *, changes: int, tick: date | None) -> Snapshot:
    """The next snapshot: single cards are put in their places; else all is read anew."""
    rows = session.execute(_rows().where(Card.touched > old.changes)).all()
    if tick != old.tick or any(row.retired or row.id not in old.at for row in rows):
        return taken(session, changes=changes, tick=tick)
    cards, columns = list(old.cards), {name: codes.copy() for name, codes in old.columns.items()}
    company, lasting, wording = old.company.copy(), old.lasting.copy(), old.wording.copy()
    for row in rows:
        n = old.at[row.id]
        card = cards[n] = _card(row, old.labels[old.cohort[n]])
        for name, codes in columns.items():
            codes[n] = _CODE[name][_value(card, name)]
        company[n] = card.need_item in COMPANY_NAMES
        lasting[n] = card.need_item in LASTING
        wording[n] = -1 if row.wording_id is None else row.wording_id
    lists = replace(old, changes=changes, cards=cards, columns=columns, wording=wording)
    return replace(lists, company=company, lasting=lasting)


def _rows() -> Any:
    return select(
        Card.id,
        Card.project_id,
        Card.cohort_key,
        Card.action_no,
        Card.need_item,
        Card.kind,
        Card.amount_band,
        Card.urgency,
        Card.status,
        Card.wording_id,
        ShelfCohort.retired,
    ).join(Card.cohort)


def _label(cohort: ShelfCohort) -> ShelfLabel:
    label: Label = cohort.label
    return ShelfLabel(
        cohort.cohort_id,
        describe(label),
        cohort.households_n,
        cohort.published_month,
        cohort.tick,
        cohort.region_label,
    )


def _card(row: Row[Any], label: ShelfLabel) -> ShelfCard:
    return ShelfCard(
        row.project_id,
        row.need_item,
        row.action_no,
        row.kind,
        row.amount_band,
        row.urgency,
        row.status,
        label,
    )


def _codes(name: str, cards: Sequence[ShelfCard]) -> Codes:
    code = _CODE[name]
    return np.array([code[_value(card, name)] for card in cards], dtype=np.intp)


def _value(card: ShelfCard, name: str) -> str:
    if name == "action":
        return str(card.action_no or "")
    return {
        "status": card.status,
        "kind": card.kind,
        "urgency": card.urgency,
        "amount": card.amount_band,
    }[name] or ""


def _month(label: ShelfLabel) -> int:
    year, month = label.published_month.split("-")
    return int(year) * 12 + int(month)


def _lot(project_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(project_id.encode(), digest_size=8).digest(), "big")
